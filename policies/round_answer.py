"""The note of one answer: what a club tells the ledger before it answers a round, and is bound to from then on."""

from pydantic import BaseModel, ConfigDict

from policies.campaign import HexHash
from policies.canonical import sha256_hex


class AnswerNote(BaseModel):
    """SHA-256 of the bytes with which a club answers one round. They carry all the noise, so it tells nothing more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: HexHash

    @classmethod
    def of(cls, reply: bytes) -> "AnswerNote":
        """The note of these bytes."""
        return cls(answer=sha256_hex(reply))

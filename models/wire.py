"""Every type that may leave a node for the coordinator, or arrive from it. A new field here is a privacy decision.

The golden file `tests/vectors/wire_fields.json` lists every field of every such type.
"""

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import BadWire
from policies.campaign import HexHash, Identifier


class TrainRequest(BaseModel):
    """Coordinator to node: compute one round of this campaign from these public weights."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    manifest_sha256: HexHash
    round: int = Field(ge=1, le=16)
    weights: tuple[Annotated[float, Field(ge=-1e6, le=1e6)], ...] = Field(min_length=1, max_length=100_000)


class ContributionSum(BaseModel):
    """Node to coordinator: the club's noisy integer sum modulo 2**m. No count, no metric, no athlete."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    manifest_sha256: HexHash
    round: int = Field(ge=1, le=16)
    club: Identifier
    values: tuple[Annotated[int, Field(ge=0, lt=2**62)], ...] = Field(min_length=1, max_length=100_000)


def to_bytes(message: TrainRequest | ContributionSum) -> bytes:
    """Return the transport bytes (JSON, UTF-8)."""
    return message.model_dump_json().encode()


def read_train_request(data: bytes) -> TrainRequest:
    """Parse untrusted bytes; raises BadWire."""
    return _read(TrainRequest, data)


def read_contribution(data: bytes) -> ContributionSum:
    """Parse untrusted bytes; raises BadWire."""
    return _read(ContributionSum, data)


M = TypeVar("M", bound=BaseModel)


def _read(kind: type[M], data: bytes) -> M:
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"][:1])
        raise BadWire(f"expected a {kind.__name__}; {field or 'the text'} is not as it should be") from error

"""What passes between coordinator and nodes in a masked round. As in `models.wire` a new field is a privacy decision.

No secret of a club stands in any of them but as shares, sealed to one peer, or as what all clubs agreed to reveal. Keys
are hexadecimal. The vector itself travels as `models.wire.ContributionSum`, masked.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import BadWire
from models.wire import ContributionSum, TrainRequest
from policies.campaign import HexHash, Identifier

HexKey = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
HexShare = Annotated[str, Field(pattern=r"^[0-9a-f]{132}$")]
HexSealed = Annotated[str, Field(pattern=r"^[0-9a-f]{296}$")]  # two shares and the tag of the cipher
HexMarks = Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]
HexSignature = Annotated[str, Field(pattern=r"^[0-9a-f]{16,256}$")]
MOST_CLUBS = 500


class OfRound(BaseModel):
    """What every message of a masked round says first: which campaign, which round."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    manifest_sha256: HexHash
    round: int = Field(ge=1, le=16)


class AskKeys(OfRound):
    """Coordinator to node: make keys for this round alone, and announce them."""

    stage: Literal["keys"] = "keys"


class KeyAnnouncement(OfRound):
    """Node to coordinator, for all: public keys of this round alone, signed with the node's enrolled key.

    mask_key, seal_key: X25519, for masks of pairs and for sealing shares. seed_hash: SHA-256 of the seed of its own
    mask, which says later that the right seed was put together.
    """

    club: Identifier
    mask_key: HexKey
    seal_key: HexKey
    seed_hash: HexHash
    signature: HexSignature


class KeyRoster(OfRound):
    """Coordinator to node: everybody's announcement; deal shares to these clubs."""

    stage: Literal["shares"] = "shares"
    announcements: tuple[KeyAnnouncement, ...] = Field(min_length=1, max_length=MOST_CLUBS)


class SealedShares(OfRound):
    """Node to coordinator: for each other club of the roster the shares that only that club can read.

    marks: SHA-256 of both shares of every club, its own too: who reveals another share is found out.
    """

    club: Identifier
    roster: HexHash
    sealed: dict[Identifier, HexSealed] = Field(max_length=MOST_CLUBS)
    marks: dict[Identifier, HexMarks] = Field(max_length=MOST_CLUBS)


class DealtShares(OfRound):
    """Coordinator to node: the shares for this node, by who dealt them; answer the round, masked with these clubs."""

    stage: Literal["masked"] = "masked"
    train: TrainRequest
    sealed: dict[Identifier, HexSealed] = Field(max_length=MOST_CLUBS)


class AliveList(OfRound):
    """Coordinator to node: who dealt shares, and whose masked vector came, with the hash of each answer's bytes."""

    stage: Literal["confirm"] = "confirm"
    dealers: tuple[Identifier, ...] = Field(min_length=1, max_length=MOST_CLUBS)
    alive: dict[Identifier, HexHash] = Field(min_length=1, max_length=MOST_CLUBS)


class AliveConfirmation(OfRound):
    """Node to coordinator: it has agreed to this list, and to no other.

    signature: with the enrolled key, for the coordinator and for whoever looks later. marks: for each other club of the
    list a keyed hash (HMAC) that only the two can make.
    """

    club: Identifier
    alive_list: HexHash
    signature: HexSignature
    marks: dict[Identifier, HexHash] = Field(max_length=MOST_CLUBS)


class ConfirmedList(OfRound):
    """Coordinator to node: the other clubs' marks for this node; reveal what the agreed list says."""

    stage: Literal["reveal"] = "reveal"
    marks: dict[Identifier, HexHash] = Field(max_length=MOST_CLUBS)


class RevealedShares(OfRound):
    """Node to coordinator: a share of the own mask's seed of each living club, and of the mask key of each that is not.

    Never both of one club.
    """

    club: Identifier
    seeds: dict[Identifier, HexShare] = Field(max_length=MOST_CLUBS)
    keys: dict[Identifier, HexShare] = Field(max_length=MOST_CLUBS)


class OpeningEvidence(OfRound):
    """Coordinator to node: everything that shows that the sum is larger than honest clubs can make it."""

    stage: Literal["open"] = "open"
    answers: tuple[ContributionSum, ...] = Field(min_length=1, max_length=MOST_CLUBS)
    seeds: dict[Identifier, HexKey] = Field(max_length=MOST_CLUBS)
    keys: dict[Identifier, HexKey] = Field(max_length=MOST_CLUBS)


class OpenedMask(OfRound):
    """Node to coordinator: the secret half of its mask key, which opens its noisy vector and nothing else."""

    club: Identifier
    mask_secret: HexKey


MaskRequest = Annotated[
    AskKeys | KeyRoster | DealtShares | AliveList | ConfirmedList | OpeningEvidence, Field(discriminator="stage")
]
"""Everything that a coordinator may ask of a node in a masked round."""


class AnyMaskRequest(BaseModel):
    """One request, whatever its stage."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: MaskRequest


Message = TypeVar("Message", bound=OfRound)


def message_bytes(message: OfRound) -> bytes:
    """Return the transport bytes (JSON, UTF-8)."""
    return message.model_dump_json().encode()


def request_bytes(ask: MaskRequest) -> bytes:
    """Return the transport bytes of a request of any stage."""
    return AnyMaskRequest(ask=ask).model_dump_json().encode()


def read_mask_request(data: bytes) -> MaskRequest:
    """Parse untrusted bytes from the coordinator; raises BadWire."""
    try:
        return AnyMaskRequest.model_validate_json(data).ask
    except ValidationError as error:
        raise BadWire("expected a request of a masked round; it is not as it should be") from error


def read_message(kind: type[Message], data: bytes) -> Message:
    """Parse untrusted bytes from a node; raises BadWire."""
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"][:1])
        raise BadWire(f"expected a {kind.__name__}; {field or 'the text'} is not as it should be") from error

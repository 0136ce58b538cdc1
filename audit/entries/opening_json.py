"""Openings as JSON, with hashes and keys in hexadecimal digits.

version 2  {"v": 2, "leaf": hash of the leaf, "digests": ten, "shown": [{"name", "salt", "value"}]}
version 1  {"key", "details"}: everything or nothing

Strict on reading: no other members, none twice, no number that merely equals 2, fields in their order.
"""

import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from audit.entries.commitments import KeyedOpening
from audit.entries.disclosure import FIELDS, VERSION, Opening, ShownField
from audit.errors import MalformedProof
from chassis.json_names import members_once

MAX_BYTES = 100_000
"""Longest file of one opening that we read (our choice): ten digests, and details of a few kB."""

_Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ShownFieldModel(_Model):
    """One shown field."""

    name: Annotated[str, Field(max_length=20)]
    salt: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    value: str | None


class OpeningModel(_Model):
    """An opening as it stands in a file; `opening` makes the value, which cannot be out of order."""

    v: Annotated[int, Field(ge=VERSION, le=VERSION)]
    leaf: _Hash
    digests: Annotated[list[_Hash], Field(min_length=len(FIELDS), max_length=len(FIELDS))]
    shown: Annotated[list[ShownFieldModel], Field(max_length=len(FIELDS))]

    def opening(self) -> Opening:
        """Return the opening; raises MalformedProof for unknown names, and for fields twice or out of order."""
        return Opening(
            bytes.fromhex(self.leaf),
            tuple(map(bytes.fromhex, self.digests)),
            tuple(ShownField(one.name, bytes.fromhex(one.salt), one.value) for one in self.shown),
        )


class KeyedOpeningModel(_Model):
    """An opening of version 1 as it stands in a file."""

    key: _Hash
    details: dict[str, Any]

    def opening(self) -> KeyedOpening:
        """Return the opening."""
        return KeyedOpening(bytes.fromhex(self.key), self.details)


AnyOpeningModel = OpeningModel | KeyedOpeningModel
_FILE: TypeAdapter[AnyOpeningModel] = TypeAdapter(AnyOpeningModel)


def opening_json(opening: Opening | KeyedOpening) -> dict[str, object]:
    """Return the opening as a JSON object."""
    if isinstance(opening, KeyedOpening):
        return {"key": opening.key.hex(), "details": dict(opening.details)}
    return {
        "v": VERSION,
        "leaf": opening.leaf.hex(),
        "digests": [digest.hex() for digest in opening.digests],
        "shown": [{"name": one.name, "salt": one.salt.hex(), "value": one.value} for one in opening.shown],
    }


def parse_opening(data: bytes) -> Opening | KeyedOpening:
    """Parse the bytes of an opening of either version; raises MalformedProof, which repeats nothing of them."""
    try:
        return _FILE.validate_python(parse_once(data)).opening()
    except (ValidationError, MalformedProof) as error:
        raise MalformedProof(
            "expected an opening: JSON with v, leaf, digests and shown, or with key (64 hexadecimal digits) and details"
        ) from error


def parse_once(data: bytes) -> Any:
    """Parse JSON in which no object names a member twice; raises MalformedProof."""
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=members_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedProof("expected JSON without repeated names") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")

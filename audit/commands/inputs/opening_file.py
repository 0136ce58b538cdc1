"""The file that opens one entry: JSON with the key of its commitment and the details it is to."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from audit.errors import MalformedProof
from audit.verification.athlete_export import Opening

MAX_OPENING = 100_000
"""Longest file we read (our choice): a key, and details of a few kB."""


class _OpeningFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    key: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    details: dict[str, Any]


def parse_opening(data: bytes) -> Opening:
    """Parse {"key": 64 hexadecimal digits, "details": {…}}; raises MalformedProof, which repeats nothing of it."""
    try:
        file = _OpeningFile.model_validate_json(data)
    except ValidationError as error:
        raise MalformedProof("expected an opening: JSON with key (64 hexadecimal digits) and details") from error
    return Opening(bytes.fromhex(file.key), file.details)

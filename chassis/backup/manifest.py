"""What a backup says of itself: the last member of its archive, after everything that it names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from chassis.errors import BadBackup

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
DatabaseKind = Literal["sqlite", "postgresql"]
_LONGEST_NAME: Final = 1_000  # ours
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class BackupMember(BaseModel):
    """One file of a backup."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: int = Field(ge=0)
    sha256: Hex


class BackupHeader(BaseModel):
    """Of what a backup is. service: id of the key that the program signs with. moment: when it stood like this.

    act, tree_size: of a program with a log, the newest act that it held and how many entries it had in order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    program: str
    service: Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}$")]
    moment: datetime
    database: DatabaseKind
    act: int = Field(default=0, ge=0)
    tree_size: int = Field(default=0, ge=0)


class BackupManifest(BaseModel):
    """The header, and every other member with its hash."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = FORMAT
    header: BackupHeader
    members: Mapping[str, BackupMember]

    @field_validator("members")
    @classmethod
    def _stay_inside(cls, members: Mapping[str, BackupMember]) -> Mapping[str, BackupMember]:
        if not all(is_member_name(name) for name in members):
            raise ValueError("expected names of files below the folder")
        return members


def is_member_name(name: str) -> bool:
    """True for the name of a file below the folder: no path out of it, nothing hidden, nothing a terminal obeys."""
    parts = name.split("/")
    is_plain = len(name) <= _LONGEST_NAME and name.isprintable() and "\\" not in name
    return is_plain and name != MANIFEST and all(part and not part.startswith(".") for part in parts)


def parse_manifest(data: bytes) -> BackupManifest:
    """Return the manifest; raises BadBackup."""
    try:
        return BackupManifest.model_validate_json(data)
    except ValidationError as error:
        raise BadBackup(f"expected a backup of format {FORMAT}; restore it with the version that made it") from error

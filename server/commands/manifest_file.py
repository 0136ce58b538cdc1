"""The manifest file on its way: written by `campaign plan`, signed in place, and handed to coordinator and clubs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.errors import BadCoordinatorSettings

if TYPE_CHECKING:
    from policies.campaign import SignedManifest

LARGEST_FILE = 1024 * 1024
ManifestFile = Annotated[Path, typer.Argument(help="The manifest file that `campaign plan` wrote.", show_default=False)]


def read_manifest(path: Path) -> "SignedManifest":
    """Return the manifest in a file, signed by nobody, one or two.

    Raises BadCoordinatorSettings or InvalidInput for a file that holds none.
    """
    from policies.campaign import parse_signed_manifest

    return parse_signed_manifest(bytes_of(path))


def bytes_of(path: Path) -> bytes:
    """Return what a manifest or signature file holds; raises BadCoordinatorSettings."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise BadCoordinatorSettings(f"cannot read {path}") from error
    if len(data) > LARGEST_FILE:
        raise BadCoordinatorSettings(f"{path} is too large to be a manifest or a signature")
    return data


def manifest_text(signed: "SignedManifest") -> str:
    """Return the manifest with its signatures as it stands in a file."""
    return signed.model_dump_json(indent=2)


def replace_manifest(path: Path, signed: "SignedManifest") -> None:
    """Put a manifest with one signature more in the place of what the file held; raises BadCoordinatorSettings."""
    from chassis.files.replace_file import replace_durably

    try:
        replace_durably(path, manifest_text(signed).encode() + b"\n", mode=0o644)
    except OSError as error:
        raise BadCoordinatorSettings(f"cannot write {path}") from error


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet; raises BadCoordinatorSettings."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text + "\n")
    except FileExistsError as error:
        raise BadCoordinatorSettings(f"{path} exists already; a manifest is never overwritten") from error
    except OSError as error:
        raise BadCoordinatorSettings(f"cannot write {path}") from error

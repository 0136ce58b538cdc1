"""The manifest file on its way: written by `campaign plan`, signed in place, and handed to coordinator and clubs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chassis.cli.given_file import read_given
from server.errors import BadCoordinatorSettings

if TYPE_CHECKING:
    from policies.campaign import SignedManifest

LARGEST_FILE = 1024 * 1024
ManifestFile = Annotated[Path, typer.Argument(help="The manifest file that `campaign plan` wrote.", show_default=False)]


def read_manifest(path: Path) -> "SignedManifest":
    """Return the manifest in a file, signed by nobody, one or two.

    Raises UnusableFile or InvalidInput for a file that holds none.
    """
    from policies.campaign import parse_signed_manifest

    return parse_signed_manifest(bytes_of(path))


def bytes_of(path: Path) -> bytes:
    """Return what a manifest or signature file holds; raises UnusableFile."""
    return read_given(path, "a manifest or a signature", at_most=LARGEST_FILE)


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

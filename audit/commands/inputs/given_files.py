"""Files that a person names on the command line to be written: nothing that is there is overwritten unasked."""

from pathlib import Path

from audit.errors import SourceUnavailable


def refuse_existing(path: Path) -> None:
    """Raises SourceUnavailable if something has this name already."""
    if path.exists():
        raise SourceUnavailable(f"{path} is there already; --force overwrites it")


def write_new(path: Path, data: bytes, *, force: bool = False) -> None:
    """Write a file that a person named; raises SourceUnavailable if it is there already and `force` is not set."""
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise SourceUnavailable(f"{path} is there already; --force overwrites it") from error

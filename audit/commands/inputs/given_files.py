"""Files that a person names on the command line: read whole, of a bounded size, with one clear sentence on failure."""

from pathlib import Path

from audit.errors import MalformedProof, SourceUnavailable


def read_given(path: Path, what: str, *, at_most: int) -> bytes:
    """Return the bytes of a file; `what` names it in errors, for example "the trust policy".

    Raises SourceUnavailable if it cannot be read, and MalformedProof beyond `at_most` bytes.
    """
    try:
        with path.open("rb") as file:
            data = file.read(at_most + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise SourceUnavailable(f"cannot read {what} {path}: {reason}") from error
    if len(data) > at_most:
        raise MalformedProof(f"expected {what} of at most {at_most:,} bytes; {path} is longer")
    return data


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

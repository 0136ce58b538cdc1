"""Files that a person names on the command line: read up to a bounded size, or written where nothing stands yet."""

from pathlib import Path

from chassis.errors import AlreadyWritten, UnusableFile


def read_given(path: Path, what: str, *, at_most: int) -> bytes:
    """Return what a file holds; what: its kind, as in "a manifest". Raises UnusableFile."""
    try:
        with path.open("rb") as file:
            data = file.read(at_most + 1)
    except OSError as error:
        raise UnusableFile(f"expected {what} in {path}, which cannot be read: {_reason(error)}") from error
    if len(data) > at_most:
        raise UnusableFile(f"expected {what} of at most {at_most:,} bytes; {path} is longer")
    return data


def write_new(path: Path, text: str, what: str) -> None:
    """Write a text and a line's end to a file that is not there yet; raises AlreadyWritten or UnusableFile."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text + "\n")
    except FileExistsError as error:
        raise AlreadyWritten(f"{path} exists already; {what} is never overwritten") from error
    except OSError as error:
        raise UnusableFile(f"{what} cannot be written to {path}: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()

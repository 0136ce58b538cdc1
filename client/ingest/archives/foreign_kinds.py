"""Kinds of file that no reader takes, told from their first bytes: each is named, with the way on."""

from client.errors import UnreadableFile
from client.ingest.input_file import InputFile

_BY_SIGNATURE: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF; export the figures as CSV or Excel instead"),
    (b"\x89PNG", "a picture; export the figures as CSV or Excel instead"),
    (b"\xff\xd8\xff", "a picture; export the figures as CSV or Excel instead"),
    (b"Rar!\x1a\x07", "a RAR archive; unpack it and import the folder"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it and import the folder"),
    (b"BZh", "a bzip2 archive; unpack it and import the folder"),
    (b"\xfd7zXZ\x00", "an xz archive; unpack it and import the folder"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive; unpack it and import the folder"),
    (b"\x1f\x8b", "a gzip file in a gzip file; unpack it and import what is in it"),
    (b"PK\x03\x04", "an office document that is no table; save its table as CSV and import that"),
    (b"PK\x05\x06", "an archive without files"),
    (b"MZ", "a program, or an archive that unpacks itself; unpack it and import the folder"),
    (b"SQLite format 3\x00", "a database; export its tables as CSV instead"),
)
_TAR_AT = 257


def check_is_readable_kind(file: InputFile) -> None:
    """Return unless the first bytes are those of a kind that holds no table or recording; raises UnreadableFile."""
    for signature, said in _BY_SIGNATURE:
        if file.head.startswith(signature):
            raise UnreadableFile(said)
    if file.head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        raise UnreadableFile("a tar archive; ask for the export as zip, or unpack it and import the folder")
    if file.head[:9].lower() == b"<!doctype" and b"<html" in file.head.lower():
        raise UnreadableFile("a page of a browser; export the figures as CSV, FIT or TCX instead")

"""Kinds of file that no reader takes, told from their first bytes: each is named, with the way on."""

import re

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
_JSON: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb'\A\W*"RIDE"\s*:'), "a ride of GoldenCheetah as JSON; export it as FIT, TCX or PWX instead"),
    (
        re.compile(rb'"dailySleepDTO"\s*:'),
        "a page of Garmin Connect as JSON; ask Garmin for the export of the account, and import its zip",
    ),
    (
        re.compile(rb'"(?:sleepResult|nightlyRecoveryStatus|meanNightlyRecoveryRRI)"\s*:'),
        "a night of a Polar account's export, whose form is not published; its training sessions are read",
    ),
    (
        re.compile(rb'\A\W*"data"\s*:\s*\{\s*"(?:metrics|workouts)"\s*:'),
        "an export of the app Health Auto Export; import the export of Apple Health itself, as it was downloaded",
    ),
)


def check_is_readable_kind(file: InputFile) -> None:
    """Return unless the first bytes are those of a kind that holds no table or recording; raises UnreadableFile."""
    for signature, said in _BY_SIGNATURE:
        if file.head.startswith(signature):
            raise UnreadableFile(said)
    if file.head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        raise UnreadableFile("a tar archive; ask for the export as zip, or unpack it and import the folder")
    if file.head[:9].lower() == b"<!doctype" and b"<html" in file.head.lower():
        raise UnreadableFile("a page of a browser; export the figures as CSV, FIT or TCX instead")


def check_is_readable_json(file: InputFile) -> None:
    """Return unless the first bytes are those of a known JSON file that no reader takes; raises UnreadableFile."""
    for pattern, said in _JSON:
        if pattern.search(file.head):
            raise UnreadableFile(said)

"""Kinds of file that no reader takes, told from their bytes: each is named, with the way on."""

import re
from dataclasses import dataclass
from typing import Final

from client.errors import UnreadableFile
from client.ingest.input_file import InputFile
from client.ingest.spreadsheets.documents import EXPORT, MAIL, PRESENTATION, WORD

UNPACK: Final = "unpack it and import the folder"
_PICTURE: Final = f"a picture; {EXPORT}"
_FILM: Final = f"a film or a recording of sound; {EXPORT}"
_PROGRAM: Final = f"a program, which is never run here; {EXPORT}"
_STATISTICS: Final = "a file of a program for statistics; save its table there as CSV, and import that"


@dataclass(frozen=True, slots=True)
class Signature:
    """Bytes that tell a kind of file. at: where they stand, from the first byte on. said: what it is, and the way on.

    is_binary: they could begin a text as well, and tell the kind only where a byte of zero follows somewhere.
    """

    marks: tuple[bytes, ...]
    said: str
    at: int = 0
    is_binary: bool = False

    def tells(self, head: bytes) -> bool:
        """True for the first bytes of such a file."""
        found = any(head.startswith(mark, self.at) for mark in self.marks)
        return found and (not self.is_binary or b"\x00" in head)


def _of(said: str, *marks: bytes, at: int = 0, is_binary: bool = False) -> Signature:
    return Signature(marks, said, at, is_binary)


SIGNATURES: Final[tuple[Signature, ...]] = (
    _of(_PICTURE, b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"8BPS\x00"),
    _of(_PICTURE, b"WEBP", at=8, is_binary=True),
    _of(_PICTURE, b"ftyphei", b"ftypmif1", b"ftypavif", at=4),
    _of(_PICTURE, b"BM", is_binary=True),
    _of(_FILM, b"ftyp", at=4),
    _of(_FILM, b"AVI ", b"WAVE", at=8, is_binary=True),
    _of(_FILM, b"\x1a\x45\xdf\xa3", b"OggS\x00", b"fLaC\x00", b"ID3\x02", b"ID3\x03", b"ID3\x04"),
    _of(f"a document in Rich Text Format; {EXPORT}", b"{\\rtf"),
    _of(f"a page for a printer (PostScript); {EXPORT}", b"%!PS"),
    _of(f"a RAR archive; {UNPACK}", b"Rar!\x1a\x07"),
    _of(f"a 7z archive; {UNPACK}", b"7z\xbc\xaf\x27\x1c"),
    _of(f"a bzip2 archive; {UNPACK}", b"BZh", is_binary=True),
    _of(f"an xz archive; {UNPACK}", b"\xfd7zXZ\x00"),
    _of(f"a Zstandard archive; {UNPACK}", b"\x28\xb5\x2f\xfd"),
    _of(f"a gzip file in a gzip file; {UNPACK}", b"\x1f\x8b"),
    _of("a tar archive; ask for the export as zip, or unpack it and import the folder", b"ustar", at=257),
    _of("an archive without files", b"PK\x05\x06"),
    _of(_PROGRAM, b"MZ", is_binary=True),
    _of(_PROGRAM, b"\x7fELF", b"\xca\xfe\xba\xbe", b"\x00asm", b"dex\n0", b"#!/", b"#! /"),
    _of(_PROGRAM, *(bytes.fromhex(one) for one in ("feedface", "feedfacf", "cefaedfe", "cffaedfe"))),
    _of("a link to a file, not the file; find the file itself and import that", b"L\x00\x00\x00\x01\x14\x02\x00"),
    _of("a link to a page, not a file; open it and save the export there", b"[InternetShortcut]"),
    _of("a database; export its tables as CSV instead", b"SQLite format 3\x00"),
    _of("a database; export its tables as CSV instead", b"Standard Jet DB", b"Standard ACE DB", at=4),
    _of(_STATISTICS, b"$FL2", b"$FL3", is_binary=True),
    _of(_STATISTICS, b"<stata_dta>", b"MATLAB 5.0 MAT-file", b"\x89HDF\r\n\x1a\n", b"PAR1\x15"),
    _of(MAIL, b"Return-Path:", b"Received:", b"MIME-Version:", b"Delivered-To:", b"From: ", b"From - "),
    _of("a calendar, which holds no readings; " + EXPORT, b"BEGIN:VCALENDAR"),
    _of("a card of an address book, which holds no readings; " + EXPORT, b"BEGIN:VCARD"),
)
"""The first that fits tells the kind. Source: the specification of each."""
PDF: Final = f"a PDF; {EXPORT}"
_PDF_WITHIN: Final = 1024
"""Programs that show a PDF accept its mark anywhere in so many bytes."""
_DOCUMENTS: Final = (
    (b"word/", WORD),
    (b"ppt/", PRESENTATION),
    (b"application/vnd.oasis.opendocument.text", f"a text document; {EXPORT}"),
    (b"application/vnd.oasis.opendocument.presentation", f"a presentation; {EXPORT}"),
    (b"application/epub+zip", f"an electronic book; {EXPORT}"),
    (b".iwa", f"a document of Numbers, Pages or Keynote; {EXPORT}"),
    (b"Index.zip", f"a document of Numbers, Pages or Keynote; {EXPORT}"),
)
_ARCHIVE: Final = b"PK\x03\x04"
_OTHER_DOCUMENT: Final = "an office document that is no table; save its table as CSV and import that"
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
    head = file.head
    said = next((one.said for one in SIGNATURES if one.tells(head)), None)
    if said is None and head.startswith(_ARCHIVE):
        said = next((words for mark, words in _DOCUMENTS if mark in head), _OTHER_DOCUMENT)
    if head.startswith(b"%PDF") or (b"%PDF-" in head[:_PDF_WITHIN] and b"\x00" in head):
        said = PDF
    if said is None and head[:9].lower() == b"<!doctype" and b"<html" in head.lower():
        said = "a page of a browser; export the figures as CSV, FIT or TCX instead"
    if said is not None:
        raise UnreadableFile(said)


def check_is_readable_json(file: InputFile) -> None:
    """Return unless the first bytes are those of a known JSON file that no reader takes; raises UnreadableFile."""
    for pattern, said in _JSON:
        if pattern.search(file.head):
            raise UnreadableFile(said)

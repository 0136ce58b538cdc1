"""Office documents of the old form (compound files), which no reader takes, are told by the streams that they hold."""

from typing import Final

from client.ingest.spreadsheets.documents import MAIL, PRESENTATION, WORD

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of a compound file (MS-CFB, section 2.2)."""
LOCKED: Final = "a workbook or document with a password; save it without one as .xlsx or CSV, and import that"
_OLD: Final = "an Excel workbook of the old form (.xls); save it as .xlsx or CSV"
_UNKNOWN: Final = "an Excel workbook of the old form (.xls) or one with a password; save it as .xlsx or CSV"
_BY_STREAM: Final = (
    ("EncryptedPackage", LOCKED),
    ("WordDocument", WORD),
    ("PowerPoint Document", PRESENTATION),
    ("__properties_version1.0", MAIL),
)
_WORKBOOKS: Final = ("Workbook", "Book")
_BEGINS: Final = bytes.fromhex("0908100000060500")
"""The first record of an Excel 97 workbook (MS-XLS, BOF), of 20 bytes; with a password the next one is FilePass."""
_BEGIN_SIZE: Final = 20
_FILE_PASS: Final = b"\x2f\x00"


def said_of_old_document(data: bytes) -> str:
    """Return what a compound file is, and the way on."""
    for stream, said in _BY_STREAM:
        if _named(stream) in data:
            return said
    if not any(_named(one) in data for one in _WORKBOOKS):
        return _UNKNOWN
    return LOCKED if _has_password(data) else _OLD


def _named(stream: str) -> bytes:
    return stream.encode("utf-16-le")


def _has_password(data: bytes) -> bool:
    place = data.find(_BEGINS)
    return place >= 0 and data[place + _BEGIN_SIZE : place + _BEGIN_SIZE + 2] == _FILE_PASS

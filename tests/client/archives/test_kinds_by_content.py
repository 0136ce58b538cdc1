"""A file that no reader takes is told by what it is, whatever its name, with what to do; a text never is."""

import zipfile
from collections.abc import Iterator

import pytest

from client.errors import UnreadableFile
from client.ingest.archives.foreign_kinds import SIGNATURES
from client.ingest.archives.members import members_of
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile
from client.ingest.spreadsheets.old_documents import OLE
from tests.client.workbooks import archive

ZEROS = b"\x00" * 600
BEGIN = bytes.fromhex("0908100000060500") + b"\x00" * 12
WAYS_ON = ("CSV", "unpack", "import that", "save", "export it again", "an archive without files")
KINDS = {
    "a PDF": [b"%PDF-1.7\n", b"\r\n%PDF-1.4" + ZEROS],
    "a picture": [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"II*\x00",
        b"BM" + ZEROS,
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        b"\x00\x00\x00\x18ftypheic",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
    "a film": [b"\x00\x00\x00\x18ftypmp42", b"\x00\x00\x00\x14ftypqt  ", b"RIFF\x10\x00\x00\x00AVI ", b"ID3\x03\x00"],
    "a Word document": [
        archive({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}),
        OLE + ZEROS + "WordDocument".encode("utf-16-le"),
    ],
    "a PowerPoint": [archive({"[Content_Types].xml": "<x/>", "ppt/presentation.xml": "<x/>"})],
    "a text document": [
        archive(
            {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"},
            compression=zipfile.ZIP_STORED,
        )
    ],
    "of Numbers": [archive({"Index/Document.iwa": "x", "preview.jpg": "y"})],
    "Rich Text": [rb"{\rtf1\ansi hello}"],
    "a program": [b"MZ\x90\x00", b"\x7fELF\x02", b"\xca\xfe\xba\xbe\x00", b"\xcf\xfa\xed\xfe", b"#!/bin/sh\necho\n"],
    "an empty file": [b"", b"\xef\xbb\xbf \r\n"],
    "with a password": [
        OLE + ZEROS + "EncryptedPackage".encode("utf-16-le"),
        OLE + ZEROS + BEGIN + b"\x2f\x00" + ZEROS + "Workbook".encode("utf-16-le"),
        archive(
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "META-INF/manifest.xml": "<manifest:encryption-data/>",
                "content.xml": "\x07locked",
            },
            compression=zipfile.ZIP_STORED,
        ),
    ],
    r"of the old form \(.xls\); save": [OLE + ZEROS + BEGIN + b"\xe1\x00" + "Workbook".encode("utf-16-le")],
    "an e-mail": [OLE + "__properties_version1.0".encode("utf-16-le"), b"Received: by x\nSubject: y\n"],
    "a database": [b"SQLite format 3\x00", b"\x00\x01\x00\x00Standard Jet DB\x00"],
    "for statistics": [b"$FL2@(#)\x00", b"\x89HDF\r\n\x1a\n", b"PAR1\x15\x04"],
    "a link to a file": [b"L\x00\x00\x00\x01\x14\x02\x00"],
    "found binary content": [b"\x01\x02\x00\x03" * 40],
}
TOLD = [(kind, data) for kind, files in KINDS.items() for data in files]


def reason_of(data: bytes, name: str) -> str:
    (member,) = members_of(InputFile(name, data), len(data))
    with pytest.raises(UnreadableFile) as refused:
        reader_for(member.opened())
    return str(refused.value)


@pytest.mark.parametrize(("kind", "data"), TOLD, ids=[f"{kind} {number}" for number, (kind, _) in enumerate(TOLD)])
def test_a_file_is_told_by_its_content_with_the_way_on(kind: str, data: bytes) -> None:
    for name in ("scan.pdf", "week 12.csv"):
        said = reason_of(data, name)

        assert kind.replace("\\", "") in said
        assert any(way in said for way in WAYS_ON), said


def texts() -> Iterator[str]:
    """Tables whose first name begins like a file of another kind does."""
    for signature in SIGNATURES:
        for mark in signature.marks if signature.at == 0 else ():
            if signature.is_binary and mark.isascii():
                yield f"{mark.decode()},date,fatigue\n1,2026-11-20,3\n"


@pytest.mark.parametrize("text", list(texts()))
def test_a_text_that_begins_alike_is_read_as_a_text(text: str) -> None:
    assert "no reader knows these columns" in reason_of(text.encode(), "t.csv")

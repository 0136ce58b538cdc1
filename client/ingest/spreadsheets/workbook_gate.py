"""What a workbook must be before a reader opens it: of bounded size, without tricks of archives or of XML.

The reader lays every sheet out as a full rectangle: two cells at opposite corners of one would take 400 GiB. So the
size is found here first, with a parser that keeps nothing.
"""

import io
import re
import zipfile
import zlib
from array import array
from functools import lru_cache
from typing import IO
from xml.parsers import expat

from client.errors import UnreadableFile
from client.ingest.bounds.archive_directory import opened_archive
from client.ingest.bounds.unfinished import Unfinished
from client.ingest.spreadsheets.old_documents import LOCKED, OLE, said_of_old_document

MAX_UNPACKED = 64 * 1024 * 1024  # ours: a hundred thousand rows of ten cells
MAX_RATIO = 200  # ours: what people type packs ten to fifty times smaller
MIN_JUDGED = 1024 * 1024  # ours: below it no ratio does harm
MAX_CELLS = 1_000_000  # ours: of all sheets together, blank ones within their rectangles too
MAX_TEXT = 64 * 1024 * 1024  # ours: bytes of all cells together, a text that many of them share once for each
MAX_PARTS = 2_000  # ours: sheets, styles, pictures
_PIECE = 64 * 1024
_FASTEST = 1  # zlib: the copy is held twice while it is opened, and packed it takes a tenth of the memory
_READ = (".xml", ".rels", "mimetype")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,9})", re.ASCII)
_MANIFEST = "META-INF/manifest.xml"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
DAMAGED = "an Excel or OpenDocument workbook that is damaged; open it in the program it comes from and save it as CSV"
TOO_LARGE = "a workbook that unpacks to more than a table of {cells} cells; save the sheet that is meant as CSV"


def may_be_workbook(head: bytes) -> bool:
    """True where the first bytes are those of an archive or of an old office document."""
    return head.startswith((OLE, b"PK\x03\x04"))


def is_workbook(data: bytes) -> bool:
    """True for an Excel or OpenDocument spreadsheet of any age, readable or not."""
    if data.startswith(OLE):
        return True
    if not data.startswith(b"PK\x03\x04"):
        return False
    return _ODS in data[:200] or any(name.startswith("xl/") for name in _names(data))


def checked_copy(data: bytes) -> bytes:
    """Return a workbook of the parts that were checked and no others; raises UnreadableFile with the way on.

    What is opened afterwards is this copy: two programs may find different parts in one archive.
    """
    if data.startswith(OLE):
        raise UnreadableFile(said_of_old_document(data))
    if any(name.startswith("xl/w") and name.endswith(".bin") for name in _names(data)):
        raise UnreadableFile("an Excel workbook of the binary form (.xlsb); save it as .xlsx or CSV")
    try:
        with opened_archive(io.BytesIO(data)) as archive:
            return _copied(archive, len(data))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise UnreadableFile(DAMAGED) from error


def _names(data: bytes) -> list[str]:
    try:
        with opened_archive(io.BytesIO(data)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def _copied(archive: zipfile.ZipFile, packed: int) -> bytes:
    parts = archive.infolist()
    if _is_locked(archive):
        raise UnreadableFile(LOCKED)
    if len(parts) > MAX_PARTS or len({part.filename for part in parts}) != len(parts):
        raise UnreadableFile(DAMAGED)
    budget = _Budget(min(MAX_UNPACKED, max(MIN_JUDGED, MAX_RATIO * packed)))
    cells, copy = _CellCount(), io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=_FASTEST) as kept:
        for part in (one for one in parts if one.filename.endswith(_READ)):
            with archive.open(part) as stream, kept.open(part.filename, "w") as sink:
                unfinished = Unfinished("a workbook")
                _copy(stream, sink, budget, _parser_of(part.filename, cells, unfinished), unfinished)
    cells.hold_shared()
    return copy.getvalue()


def _is_locked(archive: zipfile.ZipFile) -> bool:
    """True for an OpenDocument spreadsheet with a password: its list of parts says how each is encrypted."""
    if _MANIFEST not in archive.namelist():
        return False
    with archive.open(_MANIFEST) as stream:
        return b"encryption-data" in stream.read(_PIECE)


def _copy(
    stream: IO[bytes],
    sink: IO[bytes],
    budget: "_Budget",
    parser: "expat.XMLParserType | None",
    unfinished: Unfinished,
) -> None:
    try:
        while piece := stream.read(_PIECE):
            budget.spend(len(piece))
            if parser is not None:
                unfinished.take(len(piece))
                parser.Parse(piece, False)
            sink.write(piece)
        if parser is not None:
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnreadableFile(DAMAGED) from error


def _parser_of(name: str, cells: "_CellCount", unfinished: Unfinished) -> "expat.XMLParserType | None":
    """Return what checks a part: of Excel any part may be a sheet, whatever its name."""
    if name == "mimetype":
        return None
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if name == "content.xml":
        extent = _OpenExtent(cells, unfinished)
        parser.StartElementHandler, parser.EndElementHandler = extent.start, extent.end
        parser.CharacterDataHandler = extent.text
    else:
        part = _ExcelExtent(cells, unfinished)
        parser.StartElementHandler, parser.EndElementHandler = part.start, part.end
        parser.CharacterDataHandler = part.text
    return parser


class _Budget:
    """Bytes that may still be unpacked."""

    def __init__(self, left: int) -> None:
        self._left = left

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise UnreadableFile(TOO_LARGE.format(cells=f"{MAX_CELLS:,}"))


def _refuse_doctype(*_: object) -> None:
    raise UnreadableFile(DAMAGED)  # no workbook has one; entities are what such a declaration is for


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _bytes_of(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class _CellCount:
    """The cells of all sheets of a workbook, and their texts: every visible sheet is laid out."""

    def __init__(self) -> None:
        self._total = self._text = 0
        self._shared, self._uses = array("L"), array("L")

    def hold(self, size: int) -> None:
        """Take in so many bytes of text; raises UnreadableFile for too many."""
        self._text += size
        if self._text > MAX_TEXT:
            raise UnreadableFile(TOO_LARGE.format(cells=f"{MAX_CELLS:,}"))

    def share(self, size: int) -> None:
        """Take in the next text of those that cells share by its number."""
        self._shared.append(size)

    def use(self, number: str) -> None:
        """Take in that a cell has the shared text of this number; one that is none gives the cell no text."""
        if not (number.isascii() and number.isdigit() and len(number) <= 7):
            return
        missing = int(number) + 1 - len(self._uses)
        if missing > 0:
            self._uses.frombytes(bytes(missing * self._uses.itemsize))
        self._uses[int(number)] += 1

    def hold_shared(self) -> None:
        """Take in the shared texts once for each of their cells; raises as `hold` does."""
        for size, uses in zip(self._shared, self._uses, strict=False):
            self.hold(size * uses)

    def grow(self, before: int, now: int) -> int:
        """Take in that a sheet of so many cells has more now, and return them; raises UnreadableFile for too many."""
        self._total += now - before
        if self._total > MAX_CELLS:
            raise UnreadableFile(TOO_LARGE.format(cells=f"{MAX_CELLS:,}"))
        return now


class _ExcelExtent:
    """The rectangle from the first cell of an Excel sheet to its last; of the texts that cells share, their sizes."""

    def __init__(self, cells: _CellCount, unfinished: Unfinished) -> None:
        self._cells, self._area, self._unfinished = cells, 0, unfinished
        self._row = self._rows = self._column = self._columns = 0
        self._is_shared = self._is_text = False
        self._held: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._unfinished.size = 0
        kind = name if name in ("c", "v", "row") else _local(name)  # most elements of a sheet are these
        if kind == "row":
            self._row, self._column = _whole(attributes.get("r"), self._row + 1), 0
        elif kind == "si" or (kind == "v" and self._is_shared):
            self._is_text = True
        elif kind == "c":
            self._is_shared = attributes.get("t") == "s"
            found = _REFERENCE.fullmatch(attributes.get("r", "").upper())
            self._column = _column_number(found[1]) if found else self._column + 1
            self._row = int(found[2]) if found else self._row
            if self._row > self._rows or self._column > self._columns:
                self._rows, self._columns = max(self._rows, self._row), max(self._columns, self._column)
                self._area = self._cells.grow(self._area, self._rows * self._columns)

    def text(self, text: str) -> None:
        if self._is_text:
            self._held.append(text)

    def end(self, name: str) -> None:
        if not self._is_text or (kind := _local(name)) not in ("si", "v"):
            return
        held, self._held, self._is_text = "".join(self._held), [], False
        if kind == "si":
            self._cells.share(_bytes_of(held))
        else:
            self._cells.use(held.strip())


def _whole(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        raise UnreadableFile(DAMAGED)
    return int(text)


@lru_cache(maxsize=1024)
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


class _OpenExtent:
    """The rectangle of an OpenDocument sheet, without the blank cells and rows that end it, often a million of them."""

    def __init__(self, cells: _CellCount, unfinished: Unfinished) -> None:
        self._cells, self._area, self._unfinished = cells, 0, unfinished
        self._rows = self._columns = self._column = self._widest = self._repeated = 0
        self._cell = (0, False)
        self._text = self._text_of_row = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._unfinished.size = 0
        kind = _local(name)
        known = {_local(key): value for key, value in attributes.items()}
        if kind == "table":
            self._rows = self._columns = self._area = 0
        elif kind == "table-row":
            self._repeated = _whole(known.get("number-rows-repeated"), 1)
            self._column = self._widest = self._text_of_row = 0
        elif kind in ("table-cell", "covered-table-cell"):
            self._text = sum(map(len, known.values()))
            self._cell = (_whole(known.get("number-columns-repeated"), 1), "value-type" in known or "formula" in known)

    def text(self, text: str) -> None:
        self._cell = (self._cell[0], True)
        self._text += _bytes_of(text)

    def end(self, name: str) -> None:
        kind = _local(name)
        if kind in ("table-cell", "covered-table-cell"):
            self._column += self._cell[0]
            self._widest = self._column if self._cell[1] else self._widest
            self._text_of_row += self._text * self._cell[0] if self._cell[1] else 0
            self._cell = (0, False)
        elif kind == "table-row":
            self._rows += self._repeated
            if self._widest:
                self._cells.hold(self._text_of_row * self._repeated)
                self._columns = max(self._columns, self._widest)
                self._area = self._cells.grow(self._area, self._rows * self._columns)

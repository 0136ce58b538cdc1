"""Delimited text as rows by header name, tolerant of what exports do: BOM, UTF-16, CRLF, CR, `sep=`, blank lines."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from client.biometrics.quality import QualityCounters
from client.errors import UnreadableFile
from client.ingest.cells.csv_records import CsvRecord, split_records
from client.ingest.cells.cycle_names import is_about_cycle
from client.ingest.cells.headings import heading, plain_heading
from client.ingest.cells.typed_cell import TypedCell
from client.ingest.input_file import InputFile
from client.ingest.markup.scan import looks_like_xml
from client.ingest.spreadsheets.workbook import Sheet

MAX_PREAMBLE = 60  # ours: lines above a header that are looked through for it
_DELIMITERS = ",;\t"
_SEP_LINE = re.compile(r'"?sep=([^"\r\n])"?', re.IGNORECASE)
_MOST_HEADERS = 3  # ours: lines that are tried as the header of an unknown table
_ARCHIVE = b"PK\x03\x04"
_HEAD = 64  # ours: bytes that are looked at for UTF-16 without a mark
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
UNCLOSED = "a quotation mark is opened and not closed again; each of those lines was read by itself"


@dataclass(frozen=True, slots=True)
class TextTable:
    """Header names, stripped, and the lines after it, unparsed."""

    header: tuple[str, ...]
    delimiter: str
    lines: tuple[str, ...]

    @property
    def repeated(self) -> frozenset[str]:
        """Names that more than one column has; rows do not hold them, for nothing says which column is meant."""
        return frozenset(name for name, number in Counter(self.header).items() if name and number > 1)

    def has(self, *names: str) -> bool:
        """True when the header has every one of `names`; raises UnreadableFile where one stands there twice."""
        if not set(names) <= set(self.header):
            return False
        self.check_single(names)
        return True

    def check_single(self, names: Collection[str]) -> None:
        """Return when each of `names` is one column; raises UnreadableFile that names the others."""
        twice = sorted(self.repeated & set(names))
        if twice:
            raise UnreadableFile(f"two columns have the same name: {', '.join(twice)}; rename one of them")

    def records(self) -> Iterator[CsvRecord]:
        """Yield the lines below the header as cells."""
        return split_records(self.lines, delimiter=self.delimiter, width=len(self.header))

    def rows(self, counters: QualityCounters) -> Iterator[dict[str, str]]:
        """Yield each row as a dict. A row with more or fewer cells than the header is counted and left out:
        its cells cannot be told apart, and a shifted cell is worse than a missing one. Cells about the cycle are in
        no row."""
        names = [None if name in self.repeated or is_about_cycle(name) else name for name in self.header]
        for record in self.records():
            if record.cells is not None and not any(cell.strip() for cell in record.cells):
                continue
            counters.rows += 1
            if record.is_unclosed:
                counters.count("quote_unclosed")
                counters.note(UNCLOSED)
            row = None if record.cells is None else _fitted(record.cells, self.header)
            if row is None:
                counters.count("dropped:row_unreadable")
            elif len(row) != len(names):
                counters.count("dropped:row_ragged")
            else:
                cells = zip(names, row, strict=True)
                yield {name: _stripped(cell) for name, cell in cells if name is not None}


def _fitted(cells: list[str], header: Sequence[str]) -> list[str]:
    """Return the cells as wide as the header where only blank ends differ: some lines end with a delimiter."""
    width = len(header)
    if len(cells) > width and not any(map(str.strip, cells[width:])):
        return cells[:width]
    if len(cells) < width and not any(header[len(cells) :]):
        return [*cells, *[""] * (width - len(cells))]
    return cells


def _stripped(cell: str) -> str:
    return cell if isinstance(cell, TypedCell) else cell.strip()


@dataclass(frozen=True, slots=True)
class SheetTable(TextTable):
    """A table on a sheet of a workbook, whose cells stand in columns and cannot shift; `lines` is empty."""

    cells: tuple[tuple[str, ...], ...]

    def records(self) -> Iterator[CsvRecord]:
        """Yield the rows below the header; what stands beside the table belongs to none of its columns."""
        width = len(self.header)
        for row in self.cells:
            yield CsvRecord([*row[:width], *[""] * (width - len(row))])


def decoded(file: InputFile) -> str:
    """Return the file's text without BOM and with plain line ends, a workbook's first filled sheet with tabs.

    Raises UnreadableFile for binary content.
    """
    if file.is_workbook:
        table = _first_sheet(file)
        return "\n".join("\t".join(row) for row in (table.header, *table.cells))
    codec = _utf_16(file.data)
    if codec is not None:
        return _plain_ends(_decoded_as(codec, file.data))
    if b"\x00" in file.data or file.data.startswith(_ARCHIVE):
        raise UnreadableFile("expected text, found binary content")
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = _western(file.data)
    return _plain_ends(text)


def _western(data: bytes) -> str:
    """Decode what is no UTF-8 as the code page of Western Windows; broken UTF-8 is not read as its letters."""
    text = data.decode("cp1252", errors="replace")
    try:
        data.decode("utf-8", errors="surrogatepass")
    except UnicodeDecodeError:
        if "�" not in text:
            return text
    raise UnreadableFile("expected text in UTF-8")


def may_hold_table(file: InputFile) -> bool:
    """True for a workbook, and for a file that may be delimited text: neither binary nor JSON nor XML.

    What its first bytes tell comes first: a large export that is read as a stream is never held whole for this.
    """
    if file.is_workbook:
        return True
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{") or looks_like_xml(file):
        return False
    return b"\x00" not in file.data or _utf_16(file.data) is not None


def _utf_16(data: bytes) -> str | None:
    """Return the codec of a text of two bytes a sign, told by its mark or by a first line of plain letters."""
    if data.startswith(_UTF_16):
        return "utf-16"
    head = data[:_HEAD]
    if len(head) < 4 or not any(head):
        return None
    return "utf-16-le" if not any(head[1::2]) else "utf-16-be" if not any(head[::2]) else None


def _decoded_as(codec: str, data: bytes) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise UnreadableFile("expected text in UTF-16, as its first bytes say") from error
    if "\x00" in text:
        raise UnreadableFile("expected text, found binary content")
    return text


def _plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_table(file: InputFile, delimiter: str | None = None) -> TextTable:
    """Return the table of a delimited text or of a workbook's first filled sheet, its header being the first line.

    Raises UnreadableFile without one.
    """
    if file.is_workbook:
        return _first_sheet(file)
    lines, said = _lines(file)
    head = next((number for number, line in enumerate(lines) if line.strip()), None)
    if head is None:
        raise UnreadableFile("empty")
    return _table_at(lines, head, delimiter or _delimiter(lines[head], said))


def _table_at(lines: Sequence[str], head: int, delimiter: str) -> TextTable:
    header, below = heading(lines, head, delimiter)
    return TextTable(header, delimiter, tuple(lines[below:]))


def _first_sheet(file: InputFile) -> SheetTable:
    for sheet in file.sheets:
        for number, row in enumerate(sheet.rows):
            if any(row):
                return _sheet_table(sheet, number)
    raise UnreadableFile("empty")


def find_table(file: InputFile, names: Collection[str], delimiter: str | None = None) -> TextTable | None:
    """Return the first table whose header has all of `names` (see `find_tables`), or None."""
    return next((table for _, table in find_tables(file, names, delimiter)), None)


def find_tables(
    file: InputFile, names: Collection[str], delimiter: str | None = None
) -> Iterator[tuple[str, TextTable]]:
    """Yield the tables whose header has all of `names`, lines of description above it left out.

    A text holds one, without a name; of a workbook every sheet may hold one, named as the sheet.
    delimiter: the one declared; those tried after it are that of a `sep=` line, a comma, a semicolon and a tab.
    """
    if file.is_workbook:
        yield from _tables_of_sheets(file.sheets, names)
        return
    lines, said = _lines(file)
    candidates = dict.fromkeys([*(one for one in (delimiter, said) if one), *_DELIMITERS])
    for number in range(min(MAX_PREAMBLE, len(lines))):
        for chosen in candidates:
            if set(names) <= set(heading(lines, number, chosen)[0]):
                yield "", _table_at(lines, number, chosen)
                return


def tables_by_width(file: InputFile, most_lines: int) -> list[TextTable]:
    """Return the tables that the first lines may be headers of, the widest first, and the upper one of two."""
    if file.is_workbook:
        found: list[TextTable] = [
            _sheet_table(sheet, number) for sheet in file.sheets for number in _widest_rows(sheet, most_lines)
        ]
    else:
        lines, said = _lines(file)
        lines = [line for line in lines if line.strip()]
        found = [
            _table_at(lines, number, _delimiter(lines[number], said)) for number in _widest(lines[:most_lines], said)
        ]
    named = [table for table in found if sum(map(bool, table.header)) > 1]
    return sorted(named, key=lambda table: -sum(map(bool, table.header)))[:_MOST_HEADERS]


def _widest(first: Sequence[str], said: str | None) -> list[int]:
    """Return the places of the few lines with the most names, so that no other one's rows are held."""
    names = [sum(map(bool, heading(first, number, _delimiter(line, said))[0])) for number, line in enumerate(first)]
    return sorted(range(len(first)), key=lambda place: -names[place])[:_MOST_HEADERS]


def _delimiter(line: str, said: str | None) -> str:
    return said or max(_DELIMITERS, key=line.count)


def _tables_of_sheets(sheets: Sequence[Sheet], names: Collection[str]) -> Iterator[tuple[str, TextTable]]:
    for sheet in sheets:
        for number in range(min(MAX_PREAMBLE, len(sheet.rows))):
            if set(names) <= set(_sheet_header(sheet, number)):
                yield sheet.name, _sheet_table(sheet, number)
                break


def _widest_rows(sheet: Sheet, most_lines: int) -> list[int]:
    names = [sum(map(bool, _sheet_header(sheet, place))) for place in range(min(most_lines, len(sheet.rows)))]
    return sorted(range(len(names)), key=lambda place: -names[place])[:_MOST_HEADERS]


def _sheet_table(sheet: Sheet, head: int) -> SheetTable:
    return SheetTable(_sheet_header(sheet, head), "", (), sheet.rows[head + 1 :])


def _sheet_header(sheet: Sheet, number: int) -> tuple[str, ...]:
    """Return the names in a row, up to the last one."""
    names = [plain_heading(cell) for cell in sheet.rows[number]]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _lines(file: InputFile) -> tuple[list[str], str | None]:
    """Return the lines and the delimiter that a spreadsheet's `sep=` line says, which is none of them."""
    lines = decoded(file).split("\n")
    found = _SEP_LINE.fullmatch(lines[0].strip(" "))
    return (lines, None) if found is None else (lines[1:], found[1])

"""Delimited text as rows by header name, tolerant of what exports do: `sep=`, description above, blank lines, quotes.

The lines of a text are read anew each time they are gone through: a table of any size takes the memory of a few lines.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from client.biometrics.file_rows import RowPlace
from client.biometrics.quality import QualityCounters
from client.errors import UnreadableFile
from client.ingest.cells.csv_records import CsvRecord, split_records
from client.ingest.cells.cycle_names import is_about_cycle
from client.ingest.cells.headings import MOST_LINES, heading, may_hold_names, plain_heading
from client.ingest.cells.text_codec import holds_zeros, utf_16
from client.ingest.cells.typed_cell import TypedCell
from client.ingest.input_file import EMPTY, InputFile
from client.ingest.markup.scan import looks_like_xml
from client.ingest.spreadsheets.workbook import Sheet, SheetRow, SheetRows
from client.ingest.tables.text_lines import TextLines

MAX_PREAMBLE = 60  # ours: lines above a header that are looked through for it
MOST_TEXT = 16 * 2**20  # ours: bytes; days of beat intervals with their times
_DELIMITERS = ",;\t"
_SEP_LINE = re.compile(r'"?sep=([^"\r\n])"?', re.IGNORECASE)
_AT_ONCE = 10_000  # ours: lines that are held one by one
_MOST_HEADERS = 3  # ours: lines that are tried as the header of an unknown table
UNCLOSED = "a quotation mark is opened and not closed again; each of those lines was read by itself"


@dataclass(frozen=True, slots=True)
class TextTable:
    """Header names, stripped, and the lines after it, unparsed; they can be gone through more than once.

    head: where the header stands, as a spreadsheet numbers its rows.
    """

    header: tuple[str, ...]
    delimiter: str
    lines: Iterable[str]
    head: RowPlace = field(default=RowPlace(0, 1), kw_only=True)

    @property
    def repeated(self) -> frozenset[str]:
        """Names that more than one column has; rows do not hold them, for nothing says which column is meant."""
        return frozenset(name for name, number in Counter(self.header).items() if name and number > 1)

    @property
    def single_names(self) -> tuple[str, ...]:
        """Names that rows hold: neither those that more than one column has nor those about the cycle."""
        repeated = self.repeated
        return tuple(name for name in self.header if name not in repeated and not is_about_cycle(name))

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
        single = set(self.single_names)
        names = [name if name in single else None for name in self.header]
        for record in self.records():
            if record.cells is not None and not any(cell.strip() for cell in record.cells):
                continue
            counters.stand_at(RowPlace(self.head.sheet, self.head.row + record.row))
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

    cells: SheetRows

    def records(self) -> Iterator[CsvRecord]:
        """Yield the rows below the header; what stands beside the table belongs to none of its columns."""
        width = len(self.header)
        for number, row in enumerate(self.cells, start=1):
            yield CsvRecord([*row[:width], *[""] * (width - len(row))], row=number)


def decoded(file: InputFile) -> str:
    """Return the file's text without BOM and with plain line ends, a workbook's first filled sheet with tabs.

    Raises UnreadableFile for binary content, and for a text that is larger than any that is read as a whole.
    """
    if file.is_workbook:
        table = _first_sheet(file)
        return "\n".join("\t".join(row) for row in (table.header, *table.cells))
    if not is_small_text(file):
        raise UnreadableFile(f"expected a text of at most {MOST_TEXT // 2**20} MiB, found more; split it by days")
    lines, parts = iter(TextLines(file)), list[str]()
    while some := list(islice(lines, _AT_ONCE)):
        parts.append("\n".join(some))
    return "\n".join(parts)


def is_small_text(file: InputFile) -> bool:
    """True for a file that `decoded` takes."""
    return file.at_most(MOST_TEXT) is not None


def may_hold_table(file: InputFile) -> bool:
    """True for a workbook, and for a file that may be delimited text: neither binary nor JSON nor XML.

    What its first bytes tell comes first: a large export that is read as a stream is not gone through for this.
    """
    if file.is_workbook:
        return True
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{") or looks_like_xml(file):
        return False
    return utf_16(file.head) is not None or not holds_zeros(file.pieces())


def read_table(file: InputFile, delimiter: str | None = None) -> TextTable:
    """Return the table of a delimited text or of a workbook's first filled sheet, its header being the first line.

    Raises UnreadableFile without one.
    """
    if file.is_workbook:
        return _first_sheet(file)
    lines, said = _lines(file)
    found = next(((number, line) for number, line in enumerate(lines) if line.strip()), None)
    if found is None:
        raise UnreadableFile(EMPTY)
    number, line = found
    return _table_at(lines, number, delimiter or _delimiter(line, said))


def _table_at(lines: TextLines, head: int, delimiter: str) -> TextTable:
    from_head = lines.below(head)
    header, below = heading(from_head.first(MOST_LINES), 0, delimiter)
    return TextTable(header, delimiter, from_head.below(below), head=RowPlace(0, head + 1))


def _first_sheet(file: InputFile) -> SheetTable:
    for sheet in file.sheets:
        for number, row in enumerate(sheet.rows):
            if any(row):
                return _sheet_table(sheet, number, row)
    raise UnreadableFile(EMPTY)


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
        yield from _tables_of_sheets(file.sheets, lambda header: set(names) <= set(header))
        return
    found = _below_description(file, lambda header: set(names) <= set(header), delimiter)
    if found is not None:
        yield "", found


def find_fitting(file: InputFile, fits: Callable[[Sequence[str]], bool]) -> TextTable | None:
    """Return the first table whose header fits, lines of description above it left out, or None."""
    if file.is_workbook:
        return next((table for _, table in _tables_of_sheets(file.sheets, fits)), None)
    return _below_description(file, fits)


def _below_description(
    file: InputFile, fits: Callable[[Sequence[str]], bool], delimiter: str | None = None
) -> TextTable | None:
    lines, said = _lines(file)
    candidates = dict.fromkeys([*(one for one in (delimiter, said) if one), *_DELIMITERS])
    first = lines.first(MAX_PREAMBLE + MOST_LINES)
    for number in filter(lambda one: may_hold_names(first[one]), range(min(MAX_PREAMBLE, len(first)))):
        for chosen in candidates:
            if fits(heading(first, number, chosen)[0]):
                return _table_at(lines, number, chosen)
    return None


def tables_by_width(file: InputFile, most_lines: int) -> list[TextTable]:
    """Return the tables that the first lines may be headers of, the widest first, and the upper one of two."""
    if file.is_workbook:
        found = [table for sheet in file.sheets for table in _widest_tables(sheet, most_lines)]
    else:
        lines, said = _lines(file)
        filled = list(islice(((at, line) for at, line in enumerate(lines) if line.strip()), most_lines))
        widest = _widest([line for _, line in filled], said)
        found = [_table_at(lines, filled[place][0], _delimiter(filled[place][1], said)) for place in widest]
    named = [table for table in found if sum(map(bool, table.header)) > 1]
    return sorted(named, key=lambda table: -sum(map(bool, table.header)))[:_MOST_HEADERS]


def _widest(first: Sequence[str], said: str | None) -> list[int]:
    """Return the places of the few lines with the most names, so that no other one's rows are held."""
    names = [sum(map(bool, heading(first, number, _delimiter(line, said))[0])) for number, line in enumerate(first)]
    return sorted(range(len(first)), key=lambda place: -names[place])[:_MOST_HEADERS]


def _delimiter(line: str, said: str | None) -> str:
    return said or max(_DELIMITERS, key=line.count)


def _tables_of_sheets(
    sheets: Sequence[Sheet], fits: Callable[[Sequence[str]], bool]
) -> Iterator[tuple[str, TextTable]]:
    for sheet in sheets:
        for number, row in enumerate(sheet.rows.first(MAX_PREAMBLE)):
            if fits(_sheet_header(row)):
                yield sheet.name, _sheet_table(sheet, number, row)
                break


def _widest_tables(sheet: Sheet, most_lines: int) -> list[TextTable]:
    rows = sheet.rows.first(most_lines)
    names = [sum(map(bool, _sheet_header(row))) for row in rows]
    widest = sorted(range(len(rows)), key=lambda place: -names[place])[:_MOST_HEADERS]
    return [_sheet_table(sheet, place, rows[place]) for place in widest]


def _sheet_table(sheet: Sheet, head: int, row: SheetRow) -> SheetTable:
    return SheetTable(_sheet_header(row), "", (), sheet.rows.below(head + 1), head=RowPlace(sheet.number, head + 1))


def _sheet_header(row: SheetRow) -> tuple[str, ...]:
    """Return the names in a row, up to the last one."""
    names = [plain_heading(cell) for cell in row]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _lines(file: InputFile) -> tuple[TextLines, str | None]:
    """Return the lines and the delimiter that a spreadsheet's `sep=` line says, which is none of them."""
    lines = TextLines(file)
    first = lines.first(1)
    found = _SEP_LINE.fullmatch(first[0].strip(" ")) if first else None
    return (lines, None) if found is None else (lines.below(1), found[1])

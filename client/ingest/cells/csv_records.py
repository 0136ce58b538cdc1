"""Lines of delimited text as records (RFC 4180), where a quotation mark that is never closed swallows no other line."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from client.biometrics.interruption import check_interruption

MAX_FIELD = 1_000_000
MAX_CELL_LINES = 200  # ours: no note has more; it bounds how far an open quotation mark is followed
_QUOTE = '"'


@dataclass(frozen=True, slots=True)
class CsvRecord:
    """One record. cells: None where it cannot be split. is_unclosed: a quotation mark in it was opened only.

    row: its number below the header, from 1, as a spreadsheet counts: blank lines too, a record of several lines once.
    """

    cells: list[str] | None
    is_unclosed: bool = False
    row: int = 0


class _Coming:
    """Lines that come, of which some are looked at before they are taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._seen: deque[str] = deque()

    def take(self) -> str | None:
        """Return the next line and go on; None after the last one."""
        return self._seen.popleft() if self._seen else next(self._lines, None)

    def ahead(self) -> Iterator[str]:
        """Yield the lines after the one that was taken last, as many as a cell may have; they are still to be taken.

        Neither lines nor signs are more than a cell may have: what is looked at is held.
        """
        signs = 0
        for number in range(MAX_CELL_LINES - 1):
            check_interruption()
            if number == len(self._seen):
                line = next(self._lines, None)
                if line is None:
                    return
                self._seen.append(line)
            signs += len(self._seen[number])
            if signs > MAX_FIELD:
                return
            yield self._seen[number]


def split_records(lines: Iterable[str], *, delimiter: str, width: int) -> Iterator[CsvRecord]:
    """Yield the records of lines that are not blank.

    width: cells of the header. A quoted cell may go over several lines; where one of them is a record by itself, or the
    cell is never closed, the mark is text and every line stands for itself.
    """
    csv.field_size_limit(MAX_FIELD)
    coming, row = _Coming(lines), 0
    while (line := coming.take()) is not None:
        row += 1
        if not line.strip():
            continue
        record = _record_from(line, coming, delimiter, width)
        if record is None:
            yield CsvRecord(_split_alone(line, delimiter, width), is_unclosed=True, row=row)
        else:
            for _ in record[1:]:
                coming.take()
            yield CsvRecord(_split("\n".join(record), delimiter), row=row)


def _split(text: str, delimiter: str, *, is_strict: bool = False) -> list[str] | None:
    """Return the cells, or None; strict: a closing mark must end its cell."""
    try:
        lines = [f"{line}\n" for line in text.split("\n")]
        return next(csv.reader(lines, delimiter=delimiter, strict=is_strict), None)
    except csv.Error:
        return None


def _split_alone(line: str, delimiter: str, width: int) -> list[str] | None:
    """Split a line whose last quotation mark is only opened; delimiters after it are text where no column follows."""
    cells = _split(_without_open_quote(line, delimiter), delimiter)
    opened = _split(line[: _open_quote(line, delimiter, is_open=False)], delimiter)
    if cells is None or opened is None or max(len(opened), 1) != width:
        return cells
    return [*cells[: width - 1], delimiter.join(cells[width - 1 :])]


def _record_from(line: str, coming: _Coming, delimiter: str, width: int) -> list[str] | None:
    """Return the lines of the record that begins with `line`, or None where a cell of it is never closed."""
    if _open_quote(line, delimiter, is_open=False) is None:
        return [line]
    alone, record = _split(_without_open_quote(line, delimiter), delimiter), [line]
    for further in coming.ahead():
        if alone is not None and _is_alike(alone, _split_alone(further, delimiter, width), width):
            return None
        record.append(further)
        if _open_quote(further, delimiter, is_open=True) is None:
            cells = _split("\n".join(record), delimiter, is_strict=True)
            return record if cells is not None and len(cells) == width else None
    return None


def _is_alike(broken: list[str], cells: list[str] | None, width: int) -> bool:
    """True when a line within a quoted cell has the header's cells, and digits wherever the broken line has."""
    if cells is None or len(cells) != width or width == 1:
        return False
    numeric = [place for place, cell in enumerate(broken[:width]) if _is_numeric(cell)]
    filled = [place for place in numeric if cells[place].strip()]
    return bool(filled) and all(_is_numeric(cells[place]) for place in filled)


def _is_numeric(cell: str) -> bool:
    return any(sign.isdigit() for sign in cell) and not any(sign.isspace() and sign != " " for sign in cell)


def _open_quote(line: str, delimiter: str, *, is_open: bool) -> int | None:
    """Return where a quotation mark was opened that the line does not close (-1: on a line before), or None."""
    opened, place = (-1, 0) if is_open else (None, 0)
    while True:
        if opened is None:
            opened = place if line.startswith(_QUOTE, place) else None
            if opened is None:
                after = line.find(delimiter, place)
                if after < 0:
                    return None
                place = after + 1
                continue
            place += 1
        closed = line.find(_QUOTE, place)
        if closed < 0:
            return opened
        if line.startswith(_QUOTE, closed + 1):  # a doubled mark is one of the text
            place = closed + 2
            continue
        after = line.find(delimiter, closed + 1)
        if after < 0:
            return None
        opened, place = None, after + 1


def _without_open_quote(line: str, delimiter: str) -> str:
    place = _open_quote(line, delimiter, is_open=False)
    return line if place is None else line[:place] + line[place + 1 :]

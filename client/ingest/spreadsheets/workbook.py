"""Excel and OpenDocument workbooks (python-calamine) as sheets of typed cells, made anew each time they are read.

The library holds a sheet in a third of the memory that its cells take as texts, so that no more than a row is held so.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from client.errors import UnreadableFile
from client.ingest.cells.typed_cell import typed
from client.ingest.spreadsheets.workbook_gate import DAMAGED, checked_copy

SheetRow = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetRows:
    """Rows of one sheet from the row `skipped` on, as cells: `TypedCell` where the spreadsheet says what a cell is.

    sheet: the library's own, which knows its cells.
    """

    sheet: Any
    skipped: int = 0

    def __iter__(self) -> Iterator[SheetRow]:
        with _translated():
            for row in islice(self.sheet.iter_rows(), self.skipped, None):
                yield tuple(map(typed, row))

    def below(self, rows: int) -> "SheetRows":
        """Return the rows that come after the first `rows`."""
        return SheetRows(self.sheet, self.skipped + rows)

    def first(self, most: int) -> list[SheetRow]:
        """Return the first rows, at most `most`."""
        return list(islice(self, most))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its rows, and its number among the visible ones, from 1; 0 where it is the only one."""

    name: str
    rows: SheetRows
    number: int = 0


def read_sheets(data: bytes) -> tuple[Sheet, ...]:
    """Return the visible sheets in their order; raises UnreadableFile for a workbook that must not be opened."""
    return tuple(_opened(checked_copy(data)))


def _opened(data: bytes) -> Iterator[Sheet]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    with _translated(), CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        shown = [
            one.name
            for one in book.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
        ]
        for number, name in enumerate(shown, start=1):
            yield Sheet(name, SheetRows(book.get_sheet_by_name(name)), number if len(shown) > 1 else 0)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (UnreadableFile, GeneratorExit):
        raise
    except Exception as error:
        raise UnreadableFile(DAMAGED) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a fault in the library raises; it has no other name
            raise
        raise UnreadableFile(DAMAGED) from error

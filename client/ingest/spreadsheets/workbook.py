"""Excel and OpenDocument workbooks (python-calamine) as sheets of typed cells."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from client.errors import UnreadableFile
from client.ingest.cells.typed_cell import typed
from client.ingest.spreadsheets.workbook_gate import DAMAGED, checked_copy


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name and its rows of cells, `TypedCell` where the spreadsheet says what a cell is."""

    name: str
    rows: tuple[tuple[str, ...], ...]


def read_sheets(data: bytes) -> tuple[Sheet, ...]:
    """Return the visible sheets in their order; raises UnreadableFile for a workbook that must not be opened."""
    return tuple(_opened(checked_copy(data)))


def _opened(data: bytes) -> Iterator[Sheet]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            shown = [
                one.name
                for one in book.sheets_metadata
                if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
            ]
            for name in shown:
                rows = book.get_sheet_by_name(name).iter_rows()
                yield Sheet(name, tuple(tuple(typed(cell) for cell in row) for row in rows))
    except UnreadableFile:
        raise
    except Exception as error:
        raise UnreadableFile(DAMAGED) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a fault in the library raises; it has no other name
            raise
        raise UnreadableFile(DAMAGED) from error

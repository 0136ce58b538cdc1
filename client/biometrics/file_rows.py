"""Where in a file its rows stand, as a spreadsheet numbers them: the header is row 1 where nothing stands above it."""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

MOST_PLACED: Final = 5  # ours: rows named for one reason; the first ones


class RowPlace(NamedTuple):
    """One row. sheet: its number among the visible sheets of a workbook, from 1; 0 where one table alone is read."""

    sheet: int
    row: int


NOWHERE: Final = RowPlace(0, 0)
RowsByReason = Mapping[str, tuple[RowPlace, ...]]
"""By reason, the first rows of which it is true, in their order."""


def first_rows(*found: RowsByReason) -> dict[str, tuple[RowPlace, ...]]:
    """Return the first rows of each reason in all of these together."""
    together: dict[str, set[RowPlace]] = defaultdict(set)
    for one in found:
        for reason, rows in one.items():
            together[reason].update(rows)
    return {reason: tuple(sorted(rows)[:MOST_PLACED]) for reason, rows in together.items()}


def in_words(rows: Iterable[RowPlace], number: int) -> str:
    """Return for example "row 4", "rows 4, 7" or "rows 4, 7 and more"; number: of how many rows or cells it is true."""
    held = list(rows)
    of_sheet: dict[int, list[str]] = defaultdict(list)
    for one in held:
        of_sheet[one.sheet].append(str(one.row))
    said = [
        f"{'row' if len(named) == 1 else 'rows'} {', '.join(named)}{f' of sheet {sheet}' if sheet else ''}"
        for sheet, named in of_sheet.items()
    ]
    more = " and more" if len(held) == MOST_PLACED and number > MOST_PLACED else ""
    return "; ".join(said) + more if said else ""


class RowPlaces:
    """Where each row of a ledger stands: four bytes a row, as a large table has millions of them."""

    def __init__(self) -> None:
        self.now = NOWHERE
        self._rows = array("I")
        self._sheets: list[tuple[int, int]] = []

    def begin(self, row: int) -> None:
        """Say that the row of this number, from 1, stands where reading is now."""
        if self.now is not NOWHERE:
            self._set(row, self.now)

    def of(self, row: int) -> RowPlace | None:
        """Return where a row stands; None where that was not said."""
        found = self._rows[row] if row < len(self._rows) else 0
        return RowPlace(self._sheet(row), found) if found else None

    def first(self, rows: Iterable[int]) -> tuple[RowPlace, ...]:
        """Return where the first of these rows stand; rows: in their order."""
        found: list[RowPlace] = []
        for row in rows:
            place = self.of(row)
            if place is not None:
                found.append(place)
            if len(found) == MOST_PLACED:
                break
        return tuple(found)

    def followed_by(self, other: "RowPlaces", *, after: int) -> "RowPlaces":
        """Return both, the rows of the other counted on from `after`."""
        found = RowPlaces()
        for start, one in ((0, self), (after, other)):
            for row in range(1, len(one._rows)):
                place = one.of(row)
                if place is not None:
                    found._set(start + row, place)
        return found

    def _set(self, row: int, place: RowPlace) -> None:
        missing = row + 1 - len(self._rows)
        if missing > 0:
            self._rows.frombytes(bytes(missing * self._rows.itemsize))
        self._rows[row] = place.row
        if place.sheet != self._sheet(row):
            self._sheets.append((row, place.sheet))

    def _sheet(self, row: int) -> int:
        at = bisect_right(self._sheets, row, key=lambda held: held[0]) - 1
        return self._sheets[at][1] if at >= 0 else 0

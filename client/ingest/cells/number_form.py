"""Numbers as text: which sign is the decimal one and which groups thousands, judged over a whole column.

A sign that does not fit the declared form makes a refused cell, never another number: "62.5" is not 625, and "10.250"
beside "850" is not 10.25.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache

from client.ingest.cells.typed_cell import TypedCell

MISSING_WORDS = frozenset(
    {"", "na", "n/a", "n.a.", "#n/a", "<na>", "null", "none", "-", "--", "---", "\u2013", "\u2014"}
)
_NO_NUMBERS = frozenset({"nan", "inf", "infinity", "#div/0!", "#num!", "#value!", "#ref!", "#name?", "#null!"})
SPACES_AND_APOSTROPHES = "' \u2019\u00a0\u2009\u202f"  # they group in Switzerland and France and are never decimal
MOST_SIGNS = 64  # ours: characters of a cell that is tried as a number; a longer one is none
_GROUPS = rf"(?:[\d.,{SPACES_AND_APOSTROPHES}]*[{SPACES_AND_APOSTROPHES}])?"
_NUMERIC = re.compile(rf"[+-]?{_GROUPS}[.,]*\d[\d.,]*", re.ASCII)
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d(?:[.,]\d{1,9})?)", re.ASCII)


class Refusal(StrEnum):
    """Why a cell gives no number."""

    NOT_A_NUMBER = "not_a_number"
    NO_RESULT = "no_result"
    SIGN = "sign"

    @property
    def word(self) -> str:
        """The word of the quality report."""
        return Refusal.NOT_A_NUMBER.value if self is Refusal.NO_RESULT else self.value

    @property
    def tells_of_column(self) -> bool:
        """False for NaN, Inf, #DIV/0!: a division by nothing says nothing of the other cells' unit or scale."""
        return self is not Refusal.NO_RESULT


def is_missing(text: str) -> bool:
    """True for an empty cell and for the words that stand for one."""
    return text.strip().lower() in MISSING_WORDS


def plain_number(text: str) -> float | None:
    """Return a number with a decimal point and no grouping; None for all else, such as "1_000", "nan" and "٣"."""
    return _value(text.strip(), ".", "")


def clock_seconds(text: str) -> float | None:
    """Return the seconds of a duration written h:mm:ss, or None for all else."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = found.groups()
    return int(hours) * 3600.0 + int(minutes) * 60.0 + float(seconds.replace(",", "."))


@cache
def _pattern(decimal: str, grouping: str) -> re.Pattern[str]:
    groups = rf"\d{{1,3}}(?:([{re.escape(grouping)}])\d{{3}})(?:\1\d{{3}})*|" if grouping else "()"
    point = re.escape(decimal)
    return re.compile(rf"[+-]?(?:{groups}\d+)?(?:{point}\d*)?(?:[eE][+-]?\d{{1,3}})?", re.ASCII)


def _value(text: str, decimal: str, grouping: str) -> float | None:
    if len(text) > MOST_SIGNS or _pattern(decimal, grouping).fullmatch(text) is None:
        return None
    kept = text.translate({ord(sign): None for sign in grouping}).replace(decimal, ".")
    try:
        value = float(kept)
    except ValueError:  # a lone point or exponent
        return None
    return value if abs(value) < float("inf") else None


def _is_numeric(text: str) -> bool:
    """True for digits with signs that may be decimal or group, in whatever order."""
    return len(text) <= MOST_SIGNS and _NUMERIC.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How the numbers of one column are written.

    decimal: the decimal sign. grouping: the signs that may stand before groups of three digits.
    unclear: signs whose cells are refused, because the column does not say what they mean.
    """

    decimal: str = "."
    grouping: str = SPACES_AND_APOSTROPHES
    unclear: str = ""

    def read(self, text: str) -> float | Refusal:
        """Return the number in a cell, or why there is none. A missing cell is the caller's to see first."""
        if isinstance(text, TypedCell):
            return text.value if isinstance(text.value, float) else Refusal.NOT_A_NUMBER
        text = text.strip()
        if any(sign in text for sign in self.unclear) and _is_numeric(text):
            return Refusal.SIGN
        value = _value(text, self.decimal, self.grouping)
        if value is not None:
            return value
        return Refusal.SIGN if _is_numeric(text) else refusal_of(text)


def refusal_of(text: str) -> Refusal:
    """Return why a text that is no number in any form is refused."""
    is_no_result = text.strip().lstrip("+-").lower() in _NO_NUMBERS
    return Refusal.NO_RESULT if is_no_result else Refusal.NOT_A_NUMBER


class ColumnSigns:
    """Judges a column by all of its cells, which are looked at one by one and not held.

    decimal, grouping: as declared; None where the mapping says nothing ("." then, and what the cells prove).
    is_possible: whether a number is in the range of the column's stream; only a doubt within the range is one.
    """

    def __init__(self, *, decimal: str | None, grouping: str | None, is_possible: Callable[[float], bool]) -> None:
        self._point = decimal or "."
        other = "," if self._point == "." else "."
        self._group = other if grouping is None else grouping
        self._is_open, self._is_possible = grouping is None, is_possible
        self._is_declared = decimal is not None
        self._groups_surely = bool(decimal or grouping)
        self._fits_groups = True
        self._point_is = _Point.ABSENT
        self._doubtful = re.compile(rf"[+-]?[1-9]\d{{0,2}}{re.escape(self._point)}\d{{3}}", re.ASCII)

    def see(self, cell: str) -> None:
        """Take one cell into account."""
        cell = cell.strip()
        if not _is_numeric(cell):
            return
        if self._point in cell:
            self._point_is = max(self._point_is, self._told_by(cell))
        if self._group and self._group in cell:
            self._fits_groups &= _value(cell, self._point, self._group) is not None
            self._groups_surely |= self._point in cell or cell.count(self._group) > 1

    def form(self) -> NumberForm:
        """Return how the cells are written."""
        unclear = self._point if self._is_unclear() else ""
        allowed = SPACES_AND_APOSTROPHES + self._group if self._is_open else self._group
        if self._group and not (self._fits_groups and self._groups_surely):
            unclear += self._group
        return NumberForm(self._point, allowed, unclear)

    def _told_by(self, cell: str) -> "_Point":
        """Return what one cell with the decimal sign tells of it."""
        if cell.count(self._point) > 1:
            return _Point.REPEATED
        is_doubt = self._doubtful.fullmatch(cell) and self._is_possible(float(cell.replace(self._point, "")))
        return _Point.DOUBTFUL if is_doubt else _Point.DECIMAL

    def _is_unclear(self) -> bool:
        """True where cells that have the decimal sign may be, or must be, numbers of thousands, such as 10.250."""
        return self._point_is is _Point.REPEATED or (self._point_is is _Point.DOUBTFUL and not self._is_declared)


class _Point(IntEnum):
    """What the cells of a column say of its decimal sign; one that says more outweighs the others."""

    ABSENT = 0
    DOUBTFUL = 1
    DECIMAL = 2
    REPEATED = 3


def column_form(
    cells: Iterable[str], *, decimal: str | None, grouping: str | None, is_possible: Callable[[float], bool]
) -> NumberForm:
    """Judge a column by cells that are at hand, as `ColumnSigns` does."""
    signs = ColumnSigns(decimal=decimal, grouping=grouping, is_possible=is_possible)
    for cell in cells:
        signs.see(cell)
    return signs.form()

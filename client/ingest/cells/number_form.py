"""Numbers as text: which sign is the decimal one and which groups thousands, judged over a whole column.

A sign that does not fit the declared form makes a refused cell, never another number: "62.5" is not 625, and "10.250"
beside "850" is not 10.25.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
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


def column_form(
    cells: Iterable[str], *, decimal: str | None, grouping: str | None, is_possible: Callable[[float], bool]
) -> NumberForm:
    """Judge a column by all of its cells.

    decimal, grouping: as declared; None where the mapping says nothing ("." then, and what the cells prove).
    is_possible: whether a number is in the range of the column's stream; only a doubt within the range is one.
    """
    point = decimal or "."
    other = "," if point == "." else "."
    group = other if grouping is None else grouping
    known = [text for text in (cell.strip() for cell in cells) if _is_numeric(text)]
    unclear = _unclear_decimal(known, point, is_possible, is_declared=decimal is not None)
    allowed = SPACES_AND_APOSTROPHES + group if grouping is None else group
    if group and not _is_grouping(known, point, group, is_declared=bool(decimal or grouping)):
        unclear += group
    return NumberForm(point, allowed, unclear)


def _is_grouping(cells: list[str], point: str, group: str, *, is_declared: bool) -> bool:
    """True where every cell with the sign fits groups of three, and the column or the mapping says that it groups."""
    marked = [cell for cell in cells if group in cell]
    if any(_value(cell, point, group) is None for cell in marked):
        return False
    return is_declared or any(point in cell or cell.count(group) > 1 for cell in marked)


def _unclear_decimal(cells: list[str], point: str, is_possible: Callable[[float], bool], *, is_declared: bool) -> str:
    """Return the sign where cells that have it may be, or must be, numbers of thousands, such as 10.250."""
    pointed = [cell for cell in cells if point in cell]
    if any(cell.count(point) > 1 for cell in pointed):
        return point
    doubtful = re.compile(rf"[+-]?[1-9]\d{{0,2}}{re.escape(point)}\d{{3}}", re.ASCII)
    if is_declared or not pointed or not all(doubtful.fullmatch(cell) for cell in pointed):
        return ""
    return point if all(is_possible(float(cell.replace(point, ""))) for cell in pointed) else ""

"""Lines of a text of beat intervals: comments, a header, a time stamp or elapsed time beside, either decimal sign."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise, takewhile

from client.biometrics.observations import MAX_SERIES
from client.errors import UnreadableFile

PLAUSIBLE_MS = (300.0, 2200.0)  # ours: 0.3 to 2.2 s; docs/ingest.md §6.5
HEART_RATES = (25.0, 240.0)  # a minute, ours: whole numbers of this kind are no intervals in ms or s
MIN_PLAUSIBLE_SHARE = 0.8  # ours: below it this is another column or another unit
MIN_BEATS = 20  # ours: fewer numbers are no recording
MIN_DIFFERENT = 3  # ours: one of several columns with fewer values is a mark, such as 0 or 1 for quality
MAX_UNNAMED = 3  # ours: a table of more columns has to say which one holds intervals
MOST_ABOVE = 2**16  # ours: characters that are looked through for what stands above the numbers
MOST_LOOKED_AT = 2**20  # ours: characters that tell whether a text holds intervals
MAX_HEADER = 40  # ours: lines of description above the first number
MOST_OF_NOTHING = 0.1  # ours: of the median; a beat so short is an artefact, and many of them do not follow each other
FLIGHT = 10  # ours: numbers; a jump of 2 cm lasts longer at 100 Hz
SMOOTH = 40  # ours: numbers; breathing turns beats around within a few of them
_COMMENT = ("#", "%", "//", "*")
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_NUMERIC_LINE = re.compile(r"[\d.,;:\sTZeE/+-]+", re.ASCII)
_UNIT = re.compile(r"(?<=\d)\s*(?:msec|ms|sec|s)(?![^\s;,])", re.ASCII | re.IGNORECASE)
_SPACED_OFFSET = re.compile(r"(:\d\d(?:\.\d{1,9})?) +(?=[+-]\d\d:?\d\d\b)", re.ASCII)
_SINCE_1970_S = range(10**9, 4 * 10**9)  # from 2001 on; a thousand times as much is in ms
_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_ANY_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{2,4}", re.ASCII)
_NAME = re.compile(r"(?<![a-z])(rr|rri|r-r|nn|nni|ibi|beats?|intervals?|rr[-_ ]?int[a-z]*)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IntervalLines:
    """The lines of numbers. columns: texts by column, all of one length. names: the header's cell by column, or "".

    ragged: lines that have another number of cells. above: the lines above the first number, comments too.
    """

    columns: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    ragged: int
    above: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Lines of numbers, ragged ones too."""
        return self.ragged + (len(self.columns[0]) if self.columns else 0)

    def intervals(self) -> tuple[list[float | None], float] | None:
        """Return the intervals as written (None: no number) and their factor to ms; None where no column is one.

        A column whose name says so comes first, else the last one that is plausible: what stands before is time.
        """
        found = self._found()
        return None if found is None else found[1:]

    def _found(self) -> tuple[int, list[float | None], float] | None:
        order = sorted(range(len(self.columns)), key=lambda place: (_is_named(self.names[place]), place), reverse=True)
        for place in order:
            values = [_number(text) for text in self.columns[place]]
            factor = _factor(values)
            is_mark = len(self.columns) > 1 and len(set(values)) < MIN_DIFFERENT
            if factor is not None and not is_mark and not is_force(values):
                return place, values, factor
        return None

    @property
    def are_heart_rates(self) -> bool:
        """True where the numbers of the last column are those of beats a minute, as good as all of them."""
        values = [value for text in self.columns[-1] if (value := _number(text)) is not None] if self.columns else []
        rates = sum(HEART_RATES[0] <= value <= HEART_RATES[1] for value in values)
        return len(values) >= MIN_BEATS and rates >= MIN_PLAUSIBLE_SHARE * len(values)

    @property
    def other_names(self) -> list[str]:
        """Names of the columns that hold neither the intervals nor, before these, times that go on."""
        found = self._found() if len(self.names) > 1 and len(set(self.names)) == len(self.names) else None
        if found is None:
            return []
        place = found[0]
        return [name for at, name in enumerate(self.names) if at > place or (at < place and not self._goes_on(at))]

    def _goes_on(self, place: int) -> bool:
        column = self.columns[place]
        values = [value for text in column if (value := _number(text)) is not None]
        return _STAMP.match(column[0]) is not None or values == sorted(values)

    def first_stamp(self) -> datetime | None:
        """Return the first time stamp, with an offset or without, also of two columns; None where there is none.

        A time since 1970 is one too; either may stand above the numbers.
        """
        first = [column[0] for column in self.columns if column]
        texts = [*first, *(f"{day}T{time}" for day, time in pairwise(first))]
        found = next((text for text in texts if _STAMP.fullmatch(text)), None)
        if found is None:
            found = next((match[0] for line in self.above if (match := _STAMP.search(line))), None)
        try:
            return self._since_1970(first) if found is None else datetime.fromisoformat(found)
        except ValueError:
            return None

    def _since_1970(self, first: Sequence[str]) -> datetime | None:
        heading = re.split("[,;\t]", self.above[-1]) if self.above else ()
        for text in (*(first if len(first) > 1 else ()), *heading):
            value = _number(text.strip()) or 0.0
            for seconds in (value, value / 1000):
                if int(seconds) in _SINCE_1970_S:
                    return datetime.fromtimestamp(seconds, UTC)
        return None

    @property
    def names_a_day(self) -> bool:
        """True when the first line, or one above it, holds a date in any form."""
        return any(map(_ANY_DATE.search, (*(column[0] for column in self.columns if column), *self.above)))


def is_force(values: Sequence[float | None]) -> bool:
    """True for numbers that go on as force does hundreds of times a second, and no beats do (docs/ingest.md §6.5).

    That is a flight, in which many numbers in a row are next to nothing, or a rise or fall that many in a row go on.
    """
    known = [value for value in values if value is not None]
    nothing = MOST_OF_NOTHING * sorted(known)[len(known) // 2] if known else 0.0
    flight = (value < nothing for value in known)
    rising = (later > earlier for earlier, later in pairwise(known))
    falling = (later < earlier for earlier, later in pairwise(known))
    return any(_longest(run) >= most for run, most in ((flight, FLIGHT), (rising, SMOOTH), (falling, SMOOTH)))


def _longest(said: Iterable[bool]) -> int:
    """Return how many are true in a row at most."""
    return max((sum(1 for _ in run) for is_true, run in groupby(said) if is_true), default=0)


def looks_like_intervals(text: str) -> bool:
    """True when the first lines are one to three numbers each, perhaps below a header that names intervals.

    There may be more where the column that the header names holds intervals.
    """
    header, lines = _parted(text[:MOST_LOOKED_AT])
    first = lines[:30]
    if not first or (header and not _is_named(header[-1])):
        return False
    cells = [line for line in first if _NUMERIC_LINE.fullmatch(line) or _STAMP.match(line)]
    if len(cells) < MIN_PLAUSIBLE_SHARE * len(first):
        return False
    found = split_lines(text)
    return len(found.columns) <= MAX_UNNAMED or (any(map(_is_named, found.names)) and found.intervals() is not None)


def split_lines(text: str) -> IntervalLines:
    """Return the lines of numbers, split into their columns; raises UnreadableFile where there are too many."""
    if text.count("\n") > MAX_SERIES:
        raise UnreadableFile(f"expected at most {MAX_SERIES:,} lines of beat intervals, found more; split it by days")
    header, lines = _parted(text)
    rows = _rows(lines, is_comma_between=bool(header) and "," in header[-1])
    widths = [len(row) for row in rows]
    width = max(set(widths), key=widths.count) if widths else 0
    whole = [row for row in rows if len(row) == width]
    names = _names(header[-1], width) if header else ("",) * width
    return IntervalLines(tuple(zip(*whole, strict=True)), names, len(rows) - len(whole), _above(text))


def _parted(text: str) -> tuple[list[str], list[str]]:
    """Return the lines above the first number and those from it on, comments and blank lines left out."""
    lines = [_plain(line) for line in text.split("\n")]
    lines = [line for line in lines if line and not _is_comment(line)]
    start = next((number for number, line in enumerate(lines[:MAX_HEADER]) if _is_row(line)), len(lines))
    found = lines[start:]
    return lines[:start], _spread(found[0]) if len(found) == 1 else found


def _above(text: str) -> tuple[str, ...]:
    """Return the lines above the first number, comments too."""
    lines = [_plain(line) for line in text[:MOST_ABOVE].split("\n")]
    return tuple(takewhile(lambda line: _is_comment(line) or not _is_row(line), filter(None, lines)))[:MAX_HEADER]


def _plain(line: str) -> str:
    """Return a line without quotation marks, units behind numbers, blanks before an offset and an empty last cell."""
    line = _UNIT.sub("", _SPACED_OFFSET.sub(r"\1", line.replace('"', "")))
    return line.strip().rstrip(",; \t")


def _spread(line: str) -> list[str]:
    """Return the numbers of a line that holds all of them; a line with fewer as it is."""
    cells = re.split(r"[;\s]+", line) if re.search(r"[;\s]", line) else line.split(",")
    return [cell.rstrip(",") for cell in cells] if len(cells) >= MIN_BEATS else [line]


def _is_comment(line: str) -> bool:
    return line.startswith(_COMMENT) or (line.startswith(";") and not _is_row(line))


def _is_row(line: str) -> bool:
    return _NUMERIC_LINE.fullmatch(line) is not None and any(sign.isdigit() for sign in line)


def _rows(lines: Sequence[str], *, is_comma_between: bool) -> list[list[str]]:
    for delimiter in ("\t", ";"):
        if any(delimiter in line for line in lines[:MIN_BEATS]):
            return [[_pointed(cell) for cell in line.split(delimiter)] for line in lines]
    if is_comma_between or (lines and _STAMP.match(lines[0]) and "," in lines[0]):
        return [[cell.strip() for cell in line.split(",")] for line in lines]
    if any(" " in line for line in lines[:MIN_BEATS]):
        return [[_pointed(cell.rstrip(",")) for cell in line.split()] for line in lines]
    if _is_decimal_comma(lines):
        return [[_pointed(line)] for line in lines]
    return [[cell.strip() for cell in line.split(",")] for line in lines]


def _is_decimal_comma(lines: Sequence[str]) -> bool:
    """True when a comma stands for a point: "0,84" or "804,5", and not "1654,850", where time goes on line by line."""
    pairs = [line.split(",") for line in lines if "," in line]
    if not pairs or any("." in line for line in lines) or any(len(pair) != 2 for pair in pairs):
        return False
    first = [number for pair in pairs if (number := _number(pair[0])) is not None]
    is_going_on = all(later >= earlier for earlier, later in pairwise(first)) and len(set(first)) >= len(first) // 2
    return len(first) == len(pairs) and not is_going_on


def _pointed(cell: str) -> str:
    cell = cell.strip()
    return cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _names(header: str, width: int) -> tuple[str, ...]:
    cells = next((cells for sign in "\t;," if len(cells := header.split(sign)) == width), [])
    return tuple(cell.strip() for cell in cells) or (header,) * width


def _is_named(name: str) -> bool:
    return _NAME.search(name) is not None


def _factor(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    if len(known) < max(MIN_BEATS, MIN_PLAUSIBLE_SHARE * len(values)):
        return None
    for factor in (1.0, 1000.0):
        plausible = sum(PLAUSIBLE_MS[0] <= value * factor <= PLAUSIBLE_MS[1] for value in known)
        if plausible >= MIN_PLAUSIBLE_SHARE * len(known):
            return factor
    return None

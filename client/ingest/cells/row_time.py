"""The time column of a mapped table: how a cell becomes a day or a moment, and whether a pattern can be right."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from client.errors import UnreadableFile
from client.ingest.cells.typed_cell import TypedCell

NAMED = ("date", "iso", "excel", "unix_s", "unix_ms")
ORDER_DOUBT = 0.1  # ours: from this share of the telling dates on, two orders stand in one column
MIN_DISTINCT = 4  # ours: with fewer dates nothing can be seen from their spread

_DIRECTIVE = re.compile(r"%(.)")
_PROBES = (datetime(2021, 2, 3, 16, 5, 6, tzinfo=UTC), datetime(2024, 12, 30, 23, 59, 58, tzinfo=UTC))
_WEEK = re.compile(r"\d{4}-?W\d{2}", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(.*)", re.ASCII | re.DOTALL)
_EXCEL_ORIGIN = datetime(1899, 12, 30)  # noqa: DTZ001 - serials are local; day 1 is 1 January 1900, with Lotus's leap year
_EXCEL = re.compile(r"\d{5}([.,]\d+)?", re.ASCII)
_LIKELY = ("iso", "excel", "unix_s", "unix_ms", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")
_UNIX = {"unix_s": re.compile(r"\d{9,10}(\.\d+)?", re.ASCII), "unix_ms": re.compile(r"\d{12,13}", re.ASCII)}


def check_format(text: str) -> str:
    """Return a time format that fixes a day, and an hour where it has one; raises ValueError with what is missing."""
    if text in NAMED:
        return text
    used = set(_DIRECTIVE.findall(text))
    if not used:
        raise ValueError(f"expected one of {', '.join(NAMED)}, or a pattern such as %d.%m.%Y %H:%M")
    if ("p" in used) != ("I" in used):
        raise ValueError("%I (hours to 12) and %p (AM or PM) are needed together; %H alone is hours to 24")
    if "Z" in used:
        raise ValueError("a zone's letters do not fix an offset; use %z, such as +0100, or time.zone")
    if used & set("cxX"):
        raise ValueError("%c, %x and %X depend on the machine; write the parts out, such as %m/%d/%Y")
    for probe in _PROBES:
        _check_probe(text, probe, has_time=bool(used & set("HIMSf")))
    return text


def _check_probe(text: str, probe: datetime, *, has_time: bool) -> None:
    try:
        again = datetime.strptime(probe.strftime(text), text)  # noqa: DTZ007 - only the parts are compared
    except ValueError as error:
        raise ValueError(f"the pattern cannot be used: {error}") from error
    if again.date() != probe.date():
        raise ValueError("the pattern must fix a day: a year, a month and a day, such as %Y-%m-%d")
    if has_time and again.hour != probe.hour:
        raise ValueError("a pattern with a time must say the hour: %H, or %I with %p")


def read_time(text: str, form: str) -> datetime | date | None:
    """Return what a cell says: a day, or a moment with or without offset; None when it does not fit the form.

    A spreadsheet's cell that is a day or a moment is taken as it is, whatever the form.
    """
    if isinstance(text, TypedCell) and isinstance(text.value, date):
        return text.value
    return _read_text(str(text), form)


@lru_cache(maxsize=4096)  # one day stands in many rows of a file of many athletes
def _read_text(text: str, form: str) -> datetime | date | None:
    if any(sign.isdigit() and not sign.isascii() for sign in text):
        return None
    try:
        if form in _UNIX:
            return _unix(text, form)
        if form == "excel":
            return _excel(text)
        if form in ("date", "iso"):
            return _iso(text, form)
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the mapping's
    except (ValueError, OverflowError):
        return None


def _iso(text: str, form: str) -> datetime | date | None:
    if _WEEK.fullmatch(text):  # a week is no day
        return None
    return date.fromisoformat(text) if form == "date" else datetime.fromisoformat(text)


def _excel(text: str) -> datetime | None:
    if _EXCEL.fullmatch(text) is None:
        return None
    return _EXCEL_ORIGIN + timedelta(seconds=round(float(text.replace(",", ".")) * 86_400))


def _unix(text: str, form: str) -> datetime | None:
    if _UNIX[form].fullmatch(text) is None:
        return None
    return datetime.fromtimestamp(float(text) / (1 if form == "unix_s" else 1000), UTC)


def likely_format(texts: Iterable[str]) -> str | None:
    """Return a format that times which cannot be read look like, or None; of two orders of day and month none is."""
    for text in texts:
        found = next((form for form in _LIKELY if read_time(text, form) is not None), None)
        if found is not None:
            return found
    return None


def _exchanged(text: str, form: str) -> date | None:
    """Return the day that the cell names when day and month change places, or None."""
    if form in ("date", "iso"):
        found = _ISO.fullmatch(text)
        changed = read_time(f"{found[1]}-{found[3]}-{found[2]}{found[4]}", form) if found else None
    else:
        changed = read_time(text, form.replace("%m", "%\0").replace("%d", "%m").replace("%\0", "%d"))
    return changed.date() if isinstance(changed, datetime) else changed


@dataclass(slots=True)
class DayOrder:
    """What the dates of one column tell about the order of day and month.

    as_said: dates that only fit the order of the format. exchanged: dates that only fit the other one.
    """

    form: str
    as_said: int = 0
    exchanged: int = 0
    _days: set[tuple[date, date]] = field(default_factory=set)

    def see(self, text: str) -> None:
        """Take one cell into account; a spreadsheet's own day needs no order."""
        if isinstance(text, TypedCell):
            return
        if self.form not in ("date", "iso") and not {"m", "d"} <= set(_DIRECTIVE.findall(self.form)):
            return
        said, other = read_time(text, self.form), _exchanged(text, self.form)
        day = said.date() if isinstance(said, datetime) else said
        self.as_said += day is not None and other is None
        self.exchanged += day is None and other is not None
        if day is not None and other is not None:
            self._days.add((day, other))

    def check(self, column: str) -> None:
        """Return when the order can be right; raises UnreadableFile where dates prove that it is not."""
        if self.is_contradicted:
            telling = self.as_said + self.exchanged
            raise UnreadableFile(
                f"day and month look exchanged in the column {column}: {self.exchanged} of {telling} dates that can "
                "tell fit only the other order; correct time.format in the mapping"
            )

    @property
    def is_contradicted(self) -> bool:
        """True when more than a slip fits the other order alone."""
        return self.exchanged > 0 and self.exchanged >= ORDER_DOUBT * (self.as_said + self.exchanged)

    @property
    def is_doubtful(self) -> bool:
        """True when every date can be read both ways and, as said, all fall on one day of different months."""
        return not self.as_said and len(self._days) >= MIN_DISTINCT and len({said.day for said, _ in self._days}) == 1

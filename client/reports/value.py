"""What a report holds: of each athlete the morning, what was decided the day before, load and availability, in values.

Numbers stay numbers here; `client.reports.document` is the one place that makes texts of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter

from client.web.rows.board_groups import BoardGroup
from policies.vocabulary import Category, Role


class Variant(StrEnum):
    """For whom a report is made. What each may see is decided anew at every opening."""

    COACH = "coach"
    MEDICAL = "medical"
    ATHLETE = "athlete"


VARIANT_OF: Final = {Role.COACH: Variant.COACH, Role.MEDICAL: Variant.MEDICAL}
"""The variant that a role reads."""


@dataclass(frozen=True, slots=True)
class MorningRow:
    """Where an athlete stands on the board, in its words. is_lowered: somebody decided on less load for this day."""

    group: BoardGroup
    word: str
    plan: str
    proposed: str
    why: str
    is_lowered: bool


@dataclass(frozen=True, slots=True)
class FindingWords:
    """One source of evidence beside the athlete's own usual, in words."""

    source: str
    word: str
    measured: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision: who took it, when, and which load came of it [AU]."""

    day: date
    answer: str
    reason: str
    person: str
    at: str
    planned_au: float
    chosen_au: float
    is_taken_back: bool


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """Load [AU]: of the day before, of the seven days up to it and of the seven before those; None where unknown.

    monotony: of those seven days (Foster 1998). trained_days: of them, with a load above 0; None unless all are known.
    """

    day_before_au: float | None = None
    week_au: float | None = None
    week_before_au: float | None = None
    monotony: float | None = None
    trained_days: int | None = None

    @property
    def change(self) -> float | None:
        """Relative change of the week against the one before; None without both, or where there was no load."""
        if self.week_au is None or not self.week_before_au:
            return None
        return self.week_au / self.week_before_au - 1.0


@dataclass(frozen=True, slots=True)
class AvailableDays:
    """Days of the week before the report, by what the club recorded; they add up to seven."""

    full: int
    restricted: int
    out: int
    not_recorded: int


@dataclass(frozen=True, slots=True)
class AthleteReport:
    """One athlete's part. available: "full", "restricted", "out", or None where the club recorded nothing.

    decisions: of the day before; on a Monday of the seven days before. week: on Mondays alone.
    """

    morning: MorningRow
    findings: tuple[FindingWords, ...]
    decisions: tuple[DecisionLine, ...]
    load: LoadFigures
    available: str | None
    week: AvailableDays | None


@dataclass(frozen=True, slots=True)
class PreparedPart:
    """One athlete's part as it was prepared, of which categories it was made, and on which terms readiness was shared.

    at_home, light_only: as of `client.web.access.PageAccess`. told: the mark of what people had said, decided and
    planned for the morning (`client.reports.making.mark_of_told`); empty in parts of before there was one.
    """

    made: datetime
    made_of: frozenset[Category]
    report: AthleteReport
    at_home: bool = False
    light_only: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True)
class PreparedDay:
    """What is common to a day's report: when it was prepared, and what was planned for everyone then."""

    day: date
    made: datetime
    plan: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One athlete as a reader is shown them."""

    number: int
    name: str
    report: AthleteReport


@dataclass(frozen=True, slots=True)
class Report:
    """A report as one reader opened it. made, opened: in the club's time zone. lines: by name."""

    club: str
    day: date
    variant: Variant
    made: datetime
    opened: datetime
    opened_for: str
    plan: str
    lines: Sequence[ReportLine]

    @property
    def is_week(self) -> bool:
        """True on a Monday: the report is of the week before as well."""
        return is_week(self.day)


def is_week(day: date) -> bool:
    """True if the report of this day is one of the week before too."""
    return day.weekday() == 0


_PART: Final = TypeAdapter(PreparedPart)
_DAY: Final = TypeAdapter(PreparedDay)
_REPORT: Final = TypeAdapter(Report)


def encoded_part(one: PreparedPart) -> bytes:
    """Return a part as JSON."""
    return _PART.dump_json(one)


def decoded_part(plain: bytes) -> PreparedPart:
    """Return the part that was encoded."""
    return _PART.validate_json(plain)


def encoded_day(one: PreparedDay) -> bytes:
    """Return what is common to a day as JSON."""
    return _DAY.dump_json(one)


def decoded_day(plain: bytes) -> PreparedDay:
    """Return the day that was encoded."""
    return _DAY.validate_json(plain)


def report_json(one: Report) -> dict[str, object]:
    """Return a report as what JSON can hold; `schema` names its form."""
    return {"schema": "homefield-daily-report-1", **_REPORT.dump_python(one, mode="json")}

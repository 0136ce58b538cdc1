"""What coaches are told of an athlete's availability: an act of medical staff or the athlete, like a fit note.

A statement needs no standing grant and holds no diagnosis: its words come from closed lists, a load in AU and a day.
The newest of the medical team counts, and beside it the newest of the athlete: of two, whatever allows less holds. One
that was taken back stays in the record, and what stood before it stands again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from chassis.text import long_date
from client.coaching.check_in import can_undo
from client.coaching.daily_assessment import DailyAssessment
from client.coaching.training_session import LARGEST_LOAD_AU
from client.errors import BadHealthRecord
from client.health.availability import LIMIT_WORDS, ActivityLimit, Availability
from client.health.health_records import Fields, HealthRecords
from policies.vocabulary import AthleteId, PersonId, Role

LONGEST: Final = timedelta(days=366)  # ours: a limit that lasts longer is stated anew
MAY_STATE: Final = (Role.MEDICAL, Role.ATHLETE)
NOT_YOURS: Final = (
    "only the medical team, or the athlete of their own word, may state or lift a limit; ask the medical team "
    "to change it"
)
STATED: Final = {Availability.NONE: "out", Availability.REDUCED: "restricted", Availability.FULL: "full"}
"""Availability in the words of the club's daily record, which a statement comes before."""
_FORM: Final = "statement"
_TAKEN_BACK: Final = "statement_taken_back"


@dataclass(frozen=True, slots=True)
class AvailabilityStatement:
    """One statement to coaches about one athlete, from `day` to `until`.

    cap_au: the largest load of a day, in AU; percent: of the own usual day, where that is how the cap was said. until:
    the last day on which it holds; None of "full" without a limit, which holds until the next. number: of its row.
    Raises BadHealthRecord for one that cannot be.
    """

    athlete: AthleteId
    day: date
    availability: Availability
    limits: tuple[ActivityLimit, ...]
    cap_au: float | None
    until: date | None
    person: PersonId
    role: Role
    at: datetime
    percent: int | None = None
    number: int = 0

    def __post_init__(self) -> None:
        if self.role not in MAY_STATE:
            raise BadHealthRecord(NOT_YOURS)
        if self.cap_au is not None and not 0 <= self.cap_au <= LARGEST_LOAD_AU:
            raise BadHealthRecord(f"expected a cap from 0 to {LARGEST_LOAD_AU:,.0f} AU, got {self.cap_au:,.0f} AU")
        _check_parts(self.availability, bool(self.limits) or self.cap_au is not None)
        _check_until(self)

    @property
    def is_limit(self) -> bool:
        """True unless it says "full" and nothing else."""
        return self.availability is not Availability.FULL or bool(self.limits) or self.cap_au is not None

    @property
    def largest_au(self) -> float | None:
        """The largest load of a day that it leaves: 0 where nothing is possible, None without a cap."""
        return 0.0 if self.availability is Availability.NONE else self.cap_au

    def holds_on(self, day: date) -> bool:
        """True on the days from its own to the last one."""
        return self.day <= day and (self.until is None or day <= self.until)


def _check_parts(availability: Availability, has_limit: bool) -> None:
    if availability is Availability.REDUCED and not has_limit:
        raise BadHealthRecord(
            "“reduced” needs a limit or a cap: choose what to leave out, or how much load is possible"
        )
    if availability is Availability.NONE and has_limit:
        raise BadHealthRecord("“none” leaves nothing to limit: take the limits out, or choose “reduced”")


def _check_until(one: AvailabilityStatement) -> None:
    if not one.is_limit and one.until is not None:
        raise BadHealthRecord("“full” without a limit has no last day: leave it empty")
    if one.is_limit and one.until is None:
        raise BadHealthRecord("a limit needs its last day: say until when it holds")
    if one.until is not None and not one.day <= one.until <= one.day + LONGEST:
        raise BadHealthRecord(
            f"expected a last day from {long_date(one.day)} to {long_date(one.day + LONGEST)}, "
            f"got {long_date(one.until)}"
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds of an athlete on one day: one or two statements, of the medical team and of the athlete."""

    statements: tuple[AvailabilityStatement, ...]

    @property
    def availability(self) -> Availability:
        """The least of them."""
        order = list(Availability)
        return min((one.availability for one in self.statements), key=order.index)

    @property
    def cap_au(self) -> float | None:
        """The smallest cap of them in AU; None without one."""
        return min((one.largest_au for one in self.statements if one.largest_au is not None), default=None)

    @property
    def is_limit(self) -> bool:
        """True unless they say "full" and nothing else."""
        return any(one.is_limit for one in self.statements)

    @property
    def words(self) -> str:
        """What a coach reads: of two, what limits."""
        limiting = [one for one in self.statements if one.is_limit]
        return "; ".join(coach_words(one) for one in limiting or self.statements[:1])


def with_limit(one: DailyAssessment, standing: Standing | None) -> DailyAssessment:
    """Return the morning with the limit that holds; what was stated counts before the club's daily record."""
    if standing is None or not standing.is_limit:
        return one
    return replace(one, stated=standing.words, available=STATED[standing.availability])


def coach_words(one: AvailabilityStatement) -> str:
    """Return exactly what coaches read of a statement, such as "modified: no sprinting until 4 December 2026"."""
    until = "" if one.until is None else f" until {long_date(one.until)}"
    if one.availability is Availability.NONE:
        return f"not available{until}"
    parts = [LIMIT_WORDS[limit] for limit in ActivityLimit if limit in one.limits]
    if one.cap_au is not None:
        parts.append(f"at most {one.cap_au:,.0f} AU a day")
    if not parts:
        return "fully available"
    head = "modified" if one.availability is Availability.REDUCED else "fully available, but"
    return f"{head}: {', '.join(parts)}{until}"


@dataclass(frozen=True, slots=True)
class TakenBackBy:
    """Who took a statement back, and when."""

    person: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class AvailabilityStatements:
    """The statements in one vault."""

    records: HealthRecords

    def add(self, one: AvailabilityStatement) -> AvailabilityStatement:
        """Add a statement durably."""
        return replace(one, number=self.records.add(one.athlete, _FORM, _encode(one)))

    def take_back(self, one: AvailabilityStatement, *, person: PersonId, role: Role, at: datetime) -> None:
        """Note that a statement counts no more; only whose kind of word it is may say so. A second time is nothing."""
        if role is not one.role:
            raise BadHealthRecord(NOT_YOURS)
        if one.number not in self._gone(one.athlete):
            fields = {"statement": one.number, "person": person, "at": at.isoformat()}
            self.records.add(one.athlete, _TAKEN_BACK, fields)

    def history(self, athlete: AthleteId) -> list[tuple[AvailabilityStatement, TakenBackBy | None]]:
        """Return every statement, oldest first, and who took it back if anybody did."""
        gone = self._gone(athlete)
        every = [_decode(athlete, row.number, row.fields) for row in self.records.of(athlete, _FORM)]
        return [(one, gone.get(one.number)) for one in every]

    def standing(self, athlete: AthleteId, day: date) -> Standing | None:
        """Return what holds on `day`; None where nothing was stated that holds."""
        return standing_of((one for one, gone in self.history(athlete) if gone is None), day)

    def _gone(self, athlete: AthleteId) -> dict[int, TakenBackBy]:
        return {
            row.fields["statement"]: TakenBackBy(
                PersonId(row.fields["person"]), datetime.fromisoformat(row.fields["at"])
            )
            for row in self.records.of(athlete, _TAKEN_BACK)
        }


def standing_of(counting: Iterable[AvailabilityStatement], day: date) -> Standing | None:
    """Return what holds on `day` of statements that nobody took back, oldest first.

    Of each kind of author the newest made up to that day counts; where it has ended, an earlier one does not come back.
    """
    made = [one for one in counting if one.day <= day]
    newest = [next((one for one in reversed(made) if one.role is role), None) for role in MAY_STATE]
    holding = tuple(one for one in newest if one is not None and one.holds_on(day))
    return Standing(holding) if holding else None


def is_told_already(
    history: Sequence[tuple[AvailabilityStatement, TakenBackBy | None]], made: AvailabilityStatement
) -> bool:
    """True where the newest statement says the same, by the same person on the same day: a form that was sent twice."""
    if not history or history[-1][1] is not None:
        return False
    return replace(history[-1][0], number=0, at=made.at) == replace(made, number=0)


def may_take_back(
    history: Sequence[tuple[AvailabilityStatement, TakenBackBy | None]], role: Role, now: datetime
) -> AvailabilityStatement | None:
    """Return the newest statement that this role may take back now: on its day, 24 hours at most."""
    own = [one for one, gone in history if gone is None and one.role is role]
    return own[-1] if own and can_undo(own[-1].at, now=now) else None


def _encode(one: AvailabilityStatement) -> Fields:
    return {
        "day": one.day.isoformat(),
        "availability": one.availability.value,
        "limits": [limit.value for limit in one.limits],
        "cap_au": one.cap_au,
        "percent": one.percent,
        "until": None if one.until is None else one.until.isoformat(),
        "person": one.person,
        "role": one.role.value,
        "at": one.at.isoformat(),
    }


def _decode(athlete: AthleteId, number: int, r: Fields) -> AvailabilityStatement:
    return AvailabilityStatement(
        athlete=athlete,
        day=date.fromisoformat(r["day"]),
        availability=Availability(r["availability"]),
        limits=tuple(ActivityLimit(limit) for limit in r["limits"]),
        cap_au=r["cap_au"],
        until=None if r["until"] is None else date.fromisoformat(r["until"]),
        person=PersonId(r["person"]),
        role=Role(r["role"]),
        at=datetime.fromisoformat(r["at"]),
        percent=r["percent"],
        number=number,
    )

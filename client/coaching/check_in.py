"""What an athlete told a person of the staff this morning: fine, not OK, or that they could not be reached.

A coach asks where there is too little to compare with. "Not OK" stops the session like the athlete's own word, until it
is taken back or another answer is noted, and at the latest when the day ends; it stands as said by staff.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from client.coaching.evidence import Flags
from client.errors import ClientError
from policies.vocabulary import AthleteId, PersonId, Role

MOST_NOTE = 200
UNDO_LIFE: Final = timedelta(hours=24)


class BadCheckIn(ClientError, ValueError):
    """A note that is too long."""


class CheckInAnswer(StrEnum):
    """What came of asking."""

    FINE = "fine"
    NOT_OK = "not_ok"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One answer as a person of the staff noted it. Raises BadCheckIn for a note above 200 characters.

    number: of its row in the journal, 0 before it is there.
    """

    athlete: AthleteId
    day: date
    answer: CheckInAnswer
    note: str
    person: PersonId
    role: Role
    at: datetime
    number: int = 0

    def __post_init__(self) -> None:
        if len(self.note) > MOST_NOTE:
            raise BadCheckIn(f"expected a note of at most {MOST_NOTE} characters, got {len(self.note)}")

    @property
    def stops(self) -> bool:
        """True if it stops the session of its day."""
        return self.answer is CheckInAnswer.NOT_OK


def newest_by_day(noted: Iterable[CheckIn]) -> dict[date, CheckIn]:
    """Return the answer that counts on each day: the newest. noted: oldest first."""
    return {one.day: one for one in noted}


def flags_of(by_day: Mapping[date, CheckIn]) -> dict[date, Flags]:
    """Return what stops a session by the word of staff, by day."""
    return {day: Flags(noted_not_ok=True) for day, one in by_day.items() if one.stops}


def can_undo(at: datetime, *, now: datetime, starts: time | None = None) -> bool:
    """True while what was decided or noted at `at` may be taken back: until the session starts, 24 hours at most.

    now: in the club's time zone. starts: local time at which the day's session starts, where its plan says so; where it
    does not, the day is what ends it.
    """
    is_before = starts is None or now.time() < starts
    return is_before and at.astimezone(now.tzinfo).date() == now.date() and now - at < UNDO_LIFE

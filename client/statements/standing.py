"""What an athlete's own word means now: the statement that stands, what it raises, and who reads how much of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from audit.entries.details.base import Details
from audit.entries.details.clubs import AthleteAsked
from audit.entries.details.codes import AskedChange
from client.coaching.evidence import Flags
from client.staff.people import StaffPerson
from client.statements.records import Statements
from client.statements.statement import Statement, flags_of
from policies.vocabulary import AthleteId, PersonId, Role

LOOKED_BACK: Final = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class StandingStatements:
    """The statements of one node at this moment. now: in any zone; day: the day that the pages are about."""

    records: Statements
    zone: tzinfo
    now: Callable[[], datetime]
    day: Callable[[], date]

    def of(self, athlete: AthleteId) -> Statement | None:
        """Return what the athlete said of today and did not take back; None after midnight."""
        said = [one for one in self.records.of(athlete, since=self.day()) if one.day == self.day()]
        return said[-1] if said and said[-1].stands(self.now(), self.zone) else None

    def flags(self, athlete: AthleteId) -> dict[date, Flags]:
        """Return the days of the last four weeks that an athlete's own word stops."""
        said = self.records.of(athlete, since=self.day() - LOOKED_BACK)
        return flags_of(said, today=self.day(), now=self.now(), zone=self.zone)

    def note_read(self, athlete: AthleteId, *, person: PersonId, role: Role, log: Callable[[Details], None]) -> None:
        """Note that a person of the staff is shown a statement that stands: once each, and in the log first.

        Raises ConsentUnavailable where the log cannot take it; then the page must not be shown.
        """
        one = self.of(athlete)
        if one is None:
            return
        read = AthleteAsked(person=person, role=role, athlete=athlete, change=AskedChange.READ)
        self.records.note_read(one, person=person, role=role, at=self.now(), before=lambda: log(read))


def readers_of(people: Iterable[StaffPerson], squad: str) -> dict[Role, list[StaffPerson]]:
    """Return who of the staff reads what an athlete of this squad says, by role."""
    found: dict[Role, list[StaffPerson]] = {Role.COACH: [], Role.MEDICAL: []}
    for one in people:
        if squad in one.squads and one.role in found:
            found[one.role].append(one)
    return found

"""The journal's check-ins, sealed per athlete: noted, never changed, and taken back by a row of their own."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime

from client.coaching.check_in import CheckIn, CheckInAnswer
from client.coaching.records.journal_file import JournalFile
from client.coaching.records.taken_back import TakenBackRecords
from policies.vocabulary import AthleteId, PersonId, Role

PLACE = b"check-in"


@dataclass(frozen=True, slots=True)
class CheckIns:
    """Check-ins in one journal."""

    file: JournalFile
    taken_back: TakenBackRecords

    def note(self, one: CheckIn) -> CheckIn:
        """Add an answer durably; returns it with its number. A later one of the same day counts in its place."""
        sealed = self.file.seal_of(one.athlete).close(_encode(one), PLACE)
        row = (one.athlete, one.day.isoformat(), sealed)
        number = self.file.run("INSERT INTO coaching_check_in (athlete, day, sealed) VALUES (?,?,?)", row)
        return replace(one, number=number)

    def of(self, athlete: AthleteId, *, since: date) -> list[CheckIn]:
        """Return an athlete's answers from `since` on that nobody took back, oldest first."""
        gone = self.taken_back.records(athlete, since=since)
        return [one for one in self.all_of(athlete, since=since) if record_name(one) not in gone]

    def all_of(self, athlete: AthleteId, *, since: date) -> list[CheckIn]:
        """Return every answer, those taken back included, oldest first."""
        query = "SELECT number, sealed FROM coaching_check_in WHERE athlete = ? AND day >= ? ORDER BY number"
        rows = self.file.rows(query, (athlete, since.isoformat()))
        seal = self.file.seal_of(athlete) if rows else None
        return [_decode(seal.open(sealed, PLACE), number) for number, sealed in rows] if seal else []

    def take_back(self, one: CheckIn, *, person: PersonId, role: Role, at: datetime) -> None:
        """Note that an answer counts no more; a second time changes nothing."""
        self.taken_back.add(record_name(one), one.athlete, one.day, person=person, role=role, at=at)


def record_name(one: CheckIn) -> str:
    """The name under which an answer is taken back."""
    return f"check-in:{one.number}"


def _encode(one: CheckIn) -> bytes:
    return json.dumps(
        {
            "athlete": one.athlete,
            "day": one.day.isoformat(),
            "answer": one.answer.value,
            "note": one.note,
            "person": one.person,
            "role": one.role.value,
            "at": one.at.isoformat(),
        }
    ).encode()


def _decode(plain: bytes, number: int) -> CheckIn:
    r = json.loads(plain)
    return CheckIn(
        athlete=AthleteId(r["athlete"]),
        day=date.fromisoformat(r["day"]),
        answer=CheckInAnswer(r["answer"]),
        note=r["note"],
        person=PersonId(r["person"]),
        role=Role(r["role"]),
        at=datetime.fromisoformat(r["at"]),
        number=number,
    )

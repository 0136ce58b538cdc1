"""What staff took back: a row beside the record that it ends, so that both stay."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime

from client.coaching.records.journal_file import JournalFile
from policies.vocabulary import AthleteId, PersonId, Role


@dataclass(frozen=True, slots=True)
class TakenBack:
    """Who took a record back, and when."""

    person: PersonId
    role: Role
    at: datetime


@dataclass(frozen=True, slots=True)
class TakenBackRecords:
    """The rows of one journal, by the name of the record that each ends."""

    file: JournalFile

    def add(self, record: str, athlete: AthleteId, day: date, *, person: PersonId, role: Role, at: datetime) -> None:
        """Note durably that `record` counts no more; a second time changes nothing."""
        plain = json.dumps({"person": person, "role": role.value, "at": at.isoformat()}).encode()
        row = (record, athlete, day.isoformat(), self.file.seal_of(athlete).close(plain, record.encode()))
        try:
            self.file.run("INSERT INTO coaching_taken_back (record, athlete, day, sealed) VALUES (?,?,?,?)", row)
        except sqlite3.IntegrityError:
            return  # the same form sent twice

    def records(self, athlete: AthleteId, *, since: date) -> dict[str, TakenBack]:
        """Return what was taken back of an athlete's records of `since` and later days."""
        query = "SELECT record, sealed FROM coaching_taken_back WHERE athlete = ? AND day >= ? ORDER BY number"
        rows = self.file.rows(query, (athlete, since.isoformat()))
        seal = self.file.seal_of(athlete) if rows else None
        return {record: _decode(seal.open(sealed, record.encode())) for record, sealed in rows} if seal else {}


def _decode(plain: bytes) -> TakenBack:
    r = json.loads(plain)
    return TakenBack(PersonId(r["person"]), Role(r["role"]), datetime.fromisoformat(r["at"]))

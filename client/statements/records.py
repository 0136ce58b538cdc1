"""Statements in the node's journal, sealed per athlete: rows are only ever added.

What was taken back and who read it are rows of their own, so that the table tells nothing but how often an athlete
said something; an erased athlete's rows cannot be opened again.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from chassis.storage.schema_steps import Schema, statements
from client.coaching.records.journal_file import AthleteSeal, JournalFile
from client.statements.statement import Statement, StatementKind, StatementRead
from policies.vocabulary import AthleteId, PersonId, Role

_FIRST: Final = """
CREATE TABLE IF NOT EXISTS athlete_statement (
  number INTEGER PRIMARY KEY, athlete TEXT NOT NULL, day TEXT NOT NULL, sealed BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS athlete_statement_athlete ON athlete_statement (athlete, day);
CREATE TRIGGER IF NOT EXISTS athlete_statement_kept BEFORE UPDATE ON athlete_statement
  BEGIN SELECT RAISE(ABORT, 'statements are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS athlete_statement_stays BEFORE DELETE ON athlete_statement
  BEGIN SELECT RAISE(ABORT, 'statements are only ever added'); END;
"""
_ANSWERS: Final = """
CREATE TABLE athlete_answer (
  number INTEGER PRIMARY KEY, athlete TEXT NOT NULL, day TEXT NOT NULL, sealed BLOB NOT NULL
);
CREATE INDEX athlete_answer_athlete ON athlete_answer (athlete, day);
CREATE TRIGGER athlete_answer_kept BEFORE UPDATE ON athlete_answer
  BEGIN SELECT RAISE(ABORT, 'answers are only ever added'); END;
CREATE TRIGGER athlete_answer_stays BEFORE DELETE ON athlete_answer
  BEGIN SELECT RAISE(ABORT, 'answers are only ever added'); END;
"""
SCHEMA: Final = Schema("statements", [statements(_FIRST), statements(_ANSWERS)])
PLACE: Final = b"statement"


@dataclass(slots=True)
class StatementRecord:
    """One statement with what became of it."""

    one: Statement
    taken_back: datetime | None = None
    read: dict[PersonId, StatementRead] = field(default_factory=dict)


class Statements:
    """The statements of one node. Safe to use from several threads."""

    def __init__(self, path: Path, seal_of: Callable[[AthleteId], AthleteSeal]) -> None:
        """Open the journal at `path`; raises JournalError."""
        self._file = JournalFile(path, seal_of, schema=SCHEMA)
        self._reading = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def add(self, one: Statement) -> Statement:
        """Keep a statement durably; returns it with its number. A later one of the same day counts in its place."""
        said = {"said": one.kind.value, "note": one.note, "at": one.at.isoformat()}
        return replace(one, number=self._add(one.athlete, one.day, said))

    def take_back(self, one: Statement, *, at: datetime) -> None:
        """Note that a statement counts no more."""
        self._add(one.athlete, one.day, {"taken_back": one.number, "at": at.isoformat()})

    def note_read(
        self, one: Statement, *, person: PersonId, role: Role, at: datetime, before: Callable[[], None]
    ) -> None:
        """Note once that a person of the staff reads a statement. before: logs it; if it raises, nothing is noted."""
        with self._reading:
            record = next(held for held in self.history(one.athlete, since=one.day) if held.one.number == one.number)
            if person in record.read:
                return
            before()
            read = {"read": one.number, "person": person, "role": role.value, "at": at.isoformat()}
            self._add(one.athlete, one.day, read)

    def of(self, athlete: AthleteId, *, since: date) -> list[Statement]:
        """Return what the athlete said from `since` on and did not take back, oldest first."""
        return [held.one for held in self.history(athlete, since=since) if held.taken_back is None]

    def history(self, athlete: AthleteId, *, since: date) -> list[StatementRecord]:
        """Return every statement from `since` on with what became of it, oldest first."""
        query = "SELECT number, day, sealed FROM athlete_statement WHERE athlete = ? AND day >= ? ORDER BY number"
        rows = self._file.rows(query, (athlete, since.isoformat()))
        if not rows:
            return []
        seal, found = self._file.seal_of(athlete), dict[int, StatementRecord]()
        for number, day, sealed in rows:
            _take(found, number, athlete, date.fromisoformat(day), json.loads(seal.open(sealed, PLACE)))
        return list(found.values())

    def _add(self, athlete: AthleteId, day: date, content: dict[str, Any]) -> int:
        sealed = self._file.seal_of(athlete).close(json.dumps(content).encode(), PLACE)
        row = (athlete, day.isoformat(), sealed)
        return self._file.run("INSERT INTO athlete_statement (athlete, day, sealed) VALUES (?,?,?)", row)


def _take(
    found: dict[int, StatementRecord], number: int, athlete: AthleteId, day: date, content: dict[str, Any]
) -> None:
    """Fold one row into the statements before it."""
    at = datetime.fromisoformat(content["at"])
    if "said" in content:
        one = Statement(athlete, day, StatementKind(content["said"]), content["note"], at, number)
        found[number] = StatementRecord(one)
    elif "taken_back" in content:
        found[content["taken_back"]].taken_back = at
    else:
        reader = PersonId(content["person"])
        found[content["read"]].read[reader] = StatementRead(reader, Role(content["role"]), at)

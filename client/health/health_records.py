"""The sealed rows behind stages and statements, in the node's journal: only ever added, under the athlete's key.

An erased athlete's rows cannot be opened again. They stand apart from the vault, whose readings are read anew after
every change of it.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from chassis.storage.schema_steps import Schema, statements
from client.coaching.records.journal_file import AthleteSeal, JournalFile
from policies.vocabulary import AthleteId

_FIRST: Final = """
CREATE TABLE health_record (number INTEGER PRIMARY KEY, athlete TEXT NOT NULL, sealed BLOB NOT NULL);
CREATE INDEX health_record_athlete ON health_record (athlete);
CREATE TRIGGER health_record_kept BEFORE UPDATE ON health_record
  BEGIN SELECT RAISE(ABORT, 'health records are only ever added'); END;
CREATE TRIGGER health_record_stays BEFORE DELETE ON health_record
  BEGIN SELECT RAISE(ABORT, 'health records are only ever added'); END;
"""
SCHEMA: Final = Schema("health", [statements(_FIRST)])
_PLACE: Final = b"health record"
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HealthRecordRow:
    """One row. number: its place among all rows of the node, by which a later row names it."""

    number: int
    fields: Fields


class HealthRecords:
    """The rows of one node. form: the word under which a row says what it is. Safe to use from several threads.

    deciding: held by whoever adds a row that depends on those before it.
    """

    def __init__(self, path: Path, seal_of: Callable[[AthleteId], AthleteSeal]) -> None:
        """Open the journal at `path`; raises JournalError."""
        self._file = JournalFile(path, seal_of, schema=SCHEMA)
        self.deciding = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def add(self, athlete: AthleteId, form: str, fields: Fields) -> int:
        """Add one row durably and return its number; raises UnknownAthlete or AthleteErased."""
        sealed = self._file.seal_of(athlete).close(json.dumps({"form": form, **fields}).encode(), _PLACE)
        return self._file.run("INSERT INTO health_record (athlete, sealed) VALUES (?, ?)", (athlete, sealed))

    def of(self, athlete: AthleteId, form: str) -> list[HealthRecordRow]:
        """Return the rows of one form, oldest first; raises AthleteErased where there are any that none may open."""
        rows = self._file.rows("SELECT number, sealed FROM health_record WHERE athlete = ? ORDER BY number", (athlete,))
        if not rows:
            return []
        seal = self._file.seal_of(athlete)
        opened = [HealthRecordRow(number, json.loads(seal.open(sealed, _PLACE))) for number, sealed in rows]
        return [one for one in opened if one.fields["form"] == form]

"""How often each person of the staff asked for an athlete's data on a day, sealed per athlete, for 90 days.

The log at the consent service is the proof, with every single entry; this is what the node itself knows, by name and
folded, so that an athlete reads one line where there were thirty. Whose look a row is stands under the seal as well.
"""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from chassis.storage.schema_steps import Schema, statements
from client.coaching.records.journal_file import AthleteSeal, JournalFile
from policies.vocabulary import AthleteId, PersonId, Role

KEPT: Final = timedelta(days=90)  # ours: a season's half; the log keeps what is older
_FIRST: Final = """
CREATE TABLE IF NOT EXISTS athlete_look (
  athlete TEXT NOT NULL, day TEXT NOT NULL, key BLOB NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (athlete, day, key)
);
CREATE INDEX IF NOT EXISTS athlete_look_day ON athlete_look (day);
"""
SCHEMA: Final = Schema("looks", [statements(_FIRST)])
_PLACE: Final = b"look of a person"


@dataclass(frozen=True, slots=True)
class DayOfLooks:
    """What one person asked for of one athlete on one day. shown: how often something could be shown to them."""

    person: PersonId
    role: Role
    day: date
    times: int
    shown: int
    first: datetime
    last: datetime


class Looks:
    """The records of one node. Safe to use from several threads: a lock keeps a count from being lost."""

    def __init__(self, path: Path, seal_of: Callable[[AthleteId], AthleteSeal]) -> None:
        """Open the journal at `path`; raises JournalError."""
        self._file = JournalFile(path, seal_of, schema=SCHEMA)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def note(self, person: PersonId, role: Role, asked: Mapping[AthleteId, bool], *, at: datetime, day: date) -> None:
        """Count one look of a person. asked: of whom, and whether anything could be shown."""
        with self._lock:
            kept = self._file.rows("SELECT athlete, key, sealed FROM athlete_look WHERE day = ?", (day.isoformat(),))
            before = {(athlete, key): sealed for athlete, key, sealed in kept}
            rows = []
            for athlete, is_shown in asked.items():
                seal = self._file.seal_of(athlete)
                key = seal.row_key(person.encode())
                sealed = before.get((athlete, key))
                held = None if sealed is None else _decode(day, seal.open(sealed, _PLACE))
                now = _counted(held, person, role, day, at, is_shown=is_shown)
                rows.append((athlete, day.isoformat(), key, seal.close(_encode(now), _PLACE)))
            statement = "INSERT OR REPLACE INTO athlete_look (athlete, day, key, sealed) VALUES (?,?,?,?)"
            self._file.run_many(statement, rows)
            self._file.run("DELETE FROM athlete_look WHERE day < ?", ((day - KEPT).isoformat(),))

    def of(self, athlete: AthleteId) -> list[DayOfLooks]:
        """Return who asked for an athlete's data, the newest day first, and on a day by who was last."""
        rows = self._file.rows("SELECT day, sealed FROM athlete_look WHERE athlete = ?", (athlete,))
        seal = self._file.seal_of(athlete) if rows else None
        found = [
            _decode(date.fromisoformat(day), seal.open(sealed, _PLACE))
            for day, sealed in (rows if seal is not None else ())
            if seal is not None
        ]
        return sorted(found, key=lambda one: (one.day, one.last), reverse=True)


def _counted(
    held: DayOfLooks | None, person: PersonId, role: Role, day: date, at: datetime, *, is_shown: bool
) -> DayOfLooks:
    if held is None:
        return DayOfLooks(person, role, day, 1, int(is_shown), at, at)
    return DayOfLooks(person, role, day, held.times + 1, held.shown + is_shown, held.first, at)


def _encode(one: DayOfLooks) -> bytes:
    return json.dumps(
        {
            "person": one.person,
            "role": one.role.value,
            "times": one.times,
            "shown": one.shown,
            "first": one.first.isoformat(),
            "last": one.last.isoformat(),
        }
    ).encode()


def _decode(day: date, plain: bytes) -> DayOfLooks:
    r = json.loads(plain)
    first, last = datetime.fromisoformat(r["first"]), datetime.fromisoformat(r["last"])
    return DayOfLooks(PersonId(r["person"]), Role(r["role"]), day, r["times"], r["shown"], first, last)


def asked_of(athletes: Iterable[tuple[AthleteId, bool]], held: frozenset[AthleteId]) -> dict[AthleteId, bool]:
    """Return of whom of this node's athletes was asked, and whether anything of them may be shown."""
    found: dict[AthleteId, bool] = {}
    for athlete, allowed in athletes:
        if athlete in held:
            found[athlete] = found.get(athlete, False) or allowed
    return found

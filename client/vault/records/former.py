"""Values that do not count: what took another value's place, was voided, or was never taken; with who and when.

Rows of one record stand in the order in which their values were set aside. They are sealed like readings.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from client.biometrics.observations import Observation
from client.vault.codec import decode_alone, encode_alone
from client.vault.seal import Seal

SUPERSEDED = b"superseded"
_NOTE = b"superseded-note"


class ChangeKind(StrEnum):
    """What set a value aside."""

    NEWER_REPORT = "newer_report"
    WHOLE_FILE = "whole_file"
    REPLACED = "replaced"
    CONFLICT = "conflict"
    CORRECTED = "corrected"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class ReadingChange:
    """Who set a value aside, when and why.

    kind: NEWER_REPORT, a newer report of its source; WHOLE_FILE, the whole of a file that was cut off; REPLACED,
    `ingest --replace`, or a file that tells the row at another time; CONFLICT, the value was never taken, because
    another was stored; CORRECTED and VOIDED, by hand.
    at: None where an earlier version did not note it. import_number: of the import that brought what counts instead.
    why, text: the reason of a change by hand, a word of a closed list and what a person wrote beside it.
    """

    kind: ChangeKind
    at: datetime | None = None
    who: str = ""
    import_number: int | None = None
    why: str = ""
    text: str = ""


UNNOTED = ReadingChange(ChangeKind.NEWER_REPORT)
"""The change of a value that a version without notes set aside: only newer reports of a source did that."""


@dataclass(frozen=True, slots=True)
class FormerReading:
    """A value that does not count, and what set it aside."""

    reading: Observation
    change: ReadingChange = UNNOTED


class FormerReadings:
    """The former readings of one athlete."""

    def __init__(self, connection: sqlite3.Connection, athlete: int, seal: Seal) -> None:
        self._connection, self._athlete, self._seal = connection, athlete, seal

    def keys(self) -> set[bytes]:
        """Return the keys of the records that have any."""
        query = "SELECT DISTINCT key FROM superseded WHERE athlete = ?"
        return {key for (key,) in self._connection.execute(query, (self._athlete,))}

    def of(self, key: bytes) -> list[FormerReading]:
        """Return those of one record, in the order in which they were set aside."""
        query = "SELECT sealed, note FROM superseded WHERE athlete = ? AND key = ? ORDER BY number"
        rows = self._connection.execute(query, (self._athlete, key)).fetchall()
        return [self._opened(key, *row) for row in rows]

    def all(self) -> dict[bytes, list[FormerReading]]:
        """Return those of every record, by key."""
        query = "SELECT key, sealed, note FROM superseded WHERE athlete = ? ORDER BY number"
        found: dict[bytes, list[FormerReading]] = defaultdict(list)
        for key, sealed, note in self._connection.execute(query, (self._athlete,)).fetchall():
            found[key].append(self._opened(key, sealed, note))
        return found

    def add(self, rows: Iterable[tuple[bytes, FormerReading]]) -> None:
        """Append values to their records."""
        sealed = [
            (
                self._athlete,
                key,
                self._seal.close(encode_alone(one.reading), SUPERSEDED + key),
                self._seal.close(_encode(one.change), _NOTE + key),
            )
            for key, one in rows
        ]
        self._connection.executemany("INSERT INTO superseded (athlete, key, sealed, note) VALUES (?, ?, ?, ?)", sealed)

    def delete(self, keys: Iterable[bytes]) -> None:
        """Delete all former values of these records."""
        rows = [(self._athlete, key) for key in keys]
        self._connection.executemany("DELETE FROM superseded WHERE athlete = ? AND key = ?", rows)

    def _opened(self, key: bytes, sealed: bytes, note: bytes | None) -> FormerReading:
        reading = decode_alone(self._seal.open(sealed, SUPERSEDED + key))
        return FormerReading(reading, UNNOTED if note is None else _decode(self._seal.open(note, _NOTE + key)))


def _encode(change: ReadingChange) -> bytes:
    at = None if change.at is None else change.at.isoformat()
    return json.dumps([change.kind.value, at, change.who, change.import_number, change.why, change.text]).encode()


def _decode(plain: bytes) -> ReadingChange:
    kind, at, who, number, why, text = json.loads(plain)
    return ReadingChange(ChangeKind(kind), None if at is None else datetime.fromisoformat(at), who, number, why, text)

"""Taking readings into one athlete's store: new, known already, corrected, or in conflict with what is stored."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from client.biometrics.observations import PARTIAL_FILE, Observation, ReadingSource
from client.biometrics.sessions import MEASURED, OF_SESSIONS
from client.biometrics.streams import Stream
from client.vault.codec import (
    PLACE,
    decode,
    decode_alone,
    decode_source,
    encode,
    encode_alone,
    encode_source,
    key_of_start,
    natural_key,
)
from client.vault.identity import SourceRow, beside_held, place_of
from client.vault.seal import Seal

SUPERSEDED = b"superseded"
MOST_PLACES = 1000  # ours: rows of one start and source; more are no sessions of one athlete


@dataclass(frozen=True, slots=True)
class Added:
    """What storing did: new readings, readings already held, and those held with another value.

    corrected: by local start, how many readings of a session took the place of one with another value. unclear: rows
    that may correct a stored session and were taken as another one. known: places of the duplicates among the readings.
    """

    added: int
    duplicate: int
    conflicting: int
    corrected: Mapping[datetime, int] = field(default_factory=dict)
    unclear: int = 0
    known: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class _Held:
    key: bytes
    reading: Observation


class Intake:
    """One call of storing, inside a transaction. `take` decides reading by reading, `write` stores."""

    def __init__(self, connection: sqlite3.Connection, athlete: int, seal: Seal) -> None:
        self._connection, self._athlete, self._seal = connection, athlete, seal
        self._sources = _Sources(connection, athlete, seal)
        self._looked_up: dict[bytes, _Held | None] = {}
        self._fresh: dict[bytes, Observation] = {}
        self._renamed: dict[bytes, Observation] = {}
        self._replaced: list[tuple[bytes, Observation]] = []
        self._gone: list[bytes] = []
        self._corrected: Counter[datetime] = Counter()
        self._conflicting = self._unclear = 0

    def take(self, observations: Iterable[Observation]) -> Added:
        """Decide about each reading of one file, and store what counts."""
        placed, self._unclear = beside_held(list(observations), self._rows_beside)
        known = [place for place, observation in enumerate(placed) if not self._counts(observation)]
        self._write()
        return Added(len(self._fresh), len(known), self._conflicting, self._corrected, self._unclear, tuple(known))

    def _counts(self, new: Observation) -> bool:
        """Decide about one reading; False for a duplicate, whose value is not taken."""
        key = self._seal.row_key(natural_key(new))
        held = self._held(key, new)
        if held is not None and _is_same(new, held.reading):
            self._rename(held, key, new)
            return False
        if held is None or (PARTIAL_FILE in held.reading.quality and PARTIAL_FILE not in new.quality):
            self._fresh[key] = new
            return True
        if self._may_replace(key, new, held.reading):
            self._replace(held, key, new)
            return True
        self._conflicting += new.value != held.reading.value
        return False

    def _held(self, key: bytes, new: Observation) -> _Held | None:
        if key in self._fresh:
            return _Held(key, self._fresh[key])
        return self._stored(key) or self._under_a_former_key(new)

    def _may_replace(self, key: bytes, new: Observation, held: Observation) -> bool:
        """A newer report of the same session counts; one that was replaced before stays replaced."""
        is_known_record = new.stream in OF_SESSIONS or (new.entry and not new.entry.startswith(PLACE))
        if not is_known_record or (PARTIAL_FILE in new.quality and PARTIAL_FILE not in held.quality):
            return False
        return not any(_is_same(new, former) for former in self._former_values(key))

    def _replace(self, held: _Held, key: bytes, new: Observation) -> None:
        if key not in self._fresh:
            self._replaced.append((key, held.reading))
        if held.key != key:
            self._gone.append(held.key)
        if not _was_misplaced(new, held.reading):
            differs = int(new.value != held.reading.value)
            self._conflicting += differs
            self._corrected[new.local(new.start)] += differs
        self._fresh[key] = new

    def _rename(self, held: _Held, key: bytes, new: Observation) -> None:
        """Put a reading that an earlier version stored without its source's id under the key with it."""
        if held.key != key:
            self._gone.append(held.key)
            self._renamed[key] = new

    def _write(self) -> None:
        written = self._renamed | self._fresh
        numbers = {source: self._sources.number_of(source) for source in {one.source for one in written.values()}}
        gone = [(self._athlete, key) for key in self._gone]
        self._connection.executemany("DELETE FROM observation WHERE athlete = ? AND key = ?", gone)
        rows = (
            (self._athlete, key, self._seal.close(encode(new, numbers[new.source]), b"observation" + key))
            for key, new in written.items()
        )
        self._connection.executemany("INSERT OR REPLACE INTO observation (athlete, key, sealed) VALUES (?, ?, ?)", rows)
        former = (
            (self._athlete, key, self._seal.close(encode_alone(one), SUPERSEDED + key)) for key, one in self._replaced
        )
        self._connection.executemany("INSERT INTO superseded (athlete, key, sealed) VALUES (?, ?, ?)", former)

    def _stored(self, key: bytes) -> _Held | None:
        """Return what is stored under a key; each is looked up once."""
        if key not in self._looked_up:
            self._looked_up[key] = self._look_up(key)
        return self._looked_up[key]

    def _look_up(self, key: bytes) -> _Held | None:
        query = "SELECT sealed FROM observation WHERE athlete = ? AND key = ?"
        row = self._connection.execute(query, (self._athlete, key)).fetchone()
        if row is None:
            return None
        return _Held(key, decode(self._seal.open(row[0], b"observation" + key), self._sources))

    def _under_a_former_key(self, new: Observation) -> _Held | None:
        """Find what an earlier version stored by its start alone; Fitbit exercises were then read as local time."""
        if not new.entry or new.entry.startswith(PLACE):
            return None
        starts = [new.start]
        if new.source.app == "fitbit" and new.stream in MEASURED:
            starts.append(new.start - timedelta(minutes=new.offset_min))
        keys = (self._seal.row_key(key_of_start(new.stream, start, new.source)) for start in starts)
        return next((held for key in keys if (held := self._stored(key)) is not None), None)

    def _rows_beside(self, reading: Observation) -> list[SourceRow]:
        streams = sorted(OF_SESSIONS) if reading.stream in OF_SESSIONS else [reading.stream]
        found: list[SourceRow] = []
        while len(found) < MOST_PLACES and (row := self._row_at(reading, streams, place_of(len(found)))):
            found.append(row)
        return found

    def _row_at(self, reading: Observation, streams: Iterable[Stream], place: str) -> SourceRow:
        row: dict[Stream, Observation] = {}
        for stream in streams:
            held = self._stored(self._seal.row_key(key_of_start(stream, reading.start, reading.source, place)))
            if held is not None:
                row[stream] = held.reading
        return row

    def _former_values(self, key: bytes) -> list[Observation]:
        query = "SELECT sealed FROM superseded WHERE athlete = ? AND key = ?"
        rows = self._connection.execute(query, (self._athlete, key)).fetchall()
        return [decode_alone(self._seal.open(sealed, SUPERSEDED + key)) for (sealed,) in rows]


def _is_same(new: Observation, held: Observation) -> bool:
    """True for the same value and, of a session or a record with an id, the same time."""
    times = new.stream in OF_SESSIONS or bool(new.entry)
    return new.value == held.value and (not times or (new.start, new.end) == (held.start, held.end))


def _was_misplaced(new: Observation, held: Observation) -> bool:
    """True for a Fitbit exercise that an earlier version placed at the local time that its UTC start looks like."""
    return not held.entry and held.start == new.start - timedelta(minutes=new.offset_min) != new.start


class _Sources(dict[int, ReadingSource]):
    """The athlete's sources by number; each is read when it is first asked for."""

    def __init__(self, connection: sqlite3.Connection, athlete: int, seal: Seal) -> None:
        super().__init__()
        self._connection, self._athlete, self._seal = connection, athlete, seal

    def __missing__(self, number: int) -> ReadingSource:
        query = "SELECT sealed FROM source WHERE athlete = ? AND number = ?"
        row = self._connection.execute(query, (self._athlete, number)).fetchone()
        if row is None:
            raise KeyError(number)
        self[number] = decode_source(self._seal.open(row[0], b"source%d" % number))
        return self[number]

    def number_of(self, source: ReadingSource) -> int:
        """Return the number of a source, a new one where it has none."""
        plain = encode_source(source)
        key = self._seal.row_key(b"source\x1f" + plain)
        query = "SELECT number FROM source WHERE athlete = ? AND key = ?"
        row = self._connection.execute(query, (self._athlete, key)).fetchone()
        if row is not None:
            return int(row[0])
        query = "SELECT coalesce(max(number), 0) + 1 FROM source WHERE athlete = ?"
        (number,) = self._connection.execute(query, (self._athlete,)).fetchone()
        sealed = self._seal.close(plain, b"source%d" % number)
        self._connection.execute("INSERT INTO source VALUES (?, ?, ?, ?)", (self._athlete, number, key, sealed))
        return int(number)

"""The readings that count, each sealed under the key of its record: the one place that reads and writes their table."""

import sqlite3
from collections.abc import Iterable, Mapping

from client.biometrics.observations import Observation, ReadingSource
from client.vault.codec import decode_all, encode
from client.vault.records.sources import SourceNumbers
from client.vault.seal import Seal

_PLACE = b"observation"
SealedReadings = list[tuple[bytes, bytes]]


class CountingReadings:
    """The counting readings of one athlete, by record."""

    def __init__(self, connection: sqlite3.Connection, athlete: int, seal: Seal) -> None:
        self._connection, self._athlete, self._seal = connection, athlete, seal
        self._sources = SourceNumbers(connection, athlete, seal)

    def all(self) -> dict[bytes, Observation]:
        """Return every one; raises SealBroken when any stored byte is not what was written."""
        return self.opened(self.rows())

    def rows(self) -> SealedReadings:
        """Return every row as it is stored, with the sources at hand that `opened` then needs no connection for."""
        self._sources.read_all()
        query = "SELECT key, sealed FROM observation WHERE athlete = ?"
        return self._connection.execute(query, (self._athlete,)).fetchall()

    def opened(self, rows: Iterable[tuple[bytes, bytes]]) -> dict[bytes, Observation]:
        """Return the readings of `rows`; raises SealBroken."""
        open_, held = self._seal.open, list(rows)
        plains = (open_(sealed, _PLACE + key) for key, sealed in held)
        return dict(zip([key for key, _ in held], decode_all(plains, self._sources), strict=True))

    def get(self, key: bytes) -> Observation | None:
        """Return the one of a record; None where nothing of it counts."""
        query = "SELECT sealed FROM observation WHERE athlete = ? AND key = ?"
        row = self._connection.execute(query, (self._athlete, key)).fetchone()
        return None if row is None else self.opened([(key, row[0])])[key]

    def has_source(self, source: ReadingSource) -> bool:
        """True where a reading that counts, or counted, came from this device, app and file."""
        return self._sources.find(source) is not None

    def has_file(self, sha256: str) -> bool:
        """True where a reading that counts, or counted, came from this file, whichever its device and app."""
        self._sources.read_all()
        return any(one.file_sha256 == sha256 for one in self._sources.values())

    def put(self, readings: Mapping[bytes, Observation]) -> None:
        """Store readings in place of what counted of their records."""
        numbers = {source: self._sources.number_of(source) for source in {one.source for one in readings.values()}}
        rows = (
            (self._athlete, key, self._seal.close(encode(one, numbers[one.source]), _PLACE + key))
            for key, one in readings.items()
        )
        self._connection.executemany("INSERT OR REPLACE INTO observation (athlete, key, sealed) VALUES (?, ?, ?)", rows)

    def delete(self, keys: Iterable[bytes]) -> None:
        """Delete those of these records."""
        rows = [(self._athlete, key) for key in keys]
        self._connection.executemany("DELETE FROM observation WHERE athlete = ? AND key = ?", rows)

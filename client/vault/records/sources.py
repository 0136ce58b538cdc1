"""An athlete's sources by number: device, app and file of a reading, each sealed once."""

import sqlite3
from collections.abc import Iterable

from client.biometrics.observations import ReadingSource
from client.vault.codec import decode_source, encode_source
from client.vault.seal import Seal


class SourceNumbers(dict[int, ReadingSource]):
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

    def read_all(self) -> None:
        """Read every source at once."""
        rows = self._connection.execute("SELECT number, sealed FROM source WHERE athlete = ?", (self._athlete,))
        self.update({n: decode_source(self._seal.open(sealed, b"source%d" % n)) for n, sealed in rows})

    def find(self, source: ReadingSource) -> int | None:
        """Return the number of a source, or None where it has none."""
        query = "SELECT number FROM source WHERE athlete = ? AND key = ?"
        row = self._connection.execute(query, (self._athlete, self._key(source))).fetchone()
        return None if row is None else int(row[0])

    def _key(self, source: ReadingSource) -> bytes:
        return self._seal.row_key(b"source\x1f" + encode_source(source))

    def number_of(self, source: ReadingSource) -> int:
        """Return the number of a source, a new one where it has none."""
        found = self.find(source)
        if found is not None:
            return found
        plain, key = encode_source(source), self._key(source)
        query = "SELECT coalesce(max(number), 0) + 1 FROM source WHERE athlete = ?"
        (number,) = self._connection.execute(query, (self._athlete,)).fetchone()
        sealed = self._seal.close(plain, b"source%d" % number)
        self._connection.execute("INSERT INTO source VALUES (?, ?, ?, ?)", (self._athlete, number, key, sealed))
        return int(number)


def delete_unused_sources(
    connection: sqlite3.Connection, athlete: int, seal: Seal, used: Iterable[ReadingSource]
) -> None:
    """Delete the devices and files that no reading comes from any more. used: sources of the readings that are kept."""
    kept = {seal.row_key(b"source\x1f" + encode_source(source)) for source in set(used)}
    rows = connection.execute("SELECT number, key FROM source WHERE athlete = ?", (athlete,)).fetchall()
    unused = [(athlete, number) for number, key in rows if key not in kept]
    connection.executemany("DELETE FROM source WHERE athlete = ? AND number = ?", unused)

"""Writing a whole record: the value that counts, the others, and the acts by hand."""

import sqlite3
from collections.abc import Iterable

from client.vault.codec import encode
from client.vault.history.fold import RecordState
from client.vault.records.former import FormerReadings
from client.vault.records.hand_acts import HandActs
from client.vault.records.sources import SourceNumbers
from client.vault.seal import Seal


class RecordWriter:
    """Writes records of one athlete, inside a transaction."""

    def __init__(self, connection: sqlite3.Connection, athlete: int, seal: Seal) -> None:
        self._connection, self._athlete, self._seal = connection, athlete, seal
        self._sources = SourceNumbers(connection, athlete, seal)
        self._former = FormerReadings(connection, athlete, seal)
        self._acts = HandActs(connection, athlete, seal)

    def write(self, key: bytes, state: RecordState) -> None:
        """Store a record in place of what stands under its key."""
        self._connection.execute("DELETE FROM observation WHERE athlete = ? AND key = ?", (self._athlete, key))
        self._former.delete([key])
        self._acts.delete([key])
        if state.counting is not None:
            number = self._sources.number_of(state.counting.source)
            sealed = self._seal.close(encode(state.counting, number), b"observation" + key)
            self._connection.execute("INSERT INTO observation VALUES (?, ?, ?)", (self._athlete, key, sealed))
        self._former.add((key, one) for one in state.former)
        for act in state.acts:
            self._acts.add(key, act)

    def leave_places(self, keys: Iterable[bytes]) -> None:
        """Note places that are empty before later ones (`client.vault.records.hand_acts`)."""
        self._acts.leave_places(keys)

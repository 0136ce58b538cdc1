"""Writing a whole record: the value that counts, the others, and the acts by hand."""

import sqlite3
from collections.abc import Iterable

from client.vault.history.fold import RecordState
from client.vault.records.counting import CountingReadings
from client.vault.records.former import FormerReadings
from client.vault.records.hand_acts import HandActs
from client.vault.seal import Seal


class RecordWriter:
    """Writes records of one athlete, inside a transaction."""

    def __init__(self, connection: sqlite3.Connection, athlete: int, seal: Seal) -> None:
        self._counting = CountingReadings(connection, athlete, seal)
        self._former = FormerReadings(connection, athlete, seal)
        self._acts = HandActs(connection, athlete, seal)

    def write(self, key: bytes, state: RecordState) -> None:
        """Store a record in place of what stands under its key."""
        self._counting.delete([key])
        self._former.delete([key])
        self._acts.delete([key])
        if state.counting is not None:
            self._counting.put({key: state.counting})
        self._former.add((key, one) for one in state.former)
        for act in state.acts:
            self._acts.add(key, act)

    def leave_places(self, keys: Iterable[bytes]) -> None:
        """Note places that are empty before later ones (`client.vault.records.hand_acts`)."""
        self._acts.leave_places(keys)

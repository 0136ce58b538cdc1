"""Moving a whole record to another key: its source gives it an id that an earlier file did not say."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from client.biometrics.observations import Observation
from client.vault.records.claims import Claims, ImportClaims, fingerprint
from client.vault.records.former import FormerReading, FormerReadings
from client.vault.records.hand_acts import HandActs
from client.vault.seal import Seal


class RecordRenaming:
    """Moves what stands beside the value that counts, with what imports and people had to do with it."""

    def __init__(self, connection: sqlite3.Connection, athlete: int, seal: Seal) -> None:
        self._seal = seal
        self._former = FormerReadings(connection, athlete, seal)
        self._acts = HandActs(connection, athlete, seal)
        self._claims = Claims(connection, athlete, seal)

    def move(self, old: bytes, new: bytes, values: Sequence[Observation], entry: str) -> None:
        """Move a record of these values, former and counting, from its old key to a new one with this entry."""
        names = {
            fingerprint(self._seal, old, one): fingerprint(self._seal, new, replace(one, entry=entry)) for one in values
        }
        former = self._former.of(old)
        self._former.delete([old])
        self._former.add((new, FormerReading(replace(one.reading, entry=entry), one.change)) for one in former)
        acts = self._acts.all().get(old, ())
        self._acts.delete([old])
        for act in acts:
            corrected = act.corrected and replace(act.corrected, entry=entry)
            self._acts.add(new, replace(act, target=names.get(act.target, act.target), corrected=corrected))
        for number, claims in self._claims.all().items():
            if old in claims.keys:
                self._claims.note(number, _moved(claims, old, new, names))


def _moved(claims: ImportClaims, old: bytes, new: bytes, names: dict[bytes, bytes]) -> ImportClaims:
    values = dict(claims.values)
    if old in values:
        value = values.pop(old)
        values[new] = names.get(value, value)
    taken_out = frozenset(new if key == old else key for key in claims.taken_out)
    before = dict(claims.before)
    if old in before:
        before[new] = tuple(names.get(value, value) for value in before.pop(old))
    return ImportClaims(values, taken_out, claims.replaces, before)

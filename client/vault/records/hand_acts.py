"""What a person did to a record by hand, and places of sessions that undone imports left empty."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from client.biometrics.observations import Observation
from client.vault.codec import decode_alone, encode_alone
from client.vault.seal import Seal

_PLACE = b"hand-act"


@dataclass(frozen=True, slots=True)
class HandAct:
    """A value that was voided, or corrected.

    target: the value, by its fingerprint. after: number of the athlete's newest import at that moment, 0 for none.
    corrected: what counts from then on; None where nothing does. why: a word of a closed list. text: what the person
    wrote beside it.
    """

    target: bytes
    at: datetime
    who: str
    why: str
    after: int
    text: str = ""
    corrected: Observation | None = None


class HandActs:
    """The acts of one athlete's records, in order."""

    def __init__(self, connection: sqlite3.Connection, athlete: int, seal: Seal) -> None:
        self._connection, self._athlete, self._seal = connection, athlete, seal

    def add(self, key: bytes, act: HandAct) -> None:
        """Append an act."""
        row = (self._athlete, key, self._seal.close(_encode(act), _PLACE + key))
        self._connection.execute("INSERT INTO hand_act (athlete, key, sealed) VALUES (?, ?, ?)", row)

    def of(self, key: bytes) -> list[HandAct]:
        """Return the acts of one record."""
        query = "SELECT sealed FROM hand_act WHERE athlete = ? AND key = ? ORDER BY number"
        rows = self._connection.execute(query, (self._athlete, key)).fetchall()
        return [_decode(self._seal.open(sealed, _PLACE + key)) for (sealed,) in rows]

    def all(self) -> dict[bytes, list[HandAct]]:
        """Return the acts by record."""
        query = "SELECT key, sealed FROM hand_act WHERE athlete = ? ORDER BY number"
        found: dict[bytes, list[HandAct]] = defaultdict(list)
        for key, sealed in self._connection.execute(query, (self._athlete,)).fetchall():
            found[key].append(_decode(self._seal.open(sealed, _PLACE + key)))
        return found

    def delete(self, keys: Iterable[bytes]) -> None:
        """Delete all acts of these records."""
        rows = [(self._athlete, key) for key in keys]
        self._connection.executemany("DELETE FROM hand_act WHERE athlete = ? AND key = ?", rows)

    def leave_places(self, keys: Iterable[bytes]) -> None:
        """Note places that are empty while later ones of the same start are not, so that these are still found."""
        rows = [(self._athlete, key) for key in keys]
        self._connection.executemany("INSERT OR IGNORE INTO empty_place (athlete, key) VALUES (?, ?)", rows)

    def is_left(self, keys: Iterable[bytes]) -> bool:
        """True for a place that is noted as empty, by any of its keys."""
        query = "SELECT 1 FROM empty_place WHERE athlete = ? AND key = ?"
        return any(self._connection.execute(query, (self._athlete, key)).fetchone() for key in keys)


def _encode(act: HandAct) -> bytes:
    corrected = None if act.corrected is None else encode_alone(act.corrected).decode()
    said = [act.at.isoformat(), act.who, act.why, act.after, act.text]
    return json.dumps([act.target.hex(), *said, corrected]).encode()


def _decode(plain: bytes) -> HandAct:
    target, at, who, why, after, text, corrected = json.loads(plain)
    value = None if corrected is None else decode_alone(corrected.encode())
    return HandAct(bytes.fromhex(target), datetime.fromisoformat(at), who, why, after, text, value)

"""Which values each import had, sealed beside its entry in the journal: undoing it takes what it alone brought."""

import json
import sqlite3
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from client.biometrics.observations import Observation
from client.vault.records.precedence import sameness
from client.vault.seal import ROW_KEY_BYTES, Seal

FINGERPRINT_BYTES: Final = 8
_PLACE: Final = b"claims"
_HEADER: Final = struct.Struct(">?II")
_CLAIM: Final = ROW_KEY_BYTES + FINGERPRINT_BYTES


def fingerprint(seal: Seal, key: bytes, reading: Observation) -> bytes:
    """Return 8 bytes that stand for one value of one record, meaningless without the athlete's key (HMAC-SHA256)."""
    return seal.row_key(b"value\x1f" + key + json.dumps(sameness(reading)).encode())[:FINGERPRINT_BYTES]


@dataclass(frozen=True, slots=True)
class ImportClaims:
    """What one import had for one athlete.

    values: by record, the fingerprint of the import's value, whether it counts or not. taken_out: records of which it
    had nothing and which it set aside as a replacement; with a value, those that it brings back. replaces: it was to
    take the place of what was stored. before: of a record of which it had several values, the fingerprints of those
    that stood before the last one, in order.
    """

    values: Mapping[bytes, bytes] = field(default_factory=dict)
    taken_out: frozenset[bytes] = frozenset()
    replaces: bool = False
    before: Mapping[bytes, tuple[bytes, ...]] = field(default_factory=dict)

    @property
    def keys(self) -> frozenset[bytes]:
        """The records that it has to do with."""
        return frozenset(self.values) | self.taken_out

    def has_any(self, keys: Iterable[bytes]) -> bool:
        """True where it has to do with one of these records."""
        return any(key in self.values or key in self.taken_out for key in keys)

    def has_value(self, key: bytes, value: bytes) -> bool:
        """True where it had this value of this record, as the last one or before that."""
        return self.values.get(key) == value or value in self.before.get(key, ())

    def each(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield every record and value that it had."""
        yield from self.values.items()
        yield from ((key, value) for key, values in self.before.items() for value in values)

    def without(self, keys: Iterable[bytes]) -> "ImportClaims":
        """Return the claims without those of some records."""
        gone = frozenset(keys)
        kept = {key: value for key, value in self.values.items() if key not in gone}
        before = {key: values for key, values in self.before.items() if key not in gone}
        return ImportClaims(kept, self.taken_out - gone, self.replaces, before)


class Claims:
    """The claims of one athlete's imports, by the number of the import."""

    def __init__(self, connection: sqlite3.Connection, athlete: int, seal: Seal) -> None:
        self._connection, self._athlete, self._seal = connection, athlete, seal

    def all(self) -> dict[int, ImportClaims]:
        """Return the claims of every import that an earlier version did not store, and that is not undone; in order."""
        query = "SELECT import, sealed FROM import_claims WHERE athlete = ? ORDER BY import"
        rows = self._connection.execute(query, (self._athlete,)).fetchall()
        return {number: _decode(self._seal.open(sealed, _place(number))) for number, sealed in rows}

    def note(self, number: int, claims: ImportClaims) -> None:
        """Store the claims of one import, in place of any that it has."""
        row = (number, self._athlete, self._seal.close(_encode(claims), _place(number)))
        self._connection.execute("INSERT OR REPLACE INTO import_claims (import, athlete, sealed) VALUES (?, ?, ?)", row)

    def delete(self, number: int) -> None:
        """Forget the claims of one import."""
        self._connection.execute("DELETE FROM import_claims WHERE import = ?", (number,))

    def forget(self, is_gone: Callable[[bytes], bool]) -> None:
        """Forget what the imports had of records that are gone."""
        for number, claims in self.all().items():
            if gone := {key for key in claims.keys if is_gone(key)}:
                self.note(number, claims.without(gone))


def _place(number: int) -> bytes:
    return _PLACE + b"%d" % number


def _encode(claims: ImportClaims) -> bytes:
    """What stood before stands at the end, where a version that knows nothing of it does not look."""
    header = _HEADER.pack(claims.replaces, len(claims.values), len(claims.taken_out))
    before = (key + value for key, values in claims.before.items() for value in values)
    return b"".join(
        (header, *(key + value for key, value in claims.values.items()), *sorted(claims.taken_out), *before)
    )


def _decode(plain: bytes) -> ImportClaims:
    replaces, values, taken_out = _HEADER.unpack_from(plain)
    ends = _HEADER.size + values * _CLAIM
    last = ends + taken_out * ROW_KEY_BYTES
    gone = [plain[at : at + ROW_KEY_BYTES] for at in range(ends, last, ROW_KEY_BYTES)]
    before: dict[bytes, tuple[bytes, ...]] = {}
    for key, value in _claims(plain[last:]):
        before[key] = (*before.get(key, ()), value)
    return ImportClaims(dict(_claims(plain[_HEADER.size : ends])), frozenset(gone), replaces, before)


def _claims(plain: bytes) -> Iterator[tuple[bytes, bytes]]:
    for at in range(0, len(plain), _CLAIM):
        yield plain[at : at + ROW_KEY_BYTES], plain[at + ROW_KEY_BYTES : at + _CLAIM]

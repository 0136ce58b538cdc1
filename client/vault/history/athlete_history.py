"""All that is stored of one athlete's readings, and what happened to each record, in order."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from dataclasses import replace as changed
from functools import partial
from typing import Self

from client.biometrics.observations import BY_HAND, Observation
from client.vault.history.fold import RecordEvent, RecordState, TakenOut, ValueReported, folded
from client.vault.journal import ImportRecord
from client.vault.records.added import ImportMark
from client.vault.records.claims import Claims, ImportClaims, fingerprint
from client.vault.records.counting import CountingReadings
from client.vault.records.former import FormerReading, FormerReadings
from client.vault.records.hand_acts import HandAct, HandActs
from client.vault.seal import Seal


@dataclass(frozen=True, slots=True)
class AthleteHistory:
    """One athlete's records by key, and the imports that had them. Read it inside the transaction that changes it.

    An import of an earlier version has no claims: what it brought is told by the file that a reading comes from.
    """

    seal: Seal
    counting: Mapping[bytes, Observation]
    former: Mapping[bytes, list[FormerReading]]
    acts: Mapping[bytes, list[HandAct]]
    claims: Mapping[int, ImportClaims]
    imports: Mapping[int, ImportRecord]

    @classmethod
    def read(cls, connection: sqlite3.Connection, athlete: int, seal: Seal, imports: Iterable[ImportRecord]) -> Self:
        """Read everything of one athlete. imports: their journal."""
        return cls(
            seal,
            CountingReadings(connection, athlete, seal).all(),
            FormerReadings(connection, athlete, seal).all(),
            HandActs(connection, athlete, seal).all(),
            Claims(connection, athlete, seal).all(),
            {record.number: record for record in imports},
        )

    @property
    def keys(self) -> set[bytes]:
        """The keys of all records."""
        return set(self.counting) | set(self.former)

    def keys_of(self, numbers: frozenset[int]) -> set[bytes]:
        """Return the records that these imports have to do with."""
        found = {key for number in numbers if number in self.claims for key in self.claims[number].keys}
        if files := self._files_without_claims(numbers):
            found |= {key for key in self.keys if any(one.source.file_sha256 in files for one in self._unclaimed(key))}
        return found

    def values_of(self, key: bytes, numbers: frozenset[int]) -> set[bytes]:
        """Return the fingerprints of the values that these imports had of a record, as far as they are stored."""
        stored, files = self._values(key), self._files_without_claims(numbers)
        claims = [self.claims[number] for number in numbers if number in self.claims]
        return {
            value
            for value, one in stored.items()
            if one.source.file_sha256 in files or any(held.has_value(key, value) for held in claims)
        }

    def have_one_file(self, one: Set[bytes], other: Set[bytes]) -> bool:
        """True where a file had records of both in one reading, so that it tells them apart."""
        if any(self._is_of_earlier_version(file) for file in self._files(one) & self._files(other)):
            return True
        return any(claims.has_any(one) and claims.has_any(other) for claims in self.claims.values())

    def state(self, key: bytes) -> RecordState:
        """Return a record as it is stored."""
        return RecordState(self.counting.get(key), list(self.former.get(key, ())), list(self.acts.get(key, ())))

    def state_without(self, key: bytes, numbers: frozenset[int]) -> RecordState:
        """Return a record as it would be had these imports never come."""
        return folded(self._events(key, numbers), partial(fingerprint, self.seal, key))

    def _files(self, keys: Set[bytes]) -> set[str]:
        return {reading.source.file_sha256 for key in keys for reading in self.state(key).values}

    def _events(self, key: bytes, without: frozenset[int]) -> Iterator[RecordEvent]:
        gone, values = self._files_without_claims(without), self._values(key)
        yield from (ValueReported(one) for one in self._unclaimed(key, without) if one.source.file_sha256 not in gone)
        acts = list(self.acts.get(key, ()))
        for number, claims in self.claims.items():
            while acts and acts[0].after < number:
                yield acts.pop(0)
            if number not in without:
                yield from self._of_import(key, number, claims, values)
        yield from acts

    def _of_import(
        self, key: bytes, number: int, claims: ImportClaims, values: Mapping[bytes, Observation]
    ) -> Iterator[RecordEvent]:
        record = self.imports[number]
        mark = ImportMark(number, record.at, record.who, claims.replaces)
        value = values.get(claims.values.get(key, b""))
        if value is not None:
            before = tuple(values[one] for one in claims.before.get(key, ()) if one in values)
            read, *earlier = (_of_file(one, record.file_sha256) for one in (value, *before))
            yield ValueReported(read, mark, brings_back=key in claims.taken_out, before=tuple(earlier))
        elif key in claims.taken_out:
            yield TakenOut(mark)

    def _values(self, key: bytes) -> dict[bytes, Observation]:
        """Return every value of a record once, by fingerprint, in the order in which it first stood."""
        readings = [one.reading for one in self.former.get(key, ())]
        readings += [self.counting[key]] if key in self.counting else []
        found: dict[bytes, Observation] = {}
        for reading in readings:
            found.setdefault(fingerprint(self.seal, key, reading), reading)
        return found

    def _unclaimed(self, key: bytes, without: frozenset[int] = frozenset()) -> list[Observation]:
        """Return the values that no import noted to have brought: an earlier version stored them.

        Those that only imports in `without` noted are among them where an earlier version imported their file too.
        """
        return [
            reading
            for value, reading in self._values(key).items()
            if BY_HAND not in reading.quality and not self._is_claimed(key, value, reading.source.file_sha256, without)
        ]

    def _is_claimed(self, key: bytes, value: bytes, file: str, without: frozenset[int]) -> bool:
        claiming = {
            number
            for number, claims in self.claims.items()
            if claims.has_value(key, value) and self.imports[number].file_sha256 == file
        }
        return bool(claiming - without) or (bool(claiming) and not self._is_of_earlier_version(file, without))

    def _is_of_earlier_version(self, file: str, without: frozenset[int] = frozenset()) -> bool:
        """True for a file that an import which noted nothing has brought, and still has."""
        return any(
            record.file_sha256 == file and record.status in ("stored", "partial") and not record.is_undone
            for number, record in self.imports.items()
            if number not in self.claims and number not in without
        )

    def _files_without_claims(self, numbers: frozenset[int]) -> frozenset[str]:
        return frozenset(self.imports[number].file_sha256 for number in numbers if number not in self.claims)


def _of_file(reading: Observation, file_sha256: str) -> Observation:
    return changed(reading, source=changed(reading.source, file_sha256=file_sha256))

"""Which import brought a stored value: the first one that had it and is not undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from client.vault.history.reading_states import StoredReading
from client.vault.journal import SET_ASIDE, imports
from client.vault.records.claims import Claims
from client.vault.store import Vault
from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class ImportsOfReadings:
    """The imports of one athlete by what they had, and by their file where that was not noted."""

    _by_value: Mapping[tuple[bytes, bytes], int]
    _by_file: Mapping[str, int]

    @classmethod
    def read(cls, vault: Vault, athlete: AthleteId) -> Self:
        """Read them; raises UnknownAthlete or AthleteErased."""
        database, row, seal = vault.seal_of(athlete)
        with database.reading() as connection:
            noted = Claims(connection, row, seal).all()
        by_value: dict[tuple[bytes, bytes], int] = {}
        for number, claims in noted.items():
            for key, value in claims.each():
                by_value.setdefault((key, value), number)
        by_file: dict[str, int] = {}
        for record in imports(vault, athlete):
            if not record.is_undone and record.status not in SET_ASIDE:
                by_file.setdefault(record.file_sha256, record.number)
        return cls(by_value, by_file)

    def of(self, stored: StoredReading) -> int | None:
        """Return the number of the import; None of a value that no import brought.

        A value that a person put in a reading's place, and one of an earlier version, is of the first import of its
        file: it goes with that.
        """
        number = self._by_value.get((stored.record, bytes.fromhex(stored.id)))
        return self._by_file.get(stored.reading.source.file_sha256) if number is None else number

"""Daily tables for the pages, built only from the categories a look allows, kept while the vault is unchanged."""

import threading
from datetime import date

from client.biometrics.streams import SPECS, Stream
from client.features.daily import DailyTable, build
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category

MOST_KEPT = 400  # ours: a squad under two roles, many times over

Key = tuple[AthleteId, frozenset[Category]]


def streams_of(categories: frozenset[Category]) -> list[Stream]:
    """Return every stream of these categories."""
    return [stream for stream in Stream if SPECS[stream].category in categories]


class Tables:
    """Reads the vault once per athlete and set of categories.

    Whatever any program changes in the vault, an erasure above all, changes its version and empties the memory.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = threading.Lock()
        self._version: tuple[int, int] | None = None
        self._kept: dict[Key, DailyTable] = {}
        self._newest: tuple[tuple[int, int], date | None] | None = None

    def newest_day(self) -> date | None:
        """Return the newest day of anything in the vault: the demo's dummy for today; None for an empty vault."""
        athletes = self._vault.athletes()
        if not athletes:
            return None
        version = self._vault_version(athletes[0].athlete)
        if self._newest is None or self._newest[0] != version:
            days = [max((r.day for r in self._vault.read(a.athlete)), default=None) for a in athletes]
            self._newest = version, max((day for day in days if day is not None), default=None)
        return self._newest[1]

    def read(self, athlete: AthleteId, categories: frozenset[Category]) -> DailyTable:
        """Return the athlete's days as far as `categories` go; raises VaultError for an unknown or erased athlete."""
        key = (athlete, categories)
        version = self._vault_version(athlete)
        with self._lock:
            if version != self._version or len(self._kept) >= MOST_KEPT:
                self._kept.clear()
                self._version = version
            if key in self._kept:
                return self._kept[key]
        table = build(self._vault.read(athlete, streams_of(categories)))
        with self._lock:
            if self._version == version:
                self._kept[key] = table
        return table

    def _vault_version(self, athlete: AthleteId) -> tuple[int, int]:
        database, _, _ = self._vault.seal_of(athlete)  # raises for an erased athlete before anything is looked up
        with database.reading() as connection:
            (others,) = connection.execute("PRAGMA data_version").fetchone()
            return int(others), connection.total_changes

"""What is read of an athlete, once for every state of the vault: pages look at it far more often than it changes."""

import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from client.vault.store import Vault
from policies.vocabulary import AthleteId

MOST_KEPT: Final = 400  # ours: athletes; a club has fewer

Read = TypeVar("Read")


class KeptByVersion(Generic[Read]):
    """Reads of each athlete, kept while the vault is unchanged.

    Whatever any program changes in it, an answer or an erasure too, empties the memory. read: reads what is kept, which
    nobody may change.
    """

    def __init__(self, vault: Vault, read: Callable[[Vault, AthleteId], Read]) -> None:
        self._vault, self._read = vault, read
        self._lock = threading.Lock()
        self._version: tuple[int, int] | None = None
        self._kept: dict[AthleteId, Read] = {}

    def of(self, athlete: AthleteId) -> Read:
        """Return what is read of an athlete; raises UnknownAthlete or AthleteErased."""
        version = self._vault.version(athlete)
        with self._lock:
            if version != self._version or len(self._kept) >= MOST_KEPT:
                self._kept.clear()
                self._version = version
            if athlete in self._kept:
                return self._kept[athlete]
        found = self._read(self._vault, athlete)
        with self._lock:
            if self._version == version:
                self._kept[athlete] = found
        return found

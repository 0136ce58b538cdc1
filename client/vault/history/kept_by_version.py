"""What is read of athletes, once for every state of the vault: pages look at it far more often than it changes."""

import threading
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

from client.vault.store import Vault
from policies.vocabulary import AthleteId

MOST_KEPT: Final = 400  # ours: a squad under two roles, many times over

Read = TypeVar("Read")


class VersionMemory(Generic[Read]):
    """What was read, kept while the vault is unchanged; nobody may change it.

    Whatever any program changes in the vault, an answer or an erasure too, changes its version and empties the memory.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = threading.Lock()
        self._version: tuple[int, int] | None = None
        self._kept: dict[Hashable, Read] = {}

    def of(self, athlete: AthleteId, key: Hashable, read: Callable[[], Read]) -> Read:
        """Return what is kept under the key, else what `read` reads; raises UnknownAthlete or AthleteErased."""
        version = self._vault.version(athlete)  # raises for an erased athlete before anything is looked up
        with self._lock:
            if version != self._version or len(self._kept) >= MOST_KEPT:
                self._kept.clear()
                self._version = version
            if key in self._kept:
                return self._kept[key]
        found = read()
        with self._lock:
            if self._version == version:
                self._kept[key] = found
        return found


class KeptByVersion(Generic[Read]):
    """One thing of each athlete, read by `read` and kept as `VersionMemory` does."""

    def __init__(self, vault: Vault, read: Callable[[Vault, AthleteId], Read]) -> None:
        self._vault, self._read = vault, read
        self._memory = VersionMemory[Read](vault)

    def of(self, athlete: AthleteId) -> Read:
        """Return what is read of an athlete; raises UnknownAthlete or AthleteErased."""
        return self._memory.of(athlete, athlete, lambda: self._read(self._vault, athlete))

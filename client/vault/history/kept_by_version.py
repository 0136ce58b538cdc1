"""What is read of athletes, once for every state of their data: pages look at it far more often than it changes."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from client.vault.store import Vault
from policies.vocabulary import AthleteId

MOST_KEPT: Final = 1_000  # ours: sixty athletes under two roles, several times over

Read = TypeVar("Read")


class Identical:
    """Stands in a key for a value that has no hash: equal for the very same object, which it keeps alive."""

    __slots__ = ("held",)

    def __init__(self, held: object) -> None:
        self.held = held

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Identical) and self.held is other.held

    def __hash__(self) -> int:
        return id(self.held)


@dataclass(slots=True)
class _OfOne(Generic[Read]):
    """What is kept of one athlete. mark: their fingerprint; version: of the vault, at which it was last the same."""

    mark: bytes
    version: tuple[int, int]
    values: dict[Hashable, Read] = field(default_factory=dict)


class VersionMemory(Generic[Read]):
    """What was read, kept while the athlete's data are unchanged; nobody may change it.

    Whatever any program changes of the athlete in the vault, an answer too, changes their fingerprint and empties what
    is kept of them; a change of others does not. Of an erased athlete nothing is kept from the next look at anybody on.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._lock = threading.Lock()
        self._version: tuple[int, int] | None = None
        self._kept: dict[AthleteId, _OfOne[Read]] = {}

    def of(self, athlete: AthleteId, key: Hashable, read: Callable[[], Read]) -> Read:
        """Return what is kept under the key, else what `read` reads; raises UnknownAthlete or AthleteErased."""
        version = self._vault.version(athlete)  # raises for an erased athlete before anything is looked up
        with self._lock:
            self._settle(version)
            held = self._of_now(athlete, version)
            if key in held.values:
                return held.values[key]
        found = read()
        with self._lock:
            if self._version == version and self._kept.get(athlete) is held:
                held.values[key] = found
        return found

    def _settle(self, version: tuple[int, int]) -> None:
        """After any change of the vault drop whoever is not in it any more; when too much is kept, all."""
        if sum(len(held.values) for held in self._kept.values()) >= MOST_KEPT:
            self._kept.clear()
        if version != self._version and self._kept:
            there = {one.athlete for one in self._vault.athletes()}
            self._kept = {one: held for one, held in self._kept.items() if one in there}
        self._version = version

    def _of_now(self, athlete: AthleteId, version: tuple[int, int]) -> _OfOne[Read]:
        held = self._kept.get(athlete)
        if held is not None and held.version == version:
            return held
        mark = self._vault.fingerprint(athlete)
        if held is None or held.mark != mark:
            held = self._kept[athlete] = _OfOne(mark, version)
        held.version = version
        return held


class NewestByPlace(Generic[Read]):
    """What was made of an athlete's readings for one place, such as a reader's charts; of each place the newest alone.

    As `VersionMemory`, and what was made of other readings, or of more than a reader may see now, is dropped at once.
    """

    def __init__(self, vault: Vault) -> None:
        self._memory = VersionMemory[list[tuple[Hashable, Read]]](vault)

    def of(self, athlete: AthleteId, place: Hashable, made_of: Hashable, make: Callable[[], Read]) -> Read:
        """Return what stands at the place if it was made of `made_of`, else what `make` makes, in its place."""
        held: list[tuple[Hashable, Read]] = self._memory.of(athlete, (athlete, place), list)
        if held and held[0][0] == made_of:
            return held[0][1]
        held[:] = []
        made = make()
        held[:] = [(made_of, made)]
        return made


class KeptByVersion(Generic[Read]):
    """One thing of each athlete, read by `read` and kept as `VersionMemory` does."""

    def __init__(self, vault: Vault, read: Callable[[Vault, AthleteId], Read]) -> None:
        self._vault, self._read = vault, read
        self._memory = VersionMemory[Read](vault)

    def of(self, athlete: AthleteId) -> Read:
        """Return what is read of an athlete; raises UnknownAthlete or AthleteErased."""
        return self._memory.of(athlete, athlete, lambda: self._read(self._vault, athlete))

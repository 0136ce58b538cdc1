"""A record as it is stored: the value that counts, if one does, and those that do not."""

from dataclasses import dataclass

from client.biometrics.observations import BY_HAND, Observation
from client.vault.records.former import ChangeKind, FormerReading


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """One record of an athlete, under its key."""

    key: bytes
    counting: Observation | None
    former: tuple[FormerReading, ...] = ()

    @property
    def reading(self) -> Observation:
        """The value that counts, else the one that was set aside last."""
        return self.former[-1].reading if self.counting is None else self.counting

    @property
    def known_as(self) -> tuple[Observation, ...]:
        """The values by which a row of a file is known to be this record: also those that a person corrected."""
        return (self.reading, *(one.reading for one in self.former if one.change.kind is ChangeKind.CORRECTED))

    @property
    def is_by_hand(self) -> bool:
        """True where a person voided it, or corrected what counts."""
        if self.counting is None:
            return self.former[-1].change.kind is ChangeKind.VOIDED
        return BY_HAND in self.counting.quality

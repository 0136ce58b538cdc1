"""What one import brought: by stream, how many readings of which days; no value is told."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.text import plural
from client.biometrics.streams import Stream
from client.readings.listed import listed_readings
from client.vault.history.reading_states import ReadingState
from client.vault.store import Vault
from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class BroughtReadings:
    """Readings of one stream that an import was the first to have, and their first and last local day."""

    stream: Stream
    readings: int
    first: date
    last: date

    @property
    def text(self) -> str:
        """In words."""
        days = self.first.isoformat() if self.first == self.last else f"{self.first} to {self.last}"
        return f"{plural(self.readings, 'reading', 'readings')} of {self.stream.value}, {days}"

    def as_json(self) -> dict[str, Any]:
        """Every field in plain JSON."""
        return {
            "stream": self.stream.value,
            "readings": self.readings,
            "first_day": self.first.isoformat(),
            "last_day": self.last.isoformat(),
        }


def brought_by(vault: Vault, athlete: AthleteId, number: int) -> list[BroughtReadings]:
    """Return what an import brought, by stream, whatever became of it; raises UnknownAthlete or AthleteErased.

    Nothing of one that was undone; what several imports have is of the first of them.
    """
    days: dict[Stream, list[date]] = defaultdict(list)
    for one in listed_readings(vault, athlete, states=frozenset(ReadingState)):
        if one.import_number == number:
            days[one.stored.reading.stream].append(one.local_day)
    return [BroughtReadings(stream, len(held), min(held), max(held)) for stream, held in sorted(days.items())]

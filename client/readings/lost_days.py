"""Days of which nothing is known once readings are taken away, by stream, as ranges that a person can check."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.text import plural
from client.biometrics.streams import Stream
from client.readings.day_changes import Makers

MOST_RANGES = 6  # ours: of one stream in a sentence; JSON has them all


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days of one stream, first and last included, of which each that was known is lost. days: how many those are."""

    first: date
    last: date
    days: int

    @property
    def text(self) -> str:
        """For example "2026-03-01 to 2026-03-09"."""
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"

    def as_json(self) -> dict[str, Any]:
        """Every field in plain JSON."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat(), "days": self.days}


@dataclass(frozen=True, slots=True)
class LostDays:
    """The days of one stream that are not known any more, as few ranges as hold no day that still is."""

    stream: Stream
    ranges: tuple[DayRange, ...]

    @property
    def text(self) -> str:
        """In words, without a value."""
        told = [one.text for one in self.ranges[:MOST_RANGES]]
        more = len(self.ranges) - len(told)
        told += [f"and {plural(more, 'more range', 'more ranges')}"] if more else []
        number = plural(sum(one.days for one in self.ranges), "day is", "days are")
        return f"{self.stream.value}: {number} not known any more, {', '.join(told)}."

    def as_json(self) -> dict[str, Any]:
        """Every field in plain JSON."""
        return {"stream": self.stream.value, "ranges": [one.as_json() for one in self.ranges]}


def lost_days(before: Makers, after: Makers) -> list[LostDays]:
    """Return the days that something made before and nothing makes after, by stream."""
    known: dict[Stream, list[date]] = defaultdict(list)
    for stream, day in sorted(before, key=lambda one: one[1]):
        known[stream].append(day)
    lost = {stream: _ranges(days, [bool(after.get((stream, day))) for day in days]) for stream, days in known.items()}
    return [LostDays(stream, tuple(lost[stream])) for stream in sorted(lost) if lost[stream]]


def _ranges(days: Sequence[date], stay: Iterable[bool]) -> list[DayRange]:
    """Return the runs of days of which none stays. days: all that were known, in order."""
    found: list[DayRange] = []
    goes_on = False
    for day, stays in zip(days, stay, strict=True):
        if not stays:
            run = found.pop() if goes_on else DayRange(day, day, 0)
            found.append(DayRange(run.first, day, run.days + 1))
        goes_on = not stays
    return found

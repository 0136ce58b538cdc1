"""What makes a day's value once readings of it were corrected, left out or taken away: another one, or nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.text import plural
from client.biometrics.streams import Stream
from client.features.day_sources import name_of, source_of
from client.features.days.days_of_readings import DaysOfReadings, StreamDay
from client.readings.listed import ListedReading, listed_days
from client.vault.store import Vault
from policies.vocabulary import AthleteId

Makers = Mapping[StreamDay, tuple[ListedReading, ...]]
"""By stream and day, the readings that make its value."""


@dataclass(frozen=True, slots=True)
class DayChange:
    """One day of one stream. now: what makes its value; fresh: ids of those that did not before."""

    stream: Stream
    day: date
    now: tuple[ListedReading, ...]
    fresh: frozenset[str]

    @property
    def text(self) -> str:
        """In words, without a value."""
        what = f"{self.stream.value} of {self.day.isoformat()}"
        if not self.now:
            return f"{what} is not known any more."
        told = sorted({name_of(source_of(one.stored.reading)) or "no source" for one in self.now})
        ids = ", ".join(one.stored.id for one in self.now)
        verb = "is now that of" if self.fresh else "is still that of"
        return f"{what} {verb} {' and '.join(told)} ({ids})."

    def as_json(self) -> dict[str, Any]:
        """Every field in plain JSON; no value is told."""
        return {
            "stream": self.stream.value,
            "local_day": self.day.isoformat(),
            "is_known": bool(self.now),
            "counts": [_maker(one, is_new=one.stored.id in self.fresh) for one in self.now],
        }


def _maker(one: ListedReading, *, is_new: bool) -> dict[str, Any]:
    source = one.stored.reading.source
    return {
        "id": one.stored.id,
        "source": source.app or None,
        "device": source.device or None,
        "takes_its_place": is_new,
    }


def makers_of(vault: Vault, athlete: AthleteId) -> Makers:
    """Return what makes the value of each of an athlete's days; raises UnknownAthlete or AthleteErased."""
    return day_makers(*listed_days(vault, athlete))


def day_makers(listed: Iterable[ListedReading], days: DaysOfReadings) -> Makers:
    """Return what makes the value of each day (docs/indices.md §1.2): of several sources of a day the one that counts.

    listed: all that counts of an athlete, whatever else is in it; days: of the same readings.
    """
    by_reading = {id(one.stored.reading): one for one in listed}
    return {day: tuple(by_reading[id(one)] for one in made) for day, made in days.chosen.items()}


def day_changes(before: Makers, after: Makers, days: Iterable[StreamDay] | None = None) -> list[DayChange]:
    """Return what makes these days now, in order; without `days`, every day that something else makes now."""
    changed = {day for day in before if _ids(before[day]) != _ids(after.get(day, ()))}
    wanted = changed if days is None else set(days)
    return [
        DayChange(*day, after.get(day, ()), _ids(after.get(day, ())) - _ids(before.get(day, ())))
        for day in sorted(wanted, key=lambda day: (day[1], day[0].value))
    ]


def _ids(makers: Iterable[ListedReading]) -> frozenset[str]:
    return frozenset(one.stored.id for one in makers)


@dataclass(frozen=True, slots=True)
class StreamChange:
    """The days of one stream that something else makes now. unknown: those that nothing makes; of: days by source."""

    stream: Stream
    unknown: int
    of: Mapping[str, int]

    @property
    def text(self) -> str:
        """In words, without a value."""
        told = [f"{plural(self.unknown, 'day is', 'days are')} not known any more"] if self.unknown else []
        told += [f"{plural(number, 'day is', 'days are')} now of {name}" for name, number in self.of.items()]
        return f"{self.stream.value}: {', '.join(told)}."

    def as_json(self) -> dict[str, Any]:
        """Every field in plain JSON."""
        of = [{"source": name, "days": number} for name, number in self.of.items()]
        return {"stream": self.stream.value, "unknown": self.unknown, "of": of}


def by_stream(changes: Iterable[DayChange]) -> list[StreamChange]:
    """Return how many days of each stream something else makes, or nothing."""
    held: dict[Stream, list[DayChange]] = defaultdict(list)
    for one in changes:
        held[one.stream].append(one)
    return [_stream_change(stream, days) for stream, days in sorted(held.items())]


def _stream_change(stream: Stream, days: Sequence[DayChange]) -> StreamChange:
    of = Counter(name_of(source_of(one.now[0].stored.reading)) or "no source" for one in days if one.now)
    return StreamChange(stream, sum(not one.now for one in days), dict(sorted(of.items())))

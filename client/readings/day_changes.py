"""What makes a day's value once readings of it were corrected, left out or taken away: another one, or nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.text import plural
from client.biometrics.streams import Stream
from client.features.daily import COUNTED_ONCE
from client.features.day_sources import chosen_source, counted_sources, name_of, source_of
from client.readings.listed import ListedReading, listed_readings
from client.vault.history.reading_states import ReadingState
from client.vault.preferences.own_settings import source_priority
from client.vault.store import Vault
from policies.vocabulary import AthleteId

StreamDay = tuple[Stream, date]
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
    return day_makers(listed_readings(vault, athlete), source_priority(vault, athlete))


def day_makers(listed: Iterable[ListedReading], priority: Sequence[str]) -> Makers:
    """Return what makes the value of each day (docs/indices.md §1.2): of several sources of a day the one that counts.

    listed: all that counts of an athlete, whatever else is in it. priority: their order of sources.
    """
    by_day: dict[StreamDay, list[ListedReading]] = defaultdict(list)
    for one in listed:
        if one.state == ReadingState.COUNTS.value:
            by_day[one.stored.reading.stream, one.local_day].append(one)
    seen = {
        stream: counted_sources(one.stored.reading for (of, _), held in by_day.items() if of is stream for one in held)
        for stream in {stream for stream, _ in by_day}
    }
    found: dict[StreamDay, tuple[ListedReading, ...]] = {}
    for (stream, day), held in by_day.items():
        readings = [one.stored.reading for one in held]
        chosen = readings if stream in COUNTED_ONCE else chosen_source(readings, seen[stream], priority)
        kept = set(map(id, chosen))
        found[stream, day] = tuple(one for one in held if id(one.stored.reading) in kept)
    return found


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

"""Days whose figures come from another source since an import: told by stream, for nobody may have meant it.

Source: docs/indices.md §1.2, §1.4, §3.3 and §4.1. A figure of a day rests on what was known by that day
(docs/indices.md §1.3), so that a source which has more of the history by now took nothing from the days before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from client.biometrics.stream_spec import Aggregation
from client.biometrics.streams import SPECS, Stream
from client.features.day_sources import Source, name_of, source_of
from client.features.days.column_sources import SourcesByDay, night_sources, sleep_sources, variability_sources
from client.features.days.days_of_readings import DaysOfReadings
from policies.vocabulary import Category

HOURS_OF_SLEEP = "hours of sleep"
_RMSSD = Stream.RMSSD.value
_SLEEP = (Stream.SLEEP_PERIOD_MIN, Stream.SLEEP_DURATION_H)
_Sources = tuple[Source, ...]
FigureSources = Mapping[str, SourcesByDay]
"""By what is told, whose its days are."""


def category_of(told: str) -> Category:
    """Return what somebody has to be allowed to see who is told of a stream of a switch."""
    return Category.SLEEP if told == HOURS_OF_SLEEP else SPECS[Stream(told)].category


@dataclass(frozen=True, slots=True)
class SourceSwitch:
    """Days of these streams that come from `now` since an import, and came from `before`."""

    streams: tuple[str, ...]
    days: int
    first: date
    last: date
    now: _Sources
    before: _Sources

    @property
    def text(self) -> str:
        """In words, without an end."""
        span = f"{self.first.isoformat()} to {self.last.isoformat()}"
        if self.days == 1:
            span = self.first.isoformat()
        elif self.days <= (self.last - self.first).days:
            span = f"{self.days} days from {span}"
        now, before = _named(self.now), _named(self.before)
        return f"{', '.join(self.streams)}: figures of {span} now come from {now} instead of {before}"


@dataclass(frozen=True, slots=True)
class DaysAsKnown:
    """An athlete's readings as they were known on the last of some days, and the days that saw their past so."""

    readings: DaysOfReadings
    holds: frozenset[date]


def figure_sources(known: Iterable[DaysAsKnown]) -> FigureSources:
    """Return whose each day's figures are, as known on that day.

    Of a day with beats nothing is told here of what apps say of variability.
    """
    found: dict[str, dict[date, frozenset[Source]]] = defaultdict(dict)
    for part in known:
        for name, by_day in _as_seen_last(part.readings).items():
            found[name].update({day: sources for day, sources in by_day.items() if day in part.holds})
    return found


def _as_seen_last(days: DaysOfReadings) -> FigureSources:
    found: dict[str, dict[date, frozenset[Source]]] = defaultdict(dict)
    for (stream, day), made in days.chosen.items():
        is_number = SPECS[stream].aggregation is not Aggregation.NONE
        if stream not in _SLEEP and (is_number or stream is Stream.RR_INTERVALS):
            found[stream.value][day] = frozenset(map(source_of, made))
    beats = found[Stream.RR_INTERVALS.value]
    found[_RMSSD] = {day: sources for day, sources in found[_RMSSD].items() if day not in beats}
    return {**found, Stream.SLEEP_PERIOD_MIN.value: night_sources(days), HOURS_OF_SLEEP: sleep_sources(days)}


def switched(before: FigureSources, known: Sequence[DaysAsKnown]) -> list[SourceSwitch]:
    """Return what comes from another source now, by stream: days that had a figure, and have one of other sources."""
    after = dict(figure_sources(known))
    after[_RMSSD] = dict(chain(after.get(_RMSSD, {}).items(), *(_of_beats(before, part).items() for part in known)))
    runs: dict[tuple[_Sources, _Sources, tuple[date, ...]], list[str]] = defaultdict(list)
    for name, by_day in after.items():
        found: dict[tuple[_Sources, _Sources], list[date]] = defaultdict(list)
        for day, now in by_day.items():
            old = before.get(name, {}).get(day, frozenset())
            if now - old and old - now:
                found[tuple(sorted(now - old)), tuple(sorted(old - now))].append(day)
        for (new, former), held in found.items():
            runs[new, former, tuple(sorted(held))].append(name)
    return [
        SourceSwitch(tuple(sorted(names)), len(held), held[0], held[-1], new, former)
        for (new, former, held), names in sorted(runs.items(), key=lambda run: (run[1], run[0]))
    ]


def _of_beats(before: FigureSources, part: DaysAsKnown) -> SourcesByDay:
    """Return whose the variability is of days that had an app's alone and have beats now, if these are valid."""
    beats = part.readings.by_stream.get(Stream.RR_INTERVALS, {})
    held = [day for day in before.get(_RMSSD, {}) if day in beats and day in part.holds]
    return variability_sources(part.readings, held)


def _named(sources: Iterable[Source]) -> str:
    return " and ".join(sorted(name_of(one) or "no source" for one in sources))

"""Which sources have the days of a figure's window, where not all of them count (docs/indices.md §1.5)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import chain
from typing import Final

from client.biometrics.observations import EXERCISE, Observation
from client.biometrics.streams import Stream
from client.features.day_sources import name_of, source_of
from client.features.days.instruments import NEW_SOURCE
from client.features.days.nights import Nights, nights_of
from client.metrics.columns import parts_of
from client.metrics.definition import DailyMetric
from client.metrics.metric_day import MetricDay, SourceDays
from client.metrics.why.left_out import OTHER_SOURCE

_STREAMS: Final[Mapping[str, tuple[Stream, ...]]] = {
    "lnrmssd": (Stream.RMSSD, Stream.RR_INTERVALS),
    "sleep_h": (Stream.SLEEP_DURATION_H, Stream.SLEEP_PERIOD_MIN),
    "sleep_midpoint_h": (Stream.SLEEP_PERIOD_MIN,),
}
"""By column: the streams it is made of, where they have other names."""
_TOLD: Final = frozenset({NEW_SOURCE, OTHER_SOURCE})
Found = Mapping[date, frozenset[str]]


class SourcesOfWindows:
    """The sources of an athlete's readings by day; what is not asked for is not looked at."""

    def __init__(self, readings: Sequence[Observation], priority: Sequence[str]) -> None:
        self._readings, self._priority = readings, priority
        self._by_column: dict[str, Found] = {}

    def told(self, metric: DailyMetric, days: Sequence[MetricDay]) -> list[MetricDay]:
        """Return a figure's days, with the sources of their windows where days of one of them do not count."""
        return [one._replace(sources=self._of(metric.columns[0], one)) if _is_told(one) else one for one in days]

    def _of(self, column: str, one: MetricDay) -> tuple[SourceDays, ...]:
        if column not in self._by_column:
            self._by_column[column] = self._found(column)
        found = self._by_column[column]
        window = (one.first + timedelta(days=step) for step in range(one.expected))
        counted = Counter(chain.from_iterable(found.get(day, ()) for day in window))
        return tuple(SourceDays(*held) for held in sorted(counted.items(), key=lambda held: (-held[1], held[0])))

    @cached_property
    def _nights(self) -> Nights:
        return nights_of(self._readings, priority=self._priority)

    def _found(self, column: str) -> Found:
        streams = frozenset(chain.from_iterable(map(_streams_of, parts_of(column))))
        found: dict[date, set[str]] = defaultdict(set)
        for one in self._readings:
            if one.stream in streams and one.stream is not Stream.SLEEP_PERIOD_MIN and self._counts(one):
                found[self._nights.day_of(one)].add(name_of(source_of(one)))
        if Stream.SLEEP_PERIOD_MIN in streams:
            for day, night in self._nights.main.items():
                found[day].update(name_of(source_of(one)) for one in night.pieces)
        return {day: frozenset(names) for day, names in found.items()}

    def _counts(self, one: Observation) -> bool:
        return EXERCISE not in one.quality and self._nights.counts(one)


def _is_told(one: MetricDay) -> bool:
    return not _TOLD.isdisjoint(one.quality)


def _streams_of(column: str) -> Iterable[Stream]:
    return _STREAMS.get(column) or [stream for stream in Stream if stream.value == column]

"""Records of whole sleeps, of which some tell of one night twice: as it grew, or as another app saw it."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from client.ingest.health.sleep_stages import SleepStage

_Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class SleepRecord:
    """One record from start to end (UTC) with its stages. source: the app that wrote it, "" where it is not said."""

    source: str
    start: datetime
    end: datetime
    stages: tuple[SleepStage, ...]

    @property
    def length_s(self) -> float:
        """Seconds from start to end."""
        return (self.end - self.start).total_seconds()


def told_once(records: Iterable[SleepRecord]) -> list[list[SleepStage]]:
    """Return the stages of each sleep, in the order of time.

    A record within another of its source is an earlier state of it; records of one source that overlap are one sleep.
    Of two sources that tell of one time, the one with more sleep over the whole file counts.
    """
    by_source: dict[str, list[SleepRecord]] = defaultdict(list)
    for record in records:
        by_source[record.source].append(record)
    order = sorted(by_source, key=lambda source: (-sum(one.length_s for one in by_source[source]), source))
    taken: list[_Span] = []
    found: list[tuple[_Span, list[SleepStage]]] = []
    for source in order:
        sleeps = [sleep for sleep in _sleeps(by_source[source]) if not _is_told(_span(sleep), taken)]
        for sleep in sleeps:
            insort(taken, _span(sleep))
            found.append((_span(sleep), [stage for record in sleep for stage in record.stages]))
    return [stages for _, stages in sorted(found, key=lambda one: one[0])]


def _sleeps(records: Iterable[SleepRecord]) -> list[list[SleepRecord]]:
    """Put the records that overlap together, without those that lie within another."""
    found: list[list[SleepRecord]] = []
    for record in sorted(records, key=lambda one: (one.start, -one.length_s)):
        until = _span(found[-1])[1] if found else None
        if until is None or record.start >= until:
            found.append([record])
        elif record.end > until:
            found[-1].append(record)
    return found


def _span(sleep: Sequence[SleepRecord]) -> _Span:
    return sleep[0].start, sleep[-1].end


def _is_told(span: _Span, taken: Sequence[_Span]) -> bool:
    """True where one of the spans, which are in order and apart from one another, overlaps this one."""
    place = bisect_left(taken, span)
    return any(one[0] < span[1] and span[0] < one[1] for one in taken[max(place - 1, 0) : place + 1])

"""What figures of some days need of a long history: most look back a year, a few at every session since the first.

Left out are readings that are older than any window, of streams of which the older ones decide nothing either: no
order of sources (docs/indices.md §1.2), no instrument (docs/indices.md §1.5), no day of rest by
answers (docs/indices.md §2.2).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from client.biometrics.observations import Observation
from client.biometrics.rest_rule import RestBasis, RestRule
from client.biometrics.sessions import OF_SESSIONS
from client.biometrics.streams import Stream
from client.features.day_sources import counted_sources
from client.features.morning_answers import MORNING_ITEMS
from client.metrics.definition import DailyMetric

_WHOLE = frozenset({*OF_SESSIONS, Stream.REST_DAY})
"""Of training every day since the first counts."""
_OF_LOAD = frozenset({"load_au"})
_ALTERNATIVES = ((Stream.SLEEP_PERIOD_MIN, Stream.SLEEP_DURATION_H), (Stream.RMSSD, Stream.RR_INTERVALS))
"""Streams of which one may stand for the other: which one does is decided by all of both."""
_MARGIN = timedelta(days=3)  # a day of another clock, and a night that reaches into the first day
_BY_STREAM = Mapping[Stream, Sequence[Observation]]


def reach_d(metrics: Iterable[DailyMetric]) -> int | None:
    """Return on how many days up to a day its figures depend, training apart; None where one needs every day."""
    found = 1
    for one in metrics:
        if one.reach is None and not _OF_LOAD.issuperset(one.columns):
            return None
        found = max(found, one.days, one.reach or 0)
    return found


def needed(
    readings: Sequence[Observation], metrics: Iterable[DailyMetric], *, since: date, rest: RestRule
) -> Sequence[Observation]:
    """Return the readings without those that no figure of the days from `since` on depends on.

    since: `date.max` for the newest day.
    """
    days = reach_d(metrics)
    if days is None or not readings:
        return readings
    first = min(since, max(one.start for one in readings).date())
    begun = datetime.combine(first, time(0), UTC) - _MARGIN
    if begun - timedelta(days=days) <= min(one.end for one in readings):
        return readings
    by_stream: dict[Stream, list[Observation]] = defaultdict(list)
    for one in readings:
        by_stream[one.stream].append(one)
    whole, oldest = _needed_whole(by_stream, rest, begun, days), begun - timedelta(days=days)
    return [
        one
        for stream, held in by_stream.items()
        for one in (held if stream in whole else (one for one in held if one.end >= oldest))
    ]


def _needed_whole(by_stream: _BY_STREAM, rest: RestRule, begun: datetime, days: int) -> frozenset[Stream]:
    """Return the streams of which an older reading decides something. begun: when the first day has surely begun."""
    found = {stream for stream, held in by_stream.items() if stream in _WHOLE or len(counted_sources(held)) > 1}
    found |= {stream for pair in _ALTERNATIVES if by_stream.keys() >= set(pair) for stream in pair}
    oldest = begun - timedelta(days=days)
    for item in map(Stream, MORNING_ITEMS):
        # An item that was ever answered is part of the sum: one answer within reach says so as well.
        if not any(oldest <= one.start and one.end < begun for one in by_stream.get(item, ())):
            found.add(item)
    if rest.basis is RestBasis.REPORTED:
        found |= {*map(Stream, MORNING_ITEMS), Stream.READINESS}
    return frozenset(found)

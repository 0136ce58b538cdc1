"""Readings that are stored and not used: another source tells of the same session, night or day and comes first.

Source: docs/indices.md §1.2, §1.4, §3.3 and §4.1. What is found is as of the athlete's whole history, as pages show it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from client.biometrics.observations import EXERCISE, Observation
from client.biometrics.sessions import OF_SESSIONS
from client.biometrics.stream_spec import Aggregation
from client.biometrics.streams import SPECS, Stream
from client.features.day_sources import (
    Source,
    chosen_by_day,
    counted_sources,
    overlapping_parted,
    ranking,
    source_of,
)
from client.features.days.by_stream import ByStream, by_stream_and_day
from client.features.days.nights import Nights, hours_are_others_until, is_sleep_measured, nights_of
from client.features.days.session_reports import matched_reports
from client.features.hrv import analyse, as_intervals

_BY_MINUTE = (Stream.SLEEP_PERIOD_MIN, Stream.STEPS)
"""Of these every minute counts once, and sources whose times do not meet add up."""


class WhyFirst(StrEnum):
    """Why another source comes first."""

    ORDER = "order"
    """It stands first in the order of sources, or has more of the history."""
    WHOLE = "whole"
    """Its report of the session is whole or told, this one is half or was noticed by a device."""
    NIGHTS = "nights"
    """Hours of sleep are measured, on as many nights as they are answered or on more."""
    HOURS = "hours"
    """Hours of sleep are answered, on more nights than measured; when the measured nights were is used all the same."""
    BEATS = "beats"
    """Variability is that of the day's beats at rest; an app's own figure stands in where there are none."""


@dataclass(frozen=True, slots=True)
class Outranked:
    """One reading that no figure uses, the source that is used in its place, and why."""

    reading: Observation
    by: Source
    why: WhyFirst

    @property
    def is_used_in_part(self) -> bool:
        """True where other figures do use it: when a night was, for one whose hours do not count."""
        return self.why is WhyFirst.HOURS


def outranked(readings: Iterable[Observation], *, priority: Sequence[str] = ()) -> list[Outranked]:
    """Return the readings of one athlete that another source outranks; priority: as for the daily table."""
    held = list(readings)
    if len(counted_sources(held)) < 2:
        return []
    nights = nights_of(held, priority=priority)
    days = by_stream_and_day(held, nights)
    return [
        *_of_sessions(held, priority),
        *_of_minutes(held, priority),
        *chain.from_iterable(_of_days(days, stream, priority) for stream in days),
        *_of_sleep(days, nights, priority),
        *_of_variability(days, priority),
    ]


def _of_sessions(held: Sequence[Observation], priority: Sequence[str]) -> Iterator[Outranked]:
    """Yield what witnesses say that the reports which stand for them say better."""
    matched = matched_reports(held, priority=priority)
    counted = set(map(id, matched.counted))
    for report, beside in matched.witnesses:
        by = beside[0]
        why = WhyFirst.ORDER if report.grade == by.grade else WhyFirst.WHOLE
        if by.source != report.source:  # another file of the same source takes nothing out of the figures
            lost = (one for one in report.readings.values() if id(one) not in counted)
            yield from (Outranked(one, by.source, why) for one in lost)


def _of_minutes(held: Sequence[Observation], priority: Sequence[str]) -> Iterator[Outranked]:
    for stream in _BY_MINUTE:
        _, left_out = overlapping_parted([one for one in held if one.stream is stream], priority)
        yield from (Outranked(one, source_of(better), WhyFirst.ORDER) for one, better in left_out)


def _of_days(days: ByStream, stream: Stream, priority: Sequence[str]) -> Iterator[Outranked]:
    """Yield the readings of the sources of a day that are not its chosen one."""
    by_day = days[stream]
    seen = counted_sources(chain.from_iterable(by_day.values()))
    if len(seen) < 2 or not _is_chosen_by_day(stream):
        return
    rank = ranking(seen, priority)
    for readings in by_day.values():
        best = min(map(source_of, readings), key=rank)
        lost = (one for one in readings if source_of(one) != best)
        yield from (Outranked(one, best, WhyFirst.ORDER) for one in lost)


def _is_chosen_by_day(stream: Stream) -> bool:
    return not (stream in OF_SESSIONS or stream in _BY_MINUTE or SPECS[stream].aggregation is Aggregation.NONE)


def _of_sleep(days: ByStream, nights: Nights, priority: Sequence[str]) -> Iterator[Outranked]:
    """Yield the nights that were measured where hours of sleep are answered, or the answers where they are measured.

    A figure of an earlier day rests on what had more nights until then: nights up to the last such day are used.
    """
    answered = chosen_by_day(days.get(Stream.SLEEP_DURATION_H, {}), priority)
    if not (answered and nights.main):
        return
    measured = {day: night.pieces for day, night in nights.main.items()}
    is_measured = is_sleep_measured(len(measured), len(answered))
    better, lost = (measured, answered) if is_measured else (answered, measured)
    by = Counter(map(source_of, chain.from_iterable(better.values()))).most_common(1)[0][0]
    until, why = hours_are_others_until(measured, answered), WhyFirst.NIGHTS if is_measured else WhyFirst.HOURS
    unused = (readings for day, readings in lost.items() if until is None or day > until)
    yield from (Outranked(one, by, why) for one in chain.from_iterable(unused))


def _of_variability(days: ByStream, priority: Sequence[str]) -> Iterator[Outranked]:
    """Yield what apps say of variability on days whose beats say it themselves (docs/indices.md §3.3)."""
    beats = days.get(Stream.RR_INTERVALS, {})
    for day, told in chosen_by_day(days.get(Stream.RMSSD, {}), priority).items():
        valid = next((one for one in beats.get(day, ()) if _is_valid_at_rest(one)), None)
        if valid is not None:
            yield from (Outranked(one, source_of(valid), WhyFirst.BEATS) for one in told)


def _is_valid_at_rest(beats: Observation) -> bool:
    return EXERCISE not in beats.quality and analyse(as_intervals(beats.value)).lnrmssd is not None

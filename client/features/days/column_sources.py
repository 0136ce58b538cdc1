"""Which sources make the figures of each day that charts and tables show: one figure has one source a day.

Source: docs/indices.md §1.2, §1.5, §3.3 and §4.1, as the whole history stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Final, TypeVar

from client.biometrics.observations import Observation
from client.biometrics.sessions import REPORTED
from client.biometrics.streams import Stream
from client.features.day_sources import Source, source_of
from client.features.days.days_of_readings import DaysOfReadings
from client.features.days.nights import Sleep, is_sleep_measured
from client.features.days.resting_beats import first_valid

SourcesByDay = Mapping[date, frozenset[Source]]
MOST_DAYS: Final = 60  # ours: more than any chart shows
Held = TypeVar("Held")


def load_sources(days: DaysOfReadings) -> SourcesByDay:
    """Return who reported the sessions of each day, else that it was one of rest."""
    told = [stream_sources(days, stream) for stream in REPORTED]
    reported = {day: frozenset(chain.from_iterable(one.get(day, ()) for one in told)) for day in set().union(*told)}
    return {**stream_sources(days, Stream.REST_DAY), **reported}


def night_sources(days: DaysOfReadings) -> SourcesByDay:
    """Return what timed each night."""
    return {day: _sources(night.pieces) for day, night in days.nights.main.items()}


def sleep_sources(days: DaysOfReadings) -> SourcesByDay:
    """Return whose the hours of sleep of each night are: those of devices, or of answers."""
    measured, asked = night_sources(days), stream_sources(days, Stream.SLEEP_DURATION_H)
    return measured if is_sleep_measured(len(measured), len(asked)) else asked


def variability_sources(days: DaysOfReadings, of: Iterable[date]) -> SourcesByDay:
    """Return whose the variability of each of these days is: that of the first valid beats, else the app's."""
    reported, beats = stream_sources(days, Stream.RMSSD), days.by_stream.get(Stream.RR_INTERVALS, {})
    found = {}
    for day in of:
        valid = first_valid(beats.get(day, ()))
        if valid is not None:
            found[day] = _sources(valid[:1])
        elif day in reported:
            found[day] = reported[day]
    return found


def stream_sources(days: DaysOfReadings, stream: Stream) -> SourcesByDay:
    """Return the sources of the readings that make each day's value of a stream."""
    return {day: _sources(held) for (of, day), held in days.chosen.items() if of is stream}


def _sources(readings: Iterable[Observation]) -> frozenset[Source]:
    return frozenset(map(source_of, readings))


@dataclass(frozen=True, slots=True)
class SourcesOfFigures:
    """Whose the figures of the newest days are, by day.

    main: the nights that were timed. nights: by whom; hours: whose the hours of sleep are, answers or devices.
    """

    load: SourcesByDay
    variability: SourcesByDay
    nights: SourcesByDay
    hours: SourcesByDay
    main: Mapping[date, Sleep]


NOTHING_KNOWN = SourcesOfFigures({}, {}, {}, {}, {})


def sources_of_figures(days: DaysOfReadings) -> SourcesOfFigures:
    """Return them for the newest days alone: no chart reaches further back."""
    newest = max((day for _, day in days.chosen), default=None)
    if newest is None:
        return NOTHING_KNOWN
    shown = [newest - timedelta(days=back) for back in range(MOST_DAYS)]
    return SourcesOfFigures(
        load=_of(load_sources(days), shown),
        variability=variability_sources(days, shown),
        nights=_of(night_sources(days), shown),
        hours=_of(sleep_sources(days), shown),
        main=_of(days.nights.main, shown),
    )


def _of(by_day: Mapping[date, Held], days: Iterable[date]) -> dict[date, Held]:
    return {day: by_day[day] for day in days if day in by_day}

"""Columns of the daily table that come from several streams: load, variability and sleep."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from client.biometrics.observations import AUTO_DETECTED, EXERCISE, Observation
from client.biometrics.streams import Stream
from client.features.hrv import analyse, as_intervals
from models.arrays import Floats

ByStream = Mapping[Stream, Mapping[date, list[Observation]]]
Columns = Mapping[str, Floats]
Derive = Callable[[ByStream, Columns, Sequence[date]], dict[str, Floats]]

_SESSION_STREAMS = (Stream.SESSION_RPE, Stream.SESSION_DURATION_MIN, Stream.SESSION_LOAD)


def load_columns(by_stream: ByStream, columns: Columns, dates: Sequence[date]) -> dict[str, Floats]:
    """session_load: the day's sum over sessions; load_au: the same with 0 on known rest days.

    A day with a session whose load is not known (a rating without minutes, or minutes without a rating) is NaN:
    a partial sum would look like an easy day. A measured activity on a day of "rest" makes the day unknown.
    """
    load = np.full(len(dates), np.nan)
    for index, day in enumerate(dates):
        load[index] = _day_load(by_stream, day)
    rest = columns.get(Stream.REST_DAY.value, np.full(len(dates), np.nan)) == 1.0
    return {"session_load": load, "load_au": np.where(rest & ~trained_days(by_stream, dates), 0.0, load)}


def variability_columns(by_stream: ByStream, columns: Columns, dates: Sequence[date]) -> dict[str, Floats]:
    """lnrmssd: from the first valid resting beat series of the day, else ln of the app's RMSSD."""
    reported = columns.get(Stream.RMSSD.value, np.full(len(dates), np.nan))
    column = np.log(np.where(reported > 0, reported, np.nan))
    by_day = by_stream.get(Stream.RR_INTERVALS, {})
    for index, day in enumerate(dates):
        for reading in by_day.get(day, ()):
            found = None if EXERCISE in reading.quality else analyse(as_intervals(reading.value)).lnrmssd
            if found is not None:
                column[index] = found
                break
    return {"lnrmssd": column}


def sleep_columns(by_stream: ByStream, columns: Columns, dates: Sequence[date]) -> dict[str, Floats]:
    """sleep_h: from one instrument for the whole history; sleep_midpoint_h: of the day's longest sleep."""
    unknown = np.full(len(dates), np.nan)
    device = columns.get(Stream.SLEEP_PERIOD_MIN.value, unknown) / 60.0
    asked = columns.get(Stream.SLEEP_DURATION_H.value, unknown)
    hours = device if np.sum(~np.isnan(device)) >= np.sum(~np.isnan(asked)) else asked
    midpoint = unknown.copy()
    by_day = by_stream.get(Stream.SLEEP_PERIOD_MIN, {})
    for index, day in enumerate(dates):
        if by_day.get(day):
            midpoint[index] = _midpoint_h(max(by_day[day], key=lambda reading: reading.end - reading.start))
    return {"sleep_h": hours, "sleep_midpoint_h": midpoint}


DERIVED: tuple[Derive, ...] = (load_columns, variability_columns, sleep_columns)


def trained_days(by_stream: ByStream, dates: Sequence[date]) -> NDArray[np.bool_]:
    """True on days with any sign of training; what a device noticed by itself is no sign."""
    return np.array([_has_session(by_stream, day) for day in dates], dtype=bool)


def _has_session(by_stream: ByStream, day: date) -> bool:
    activities = by_stream.get(Stream.ACTIVITY_DURATION_MIN, {}).get(day, ())
    return any(by_stream.get(stream, {}).get(day) for stream in _SESSION_STREAMS) or any(
        AUTO_DETECTED not in activity.quality for activity in activities
    )


def _day_load(by_stream: ByStream, day: date) -> float:
    """Sum over the day's sessions; a session is what shares start, app and device."""
    sessions: dict[tuple[object, ...], dict[Stream, float]] = defaultdict(dict)
    for stream in _SESSION_STREAMS:
        for reading in by_stream.get(stream, {}).get(day, ()):
            if isinstance(reading.value, float):
                key = (reading.start, reading.source.app, reading.source.device)
                sessions[key][stream] = reading.value
    return sum(map(_session_load, sessions.values())) if sessions else math.nan


def _session_load(session: Mapping[Stream, float]) -> float:
    given = session.get(Stream.SESSION_LOAD)
    if given is not None:
        return given
    rating, minutes = session.get(Stream.SESSION_RPE), session.get(Stream.SESSION_DURATION_MIN)
    if rating == 0.0:
        return 0.0  # "no effort" is a load of 0 however long it lasted: how some forms report a rest day
    return math.nan if rating is None or minutes is None else rating * minutes


def _midpoint_h(reading: Observation) -> float:
    middle = reading.start + (reading.end - reading.start) / 2 + timedelta(minutes=reading.offset_min)
    return (middle.hour + middle.minute / 60 + middle.second / 3600) % 24

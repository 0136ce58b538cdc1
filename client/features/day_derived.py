"""Columns of the daily table that come from several streams: load, variability and sleep."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from client.biometrics.observations import AUTO_DETECTED, Observation
from client.biometrics.sessions import REPORTED, TRIALS, Session, session_of
from client.biometrics.streams import Stream
from client.features.day_sources import chosen_by_day, has_several_sources
from client.features.days.by_stream import ByStream
from client.features.days.instruments import Instrument, instrument_columns, instrument_of
from client.features.days.nights import Nights, Sleep, is_sleep_measured
from client.features.days.resting_beats import at_rest, first_valid
from client.features.sleep import agreement, minute_grid
from models.arrays import Floats

Columns = Mapping[str, Floats]
Derive = Callable[[ByStream, Columns, Sequence[date]], dict[str, Floats]]

SLEEP_AGREEMENT: Final = "sleep_agreement"
TRAINED_MIN: Final = "trained_min"
UNUSABLE_BEATS: Final = "unusable_beats"
COMPARED = (
    Stream.RESTING_HEART_RATE,
    Stream.READINESS,
    Stream.FATIGUE,
    Stream.MOOD,
    Stream.SORENESS,
    Stream.STRESS,
    Stream.SLEEP_QUALITY,
    *sorted(TRIALS),
)


def load_columns(by_stream: ByStream, columns: Columns, dates: Sequence[date]) -> dict[str, Floats]:
    """session_load: the day's sum over sessions; load_au: the same with 0 on known rest days.

    A day with a session whose load is not known (a rating without minutes, or minutes without a rating) is NaN:
    a partial sum would look like an easy day. A measured activity on a day of "rest" makes the day unknown.
    """
    told = set(chain.from_iterable(by_stream.get(stream, {}) for stream in REPORTED))
    load = np.array([_day_load(by_stream, day) if day in told else math.nan for day in dates])
    rest = columns.get(Stream.REST_DAY.value, np.full(len(dates), np.nan)) == 1.0
    return {"session_load": load, "load_au": np.where(rest & ~trained_days(by_stream, dates), 0.0, load)}


def variability_columns(
    by_stream: ByStream, columns: Columns, dates: Sequence[date], priority: Sequence[str]
) -> dict[str, Floats]:
    """lnrmssd: from the first valid resting beat series of the day, else ln of the app's RMSSD; and its instruments.

    unusable_beats: 1 on days whose resting beats give no value; absent where there is no such day.
    """
    reported = columns.get(Stream.RMSSD.value, np.full(len(dates), np.nan))
    column = np.log(np.where(reported > 0, reported, np.nan))
    by_app = chosen_by_day(by_stream.get(Stream.RMSSD, {}), priority)
    kinds = [instrument_of(by_app.get(day, ()), "rmssd") for day in dates]
    unusable = np.full(len(dates), np.nan)
    for index, day in enumerate(dates):
        recorded = by_stream.get(Stream.RR_INTERVALS, {}).get(day, ())
        beats = first_valid(recorded)
        if beats is not None:
            column[index], kinds[index] = beats[1], instrument_of([beats[0]], "beats")
        elif at_rest(recorded):
            unusable[index] = 1.0
    found = {"lnrmssd": column} | instrument_columns("lnrmssd", kinds)
    return found if np.isnan(unusable).all() else found | {UNUSABLE_BEATS: unusable}


def sleep_columns(
    by_stream: ByStream, nights: Nights, columns: Columns, dates: Sequence[date], priority: Sequence[str]
) -> dict[str, Floats]:
    """sleep_h: from one instrument for the whole history; sleep_midpoint_h: of the main sleep; nap_min: the others.

    `sleep_period_min` is that of the main sleep: a nap is no part of last night. The instruments of sleep_h also stand
    on days that only the one that does not count knows: there sleep_h is not known.
    """
    main = [nights.main.get(day) for day in dates]
    minutes = np.array([math.nan if night is None else night.asleep_min for night in main])
    asked = columns.get(Stream.SLEEP_DURATION_H.value, np.full(len(dates), np.nan))
    is_worn = is_sleep_measured(int(np.sum(~np.isnan(minutes))), int(np.sum(~np.isnan(asked))))
    found = {
        "sleep_h": minutes / 60.0 if is_worn else asked,
        "sleep_midpoint_h": np.array([math.nan if night is None else _hour(night.middle) for night in main]),
        "nap_min": np.array([_nap_min(nights, day) for day in dates]),
    }
    found |= _agreement(nights, main, dates)
    by_night = [instrument_of(night.pieces) if night else None for night in main]
    by_app = chosen_by_day(by_stream.get(Stream.SLEEP_DURATION_H, {}), priority)
    by_answer = [instrument_of(by_app.get(day, ()), "asked") for day in dates]
    counting, other = (by_night, by_answer) if is_worn else (by_answer, by_night)
    found |= instrument_columns("sleep_h", _or_else(counting, other))
    found |= instrument_columns("sleep_midpoint_h", by_night)
    return found | ({Stream.SLEEP_PERIOD_MIN.value: minutes} if Stream.SLEEP_PERIOD_MIN.value in columns else {})


def _or_else(counting: Sequence[Instrument | None], other: Sequence[Instrument | None]) -> list[Instrument | None]:
    """The instrument of each day, also on days that only the one that does not count knows."""
    return [other[place] if kind is None else kind for place, kind in enumerate(counting)]


def _agreement(nights: Nights, main: Sequence[Sleep | None], dates: Sequence[date]) -> dict[str, Floats]:
    """sleep_agreement: how far each day is as the day before, noon to noon; none without a night with start and end."""
    is_known = np.array([night is not None and night.end > night.start for night in main], dtype=bool)
    if not is_known.any():
        return {}
    sleeps = [*nights.main.values(), *chain.from_iterable(nights.naps.values())]
    grid = minute_grid([(one.start, one.end) for one in sleeps], dates)
    return {SLEEP_AGREEMENT: agreement(grid, is_known)}


def compared_columns(by_stream: ByStream, dates: Sequence[date], priority: Sequence[str]) -> dict[str, Floats]:
    """The instruments of the streams that are compared with their own past as they are."""
    found: dict[str, Floats] = {}
    for stream in COMPARED:
        if not has_several_sources(by_stream.get(stream, {}).values()):
            continue
        by_day = chosen_by_day(by_stream.get(stream, {}), priority)
        found |= instrument_columns(stream.value, [instrument_of(by_day.get(day, ())) for day in dates])
    return found


def trained_columns(by_stream: ByStream, _: Columns, dates: Sequence[date]) -> dict[str, Floats]:
    """trained_min: minutes of the day's measured sessions, without what a device noticed by itself."""
    minutes = np.full(len(dates), math.nan)
    for index, day in enumerate(dates):
        told = [
            float(one.value)
            for one in by_stream.get(Stream.ACTIVITY_DURATION_MIN, {}).get(day, ())
            if AUTO_DETECTED not in one.quality and isinstance(one.value, float)
        ]
        minutes[index] = math.fsum(told) if told else math.nan
    return {} if np.isnan(minutes).all() else {TRAINED_MIN: minutes}


DERIVED: tuple[Derive, ...] = (load_columns, trained_columns)


def shows_training(reading: Observation) -> bool:
    """True for a report or a recording of a session, and for the answer that a day was none of rest.

    What a device noticed by itself is no sign of training.
    """
    if reading.stream is Stream.ACTIVITY_DURATION_MIN:
        return AUTO_DETECTED not in reading.quality
    return reading.stream in REPORTED or (reading.stream is Stream.REST_DAY and reading.value == 0.0)


def trained_days(by_stream: ByStream, dates: Sequence[date]) -> NDArray[np.bool_]:
    """True on days with any sign of training; what a device noticed by itself is no sign."""
    found = set(chain.from_iterable(by_stream.get(stream, {}) for stream in REPORTED))
    for day, activities in by_stream.get(Stream.ACTIVITY_DURATION_MIN, {}).items():
        if any(AUTO_DETECTED not in activity.quality for activity in activities):
            found.add(day)
    return np.array([day in found for day in dates], dtype=bool)


def _day_load(by_stream: ByStream, day: date) -> float:
    """Sum over the day's sessions; a session is what shares start, app, device and entry."""
    sessions: dict[Session, dict[Stream, float]] = defaultdict(dict)
    for stream in REPORTED:
        for reading in by_stream.get(stream, {}).get(day, ()):
            if isinstance(reading.value, float):
                sessions[session_of(reading)][stream] = reading.value
    return sum(map(_session_load, sessions.values())) if sessions else math.nan


def _session_load(session: Mapping[Stream, float]) -> float:
    given = session.get(Stream.SESSION_LOAD)
    if given is not None:
        return given
    rating, minutes = session.get(Stream.SESSION_RPE), session.get(Stream.SESSION_DURATION_MIN)
    if rating == 0.0:
        return 0.0  # "no effort" is a load of 0 however long it lasted: how some forms report a rest day
    return math.nan if rating is None or minutes is None else rating * minutes


def _hour(moment: datetime) -> float:
    return moment.hour + moment.minute / 60 + moment.second / 3600


def _nap_min(nights: Nights, day: date) -> float:
    naps = nights.naps.get(day, ())
    return sum(nap.asleep_min for nap in naps) if naps else math.nan

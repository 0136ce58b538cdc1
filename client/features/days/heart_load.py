"""What the heart did in the measured sessions of a day: TRIMP and minutes in zones, by the athlete's own constants.

Source: docs/indices.md §2.7. What is not set, or not measured in one of the day's sessions, leaves the day unknown.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import Final

import numpy as np

from client.biometrics.observations import AUTO_DETECTED, Observation
from client.biometrics.own_settings import OwnSettings
from client.biometrics.sessions import Session, session_of
from client.biometrics.streams import Stream
from client.features.days.by_stream import ByStream
from client.features.load import trimp_banister, trimp_zones
from models.arrays import Floats

TRIMP: Final = "trimp_banister"
TRIMP_ZONES: Final = "trimp_edwards"
UNRATED: Final = "load_by_heart_rate"
ZONES: Final = 5
LOWEST_BEATS: Final = 25  # of `Stream.TIME_AT_HEART_RATE`, whose entries go up by one beat a minute
_ZONE_FLOORS: Final = (0.5, 0.6, 0.7, 0.8, 0.9)  # shares of the maximum: Edwards 1993
_READ: Final = (Stream.ACTIVITY_DURATION_MIN, Stream.HEART_RATE_MEAN, Stream.TIME_AT_HEART_RATE)

HEART_LOADS: Final = (TRIMP, TRIMP_ZONES, UNRATED, *(f"time_in_zone_{zone}_min" for zone in range(1, ZONES + 1)))
"""The columns, which are 0 on a day of rest; the minutes in the five zones come last."""

_Told = dict[Stream, Observation]


def heart_load_columns(
    by_stream: ByStream,
    dates: Sequence[date],
    load: Floats,
    own: OwnSettings,
    filled: Mapping[Session, Session] = MappingProxyType({}),
) -> dict[str, Floats]:
    """Return TRIMP [AU], TRIMP of days without a rating, Edwards' TRIMP and minutes in zones, each (days,).

    Empty where no maximum is set. What a device noticed by itself is no session.
    load: AU, (days,); a day of rest has 0 of everything, whether or not a heart rate was measured on any other day.
    filled: by session of a witness, the counted session that it gives its heart rate to (docs/indices.md §1.4).
    """
    if own.heart_rate_max is None:
        return {}
    columns = {name: np.full(len(dates), np.nan) for name in HEART_LOADS}
    for at, day in enumerate(dates):
        sessions = _sessions(by_stream, day, filled)
        if not sessions and load[at] == 0:
            for column in columns.values():
                column[at] = 0.0
        elif sessions:
            columns[TRIMP][at] = sum(_banister(one, own) for one in sessions)
            minutes = np.sum([_minutes_in_zones(one, own.heart_rate_max) for one in sessions], axis=0)
            columns[TRIMP_ZONES][at] = trimp_zones(minutes.tolist())
            for name, number in zip(HEART_LOADS[-ZONES:], minutes.tolist(), strict=True):
                columns[name][at] = number
            if not _is_rated(by_stream, day):
                columns[UNRATED][at] = columns[TRIMP][at]
    return columns


def _is_rated(by_stream: ByStream, day: date) -> bool:
    return any(by_stream.get(stream, {}).get(day) for stream in (Stream.SESSION_RPE, Stream.SESSION_LOAD))


def _sessions(by_stream: ByStream, day: date, filled: Mapping[Session, Session]) -> list[_Told]:
    found: dict[Session, _Told] = defaultdict(dict)
    for one in chain.from_iterable(by_stream.get(stream, {}).get(day, ()) for stream in _READ):
        if AUTO_DETECTED not in one.quality:
            session = session_of(one)
            found[filled.get(session, session)][one.stream] = one
    return list(found.values())


def _banister(told: _Told, own: OwnSettings) -> float:
    """TRIMP of one session from its mean heart rate; NaN without one, without a duration or a constant."""
    beats, lasted = told.get(Stream.HEART_RATE_MEAN), _lasted_min(told)
    rest, factor, exponent = own.heart_rate_rest, own.trimp_factor, own.trimp_exponent
    if beats is None or rest is None or factor is None or exponent is None or own.heart_rate_max is None:
        return math.nan
    mean = float(beats.value) if isinstance(beats.value, float) else math.nan
    return trimp_banister(lasted, mean, rest=rest, maximum=own.heart_rate_max, factor=factor, exponent=exponent)


def _lasted_min(told: _Told) -> float:
    duration = told.get(Stream.ACTIVITY_DURATION_MIN)
    if duration is not None and isinstance(duration.value, float):
        return duration.value
    lasted = max((one.end - one.start).total_seconds() for one in told.values()) / 60
    return lasted if lasted > 0 else math.nan


def _minutes_in_zones(told: _Told, maximum: float) -> Floats:
    """Minutes in each of five zones, (5,); NaN where the session has no times at heart rates."""
    times = told.get(Stream.TIME_AT_HEART_RATE)
    if times is None or not isinstance(times.value, tuple):
        return np.full(ZONES, np.nan)
    share = (LOWEST_BEATS + np.arange(len(times.value))) / maximum
    zone = np.searchsorted(_ZONE_FLOORS, share, side="right")
    seconds = np.bincount(zone, weights=np.array(times.value, dtype=np.float64), minlength=ZONES + 1)
    return seconds[1:].astype(np.float64) / 60

"""The mean of a day over several sessions, weighted by their minutes: ten minutes of warm-up are no half of a day.

Source: docs/indices.md §1.2.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date

from client.biometrics.observations import Observation
from client.biometrics.sessions import Session, session_of
from client.biometrics.streams import Stream

WEIGHTED = frozenset({Stream.HEART_RATE_MEAN, Stream.POWER_MEAN, Stream.SESSION_RPE})
"""Streams of which a day's value is the mean over its sessions by duration."""
Minutes = Mapping[Session, float]

_DURATIONS = (Stream.SESSION_DURATION_MIN, Stream.ACTIVITY_DURATION_MIN)


def session_minutes(by_stream: Mapping[Stream, Mapping[date, Sequence[Observation]]]) -> dict[Session, float]:
    """Return the minutes of each session that has them; what a device measured comes before what was reported."""
    found: dict[Session, float] = {}
    for stream in _DURATIONS:
        for readings in by_stream.get(stream, {}).values():
            found.update({session_of(one): one.value for one in readings if isinstance(one.value, float)})
    return found


def weighted_mean(readings: Sequence[Observation], minutes: Minutes) -> float:
    """Return the mean of the readings by minutes, in the readings' unit; a single one counts as it is.

    A reading without a session in `minutes` lasts from its start to its end. NaN where the duration of one of several
    is not known and they differ: no mean of theirs is then a mean of the day.
    """
    values = [one.value for one in readings if isinstance(one.value, float)]
    if len(set(values)) == 1:
        return values[0]
    weights = [_minutes(one, minutes) for one in readings]
    total = math.fsum(weights)
    return math.fsum(w * v for w, v in zip(weights, values, strict=True)) / total if total > 0 else math.nan


def _minutes(reading: Observation, minutes: Minutes) -> float:
    lasted = (reading.end - reading.start).total_seconds() / 60
    return minutes.get(session_of(reading), lasted if lasted > 0 else math.nan)

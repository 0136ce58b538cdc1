"""The best trial of each day beside the mean of its trials (docs/indices.md §5.3)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np

from client.biometrics.observations import Observation
from client.biometrics.sessions import TRIALS
from client.biometrics.streams import SPECS, Stream
from client.features.day_sources import chosen_by_day
from models.arrays import Floats

BEST: Final = "_best"
_WITHOUT_BEST: Final = frozenset({Stream.TIME_TO_TAKEOFF})  # neither a long nor a short one is better


def best_columns(
    by_stream: Mapping[Stream, Mapping[date, list[Observation]]], dates: Sequence[date], priority: Sequence[str]
) -> dict[str, Floats]:
    """Return NAME_best (days,) of each test of which some day holds several trials; a time is best when short."""
    found: dict[str, Floats] = {}
    for stream in sorted((TRIALS - _WITHOUT_BEST) & by_stream.keys()):
        by_day = chosen_by_day(by_stream[stream], priority)
        if max(map(len, by_day.values()), default=0) > 1:
            choose = min if SPECS[stream].unit == "s" else max
            best = {day: choose(float(str(one.value)) for one in trials) for day, trials in by_day.items()}
            found[stream.value + BEST] = np.array([best.get(day, np.nan) for day in dates])
    return found

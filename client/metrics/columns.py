"""The series that figures are made of: columns of the daily table, and what several of them give together."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from client.features.baseline import WELLNESS_ITEMS, wellness_sum
from client.features.change_beyond_error import asymmetry
from client.features.daily import DailyTable
from client.features.day_derived import TRAINED_MIN
from client.features.days.best_trials import BEST
from client.features.days.instruments import instruments, together
from client.features.load import exposure_h
from client.features.morning_answers import MORNING_ANSWERS, MORNING_ITEMS, morning_answers_sum
from models.arrays import Floats

WELLNESS_SUM: Final = "wellness_sum"
OSTRC_SCORE: Final = "ostrc_score"
EXPOSURE_H: Final = "exposure_h"
TWO_SIDED: Final = ("nordic", "adduction", "abduction")
JUMPS: Final[Mapping[str, str]] = {
    "jump_height_cm": "cm",
    "jump_height_flight_cm": "cm",
    "jump_height_impulse_cm": "cm",
    "rsi_modified": "m/s",
    "jump_peak_power": "W/kg",
}
"""Kinds of jump figures and their units; heights from flight time and from impulse are never compared."""
_OSTRC: Final = ("ostrc_participation", "ostrc_volume", "ostrc_performance", "ostrc_symptoms")

_Together = tuple[tuple[str, ...], Callable[[DailyTable], Floats]]


def asymmetry_of(test: str) -> str:
    """Return the name of the asymmetry of a test with two sides."""
    return f"{test}_asymmetry"


def _sides(test: str) -> _Together:
    names = (f"{test}_left", f"{test}_right")
    return names, lambda table: asymmetry(*(table.column(name) for name in names))


def best_of(test: str) -> str:
    """Return the name of the best trial of a test on its day."""
    return f"{test}{BEST}"


def _best_trial(test: str) -> _Together:
    """The best of a day's trials; where no day has several, the only one."""
    return (test,), lambda table: table.column(best_of(test) if best_of(test) in table.columns else test)


def _exposure_h(table: DailyTable) -> Floats:
    return exposure_h(*(table.column(name) for name in ("session_duration_min", TRAINED_MIN, "load_au")))


def _ostrc_score(table: DailyTable) -> Floats:
    """The sum of the four answers; where a source has their sum alone, that."""
    answered = np.sum([table.column(name) for name in _OSTRC], axis=0)
    return np.where(np.isnan(answered), table.column(OSTRC_SCORE), answered)


_TOGETHER: Mapping[str, _Together] = {
    MORNING_ANSWERS: (MORNING_ITEMS, morning_answers_sum),
    WELLNESS_SUM: (WELLNESS_ITEMS, lambda table: wellness_sum({name: table.column(name) for name in WELLNESS_ITEMS})),
    OSTRC_SCORE: ((*_OSTRC, OSTRC_SCORE), _ostrc_score),
    EXPOSURE_H: (("session_duration_min",), _exposure_h),
    **{asymmetry_of(test): _sides(test) for test in TWO_SIDED},
    **{best_of(test): _best_trial(test) for test in JUMPS},
}
"""By name: the columns that are put together, and how."""


def column_of(table: DailyTable, name: str) -> Floats:
    """Return a column (days,), or what several columns give together."""
    return _TOGETHER[name][1](table) if name in _TOGETHER else table.column(name)


def parts_of(name: str) -> tuple[str, ...]:
    """Return the columns of the daily table that it is put together of; itself where it is one."""
    return _TOGETHER[name][0] if name in _TOGETHER else (name,)


def instruments_of(table: DailyTable, name: str) -> Floats:
    """Return the numbers (days,) of the instruments behind it; all NaN where there is one."""
    if name in _TOGETHER:
        return together([instruments(table.column, item) for item in _TOGETHER[name][0]])
    return instruments(table.column, name)


def latest(values: Floats, numbers: Floats) -> Floats:
    """Return for each day the instrument of its last known day, (days,); NaN before the first."""
    at = np.where(~np.isnan(values) & ~np.isnan(numbers), np.arange(len(values)), -1)
    last = np.maximum.accumulate(at)
    return np.where(last >= 0, numbers[np.maximum(last, 0)], np.nan)

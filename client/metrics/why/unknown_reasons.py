"""Why a figure has no value on a day: one code for each such day, docs/indices.md §1.3."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from client.features.windows import known, windows
from client.metrics.as_of import DayMask
from client.metrics.definition import DailyMetric, Need
from models.arrays import Floats

NOT_RECORDED: Final = "not_recorded"
INSUFFICIENT: Final = "insufficient"
TODAY_UNKNOWN: Final = "today_unknown"
UNDEFINED: Final = "undefined"
NOT_SET: Final = "constant_not_set"
"""Told by the figures of own constants themselves; where it stands, no number of days is too small."""


def reasons(
    metric: DailyMetric, series: Floats, unknown: DayMask, something: DayMask, *, unset: DayMask | None = None
) -> dict[str, DayMask]:
    """Return by code on which days (days,) it is the reason; each of the `unknown` days has one, here or in `unset`.

    series: the first column, (days,). something: days in whose window something is stored, with a value or without.
    unset: days on which a constant is missing; None where the figure needs none.
    """
    blank = unknown & ~something
    left = unknown & something if unset is None else unknown & something & ~unset
    if not metric.needs and not metric.is_unbroken:
        return {INSUFFICIENT: left, NOT_RECORDED: blank}
    enough, today = _is_enough(metric, series), np.isnan(series)
    waits = left & ~enough & today & _is_enough(metric, series, with_today=True)
    undefined = left & enough
    return {
        UNDEFINED: undefined,
        TODAY_UNKNOWN: waits,
        INSUFFICIENT: left & ~undefined & ~waits,
        NOT_RECORDED: blank,
    }


def _is_enough(metric: DailyMetric, series: Floats, *, with_today: bool = False) -> DayMask:
    """True where enough days are known, (days,). with_today: were the day itself known."""
    found = _are_met(metric.needs, series, with_today=with_today)
    begun = np.cumsum(~np.isnan(series)) > 0
    if metric.history_d:
        days = np.cumsum(begun)
        found &= np.where(begun, days, int(with_today)) >= metric.history_d
    if metric.is_unbroken:
        broken = np.cumsum(begun & np.isnan(series))
        found &= begun & (broken <= (int(with_today) * np.isnan(series)))
    return found


def _are_met(needs: Iterable[Need], series: Floats, *, with_today: bool) -> DayMask:
    found = np.ones(len(series), dtype=bool)
    for need in needs:
        more = np.isnan(series) & (with_today and need.ago == 0)
        found &= known(windows(series, need.days, ago=need.ago)) + more >= need.least
    return found

"""Why a figure has no value on a day: one code for each such day, docs/indices.md §1.3."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from client.features.days.figure_rules import FigureRule
from client.features.past.as_of import DayMask
from client.features.windows import known, windows
from client.metrics.definition import DailyMetric
from models.arrays import Floats

NOT_RECORDED: Final = "not_recorded"
INSUFFICIENT: Final = "insufficient"
TODAY_UNKNOWN: Final = "today_unknown"
UNDEFINED: Final = "undefined"
NOT_SET: Final = "constant_not_set"
"""Told by the figures of own constants themselves; where it stands, no number of days is too small."""


def reasons(
    metric: DailyMetric,
    series: Floats,
    unknown: DayMask,
    something: DayMask,
    *,
    rules: Sequence[FigureRule],
    unset: DayMask | None = None,
) -> dict[str, DayMask]:
    """Return by code on which days (days,) it is the reason; each of the `unknown` days has one, here or in `unset`.

    series: the first column, (days,). something: days in whose window something is stored, with a value or without.
    rules: what the figure needs. unset: days on which a constant is missing; None where the figure needs none.
    """
    blank = unknown & ~something
    left = unknown & something if unset is None else unknown & something & ~unset
    enough: DayMask = np.all([rule.known >= rule.least for rule in rules], axis=0)
    undefined = left & enough
    if not metric.needs and not metric.is_unbroken:
        return {UNDEFINED: undefined, INSUFFICIENT: left & ~undefined, NOT_RECORDED: blank}
    waits = left & ~enough & np.isnan(series) & _is_enough_with_today(metric, series)
    return {
        UNDEFINED: undefined,
        TODAY_UNKNOWN: waits,
        INSUFFICIENT: left & ~undefined & ~waits,
        NOT_RECORDED: blank,
    }


def _is_enough_with_today(metric: DailyMetric, series: Floats) -> DayMask:
    """True where enough days would be known, (days,), were the day itself."""
    found, unknown = np.ones(len(series), dtype=bool), np.isnan(series)
    for need in metric.needs:
        more = unknown & (need.ago == 0)
        found &= known(windows(series, need.days, ago=need.ago)) + more >= need.least
    begun = np.cumsum(~unknown) > 0
    if metric.history_d:
        found &= np.where(begun, np.cumsum(begun), 1) >= metric.history_d
    if metric.is_unbroken:
        found &= begun & (np.cumsum(begun & unknown) <= unknown)
    return found

"""The series that figures are made of: columns of the daily table, and what several of them give together."""

from collections.abc import Callable, Sequence

import numpy as np

from client.features.baseline import WELLNESS_ITEMS, wellness_sum
from client.features.daily import DailyTable
from client.features.days.instruments import instruments, together
from client.features.morning_answers import MORNING_ANSWERS, MORNING_ITEMS, morning_answers_sum
from models.arrays import Floats

WELLNESS_SUM = "wellness_sum"
"""Name of the sum of five answers among the columns."""

_SUMS: dict[str, tuple[Sequence[str], Callable[[DailyTable], Floats]]] = {
    MORNING_ANSWERS: (MORNING_ITEMS, morning_answers_sum),
    WELLNESS_SUM: (WELLNESS_ITEMS, lambda table: wellness_sum({item: table.column(item) for item in WELLNESS_ITEMS})),
}


def column_of(table: DailyTable, name: str) -> Floats:
    """Return a column (days,), or a sum of answers: `wellness_sum` of five, `morning_answers` without sleep quality."""
    return _SUMS[name][1](table) if name in _SUMS else table.column(name)


def instruments_of(table: DailyTable, name: str) -> Floats:
    """Return the numbers (days,) of the instruments behind a column or a sum; all NaN where there is one."""
    if name in _SUMS:
        return together([instruments(table.column, item) for item in _SUMS[name][0]])
    return instruments(table.column, name)


def latest(values: Floats, numbers: Floats) -> Floats:
    """Return for each day the instrument of its last known day, (days,); NaN before the first."""
    at = np.where(~np.isnan(values) & ~np.isnan(numbers), np.arange(len(values)), -1)
    last = np.maximum.accumulate(at) if len(at) else at
    return np.where(last >= 0, numbers[np.maximum(last, 0)] if len(at) else numbers, np.nan)

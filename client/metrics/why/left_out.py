"""Days of which something is stored that a figure's first column has no value of, and why.

Another source has the day, which does not count beside the one that does (docs/indices.md §1.2, §1.5), or what is
stored gives no value: a session without minutes, a sum with an answer missing, beats that cannot be analysed.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from client.features.daily import DailyTable
from client.features.day_derived import TRAINED_MIN, UNUSABLE_BEATS
from client.features.days.heart_load import HEART_LOADS, UNRATED
from client.features.morning_answers import MORNING_ANSWERS
from client.features.past.as_of import DayMask
from client.metrics.columns import OSTRC_SCORE, TWO_SIDED, WELLNESS_SUM, asymmetry_of, instruments_of, parts_of
from models.arrays import Floats

OTHER_SOURCE: Final = "other_source"
"""Quality code of a figure in whose window another source alone knows a day: it does not count."""
INCOMPLETE_DAY: Final = "incomplete_day"
"""Quality code of a figure in whose window a day has readings that give no value."""
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "load_au": ("session_rpe", "session_duration_min", "session_load", TRAINED_MIN),
    "lnrmssd": (UNUSABLE_BEATS,),
    **{name: (TRAINED_MIN,) for name in HEART_LOADS if name != UNRATED},
    **{name: parts_of(name) for name in (WELLNESS_SUM, MORNING_ANSWERS, OSTRC_SCORE, *map(asymmetry_of, TWO_SIDED))},
}
"""By column: columns of which each alone shows that something of the day is stored."""
_NEED_A_COLUMN: Final = frozenset(HEART_LOADS)
"""Columns that stand only where the athlete's constants are set: without them nothing is left out."""


def known_by_another(table: DailyTable, name: str, values: Floats) -> DayMask:
    """True on days (days,) that only a source knows which does not count. values: the column."""
    return np.isnan(values) & ~np.isnan(instruments_of(table, name))


def without_value(table: DailyTable, name: str, values: Floats) -> DayMask:
    """True on days (days,) that have readings, of which no value comes. values: the column."""
    parts = [table.columns[part] for part in _PARTS.get(name, ()) if part in table.columns]
    if not parts or (name in _NEED_A_COLUMN and name not in table.columns):
        return np.zeros(len(values), dtype=bool)
    found: DayMask = np.isnan(values) & np.any(~np.isnan(parts), axis=0)
    return found

"""The morning answers that coaching uses: their sum leaves sleep quality out, which is of another consent category.

Not the wellness sum of five items (`client.features.baseline.wellness_sum`). Source: docs/indices.md §5.2.
"""

import numpy as np

from client.features.daily import DailyTable
from models.arrays import Floats

MORNING_ITEMS = ("fatigue", "mood", "soreness", "stress")  # each 1 to 5, 5 is best
MORNING_ANSWERS = "morning_answers"
"""Name of the sum among the columns that a metric may be made of."""


def morning_answers_sum(table: DailyTable) -> Floats:
    """Sum of the items that this athlete answers at all, (days,); a day with one of them missing is NaN."""
    items = [table.column(name) for name in MORNING_ITEMS]
    used = [values for values in items if np.isfinite(values).any()]
    return np.sum(used, axis=0) if used else np.full(len(table.dates), np.nan)


def morning_items_used(table: DailyTable) -> int:
    """Number of items that this athlete answers at all: the sum reaches to five times that."""
    return sum(bool(np.isfinite(table.column(name)).any()) for name in MORNING_ITEMS)

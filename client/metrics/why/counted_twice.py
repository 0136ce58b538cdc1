"""Days that may count one session twice: whether two reports are of one was asked, and nobody has answered."""

import numpy as np

from client.features.daily import DailyTable
from client.features.days.possible_repeats import differing
from client.features.past.as_of import DayMask
from client.metrics.columns import column_of
from client.metrics.definition import DailyMetric


def in_question(table: DailyTable, metric: DailyMetric) -> DayMask:
    """True on days (days,) on which a column of the figure would be another, were all sessions one that may be."""
    found: DayMask = np.zeros(len(table.dates), dtype=bool)
    if table.if_one:
        other = table.as_one
        for name in metric.columns:
            found |= differing(column_of(table, name), column_of(other, name))
    return found

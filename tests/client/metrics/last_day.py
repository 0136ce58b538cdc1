"""The figures of a table's last day, for tests that look at one day."""

from collections.abc import Sequence

import numpy as np

from client.features.daily import DailyTable
from client.features.past.as_of import TableAsOf
from client.metrics.athlete_metrics import metrics_between
from client.metrics.definition import DailyMetric
from client.metrics.metric_day import MetricDay


def metrics_on(
    table: DailyTable, *, key: bytes = b"", metrics: Sequence[DailyMetric] | None = None
) -> dict[str, MetricDay]:
    """Return the figures on the table's last day, by name; empty for an empty table."""
    if not table.dates:
        return {}
    held = [TableAsOf(table, np.ones(len(table.dates), dtype=bool))]
    found = metrics_between(held, table.dates[-1], table.dates[-1], key=key, metrics=metrics)
    return {name: days[0] for name, days in found.items()}

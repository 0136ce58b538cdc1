"""The own usual day of training, of which a cap may be said in percent (docs/indices.md §5.8)."""

from datetime import date
from typing import Final

import numpy as np

from client.coaching.histories import index_of
from client.features.daily import DailyTable

USUAL_D: Final = 28  # ours: four weeks, as elsewhere
LEAST_DAYS: Final = 8  # ours: two days of training a week


def own_usual_au(table: DailyTable, before: date) -> float | None:
    """Return the mean load of the training days in the 28 days before a day, in AU; None with fewer than eight.

    before: the onset of what the athlete is coming back from, so that days of rest since then count for nothing.
    """
    placed = index_of(table, before)
    if placed is None:
        return None
    past = placed[0].column("load_au")[max(0, placed[1] - USUAL_D) : placed[1]]
    trained = past[np.isfinite(past) & (past > 0)]
    return float(trained.mean()) if trained.size >= LEAST_DAYS else None


def cap_of(percent: int, usual_au: float) -> float:
    """Return the cap in whole AU, rounded down."""
    return float(int(usual_au * percent / 100 + 1e-9))

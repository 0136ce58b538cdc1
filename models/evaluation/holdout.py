"""Which of an athlete's days a model learns from, and which are held back to judge it: always the newest."""

import numpy as np
from numpy.typing import NDArray

LEARN_SHARE = 0.7  # ours; docs/indices.md §11.1


def learn_days(days: int) -> NDArray[np.bool_]:
    """Mask (days,) of the days to learn from: the oldest `LEARN_SHARE` of consecutive calendar days."""
    mask: NDArray[np.bool_] = np.arange(days) <= LEARN_SHARE * (days - 1)
    return mask


def judge_days(days: int, *, gap_d: int = 0) -> NDArray[np.bool_]:
    """Mask (days,) of the days to judge on: those after the ones to learn from, and after a gap of `gap_d` days.

    The gap keeps an outcome window that reaches forward from touching both sides (docs/indices.md §11.1).
    """
    learn = learn_days(days)
    mask: NDArray[np.bool_] = np.arange(days) >= int(learn.sum()) + gap_d
    return mask

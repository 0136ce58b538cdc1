"""Which days without a session are known rest: one rule per athlete, for commands, pages, proposals and models.

A day without a reading is unknown, and no load of it is 0. Whoever knows that every session is reported may say so
per athlete; a day that is rest only by that rule is marked as assumed. Source: docs/indices.md §2.2.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from client.biometrics.rest_rule import RestBasis, RestRule
from models.arrays import Floats

ASSUMED_REST = "assumed_rest"
"""Quality code of what rests on an assumed rest day, and the daily column that is 1 on such a day."""


@dataclass(frozen=True, slots=True)
class RestEvidence:
    """What is known of consecutive days; each array is (days,).

    load: AU, NaN where unknown. answered: a morning answer was given. trained: any sign of training, or the athlete
    said that it was no rest day. over: the day has ended, so that no session of it can still come. begun: training is
    known of at all.
    """

    dates: tuple[date, ...]
    load: Floats
    answered: NDArray[np.bool_]
    trained: NDArray[np.bool_]
    over: NDArray[np.bool_]
    begun: bool


def assumed_rest_days(rule: RestRule, days: RestEvidence) -> NDArray[np.bool_]:
    """True on days that are rest by `rule` alone, (days,); none without any sign of training in the history.

    Where no session is seen at all, none is reported here (or the reader may not see any), and nothing follows.
    """
    silent: NDArray[np.bool_] = np.isnan(days.load) & ~days.trained
    if rule.basis is RestBasis.EXPLICIT or not days.begun:
        return np.zeros(len(days.dates), dtype=bool)
    if rule.basis is RestBasis.REPORTED:
        return silent & days.answered & days.over
    begun: NDArray[np.bool_] = np.cumsum(days.trained) > 0
    complete = np.array([rule.until is not None and day <= rule.until for day in days.dates], dtype=bool)
    found: NDArray[np.bool_] = silent & begun & complete
    return found


def assumed_in(column: Floats) -> bool:
    """True if any day of an `assumed_rest` column (days,) is one."""
    return bool((column == 1.0).any())

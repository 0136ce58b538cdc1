"""Acute-to-chronic workload ratios: five methods, each under its own name, because the same 35 days give 1.14 to 1.53.

A described ratio, never an injury-risk score: its coupled form correlates with itself (Lolli et al. 2019), and random
chronic loads predict as well (Impellizzeri et al. 2021). Missing days are never filled: with fewer than 6 of 7 or 24 of
28 days known there is no ratio. Source: docs/indices.md §2.6.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from client.features.load import MIN_WEEK_DAYS, WEEK_D, is_count_enough, observed
from client.features.windows import known, means, ratio, windows
from models.arrays import Floats

ACUTE_D, CHRONIC_D = WEEK_D, 28
WARM_UP_D = 42  # docs/indices.md §2.5: until then 5 % or more of the chronic value is its seed
CAPTION = "Descriptive, not a risk score."


class AcwrMethod(StrEnum):
    """The five variants; the value is the `method_id`."""

    COUPLED = "ra_coupled"
    UNCOUPLED_21 = "ra_uncoupled_21"
    UNCOUPLED_28 = "ra_uncoupled_28"
    EWMA_FIRST = "ewma_seed_first"
    EWMA_MEAN7 = "ewma_seed_mean7"


_CHRONIC = {AcwrMethod.UNCOUPLED_21: (CHRONIC_D - ACUTE_D, ACUTE_D), AcwrMethod.UNCOUPLED_28: (CHRONIC_D, ACUTE_D)}
"""Days of the chronic window, and how many days before today it ends; else the last 28 days."""


def acwr(load: Floats, method: AcwrMethod) -> Floats:
    """Ratio on each day of `load` (days,), NaN where the method is undefined.

    Undefined: under 28 days of history (35 for `ra_uncoupled_28`), too few known days, or a chronic load of 0.
    """
    days, ago = _CHRONIC.get(method, (CHRONIC_D, 0))
    recent, before = windows(load, ACUTE_D), windows(load, days, ago=ago)
    enough = is_count_enough(known(recent), of=ACUTE_D) & is_count_enough(known(before), of=days)
    if method in (AcwrMethod.EWMA_FIRST, AcwrMethod.EWMA_MEAN7):
        acute, chronic = (ewma(load, span_d=span, seed=method) for span in (ACUTE_D, CHRONIC_D))
    else:
        acute, chronic = means(recent), means(before)
    defined = enough & (_history(load) >= max(CHRONIC_D, days + ago)) & (chronic > 0)
    return ratio(acute, chronic, where=defined)


def ewma(load: Floats, *, span_d: int, seed: AcwrMethod = AcwrMethod.EWMA_FIRST) -> Floats:
    """Exponentially weighted load with decay 2 / (span_d + 1) (Williams et al. 2017), (days,).

    Starts on the first known day with its load, or with the mean of the first seven days (at least six known).
    A missing day leaves the value as it was, neither load nor rest; before the start it is NaN.
    """
    decay = 2.0 / (span_d + 1)
    values = np.full(len(load), np.nan)
    found = np.flatnonzero(~np.isnan(load))
    if not found.size:
        return values
    first = int(found[0])
    level = float(load[first])
    if seed is AcwrMethod.EWMA_MEAN7:
        week = load[first : first + WEEK_D]
        if observed(week) < MIN_WEEK_DAYS:
            return values
        # The seed stands before the first day, which is then folded in like every other.
        level = float(np.nanmean(week))
        level = decay * float(load[first]) + (1 - decay) * level
    values[first] = level
    levels = []
    for today in load[first + 1 :].tolist():
        if today == today:  # not NaN
            level = decay * today + (1 - decay) * level
        levels.append(level)
    values[first + 1 :] = levels
    return values


def known_ewma(load: Floats, *, span_d: int) -> Floats:
    """EWMA (days,) on the days whose last `span_d` days are known well enough, else NaN: 6 of 7, 24 of 28 days.

    What a page draws as a mean of so many days, or says of one, is this. Source: docs/indices.md §2.5.
    """
    enough = is_count_enough(known(windows(load, span_d)), of=span_d)
    return np.where(enough, ewma(load, span_d=span_d), np.nan)


def is_warming_up(load: Floats, *, until_d: int = WARM_UP_D) -> NDArray[np.bool_]:
    """True on the days before `until_d`, (days,): until day 42 the seed weighs 5 % or more in the 28-day EWMA."""
    return np.asarray(_history(load) < until_d)


def _history(load: Floats) -> NDArray[np.int64]:
    """Days from the first known one to each day, both included, (days,)."""
    found = np.flatnonzero(~np.isnan(load))
    return np.maximum(np.arange(len(load)) - (int(found[0]) if found.size else len(load)) + 1, 0)

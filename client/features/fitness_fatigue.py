"""Fitness and fatigue: slow and fast averages of load with their difference, and Banister's response to impulses.

Not validated across sports; after 84 days 13.5 % of the start is still in the slow average (docs/indices.md §2.8).
"""

import math
from dataclasses import dataclass

import numpy as np

from client.features.windows import windows
from models.arrays import Floats

SLOW_D, FAST_D = 42.0, 7.0


@dataclass(frozen=True, slots=True)
class Balance:
    """Chronic (CTL) and acute (ATL) load of each day, (days,); TSB of a morning is yesterday's CTL less ATL."""

    ctl: Floats
    atl: Floats
    tsb: Floats
    tsb_same_day: Floats


def balance(load: Floats) -> Balance:
    """Chart values of each day, started at 0 before the first known day; NaN from the first unknown day after it."""
    weights = [1.0 - math.exp(-1.0 / tau) for tau in (SLOW_D, FAST_D)]
    slow, fast = (_average(load, weight) for weight in weights)
    return Balance(slow, fast, windows(slow - fast, 1, ago=1)[:, 0], slow - fast)


def impulse_response(
    load: Floats, *, p0: float, k1: float, k2: float, tau1_d: float = SLOW_D, tau2_d: float = FAST_D
) -> Floats:
    """Modelled performance of each day, (days,), in the unit of `p0`: p0 + k1 · fitness - k2 · fatigue.

    Both are sums of the loads of the days before, each faded by exp(-days / τ); NaN from the first unknown day on.
    Source: Banister et al. 1975.
    """
    before = windows(load, 1, ago=1)[:, 0]
    keeps = [math.exp(-1.0 / tau) for tau in (tau1_d, tau2_d)]
    fitness, fatigue = (keep * _faded(before, keep) for keep in keeps)
    first = np.flatnonzero(~np.isnan(load))[:1]
    response = p0 + k1 * fitness - k2 * fatigue
    response[first] = p0
    return response


def _average(load: Floats, weight: float) -> Floats:
    return weight * _faded(load, 1.0 - weight)


def _faded(load: Floats, keep: float) -> Floats:
    """Sum of the loads so far, each day's share of the day before kept; NaN before the first known day."""
    known = np.flatnonzero(~np.isnan(load))
    levels = np.full(len(load), np.nan)
    if known.size:
        level, begin = 0.0, int(known[0])
        for at, today in enumerate(load[begin:].tolist(), start=begin):
            level = keep * level + today
            levels[at] = level
    return levels

"""Whether an angle changed from the early to the late bouts of one session: estimate, interval, state.

The unit is the bout, not the stride: strides of one bout are alike. Rules and thresholds: docs/movement.md §3. Arrays
have a row for each metric and a column for each bout; NaN goes through to the result and is never 0.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from client.mechanics.student_t import quantile, upper_tail
from models.arrays import Floats

LEAST_BOUTS = 6  # of each side; ours, docs/movement.md §3
LEVEL = 0.05
WATCH_DEG = 1.0  # ours; docs/movement.md §3
ALERT_DEG = 1.5  # ours; docs/movement.md §3
LARGEST_ERROR_DEG = 0.8  # ours: with a larger one a change of 3° is missed about as often as found
LEAST_AGREEING = 0.75  # ours: of all pairs of an early and a late bout
_NOTHING = 1e-9  # ours: a spread (degrees, m²/s²) below it is rounding of equal numbers


class BoutState(StrEnum):
    """What is said of one metric."""

    NONE = "none"
    WATCH = "watch"
    ALERT = "alert"
    NOT_ENOUGH_BOUTS = "not_enough_bouts"
    UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True)
class BoutChange:
    """Late less early bouts, each (metrics,), in degrees. df: degrees of freedom.

    plain_error: the standard error that there would be had early and late bouts the same mean speed. agreeing: share of
    the pairs of an early and a late bout that differ in the direction of the change. Undefined cases are NaN.
    """

    change: Floats
    standard_error: Floats
    df: Floats
    plain_error: Floats
    agreeing: Floats

    def interval95(self) -> tuple[Floats, Floats]:
        """Lower and upper end of the two-sided 95 % interval of each change."""
        reach = quantile(1.0 - LEVEL / 2.0, self.df) * self.standard_error
        return self.change - reach, self.change + reach

    def lower_bound90(self) -> Floats:
        """Lower end of the two-sided 90 % interval of the size of each change, whatever its direction."""
        return np.abs(self.change) - quantile(1.0 - LEVEL, self.df) * self.standard_error

    def watch_chance(self) -> Floats:
        """Two-sided p of no change; below .05 where the 95 % interval leaves out 0."""
        return 2.0 * upper_tail(np.abs(self.change) / self.standard_error, self.df)

    def alert_chance(self) -> Floats:
        """One-sided p of a change of at most 1.5°; below .05 where the lower bound is above 1.5°."""
        return upper_tail((np.abs(self.change) - ALERT_DEG) / self.standard_error, self.df)


def welch(early: Floats, late: Floats) -> BoutChange:
    """Compare means without adjustment, (metrics, bouts) each (Welch 1947; df by Satterthwaite 1946)."""
    parts = [bouts.var(axis=1, ddof=1) / bouts.shape[1] for bouts in (early, late)]
    error = _positive(np.sqrt(parts[0] + parts[1]))
    df = error**4 / sum(part**2 / (bouts.shape[1] - 1) for part, bouts in zip(parts, (early, late), strict=True))
    change = late.mean(axis=1) - early.mean(axis=1)
    return BoutChange(change, error, df, error, _agreeing(early, late, change))


def at_equal_speed(early: Floats, late: Floats, early_m_s: Floats, late_m_s: Floats) -> BoutChange:
    """Compare means at one speed: analysis of covariance (Fisher 1932) with one slope for both sides.

    Each is (metrics, bouts). Where all speeds are one, nothing is adjusted. Where each side has a single speed and the
    two differ, everything is NaN: what speed does cannot be told from what changed.
    """
    (y0, y1), (x0, x1) = (early, late), (early_m_s, late_m_s)
    n0, n1 = early.shape[1], late.shape[1]
    sxx, sxy, syy = (_within(*pair) for pair in (((x0, x0), (x1, x1)), ((x0, y0), (x1, y1)), ((y0, y0), (y1, y1))))
    slower = x1.mean(axis=1) - x0.mean(axis=1)
    spread = _positive(sxx)
    slope = sxy / spread
    variance = np.maximum(syy - slope * sxy, 0.0) / (n0 + n1 - 3)
    plain = _positive(np.sqrt(variance * (1 / n0 + 1 / n1)))
    error = plain * np.sqrt(1.0 + slower**2 / spread / (1 / n0 + 1 / n1))
    change = y1.mean(axis=1) - y0.mean(axis=1) - slope * slower
    level0, level1 = (y - slope[:, None] * x for y, x in ((y0, x0), (y1, x1)))
    adjusted = BoutChange(
        change, error, np.where(np.isnan(error), np.nan, n0 + n1 - 3), plain, _agreeing(level0, level1, change)
    )
    is_one_speed = (sxx <= _NOTHING) & (np.abs(slower) <= _NOTHING)
    return _chosen(is_one_speed, welch(early, late), adjusted)


def holm(chances: Floats) -> Floats:
    """Adjust p for as many metrics as have one, each at most 1 (Holm 1979)."""
    known = np.flatnonzero(~np.isnan(chances))
    order = known[np.argsort(chances[known], kind="stable")]
    steps = np.arange(order.size, 0, -1) * chances[order]
    adjusted = np.full_like(chances, np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def states(
    found: BoutChange, *, is_good: NDArray[np.bool_], adjust: Callable[[Floats], Floats] = holm
) -> list[BoutState]:
    """Return the state of each metric.

    is_good: (metrics,) whether the quality of the bouts allows an alert. adjust: what makes p of several metrics out of
    those of each one.
    """
    watched = (adjust(found.watch_chance()) < LEVEL) & (np.abs(found.change) >= WATCH_DEG)
    alerted = (adjust(found.alert_chance()) < LEVEL) & (found.agreeing >= LEAST_AGREEING) & is_good
    is_undefined = np.isnan(found.standard_error)
    # An alert that quality or direction holds back is still worth watching.
    watched |= adjust(found.alert_chance()) < LEVEL
    order = (is_undefined, alerted, watched)
    names = (BoutState.UNDEFINED, BoutState.ALERT, BoutState.WATCH)
    return [BoutState(one) for one in np.select(order, names, default=BoutState.NONE)]


def _within(first: tuple[Floats, Floats], second: tuple[Floats, Floats]) -> Floats:
    """Sum over both sides of products of deviations from the mean of the side, (metrics,)."""
    total: Floats = sum(
        ((a - a.mean(axis=1, keepdims=True)) * (b - b.mean(axis=1, keepdims=True))).sum(axis=1)
        for a, b in (first, second)
    )
    return total


def _agreeing(early: Floats, late: Floats, change: Floats) -> Floats:
    steps = late[:, None, :] - early[:, :, None]
    agreeing: Floats = (steps * np.sign(change)[:, None, None] > 0.0).mean(axis=(1, 2))
    return agreeing


def _positive(value: Floats) -> Floats:
    return np.where(value > _NOTHING, value, np.nan)


def _chosen(mask: NDArray[np.bool_], yes: BoutChange, no: BoutChange) -> BoutChange:
    pairs = ((getattr(yes, name), getattr(no, name)) for name in BoutChange.__slots__)
    return BoutChange(*(np.where(mask, one, other) for one, other in pairs))

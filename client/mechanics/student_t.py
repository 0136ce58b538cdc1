"""Student's t distribution: its upper tail and its quantiles, for whole arrays at once.

The tail is half of the regularised incomplete beta function at df / (df + t²), computed by its continued fraction.
Source: NIST Digital Library of Mathematical Functions, sections 8.17.22 and 8.17(iv).
"""

import math
from statistics import NormalDist

import numpy as np

from models.arrays import Floats

_MOST_TERMS = 1_000  # ours: about √df are needed
_ENOUGH = 1e-15
_MOST_STEPS = 60  # ours: a dozen are needed
_NEAR = 1e-12
_SMALLEST = 1e-300
_log_gamma = np.vectorize(math.lgamma, otypes=[np.float64])


def upper_tail(t: Floats, df: Floats) -> Floats:
    """Chance that a t-distributed number is above `t`, in [0, 1]; NaN where t or df is, or df is not above 0."""
    t, df = np.broadcast_arrays(np.asarray(t, dtype=np.float64), np.asarray(df, dtype=np.float64))
    is_known = np.isfinite(df) & (df > 0.0) & ~np.isnan(t)
    safe = np.where(is_known, df, 1.0)
    half = 0.5 * _incomplete_beta(safe / (safe + np.square(np.where(is_known, t, 0.0))), safe / 2.0)
    return np.where(is_known, np.where(t >= 0.0, half, 1.0 - half), np.nan)


def quantile(chance: float, df: Floats) -> Floats:
    """The t below which a t-distributed number is with `chance`, in [.5, 1); NaN where df is, or is below 1.

    Newton's method from the normal quantile, which is never above the one sought: the tail is convex there, so that
    every step comes nearer from below.
    """
    df = np.asarray(df, dtype=np.float64)
    is_known = np.isfinite(df) & (df >= 1.0)
    safe = np.where(is_known, df, 1.0)
    t = np.full_like(safe, NormalDist().inv_cdf(chance))
    for _ in range(_MOST_STEPS):
        step = (upper_tail(t, safe) - (1.0 - chance)) / _density(t, safe)
        t = t + step
        if np.all(np.abs(step) <= _NEAR * (1.0 + t)):
            break
    return np.where(is_known, t, np.nan)


def _density(t: Floats, df: Floats) -> Floats:
    log_front = _log_gamma((df + 1.0) / 2.0) - _log_gamma(df / 2.0) - 0.5 * np.log(df * np.pi)
    density: Floats = np.exp(log_front - (df + 1.0) / 2.0 * np.log1p(np.square(t) / df))
    return density


def _incomplete_beta(x: Floats, a: Floats) -> Floats:
    """Regularised incomplete beta function with b = 1/2 for x in [0, 1]."""
    b = np.full_like(a, 0.5)
    is_far = x > (a + 1.0) / (a + b + 2.0)  # there the fraction converges fast for the mirrored arguments
    near = _fraction(np.where(is_far, 1.0 - x, x), np.where(is_far, b, a), np.where(is_far, a, b))
    return np.where(is_far, 1.0 - near, near)


def _fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    """The same for x below the mean, by the modified Lentz method."""
    with np.errstate(divide="ignore"):  # at 0 and 1 the front is 0
        front = np.exp(a * np.log(x) + b * np.log1p(-x) + _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b) - np.log(a))
    c, d = np.ones_like(x), 1.0 / _kept_off_zero(1.0 - (a + b) * x / (a + 1.0))
    found = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        before = found
        for term in (even, odd):
            d = 1.0 / _kept_off_zero(1.0 + term * d)
            c = _kept_off_zero(1.0 + term / c)
            found = found * c * d
        if np.all(np.abs(found - before) <= _ENOUGH * np.abs(found)):
            break
    return np.where(x > 0.0, front * found, 0.0)


def _kept_off_zero(value: Floats) -> Floats:
    return np.where(np.abs(value) < _SMALLEST, _SMALLEST, value)

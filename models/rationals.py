"""Exact arithmetic on stored doubles: every double is a fraction, and a result is rounded once, when it is stored.

IEEE 754 fixes the nearest double of a fraction, so whoever computes again gets the same bytes, on any machine and with
any library of linear algebra.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from models.arrays import Floats


def rationals(values: Iterable[float]) -> tuple[Fraction, ...]:
    """Return the exact values of finite doubles."""
    return tuple(Fraction(float(value)) for value in values)


def rounded(values: Iterable[Fraction]) -> Floats:
    """Return the nearest double of each, ties to even."""
    return np.array([float(value) for value in values], dtype=np.float64)


def within(values: Iterable[Fraction], most: float) -> tuple[Fraction, ...]:
    """Return the values, those beyond plus or minus `most` moved to it."""
    bound = Fraction(most)
    return tuple(min(max(value, -bound), bound) for value in values)


def solved_transposed(lower: Floats, right: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return x with Lᵀ x = right, L lower triangular (d, d) with a diagonal without zeros, by back substitution."""
    found: dict[int, Fraction] = {}
    for row in range(len(right) - 1, -1, -1):
        known = sum((Fraction(float(lower[below, row])) * found[below] for below in found), Fraction(0))
        found[row] = (right[row] - known) / Fraction(float(lower[row, row]))
    return tuple(found[row] for row in range(len(right)))

"""Exact integer noise: quantised gradients, discrete Gaussian shares by OpenDP, and the ring that sums live in.

Why integers. Floating-point noise leaks through the gaps of the number format; an exact discrete Gaussian over
integers does not (Canonne, Kamath and Steinke 2020). A clipped gradient g with ||g||_2 <= C becomes round(s g)
with s = 2**scale_bits.

Sensitivity, rounding included. Let x = s g, so ||x||_2 <= C s. Rounding moves every coordinate by at most 1/2,
so ||round(x) - x||_2 <= sqrt(d)/2 and, by the triangle inequality, ||round(x)||_2 <= C s + sqrt(d)/2 = D. Adding
or removing all days of one athlete changes the integer sum by exactly that athlete's vector, hence by at most D.
An athlete of two clubs is in two sums, with weights w1 + w2 = 1: each vector is scaled and clipped so that rounding
leaves it within w·D, and both sums together change by at most sqrt(w1² + w2²)·D.

Noise. Each of the clubs adds an independent discrete Gaussian of scale sigma D / sqrt(h). If at least h clubs
are honest, the sum carries at least h (sigma D)**2 / h = (sigma D)**2 of variance: rho = 1/(2 sigma**2) a round.
(The sum of discrete Gaussians is within a negligible distance of one: with scales above 1000, as here, far
below 1e-1000; Kairouz, Liu and Steinke 2021, arXiv:2102.06387. With h = 1 each share alone suffices, exactly.)
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import opendp.prelude as opendp
from numpy.typing import NDArray

from models.errors import BadShape
from policies.campaigns.memberships import WHOLE

Integers = NDArray[np.int64]


def sensitivity(clip: float, scale_bits: int, dimension: int) -> float:
    """L2 bound D on one athlete's integer vector: C 2**scale_bits + sqrt(d)/2 (see the module's proof)."""
    return clip * 2.0**scale_bits + math.sqrt(dimension) / 2.0


def quantise(
    gradients: NDArray[np.float64], clip: float, scale_bits: int, sixteenths: Sequence[int] | None = None
) -> Integers:
    """Round clipped gradients (athletes, d) to integers of scale 2**scale_bits, each within `sensitivity`.

    sixteenths: the weight of each athlete, whose share of the bound a row must keep; None: all are whole.
    The bound is checked in exact integers. A row beyond it counts as 0: the check looks at nobody else's data,
    so it keeps the guarantee whatever floating point did before.
    """
    if gradients.ndim != 2:
        raise BadShape(f"expected one row per athlete, got shape {gradients.shape}")
    rows = np.rint(np.nan_to_num(gradients, nan=0.0, posinf=0.0, neginf=0.0) * 2.0**scale_bits)
    bound = sensitivity(clip, scale_bits, gradients.shape[1])
    rows[(np.abs(rows) > bound).any(axis=1)] = 0.0  # before the cast: int64 must not wrap
    integers = rows.astype(np.int64)
    squares = _squared_norms(integers, bound)
    integers[squares > math.floor(bound * bound)] = 0
    for row, part in enumerate(sixteenths or ()):
        if part < WHOLE and int(squares[row]) > squared_share(bound, part):
            integers[row] = 0
    return integers


def squared_share(bound: float, sixteenths: int) -> int:
    """The largest whole number within (w·bound)², exactly, for a weight w of so many sixteenths."""
    return math.floor((Fraction(sixteenths, WHOLE) * Fraction(bound)) ** 2)


def _squared_norms(integers: Integers, bound: float) -> NDArray[Any]:
    """Exact squared norms of rows whose entries are at most `bound`; Python integers where int64 would wrap."""
    fits = integers.shape[1] * bound * bound < 2.0**62
    exact = integers if fits else integers.astype(object)
    squares: NDArray[Any] = (exact * exact).sum(axis=1)
    return squares


@cache
def _sampler(scale: float) -> Any:
    opendp.enable_features("contrib")
    space = opendp.vector_domain(opendp.atom_domain(T="i64")), opendp.l2_distance(T="f64")
    return opendp.m.make_gaussian(*space, scale=scale)


def noise_share(dimension: int, sigma: float, sensitivity: float, h: int) -> Integers:
    """One club's noise: `dimension` draws of the exact discrete Gaussian with scale sigma D / sqrt(h).

    Drawn by OpenDP from the operating system's generator; it cannot be seeded.
    """
    if dimension < 1 or h < 1 or not (math.isfinite(sigma) and sigma > 0.0 and sensitivity > 0.0):
        raise BadShape("expected at least one coordinate, one honest club, and positive sigma and sensitivity")
    scale = math.nextafter(sigma * sensitivity / math.sqrt(h), math.inf)  # never a rounding below the claim
    return np.array(_sampler(scale)([0] * dimension), dtype=np.int64)


def noisy_sum(rows: Integers, noise: Integers, *, most: int, modulus_bits: int, summands: int) -> tuple[int, ...]:
    """Add up athletes' whole numbers (athletes, d) and the noise (d,), cut off at plus or minus `most`, in the ring.

    Everything behind `quantise` is here, in whole numbers alone: a rounding that a float did after it could carry one
    athlete's last digits past the noise. Raises BadShape if `most` is more than fits the ring `summands` times.
    """
    total = rows.sum(axis=0, dtype=np.int64) + noise
    return to_ring(np.clip(total, -most, most), modulus_bits, summands=summands)


def to_ring(values: Sequence[int] | Integers, modulus_bits: int, *, summands: int = 1) -> tuple[int, ...]:
    """Represent signed integers modulo 2**modulus_bits.

    Raises BadShape unless the sum of `summands` such vectors is certain to be decoded without wrapping.
    The values are already noisy, so a refusal tells nothing beyond what the guarantee allows.
    """
    modulus = 1 << modulus_bits
    most = (modulus // 2 - 1) // summands
    if any(abs(int(value)) > most for value in values):
        raise BadShape(f"expected values within plus or minus 2**{modulus_bits - 1} over {summands} summands")
    return tuple(int(value) % modulus for value in values)


def from_ring(values: Sequence[int], modulus_bits: int) -> tuple[int, ...]:
    """Signed integers in [-2**(m-1), 2**(m-1)) of ring elements; raises BadShape outside the ring."""
    modulus = 1 << modulus_bits
    if any(not 0 <= value < modulus for value in values):
        raise BadShape(f"expected values modulo 2**{modulus_bits}")
    return tuple(value - modulus if value >= modulus // 2 else value for value in values)


def add_in_ring(vectors: Iterable[Sequence[int]], modulus_bits: int) -> tuple[int, ...]:
    """Sum ring vectors of equal length modulo 2**modulus_bits; raises BadShape if there is none."""
    mask = (1 << modulus_bits) - 1
    columns = list(vectors)
    if not columns or len({len(vector) for vector in columns}) != 1:
        raise BadShape("expected at least one vector, all of one length")
    return tuple(sum(column) & mask for column in zip(*columns, strict=True))

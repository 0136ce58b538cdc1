"""The readiness composite that knows what is missing: robust z per domain, one Z, one light (docs/indices.md §6)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from client.coaching.domains import STANDARD, TRAITS, Domain
from client.features.baseline import BASELINE_D, MAD_TO_SD, MIN_VALID
from models.arrays import Floats

PRIOR_CORRELATION = 0.3  # ours, off the diagonal; docs/indices.md §6.2
PRIOR_HRV_PULSE = 0.6  # ours; docs/indices.md §6.2
PRIOR_DAYS = 28  # ours: the prior weighs as much as four weeks of complete own days
LEAST_WEIGHT = 0.5  # ours; docs/indices.md §6.2
LEAST_SOURCES = 2  # ours; docs/indices.md §6.2
RED_BELOW = -1.5  # ours; docs/indices.md §6.3; shows on 6.7 of 100 days when nothing is wrong
AMBER_BELOW = -0.75  # ours; docs/indices.md §6.3; shows on 16 of 100 days when nothing is wrong
FALSE_RED_PER_100 = 7
FALSE_AMBER_PER_100 = 16


class Light(StrEnum):
    """The status light. Values are the names of its shapes in the pages."""

    GREEN = "ready"
    AMBER = "watch"
    RED = "rest"
    GREY = "unknown"


LIGHT_WORDS: Mapping[Light, str] = {
    Light.GREEN: "as usual",
    Light.AMBER: "below usual",
    Light.RED: "well below usual",
    Light.GREY: "not enough data",
}


@dataclass(frozen=True, slots=True)
class Readiness:
    """One morning's composite. Without enough data `z` and `percentile` are None and the light is grey.

    contributions: signed share of each present domain; they sum to `z`.
    """

    light: Light
    z: float | None
    percentile: float | None
    contributions: Mapping[Domain, float]


def usual(history: Floats) -> tuple[float, float] | None:
    """Return median and robust spread (1.4826 MAD) of the last 28 values of `history`, None below 14 valid ones."""
    window = np.asarray(history, dtype=np.float64)[-BASELINE_D:]
    valid = window[np.isfinite(window)]
    if valid.size < MIN_VALID:
        return None
    median = float(np.median(valid))
    return median, MAD_TO_SD * float(np.median(np.abs(valid - median)))


def prior_correlation(domains: Sequence[Domain]) -> Floats:
    """Return the correlation that is assumed before own data: 0.3, and 0.6 between variability and pulse."""
    matrix = np.full((len(domains), len(domains)), PRIOR_CORRELATION)
    for i, a in enumerate(domains):
        for j, b in enumerate(domains):
            if i != j and {a, b} == {Domain.HRV, Domain.RESTING_PULSE}:
                matrix[i, j] = PRIOR_HRV_PULSE
    np.fill_diagonal(matrix, 1.0)
    return matrix


def own_correlation(histories: Mapping[Domain, Floats], domains: Sequence[Domain]) -> Floats:
    """Return the athlete's own correlation over complete days, shrunk to the prior by 28 / (28 + days).

    With fewer than 14 complete days it is the prior alone. A mixture of two correlation matrices is one.
    """
    prior = prior_correlation(domains)
    rows = np.array([TRAITS[d].sign * histories[d][-BASELINE_D:] for d in domains])
    complete = rows[:, np.isfinite(rows).all(axis=0)]
    if len(domains) < 2 or complete.shape[1] < MIN_VALID or bool((complete.std(axis=1) < 1e-9).any()):
        return prior
    weight = PRIOR_DAYS / (PRIOR_DAYS + complete.shape[1])
    shrunk: Floats = weight * prior + (1 - weight) * np.corrcoef(complete)
    return shrunk


def is_enough(present: Sequence[Domain], weights: Mapping[Domain, float] = STANDARD) -> bool:
    """True with at least two independent sources and half of the weight."""
    weight = sum(weights[d] for d in present)
    return len({d.source for d in present}) >= LEAST_SOURCES and weight >= LEAST_WEIGHT - 1e-12


def composite(
    z: Mapping[Domain, float], *, weights: Mapping[Domain, float] = STANDARD, correlation: Floats | None = None
) -> Readiness:
    """Combine the present domains so that Z is standard normal whatever is missing: Z = w'z / sqrt(w'Rw).

    correlation: in the order of `sorted(z)`; the prior if None.
    """
    present = sorted(z)
    if not is_enough(present, weights):
        return Readiness(Light.GREY, None, None, {})
    matrix = prior_correlation(present) if correlation is None else correlation
    w = np.array([weights[d] for d in present])
    scale = math.sqrt(float(w @ matrix @ w))
    shares = {d: weights[d] * z[d] / scale for d in present}
    total = math.fsum(shares.values())
    return Readiness(light_of(total), total, 50.0 * (1.0 + math.erf(total / math.sqrt(2.0))), shares)


def light_of(z: float) -> Light:
    """Return the light of a composite; the share of false alarms is printed beside it on the board."""
    if z < RED_BELOW:
        return Light.RED
    return Light.AMBER if z < AMBER_BELOW else Light.GREEN

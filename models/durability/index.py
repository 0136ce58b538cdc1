"""The durability index: availability and load robustness over a year, as posterior median with 80 % interval.

Components, priors and weights: docs/indices.md §8. It contains no biometrics, wellness, illness or
cycle data; the front-office version leaves recovery out, so that declining that stream can neither help nor
hurt (docs/indices.md §8.1). There is no evidence that it forecasts next-season availability, and no text may say so.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.arrays import Floats
from models.errors import BadShape
from policies.canonical import canonical_bytes, sha256_hex

SEED = 20261122  # ours: any fixed number gives the same bits again; docs/indices.md §8.1
DRAWS = 200_000  # ours; docs/indices.md §8.1
PRIOR_INJURIES, PRIOR_EXPOSED_DAYS = 2.0, 365.0  # ours: two time-loss injuries a year; docs/indices.md §8.2
PRIOR_SEVERITY_SHAPE, PRIOR_SEVERITY_DAYS = 3.0, 36.0  # ours: mean 18 days lost; docs/indices.md §8.2
TOLERANCE_OK, TOLERANCE_FAIL = 8.0, 2.0  # ours: beta prior; docs/indices.md §8.3
RECOVERY_OK, RECOVERY_FAIL = 4.0, 1.0  # ours: beta prior; docs/indices.md §8.4
BURDEN_SCALE_DAYS, BURDEN_DECAY_DAYS, WINDOW_DAYS = 60.0, 365.0, 365.0  # ours; docs/indices.md §8.5


class Component(StrEnum):
    """What the index is made of."""

    AVAILABILITY = "availability"
    LOAD_TOLERANCE = "load_tolerance"
    RECOVERY = "recovery"
    HISTORY = "history"


Weights = Mapping[Component, float]

ATHLETE_WEIGHTS: Weights = {
    Component.AVAILABILITY: 0.45,
    Component.LOAD_TOLERANCE: 0.20,
    Component.RECOVERY: 0.15,
    Component.HISTORY: 0.20,
}
OFFICE_WEIGHTS: Weights = {
    Component.AVAILABILITY: 0.55,
    Component.LOAD_TOLERANCE: 0.25,
    Component.HISTORY: 0.20,
}  # ours: recovery left out; docs/indices.md §8.1


@dataclass(frozen=True, slots=True)
class Share:
    """Successes out of attempts."""

    ok: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.ok <= self.of:
            raise BadShape(f"expected successes within attempts, got {self.ok} of {self.of}")


@dataclass(frozen=True, slots=True)
class DurabilityInputs:
    """Counts of one athlete. Illness, rest, selection and unknown days are in none of them.

    eligible_days: known days of the window. injury_days: days lost by each time-loss injury in the window,
    a restricted day counting half. older: (days lost, age in days) of injuries older than the window.
    A component whose input is None is absent, and its weight goes to the others.
    """

    eligible_days: int
    injury_days: tuple[float, ...] = ()
    load_tolerance: Share | None = None
    recovery: Share | None = None
    older: tuple[tuple[float, float], ...] | None = None

    def __post_init__(self) -> None:
        if self.eligible_days < 1 or any(days < 0 for days in self.injury_days):
            raise BadShape("expected at least one eligible day and no negative days lost")
        if sum(self.injury_days) > self.eligible_days:
            raise BadShape("expected no more days lost than eligible days")
        if any(days < 0 or age < WINDOW_DAYS for days, age in self.older or ()):
            raise BadShape(f"expected older injuries to be at least {WINDOW_DAYS:g} days old")


@dataclass(frozen=True, slots=True)
class DurabilityResult:
    """Posterior median and 80 % interval (0 to 100), component means (0 to 100), and the weights as used (sum 1)."""

    median: float
    low: float
    high: float
    components: Mapping[Component, float]
    weights: Mapping[Component, float]
    eligible_days: int


def durability(inputs: DurabilityInputs, weights: Weights = OFFICE_WEIGHTS) -> DurabilityResult:
    """Index of one athlete from 200 000 posterior draws with the fixed seed; about 30 ms.

    A component of `inputs` without weight is left out; a weighted one without input gives its weight to the rest.
    """
    draws = {part: values for part, values in _draws(inputs).items() if part in weights}
    total = sum(weights[part] for part in draws)
    used = {part: weights[part] / total for part in draws}
    index = 100.0 * sum((used[part] * values for part, values in draws.items()), start=np.zeros(1))
    low, median, high = (float(value) for value in np.quantile(index, (0.1, 0.5, 0.9)))
    means = {part: 100.0 * float(values.mean()) for part, values in draws.items()}
    return DurabilityResult(median, low, high, means, used, inputs.eligible_days)


def weights_hash(weights: Weights) -> str:
    """First 24 hexadecimal digits of the hash over weights and fixed constants: names the version's formula."""
    constants = [
        PRIOR_INJURIES, PRIOR_EXPOSED_DAYS, PRIOR_SEVERITY_SHAPE, PRIOR_SEVERITY_DAYS, TOLERANCE_OK, TOLERANCE_FAIL,
        RECOVERY_OK, RECOVERY_FAIL, BURDEN_SCALE_DAYS, BURDEN_DECAY_DAYS, WINDOW_DAYS,
    ]  # fmt: skip
    named = {part.value: weight for part, weight in weights.items()}
    return sha256_hex(canonical_bytes({"weights": named, "constants": constants}))[:24]


def history_score(older: tuple[tuple[float, float], ...]) -> float:
    """exp(-B/60) with B the days lost before the window, each decayed by its age beyond a year; in (0, 1]."""
    burden = sum(days * math.exp(-(age - WINDOW_DAYS) / BURDEN_DECAY_DAYS) for days, age in older)
    return math.exp(-burden / BURDEN_SCALE_DAYS)


def _draws(inputs: DurabilityInputs) -> dict[Component, Floats]:
    # One stream per component: hiding one leaves the draws of the others bit for bit the same.
    streams = dict(zip(Component, np.random.default_rng(SEED).spawn(len(Component)), strict=True))
    parts = {Component.AVAILABILITY: _availability(inputs, streams[Component.AVAILABILITY])}
    if inputs.load_tolerance is not None:
        stream = streams[Component.LOAD_TOLERANCE]
        parts[Component.LOAD_TOLERANCE] = _share(inputs.load_tolerance, TOLERANCE_OK, TOLERANCE_FAIL, stream)
    if inputs.recovery is not None:
        parts[Component.RECOVERY] = _share(inputs.recovery, RECOVERY_OK, RECOVERY_FAIL, streams[Component.RECOVERY])
    if inputs.older is not None:
        parts[Component.HISTORY] = np.full(DRAWS, history_score(inputs.older))
    return parts


def _availability(inputs: DurabilityInputs, stream: np.random.Generator) -> Floats:
    """Steady state of an alternating renewal process: 1 / (1 + injury rate x days lost per injury)."""
    injuries, lost = len(inputs.injury_days), sum(inputs.injury_days)
    exposed = inputs.eligible_days - lost
    rate = stream.gamma(PRIOR_INJURIES + injuries, 1.0 / (PRIOR_EXPOSED_DAYS + exposed), DRAWS)
    severity = (PRIOR_SEVERITY_DAYS + lost) / stream.gamma(PRIOR_SEVERITY_SHAPE + injuries, 1.0, DRAWS)
    available: Floats = 1.0 / (1.0 + rate * severity)
    return available


def _share(share: Share, ok: float, fail: float, stream: np.random.Generator) -> Floats:
    return stream.beta(ok + share.ok, fail + share.of - share.ok, DRAWS)

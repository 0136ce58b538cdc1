"""The adoption gate of a risk model on which the league has published evidence: that decides, the own days may object.

A club of 25 has about eleven injuries a year: its own days cannot show what the gate without evidence asks, so they are
asked only whether they surely contradict. Thresholds: docs/indices.md §11.3.
"""

import math
from collections.abc import Sequence

import numpy as np

from models.evaluation.adoption_gate import (
    BOOTSTRAPS,
    LARGEST_LOG_OE,
    SLOPE_RANGE,
    GateResult,
    JudgedDays,
    by_athlete,
    gate,
)
from models.evaluation.metrics import calibration_slope, observed_to_expected, within_athlete_auc
from models.evidence.pooled_gate import pooled_figures, pooled_reasons
from models.evidence.record import PooledEvidence

SLOPE_CONTRADICTS = "calibration slope surely outside .8 to 1.25 here"
NUMBER_CONTRADICTS = "observed and expected events surely differ by more than a fifth here"
ORDER_CONTRADICTS = "here it surely ranks an athlete's good weeks above the bad ones"


def gate_with_evidence(
    outcomes: JudgedDays, evidence: PooledEvidence, *, parameters: int, rng: np.random.Generator
) -> GateResult:
    """Judge by the league's evidence; the figures are the own ones and the league's."""
    own = gate(outcomes, parameters=parameters, rng=rng)
    found = evidence.record.figures
    reasons = (*pooled_reasons(found), *contradictions(by_athlete(outcomes, rng)))
    league = pooled_figures(found, public_athletes=evidence.manifest.public_athletes)
    return GateResult(not reasons, reasons, own.figures | league)


def contradictions(resampled: Sequence[JudgedDays]) -> tuple[str, ...]:
    """What the own days surely say against the model, each with one-sided 95 %; nothing where they are too few."""
    slope = _bounds([calibration_slope(one.chance, one.event) for one in resampled])
    ratio = _bounds([_log_ratio(one) for one in resampled])
    order = _bounds([within_athlete_auc(one.signal, one.event, one.athlete) for one in resampled])
    checks = (
        (slope[1] < SLOPE_RANGE[0] or slope[0] > SLOPE_RANGE[1], SLOPE_CONTRADICTS),
        (ratio[1] < -LARGEST_LOG_OE or ratio[0] > LARGEST_LOG_OE, NUMBER_CONTRADICTS),
        (order[1] < 0.5, ORDER_CONTRADICTS),
    )
    return tuple(words for holds, words in checks if holds)


def _log_ratio(one: JudgedDays) -> float:
    ratio = observed_to_expected(one.chance, one.event)
    return math.log(ratio) if 0.0 < ratio < math.inf else math.nan


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """The 5th and 95th percentile; everything where too few samples could be judged."""
    known = np.array([value for value in values if math.isfinite(value)])
    if known.size < BOOTSTRAPS // 2:
        return -math.inf, math.inf
    return float(np.quantile(known, 0.05)), float(np.quantile(known, 0.95))

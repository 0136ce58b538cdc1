"""The adoption gate: no individual risk is shown unless it beats the athlete's own base rate and is calibrated.

Thresholds: docs/indices.md §11.3. The gate gives its reasons in words; a model that fails any of them
shows loads only, never a risk figure. Equal fairness over subgroups is not checked here: a club is too small.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.errors import BadShape, NotEnoughData
from models.evaluation.metrics import (
    brier_skill,
    calibration_slope,
    net_benefit,
    observed_to_expected,
    within_athlete_auc,
)
from models.risk import HORIZON_D

LEAST_EVENTS = 100  # Collins, Ogundimu and Altman 2016
EVENTS_PER_PARAMETER = 10  # Peduzzi et al. 1996
SLOPE_RANGE = (0.8, 1.25)  # ours; docs/indices.md §11.3
LARGEST_LOG_OE = 0.2  # ours; docs/indices.md §11.3
THRESHOLDS = (0.03, 0.05, 0.07, 0.10)  # ours; docs/indices.md §11.3
BOOTSTRAPS = 200  # ours: enough for a one-sided 95 % bound that decides a gate
PRIOR_DAYS = 200.0  # ours: strength of the shrinkage of an athlete's base rate towards the overall one


def own_base_rate(event: Floats, day: NDArray[np.int64], *, overall: float) -> Floats:
    """Chance for each row of one athlete from what had come of that athlete's earlier rows, shrunk to `overall`.

    event: (rows,) 0 or 1; day: (rows,) day numbers, rising. A row counts for a later one only once its whole
    outcome window has passed: otherwise the reference would look into the future.
    """
    if event.shape != day.shape:
        raise BadShape("expected one day number per row")
    known = np.searchsorted(day, day - HORIZON_D - 1, side="right")
    events = np.concatenate([[0.0], np.cumsum(event)])[known]
    rate: Floats = (PRIOR_DAYS * overall + events) / (PRIOR_DAYS + known)
    return rate


@dataclass(frozen=True, slots=True)
class JudgedDays:
    """Predicted chances, outcomes (0 or 1), athletes (any integers) and own base rates
    of held-out rows, each athlete's rows in order of days.

    signal: what ranks an athlete's own days: the score without what an injury itself moves
    (`models.risk.EVENT_HISTORY`), for a count that rises after an injury ranks every later day above the day that came
    before it, in a correct model too. The chance, where a model reads no such count.
    """

    chance: Floats
    event: Floats
    athlete: NDArray[np.int64]
    base_rate: Floats
    signal: Floats

    def __post_init__(self) -> None:
        columns = (self.chance, self.event, self.athlete, self.base_rate, self.signal)
        if len({column.shape for column in columns}) != 1:
            raise BadShape("expected columns of one length")
        if not self.chance.size:
            raise NotEnoughData("expected at least one held-out row")

    def only(self, rows: NDArray[np.int64]) -> "JudgedDays":
        """The same columns for `rows`."""
        return self.of_athletes(rows, self.athlete[rows])

    def of_athletes(self, rows: NDArray[np.int64], athlete: NDArray[np.int64]) -> "JudgedDays":
        """The same columns for `rows`, each row that of another athlete."""
        return JudgedDays(self.chance[rows], self.event[rows], athlete, self.base_rate[rows], self.signal[rows])


@dataclass(frozen=True, slots=True)
class GateResult:
    """Whether individual risk may be shown, the figures, and in words why not."""

    passed: bool
    reasons: tuple[str, ...]
    figures: dict[str, float]


def gate(outcomes: JudgedDays, *, parameters: int, rng: np.random.Generator) -> GateResult:
    """The adoption gate of docs/indices.md §11.3 on held-out rows; bootstrap by athlete with the passed generator."""
    chance, event = outcomes.chance, outcomes.event
    resampled = by_athlete(outcomes, rng)
    skills = [brier_skill(o.chance, o.event, o.base_rate) for o in resampled]
    figures = {
        "events": float(episodes(outcomes)),
        "slope": calibration_slope(chance, event),
        "observed_to_expected": observed_to_expected(chance, event),
        "brier_skill": brier_skill(chance, event, outcomes.base_rate),
        "brier_skill_low": _low(skills),
        "brier_skill_spread": _spread(skills),
        "within_auc": within_athlete_auc(outcomes.signal, event, outcomes.athlete),
        "within_auc_low": _low([within_athlete_auc(o.signal, o.event, o.athlete) for o in resampled]),
    }
    reasons = [text for holds, text in _checks(outcomes, figures, parameters) if not holds]
    return GateResult(not reasons, tuple(reasons), figures)


def _checks(outcomes: JudgedDays, figures: dict[str, float], parameters: int) -> list[tuple[bool, str]]:
    needed = max(LEAST_EVENTS, EVENTS_PER_PARAMETER * parameters)
    log_oe = np.log(max(figures["observed_to_expected"], 1e-9))
    return [
        (figures["events"] >= needed, f"fewer than {needed} events"),
        (SLOPE_RANGE[0] <= figures["slope"] <= SLOPE_RANGE[1], "calibration slope outside .8 to 1.25"),
        (abs(log_oe) <= LARGEST_LOG_OE, "observed and expected events differ by more than a fifth"),
        (figures["brier_skill_low"] > 0.0, "no better than the athlete's own base rate"),
        (_has_benefit(outcomes), "no net benefit between 3 and 10 %"),
        (figures["within_auc_low"] > 0.5, "does not tell an athlete's bad weeks from the good ones"),
    ]


def episodes(outcomes: JudgedDays) -> int:
    """Injuries, not rows: one onset makes up to seven positive rows in sequence."""
    begins = (outcomes.event[1:] == 1) & ((outcomes.event[:-1] == 0) | (outcomes.athlete[1:] != outcomes.athlete[:-1]))
    return int(begins.sum()) + int(outcomes.event[0] == 1)


def by_athlete(outcomes: JudgedDays, rng: np.random.Generator) -> list[JudgedDays]:
    """Bootstrap samples that draw whole athletes; each draw counts as an athlete of its own."""
    rows = [np.flatnonzero(outcomes.athlete == one) for one in np.unique(outcomes.athlete)]
    samples = []
    for _ in range(BOOTSTRAPS):
        drawn = rng.integers(len(rows), size=len(rows))
        label = np.repeat(np.arange(len(drawn)), [rows[one].size for one in drawn])
        samples.append(outcomes.of_athletes(np.concatenate([rows[one] for one in drawn]), label))
    return samples


def brier_skill_spread(outcomes: JudgedDays, rng: np.random.Generator) -> float:
    """Standard deviation of the Brier skill over resampled athletes; NaN where too few samples could be judged."""
    return _spread([brier_skill(o.chance, o.event, o.base_rate) for o in by_athlete(outcomes, rng)])


def _spread(values: Sequence[float]) -> float:
    known = np.array([value for value in values if np.isfinite(value)])
    return float(known.std()) if known.size >= BOOTSTRAPS // 2 else float("nan")


def _low(values: Sequence[float]) -> float:
    """Lower one-sided 95 % bound; minus infinity where too few samples could be judged."""
    known = np.array([value for value in values if np.isfinite(value)])
    return float(np.quantile(known, 0.05)) if known.size >= BOOTSTRAPS // 2 else float("-inf")


def _has_benefit(outcomes: JudgedDays) -> bool:
    """True if acting on the model beats acting on all, on none and on the base rate at every threshold."""
    everybody = np.ones_like(outcomes.chance)
    return all(
        net_benefit(outcomes.chance, outcomes.event, threshold)
        > max(
            0.0,
            net_benefit(everybody, outcomes.event, threshold),
            net_benefit(outcomes.base_rate, outcomes.event, threshold),
        )
        for threshold in THRESHOLDS
    )

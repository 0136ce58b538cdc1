"""Rows drawn at random make data that say nothing look predictive; days held back, as ours are, do not.

Leagues of 40 athletes and 300 days, in which no feature has to do with any injury: features are random walks, and each
athlete has a base rate of their own. The learner takes the mean outcome of the nearest days. Random folds put the days
before and after a day, which are near it and have six of seven days of its outcome window in common, on the other side.
The goldens are figures of one league, with a seed and a learner that are not known. They are compared with means over
16 leagues; `FIGURES` says how near, and how far one league lies from another. Athletes held out are the one figure that
is far off, 2.7 standard deviations from what chance gives.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from models.evaluation.adoption_gate import GateResult, JudgedDays, gate, own_base_rate
from models.evaluation.holdout import judge_days, learn_days
from models.evaluation.metrics import auc, within_athlete_auc
from models.risk import HORIZON_D, label_within_horizon

ATHLETES, DAYS, FEATURES, FOLDS = 40, 300, 4, 5
BASE_RATE, RATE_SPREAD = 0.008, 1.0  # injuries a day, and the standard deviation of its logarithm between athletes
NEAREST = 10
LEAGUES = 16
FIGURES = {
    "random_kfold_auc": (0.01, 0.008),
    "athlete_disjoint_auc": (0.08, 0.027),
    "time_forward_auc": (0.03, 0.044),
    "athlete_base_rate_only_auc": (0.03, 0.081),
    "within_athlete_auc": (0.04, 0.031),
}
"""Of each golden: how near it is to the mean over the leagues, and the standard deviation between leagues (of 24)."""
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class League:
    """Rows of all athletes, each athlete's by day: features, outcome (0 or 1), athlete and day."""

    features: Floats
    event: Floats
    athlete: NDArray[np.int64]
    day: NDArray[np.int64]

    @classmethod
    def simulated(cls, seed: int) -> "League":
        rng = np.random.default_rng(seed)
        rate = BASE_RATE * np.exp(rng.normal(-(RATE_SPREAD**2) / 2, RATE_SPREAD, ATHLETES))
        onset = rng.random((ATHLETES, DAYS)) < rate[:, None]
        outcomes = [label_within_horizon(one, np.zeros(DAYS)) for one in onset]
        walks = np.cumsum(rng.normal(size=(ATHLETES, DAYS, FEATURES)), axis=1)
        rows = np.flatnonzero(np.concatenate([known for _, known in outcomes]))
        event = np.concatenate([label for label, _ in outcomes])
        return cls(walks.reshape(-1, FEATURES)[rows], event[rows], rows // DAYS, rows % DAYS)

    def predicted(self, learn: Mask, judge: Mask) -> Floats:
        """Mean outcome of the nearest days that are learnt from, for each day that is judged."""
        seen = self.features[learn]
        near = cKDTree((seen - seen.mean(0)) / seen.std(0))
        _, rows = near.query((self.features[judge] - seen.mean(0)) / seen.std(0), k=NEAREST)
        chances: Floats = self.event[learn][rows].mean(axis=1)
        return chances

    def folded(self, fold: NDArray[np.int64]) -> Floats:
        """Predictions for every row by what is learnt from the other folds."""
        chances = np.full(self.event.size, np.nan)
        for one in range(FOLDS):
            chances[fold == one] = self.predicted(fold != one, fold == one)
        return chances

    def judged(self, chance: Floats, rows: Mask) -> JudgedDays:
        """Predictions of some rows beside what came and the athletes' own base rates."""
        overall = float(self.event[learn_days(DAYS)[self.day]].mean())
        mine = [self.athlete == one for one in range(ATHLETES)]
        rates = [own_base_rate(self.event[one], self.day[one], overall=overall) for one in mine]
        return JudgedDays(chance, self.event[rows], self.athlete[rows], np.concatenate(rates)[rows])

    def held_back(self) -> JudgedDays:
        """As this project judges: learnt from the oldest days, judged on the newest ones, with the gap between."""
        learn, judge = learn_days(DAYS)[self.day], judge_days(DAYS, gap_d=HORIZON_D)[self.day]
        return self.judged(self.predicted(learn, judge), judge)

    def at_random(self, seed: int) -> JudgedDays:
        """As it is often done: rows in random folds."""
        folds = np.random.default_rng(seed).integers(FOLDS, size=self.event.size)
        return self.judged(self.folded(folds), np.ones(self.event.size, dtype=bool))


@cache
def figures(seed: int) -> dict[str, float]:
    """The five figures of one league, named as the goldens are."""
    league = League.simulated(seed)
    held_back, at_random = league.held_back(), league.at_random(seed)
    athletes_apart = league.folded((np.random.default_rng(seed).permutation(ATHLETES) % FOLDS)[league.athlete])
    return {
        "random_kfold_auc": auc(at_random.chance, at_random.event),
        "athlete_disjoint_auc": auc(athletes_apart, league.event),
        "time_forward_auc": auc(held_back.chance, held_back.event),
        "athlete_base_rate_only_auc": auc(held_back.base_rate, held_back.event),
        "within_athlete_auc": within_athlete_auc(held_back.chance, held_back.event, held_back.athlete),
    }


@pytest.mark.parametrize("seed", range(LEAGUES))
def test_random_rows_look_best_then_who_an_athlete_is_and_the_features_last(seed: int) -> None:
    """In every league; the last three all hover about .5, in no order."""
    found = figures(seed)

    by_features = [found[name] for name in ("athlete_disjoint_auc", "time_forward_auc", "within_athlete_auc")]
    assert found["random_kfold_auc"] > 0.9
    assert found["random_kfold_auc"] > found["athlete_base_rate_only_auc"] > max(by_features)


@pytest.mark.parametrize("name", FIGURES)
def test_goldens_are_near_the_mean_of_the_leagues(golden: dict[str, Any], name: str) -> None:
    tolerance, spread = FIGURES[name]

    numbers = [figures(seed)[name] for seed in range(LEAGUES)]

    assert set(golden["eval_leak_demo"]) == set(FIGURES)
    assert golden["eval_leak_demo"][name] == pytest.approx(np.mean(numbers), abs=tolerance)
    assert np.std(numbers, ddof=1) == pytest.approx(spread, rel=0.4)


def test_what_cannot_be_known_is_not_known_to_our_holdout_on_average() -> None:
    """Athletes held out, and within an athlete: chance, to two standard errors over the leagues."""
    for name in ("athlete_disjoint_auc", "within_athlete_auc"):
        numbers = [figures(seed)[name] for seed in range(LEAGUES)]
        assert np.mean(numbers) == pytest.approx(0.5, abs=2 * np.std(numbers, ddof=1) / np.sqrt(LEAGUES))


def judged_by_gate(days: JudgedDays) -> GateResult:
    return gate(days, parameters=FEATURES, rng=np.random.default_rng(0))


def test_the_gate_refuses_the_features_on_days_held_back() -> None:
    result = judged_by_gate(League.simulated(0).held_back())

    assert not result.passed
    assert "no better than the athlete's own base rate" in result.reasons
    assert "does not tell an athlete's bad weeks from the good ones" in result.reasons


def test_no_gate_helps_where_rows_were_drawn_at_random() -> None:
    """The leak looks like skill within each athlete too: which days are held back decides, not the figures."""
    result = judged_by_gate(League.simulated(0).at_random(0))

    assert result.figures["brier_skill_low"] > 0.2
    assert result.figures["within_auc_low"] > 0.9

"""Drift: day errors are those of the gate, and the spread of a mean is the textbook's."""

import math

import numpy as np
import pytest

from models.evaluation.drift import LARGE, day_errors, limit_of, spread_of_mean
from models.evaluation.head_errors import WITH_HEADS, judge_with_heads
from models.evaluation.holdout import judge_days
from models.evaluation.readiness import ReadinessDays
from models.features import NETWORK_SCHEMA, RECOVERY_SCHEMA
from models.synthetic.league import synthetic_league
from models.training.initial_weights import initial_weights

PUBLIC = np.array(initial_weights(RECOVERY_SCHEMA.model))


@pytest.fixture(scope="module")
def squad() -> list[ReadinessDays]:
    league = synthetic_league(7, ["club-a"], 6, 300)
    return [ReadinessDays(one.daily["readiness"], league.weekday) for one in league.athletes]


def test_on_the_days_of_the_gate_it_errs_what_the_gate_says(squad: list[ReadinessDays]) -> None:
    found = [day_errors(PUBLIC, one) for one in squad]
    held = [one.known & judge_days(one.known.size) for one in found]

    gate = judge_with_heads(PUBLIC, squad).errors

    model = np.concatenate([one.model[rows] for one, rows in zip(found, held, strict=True)]).mean()
    own = np.concatenate([one.own_mean[rows] for one, rows in zip(found, held, strict=True)]).mean()
    assert model == pytest.approx(gate[WITH_HEADS], abs=1e-12)
    assert own == pytest.approx(gate["person mean"], abs=1e-12)


def test_a_network_has_no_head(squad: list[ReadinessDays]) -> None:
    nothing = np.zeros(NETWORK_SCHEMA.dimension)

    found = day_errors(nothing, squad[0], schema=NETWORK_SCHEMA)

    assert found.model[found.known] == pytest.approx(found.own_mean[found.known])


def test_the_spread_of_a_mean_is_the_standard_error_over_athletes() -> None:
    means = np.array([0.2, 0.5, 0.6, 0.7, 0.9, 1.1, 1.3, 0.4])
    days = np.full(8, 25.0)

    found = spread_of_mean(means * days, days, rng=np.random.default_rng(1))

    assert found == pytest.approx(means.std() / math.sqrt(8), rel=0.08)


def test_the_limit_lies_two_standard_errors_of_the_difference_on_the_worse_side() -> None:
    assert limit_of(0.6, 0.03, 0.04) == pytest.approx(0.6 + LARGE * 0.05)
    assert limit_of(0.2, 0.03, 0.04, is_lower_better=False) == pytest.approx(0.2 - LARGE * 0.05)

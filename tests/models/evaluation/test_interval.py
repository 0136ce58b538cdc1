"""Intervals around predictions: as wide as the days to learn from say, and kept on days that they never saw."""

import numpy as np
import pytest

from models.errors import BadShape
from models.evaluation.head_errors import design_of
from models.evaluation.holdout import learn_days
from models.evaluation.interval import COVERED, PUBLIC_MISSES, miss_within
from models.evaluation.readiness import ReadinessDays
from models.features import RECOVERY_SCHEMA
from models.synthetic.league import synthetic_league
from models.training.initial_weights import initial_weights
from models.training.pretraining import design_series, public_leagues
from models.training.private_head import daily_deviations

PUBLIC = np.array(initial_weights(RECOVERY_SCHEMA.model))


def coverage(athletes: list[ReadinessDays]) -> float:
    """Share of held-back days inside the interval that the days to learn from gave."""
    inside = []
    for one in athletes:
        series = design_of(one)
        misses = np.abs(daily_deviations(PUBLIC, series) - series.y)
        learn = learn_days(len(series.y))
        width = miss_within(misses[series.mask & learn], COVERED)
        inside.append(misses[series.mask & ~learn] <= width)
    return float(np.concatenate(inside).mean())


def test_four_of_five_held_back_days_of_real_players_are_inside(soccermon: list[ReadinessDays]) -> None:
    assert coverage(soccermon) == pytest.approx(COVERED, abs=0.05)


@pytest.mark.parametrize("seed", [91, 92, 93])
def test_four_of_five_held_back_days_of_simulated_players_are_inside(seed: int) -> None:
    made = synthetic_league(seed, ["club-a", "club-b"], 15, 300)

    assert coverage([ReadinessDays(one.daily["readiness"], made.weekday) for one in made.athletes]) == pytest.approx(
        COVERED, abs=0.05
    )


def test_the_public_misses_are_those_of_the_public_worlds() -> None:
    every = [one for made in public_leagues() for one in design_series(RECOVERY_SCHEMA.model, made)]
    misses = np.concatenate([np.abs(daily_deviations(PUBLIC, one) - one.y)[one.mask] for one in every])

    np.testing.assert_allclose(np.quantile(misses, np.arange(0.05, 1.0, 0.1)), PUBLIC_MISSES, atol=0.01)


def test_without_own_days_the_public_misses_stand_and_many_own_days_outweigh_them() -> None:
    assert miss_within(np.array([]), COVERED) == PUBLIC_MISSES[7]
    own = np.full(3_000, 0.25)

    assert miss_within(own, COVERED) == 0.25
    assert miss_within(own[:10], COVERED) == PUBLIC_MISSES[7]


@pytest.mark.parametrize(("misses", "share"), [([np.nan], 0.8), ([-1.0], 0.8), ([1.0], 0.0), ([1.0], 1.0)])
def test_what_is_no_miss_is_refused(misses: list[float], share: float) -> None:
    with pytest.raises(BadShape):
        miss_within(np.array(misses), share)

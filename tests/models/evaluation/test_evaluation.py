"""The honest comparison, on simulated players and, where the folder is present, on real ones."""

from collections.abc import Callable

import numpy as np
import pytest

from models.errors import NotEnoughData
from models.evaluation.comparison import Comparison, compare, judge, train_without_privacy
from models.evaluation.holdout import judge_days, learn_days
from models.evaluation.readiness import ReadinessDays
from models.synthetic.league import SyntheticLeague
from models.training.initial_weights import initial_weights
from policies.campaign import CampaignManifest


def test_simulated_players(league: SyntheticLeague) -> None:
    days = [ReadinessDays(one.daily["readiness"], league.weekday) for one in league.athletes]

    result = compare(days, repeats=2)

    assert result.athletes == 24
    assert result.public_initial_weights < result.person_mean
    assert result.federated < result.local_ridge
    assert result.epsilon_proved <= 2.0
    assert len(result.rows()) == 9


def test_nobody_to_test_on_is_no_comparison() -> None:
    with pytest.raises(NotEnoughData):
        compare([ReadinessDays(np.full(30, np.nan), np.arange(30) % 7)])
    with pytest.raises(NotEnoughData):
        judge(np.array(initial_weights("recovery-linear-1")), [])


def test_judging_gives_the_figures_of_the_comparison(
    league: SyntheticLeague, manifest: Callable[..., CampaignManifest]
) -> None:
    days = [ReadinessDays(one.daily["readiness"], league.weekday) for one in league.athletes]
    result = compare(days, repeats=1)

    clear = judge(train_without_privacy(manifest(public_athletes=len(days)), [days[0::2], days[1::2]]), days)

    assert clear.federated == pytest.approx(result.federated)
    assert (clear.ewma, clear.local_ridge, clear.public_initial_weights) == (
        result.ewma, result.local_ridge, result.public_initial_weights,
    )  # fmt: skip


def test_days_to_learn_from_and_days_to_judge_on_never_meet() -> None:
    for days in (0, 1, 10, 101):
        assert (learn_days(days) ^ judge_days(days)).all()
        assert not (learn_days(days) & judge_days(days, gap_d=7)).any()
    assert learn_days(101).sum() == 71
    assert judge_days(101, gap_d=7).sum() == 23


@pytest.fixture(scope="module")
def real(soccermon: list[ReadinessDays]) -> Comparison:
    """The comparison on 39 real players."""
    return compare(soccermon)


def test_baselines_on_real_players_are_those_measured_before(real: Comparison) -> None:
    assert real.athletes == 39
    assert real.train_days + real.test_days == 11_148  # docs/indices.md §11.4
    assert real.test_days == pytest.approx(3403, abs=30)
    assert real.person_mean == pytest.approx(0.925, abs=0.015)
    assert real.persistence == pytest.approx(0.736, abs=0.01)
    assert real.ewma == pytest.approx(0.691, abs=0.005)
    assert real.local_ridge == pytest.approx(0.730, abs=0.012)
    assert real.pooled_ridge == pytest.approx(0.687, abs=0.012)


def test_what_federation_and_privacy_give_on_real_players(real: Comparison) -> None:
    assert real.federated < real.ewma
    assert real.federated == pytest.approx(real.pooled_ridge, abs=0.01)
    assert real.federated_private < real.local_ridge
    assert real.federated_private < real.person_mean
    assert real.federated_private == pytest.approx(real.ewma, abs=0.025)

"""The risk design: onset within seven days, censored where unknown, nothing from the unavailable days."""

import numpy as np
import pytest

from models import risk
from models.features import RISK_SCHEMA
from models.synthetic.league import SyntheticLeague
from models.training.initial_weights import initial_weights

DAYS = 80


def _daily() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    lost = np.zeros(DAYS)
    lost[40:45] = 1.0
    load = np.where(np.arange(DAYS) % 3 == 0, 0.0, 400.0)
    wellness = {item: rng.integers(1, 6, DAYS).astype(float) for item in risk.WELLNESS_ITEMS}
    return {"load_au": load, "time_loss": lost, **wellness}


def test_label_covers_the_seven_days_before_the_onset() -> None:
    series = risk.design(_daily())

    assert series.y[33:40].tolist() == [1.0] * 7
    assert series.y[32] == 0.0


def test_unavailable_days_and_the_week_after_return_are_left_out() -> None:
    series = risk.design(_daily())

    assert not series.mask[40:52].any()
    assert series.mask[52]


def test_the_last_week_is_censored() -> None:
    series = risk.design(_daily())

    assert not series.mask[-7:].any()
    assert series.mask[-8]


def test_an_unknown_day_ahead_censors_the_row() -> None:
    daily = _daily()
    daily["time_loss"][60] = np.nan

    assert not risk.design(daily).mask[53:61].any()


def test_a_spell_running_at_the_start_has_no_known_onset() -> None:
    lost = np.array([1.0, 1.0, 0.0, 1.0, np.nan, 1.0])

    assert risk.onsets(lost).tolist() == [False, False, False, True, False, True]


def test_columns_do_not_change_with_the_future() -> None:
    daily, changed = _daily(), _daily()
    for column in changed.values():
        column[50:] = 1.0

    assert (risk.design(daily).X[:50] == risk.design(changed).X[:50]).all()


@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_load_columns_are_ratios_to_the_own_mean(scale: float) -> None:
    daily, scaled = _daily(), _daily()
    scaled["load_au"] = scale * scaled["load_au"]

    np.testing.assert_allclose(risk.design(daily).X, risk.design(scaled).X, atol=1e-4)


def test_a_missing_column_is_unknown_not_zero() -> None:
    daily = _daily()
    del daily["fatigue"]

    column = RISK_SCHEMA.names.index("fatigue_deviation_7d")
    assert (risk.design(daily).X[:, column] == 0.0).all()


def test_an_athlete_without_days_has_an_empty_series() -> None:
    assert risk.design({name: np.array([]) for name in risk.INPUTS}).n_valid == 0


def test_without_injury_records_nothing_is_learnt() -> None:
    daily = _daily()
    daily["time_loss"] = np.full(DAYS, np.nan)

    assert risk.design(daily).n_valid == 0


def test_probabilities_are_probabilities(league: SyntheticLeague) -> None:
    weights = np.array(initial_weights("risk-logistic-1"))

    chance = risk.probability(weights, risk.design(league.athletes[0].daily).X)

    assert ((chance > 0) & (chance < 1)).all()

"""Where nothing but who an athlete is moves the hazard, evidence on load speaks neither for it nor against."""

import numpy as np
import pytest

from models.evidence.answer import RECENT, evidence_of
from models.features import RISK_SCHEMA, AthleteSeries
from models.synthetic.days import World
from models.synthetic.league import synthetic_league
from models.training.pretraining import design_series
from tests.models.evidence.risk_days import LEAST

BY_LOAD = np.array([1.0 if name == "load_28d_ewma_ratio" else 0.0 for name in (*RISK_SCHEMA.names, "bias")])


@pytest.fixture(scope="module")
def series() -> list[AthleteSeries]:
    world = World(signal_sd=0.0, recurrence=1.0, injury_rate=0.012)
    return design_series(RISK_SCHEMA.model, synthetic_league(5_001, [f"c{n}" for n in range(24)], 25, 400, world=world))


def with_days_after_injuries(one: AthleteSeries) -> AthleteSeries:
    """The same days, as if none had been lost lately."""
    X = one.X.copy()
    X[:, RECENT] = LEAST
    return AthleteSeries(X, one.y, one.mask)


def mean_excess(series: list[AthleteSeries]) -> tuple[float, float]:
    """Over athletes with comparable pairs, and its standard error."""
    found = np.array([evidence_of(BY_LOAD, one)[:2] for one in series])
    shares = found[found[:, 1] > 0.0, 0]
    return float(shares.mean()), float(shares.std() / np.sqrt(shares.size))


def test_days_after_an_injury_would_make_load_look_like_a_signal_and_do_not_count(series: list[AthleteSeries]) -> None:
    with_them, error = mean_excess([with_days_after_injuries(one) for one in series])
    without, error_without = mean_excess(series)

    assert with_them > 3.3 * error
    assert abs(without) < 3.3 * error_without
    assert abs(without) < with_them / 3

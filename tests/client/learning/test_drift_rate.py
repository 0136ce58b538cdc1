"""How often drift is called large: hardly ever where nothing changes, nearly always where answers get much noisier."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from client.adoption import Adoption, judge_weights
from client.features.daily import DailyTable
from client.learning.drift import Drift, DriftState, finding_of
from client.learning.monthly_errors import monthly_errors
from models.features import RECOVERY_SCHEMA
from models.synthetic.league import synthetic_league
from models.training.initial_weights import initial_weights

MODEL, LEAGUES, DAYS, IN_USE_FROM = RECOVERY_SCHEMA.model, 3, 430, 300
WEIGHTS = np.array(initial_weights(MODEL))


@pytest.mark.parametrize(("noisier_sd", "least", "most"), [(0.0, 0, 1), (1.0, 13, 15)])
def test_how_often_a_month_is_called_large(noisier_sd: float, least: int, most: int) -> None:
    found = [state for seed in range(LEAGUES) for state in states(1000 + seed, noisier_sd)]

    assert len(found) == 5 * LEAGUES
    assert least <= found.count(DriftState.LARGE) <= most


def states(seed: int, noisier_sd: float) -> list[DriftState]:
    """What is said of each full month of one club of 25; noisier_sd: by how much answers stray more in use."""
    league, rng = synthetic_league(seed, ["club-a"], 25, DAYS), np.random.default_rng(seed)
    dates = tuple(league.first_day + timedelta(days=day) for day in range(DAYS))
    since = dates[IN_USE_FROM].replace(day=1)
    begin, tables = dates.index(since), list[DailyTable]()
    for one in league.athletes:
        answers = one.daily["readiness"].copy()
        answers[begin:] = np.clip(answers[begin:] + noisier_sd * rng.standard_normal(DAYS - begin), 0.0, 10.0)
        tables.append(DailyTable(dates, {"readiness": answers}))
    now = datetime.combine(since, datetime.min.time(), UTC)
    before = [DailyTable(dates[:begin], {"readiness": one.columns["readiness"][:begin]}) for one in tables]
    gate = Adoption(verdict=judge_weights(MODEL, "0" * 64, WEIGHTS, before, now=now), is_day_known=True)
    months = monthly_errors(MODEL, WEIGHTS, tables, since=since, today=dates[-1])
    full = [place for place, month in enumerate(months, start=1) if month.is_full]
    drifts = [Drift(model=MODEL, model_id="0" * 64, worked_out=now, months=months[:place]) for place in full]
    return [finding_of(gate, drift).state for drift in drifts]

"""Risk: the chance that a time-loss injury begins within the next seven days, as a logistic model.

Predictors end at day t and are own-baseline transforms or public constants; the outcome lies in t+1..t+7
(docs/indices.md §10.1). Rows on unavailable days and for seven days after return are left out: they
belong to a separate reinjury model. A row whose outcome window is not fully known is censored, not called 0.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.ewma import expanding_mean, half_life_mean, lagged, rolling_mean, rolling_sum_and_count
from models.features import RISK_SCHEMA, AthleteSeries
from models.privacy.per_athlete_gradients import sigmoid

HORIZON_D = 7  # ours; docs/indices.md §10.1
AFTER_RETURN_D = 7  # ours; docs/indices.md §10.1
PRIOR_INJURIES = 2.0  # ours: two time-loss injuries a year before anything is known; docs/indices.md §8.2
LEAST_DAYS = 14  # as for recovery: an own baseline needs a fortnight
WELLNESS_ITEMS = ("fatigue", "soreness", "mood", "stress")  # 1 to 5, 5 is best
Daily = Mapping[str, Floats]
INPUTS = ("load_au", "time_loss", *WELLNESS_ITEMS)
"""Daily columns that `design` reads, named as in the node's daily table; any may be absent."""
EVENT_HISTORY = ("injuries_a_year", "recent_return")
"""Features that an injury itself moves: they rise after it, so that of two days of one athlete they often name the
one after the injury the riskier, whatever brought the injury on."""


def design(daily: Daily) -> AthleteSeries:
    """Rows of one athlete from daily columns of equal length on consecutive calendar days, NaN where unknown.

    load_au: rating times minutes, summed over the day; 0 only on a day known to be without training.
    time_loss: 1 on a day lost to injury, 0 on a day known not to be. Others: `WELLNESS_ITEMS`.
    """
    days = len(next(iter(daily.values())))
    column = {name: np.asarray(daily.get(name, np.full(days, np.nan)), dtype=np.float64) for name in INPUTS}
    onset = onsets(column["time_loss"])
    label, known = label_within_horizon(onset, column["time_loss"])
    mask = known & is_answered(column)
    raw = np.stack(
        [*_load_columns(column["load_au"]), *_wellness_columns(column), *_injury_columns(onset, column)], axis=1
    )
    return AthleteSeries(RISK_SCHEMA.scaled(raw), np.where(mask, label, 0.0).astype(np.float32), mask)


def is_answered(daily: Daily) -> NDArray[np.bool_]:
    """True on days of which the model says something, (days,): available, and 14 days with a known load so far."""
    known: NDArray[np.bool_] = np.cumsum(~np.isnan(daily["load_au"])) >= LEAST_DAYS
    return known & eligible(daily["time_loss"])


def onsets(time_loss: Floats) -> NDArray[np.bool_]:
    """True on the first day of each time-loss spell; a spell already running at the start has no known onset."""
    before = lagged(time_loss, 1)
    first: NDArray[np.bool_] = (time_loss == 1.0) & (before != 1.0)
    first[:1] = False
    return first


def label_within_horizon(onset: NDArray[np.bool_], time_loss: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return 1 where an onset lies in t+1..t+7, and where that is known; both (days,)."""
    days = len(onset)
    padded = np.concatenate([onset, np.zeros(HORIZON_D, bool)])
    unknown = np.concatenate([np.isnan(time_loss), np.ones(HORIZON_D, bool)])
    ahead = [slice(step, step + days) for step in range(1, HORIZON_D + 1)]
    label = np.any([padded[part] for part in ahead], axis=0)
    censored = np.any([unknown[part] for part in ahead], axis=0)
    return label.astype(np.float64), ~censored


def eligible(time_loss: Floats) -> NDArray[np.bool_]:
    """True on days known to be available and more than a week after any return."""
    lost_lately = rolling_mean(np.where(time_loss == 1.0, 1.0, 0.0), span_d=AFTER_RETURN_D + 1) > 0.0
    free: NDArray[np.bool_] = (time_loss == 0.0) & ~lost_lately
    return free


def probability(weights: Floats, X: NDArray[np.float32]) -> Floats:
    """Predicted probability of an onset in the next seven days, (days,); X is (days, features)."""
    RISK_SCHEMA.check_weights(weights)
    chance: Floats = sigmoid(X.astype(np.float64) @ weights[:-1] + weights[-1])
    return chance


def score_without_history(weights: Floats, X: NDArray[np.float32]) -> Floats:
    """What the model says of a day apart from the athlete's earlier injuries: log-odds up to a constant, (days,)."""
    RISK_SCHEMA.check_weights(weights)
    kept = [feature.name not in EVENT_HISTORY for feature in RISK_SCHEMA.features]
    score: Floats = X.astype(np.float64)[:, kept] @ weights[:-1][kept]
    return score


def _load_columns(load: Floats) -> list[Floats]:
    usual = np.maximum(expanding_mean(load, least=LEAST_DAYS), 1.0)  # arbitrary units; 1 avoids division by rest
    week = rolling_mean(load, span_d=7, least=4)
    spread = np.sqrt(np.maximum(rolling_mean(load**2, span_d=7, least=4) - week**2, 0.0))
    return [
        week / usual,
        half_life_mean(load, half_life_d=14.0) / usual,  # ours: about a 28-day exponential span
        (week - lagged(week, 7)) / usual,
        load / usual,
        week / np.maximum(spread, 0.25 * usual),  # the floor keeps monotony finite in even weeks
    ]


def _wellness_columns(column: Mapping[str, Floats]) -> list[Floats]:
    return [
        rolling_mean(column[item], span_d=7, least=2) - expanding_mean(column[item], least=LEAST_DAYS)
        for item in WELLNESS_ITEMS
    ]


def _injury_columns(onset: NDArray[np.bool_], column: Mapping[str, Floats]) -> list[Floats]:
    seen = np.where(np.isnan(column["time_loss"]), np.nan, onset.astype(np.float64))
    injuries, days = rolling_sum_and_count(seen, span_d=365)
    yearly = (PRIOR_INJURIES + injuries) / (365.0 + days) * 365.0
    recent = rolling_mean((column["time_loss"] == 1.0).astype(np.float64), span_d=42) > 0.0
    return [yearly, recent.astype(np.float64)]

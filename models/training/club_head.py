"""A club head: one club's own shift of the risk model, its calibration included, from the club's days to learn from.

Ridge towards the league's weights along the public axes and in the intercept, then Platt's slope and intercept (Platt
1999), ridge towards 1 and 0, fitted on later days than the head that they are fitted for. All of it is again one
logistic model. A club head mixes the days of a club's athletes: it never leaves the node, and is fitted anew without
whoever is erased or lets the league learn no more.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from models.arrays import Floats
from models.features import RISK_SCHEMA, AthleteSeries
from models.privacy.per_athlete_gradients import sigmoid
from models.privacy.public_axes import public_axes
from models.risk import HORIZON_D

HEAD_SHARE: Final = 0.1
"""Prior variance of a club's shift along an axis, as a share of what the public prior says of leagues. Ours."""
INTERCEPT_VARIANCE: Final = 0.003
"""Prior variance of a club's shift of the intercept beside the axes, in squared log-odds. Ours."""
CALIBRATION_VARIANCE: Final = 0.003
"""Prior variance of Platt's slope around 1 and intercept around 0. Ours.

All three were chosen on simulated clubs of 25 to 200 athletes, half of them in another world than their league
(docs/indices.md §10.3), as the largest that hurt no kind of club by more than about .0001 in log loss.
"""
NEWTON_STEPS: Final = 20
MOST_HALVINGS: Final = 20
EARLY_SHARE: Final = 0.5  # ours: the head that calibration is fitted for sees this share of the days to learn from


class _Rows(NamedTuple):
    """Rows to learn from: columns and a 1 for the intercept (rows, dimension), outcomes (rows,)."""

    X: Floats
    y: Floats


def club_weights(weights: Floats, athletes: Sequence[AthleteSeries]) -> Floats:
    """The league's weights (dimension,) moved by the club's head and calibration; `weights` without a day to learn.

    athletes: of `models.risk.design`, their masks restricted to the days to learn from. A day counts one seventh, for
    an outcome window is seven days long. Raises BadWeights for weights of another model.
    """
    RISK_SCHEMA.check_weights(weights)
    early, late = zip(*map(_halves, athletes), strict=True) if athletes else ((), ())
    head = with_club_head(weights, athletes)
    slope, intercept = calibration(with_club_head(weights, early), late)
    calibrated = slope * head
    calibrated[-1] += intercept
    return calibrated


def with_club_head(weights: Floats, athletes: Sequence[AthleteSeries]) -> Floats:
    """The league's weights moved by the club's head alone; parameters as of `club_weights`."""
    rows, installed = _rows(athletes), public_axes(RISK_SCHEMA.model)
    along = np.column_stack([installed.projection(installed.most).T, np.eye(RISK_SCHEMA.dimension)[:, -1]])
    variance = np.append(HEAD_SHARE * installed.prior, INTERCEPT_VARIANCE)
    moved: Floats = weights + along @ _ridge(rows.X @ along, rows.X @ weights, rows.y, variance)
    return moved


def calibration(weights: Floats, athletes: Sequence[AthleteSeries]) -> tuple[float, float]:
    """Platt's slope and intercept of the log-odds that the weights give; 1 and 0 without a day to learn from.

    The slope turns about the mean log-odds of these days, so that both are shrunk without pulling at one another.
    """
    rows = _rows(athletes)
    if not rows.y.size:
        return 1.0, 0.0
    score = rows.X @ weights
    centre = float(score.mean())
    columns = np.column_stack([score - centre, np.ones_like(score)])
    steeper, higher = _ridge(columns, score, rows.y, np.full(2, CALIBRATION_VARIANCE)).tolist()
    return 1.0 + steeper, higher - steeper * centre


def _halves(one: AthleteSeries) -> tuple[AthleteSeries, AthleteSeries]:
    """The earlier and the later of the days to learn from, a horizon apart."""
    day = np.arange(one.mask.size)
    turn = EARLY_SHARE * float(np.flatnonzero(one.mask).max(initial=0))
    return one.restricted(day < turn - HORIZON_D), one.restricted(day >= turn)


def _rows(athletes: Sequence[AthleteSeries]) -> _Rows:
    parts = [np.column_stack([one.X[one.mask], np.ones(one.n_valid)]) for one in athletes]
    X = np.concatenate([np.empty((0, RISK_SCHEMA.dimension)), *parts]).astype(np.float64)
    return _Rows(X, np.concatenate([np.empty(0), *(one.y[one.mask] for one in athletes)]).astype(np.float64))


def _ridge(columns: Floats, offset: Floats, event: Floats, variance: Floats) -> Floats:
    """Ridge logistic regression by Newton's method: the shift (k,) of the offsets along columns (rows, k).

    Minimises `_loss`. A step that would raise it is halved until it does not: chances near 0 or 1 make steps too long.
    """
    shift, share = np.zeros(variance.size), 1.0 / HORIZON_D
    for _ in range(NEWTON_STEPS):
        chance = sigmoid(offset + columns @ shift)
        slope = share * columns.T @ (chance - event) + shift / variance
        bend = share * (columns * (chance * (1.0 - chance))[:, None]).T @ columns + np.diag(1.0 / variance)
        step, least = np.linalg.solve(bend, slope), _loss(shift, columns, offset, event, variance)
        for _ in range(MOST_HALVINGS):
            if _loss(shift - step, columns, offset, event, variance) <= least:
                shift = shift - step
                break
            step = step / 2.0
    return shift.astype(np.float64)


def _loss(shift: Floats, columns: Floats, offset: Floats, event: Floats, variance: Floats) -> float:
    """Log loss / 7, summed over rows, plus half the squared shift over its prior variance (k,)."""
    score = offset + columns @ shift
    return float((np.logaddexp(0.0, score) - event * score).sum() / HORIZON_D + (shift**2 / variance).sum() / 2.0)

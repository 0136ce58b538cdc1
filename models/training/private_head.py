"""A private head: one athlete's own shift of the recovery model, from all own past days, refitted every day.

Ridge towards the model's weights along all public axes (Liu et al. 2022, mean-regularised personalisation, lifted to
one athlete): the prior variance of a shift along an axis is the installed one, so that a head may move far where
leagues differ and hardly elsewhere. Sums over days are added one after another, so that a head has the same bits from
a prefix of the days, alone and in any company. A head never leaves the node.
"""

from typing import Final

import numpy as np

from models.arrays import Floats
from models.features import RECOVERY_SCHEMA, AthleteSeries
from models.privacy.per_athlete_gradients import HUBER_DELTA
from models.privacy.public_axes import PublicAxes, public_axes

HEAD_RIDGE: Final = 0.5
"""Penalty of a shift in units of 1 / prior variance: athletes differ more than leagues do. Ours, chosen on simulated
worlds that no figure of docs/indices.md §9.1 is from; between 0.3 and 1 little changes."""
DAYS_BACK: Final = 1
"""What is said of tomorrow may know today: the last row whose outcome is known today is that of yesterday."""


def daily_heads(weights: Floats, series: AthleteSeries) -> Floats:
    """The head that stands on each day, (days, axes), from what was known that day; 0 while nothing was.

    series: of `models.recovery.design`; row t says of day t + 1, so it counts in the heads of the days after t alone.
    Raises BadWeights for weights of another model.
    """
    RECOVERY_SCHEMA.check_weights(weights)
    installed = public_axes(RECOVERY_SCHEMA.model)
    along, rest = _along(installed, series), _rest(weights, series)
    share = np.where(series.mask, np.minimum(1.0, HUBER_DELTA / np.maximum(np.abs(rest), HUBER_DELTA)), 0.0)
    bend = sums_known((share[:, None] * along)[:, :, None] * along[:, None, :])
    pull = sums_known((share * rest)[:, None] * along)
    held = np.linalg.solve(bend + np.diag(HEAD_RIDGE / installed.prior), pull[:, :, None])[:, :, 0]
    return held.astype(np.float64)


def newest_head(weights: Floats, series: AthleteSeries) -> Floats:
    """The head of the last day, (axes,), from all days of the series; 0 for a series without a day."""
    heads = daily_heads(weights, series)
    return heads[-1] if len(heads) else np.zeros(heads.shape[1])


def with_head(weights: Floats, head: Floats) -> Floats:
    """The model's weights moved by a head (axes,)."""
    moved: Floats = weights + public_axes(RECOVERY_SCHEMA.model).shift(head)
    return moved


def daily_deviations(weights: Floats, series: AthleteSeries) -> Floats:
    """Predicted deviation of tomorrow from the own mean on each day, (days,), with the head of that day.

    Within the public range of the target, as what a model learns from is. Raises as `daily_heads`.
    """
    heads, along = daily_heads(weights, series), _along(public_axes(RECOVERY_SCHEMA.model), series)
    found: Floats = np.clip(
        _scores(weights, series) + (heads * along).sum(axis=1), RECOVERY_SCHEMA.target_low, RECOVERY_SCHEMA.target_high
    )
    return found


def _along(installed: PublicAxes, series: AthleteSeries) -> Floats:
    """Each day's columns along the axes, (days, axes): a matrix product would choose its order by the days."""
    rows = installed.projection(installed.most)
    found = np.broadcast_to(rows[:, -1], (len(series.y), installed.most)).copy()
    for column, values in zip(series.X.T.astype(np.float64), rows[:, :-1].T, strict=True):
        found += column[:, None] * values
    return found


def _scores(weights: Floats, series: AthleteSeries) -> Floats:
    found = np.full(len(series.y), weights[-1])
    for column, weight in zip(series.X.T.astype(np.float64), weights[:-1], strict=True):
        found += column * weight
    return found


def _rest(weights: Floats, series: AthleteSeries) -> Floats:
    """What the model without head leaves of each day's outcome; 0 on days that are not learnt from."""
    return np.where(series.mask, series.y.astype(np.float64) - _scores(weights, series), 0.0)


def sums_known(values: Floats) -> Floats:
    """Sums (days, …) of the rows whose outcome was known on each day."""
    sums = np.zeros_like(values)
    np.cumsum(values[:-DAYS_BACK], axis=0, out=sums[DAYS_BACK:])
    return sums

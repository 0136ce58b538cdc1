"""What one athlete's held-back days say of a published risk model: three bounded numbers, of that athlete alone.

Two kinds of days are told apart: those with an injury in the seven days after, and the others. A pair of one of each is
comparable; it is concordant where the model's score without event history ranks the first higher (ties count half).
What is added up over a league are how many athletes have comparable pairs, how far concordant pairs exceed a half of
them, and how much better the score predicts these days than the athlete's own base rate does.

Only days count that no round learnt from (`models.evaluation.holdout`), and none with a lost day in the 42 days before
(the column `recent_return`): load is low after an injury whatever brought it on, so that the days before one would look
loaded beside the days after it, in any world (docs/privacy.md §1.13 has the size of that).
"""

from collections.abc import Sequence

import numpy as np

from models.arrays import Floats
from models.evaluation.adoption_gate import own_base_rate
from models.evaluation.holdout import judge_days
from models.features import RISK_SCHEMA, AthleteSeries
from models.privacy.per_athlete_gradients import sigmoid
from models.risk import EVENT_HISTORY, HORIZON_D
from policies.budget import EVIDENCE_NUMBERS

SHARES = (0.8, 0.25, 0.54)
"""Ours: weights of excess, comparable and difference in the answer. Their squares add up to less than 1, so that no
answer is longer than the clip and none is bent by it.

Chosen with the three bounds below on simulated leagues of seeds 11 to 14 (docs/privacy.md §1.13).
"""
FULL_PAIRS = 300  # ours: so many comparable pairs count an athlete in full
LARGEST_EXCESS = 0.5  # ours: concordant less discordant pairs, as a share of all, are cut off there
LARGEST_DIFFERENCE = 1.0  # ours: nats of one athlete's days together; the difference is cut off there

RECENT = RISK_SCHEMA.names.index("recent_return")
_OF_THE_DAY = np.array([name not in EVENT_HISTORY for name in RISK_SCHEMA.names])


def evidence_answers(weights: Floats, series: Sequence[AthleteSeries]) -> Floats:
    """What each athlete answers, (athletes, 3), each row of L2 norm below 1 and to the bit as if alone.

    series: all days of an athlete, those that were learnt from included: base rates count the earlier ones.
    """
    answers: Floats = np.zeros((len(series), EVIDENCE_NUMBERS))
    for row, one in zip(answers, series, strict=True):
        row[:] = evidence_of(weights, one) * np.array(SHARES)
    return answers


def evidence_of(weights: Floats, one: AthleteSeries) -> Floats:
    """Excess (-1 to 1), comparable (0 to 1) and difference (-1 to 1) of one athlete; zeros where nothing is judged.

    excess is never larger than comparable. Below 0 a difference speaks for the model.
    """
    rows = np.flatnonzero(one.mask & (one.X[:, RECENT] <= 0.0))
    judged = judge_days(one.mask.size, gap_d=HORIZON_D)[rows]
    if not judged.any():
        return np.zeros(EVIDENCE_NUMBERS)
    event, X = one.y[rows].astype(np.float64), one.X[rows].astype(np.float64)
    score = (X[:, _OF_THE_DAY] * weights[:-1][_OF_THE_DAY]).sum(axis=1)
    concordant_twice, pairs = concordance(score[judged], event[judged])
    weight = min(pairs / FULL_PAIRS, 1.0)
    excess = (concordant_twice - pairs) / pairs if pairs else 0.0
    base = own_base_rate(event, rows, overall=_usual(weights, X[~judged]))
    usual_score = float(score[~judged].mean()) if not judged.all() else 0.0
    difference = _difference(base[judged], score[judged] - usual_score, event[judged])
    bounded = np.clip([excess / LARGEST_EXCESS, difference / LARGEST_DIFFERENCE], -1.0, 1.0)
    return np.array([weight * bounded[0], weight, bounded[1]])


def concordance(score: Floats, event: Floats) -> tuple[int, int]:
    """Twice the number of concordant pairs, ties as one, and the number of comparable pairs."""
    others, first = np.sort(score[event == 0.0]), score[event == 1.0]
    twice = np.searchsorted(others, first, side="left") + np.searchsorted(others, first, side="right")
    return int(twice.sum()), int(others.size * first.size)


def _usual(weights: Floats, earlier: Floats) -> float:
    """The chance that the model gives this athlete on days before the judged ones, in the mean.

    The reference shrinks to it, so that a level which is wrong for a league speaks neither for the model nor against.
    """
    odds = (earlier * weights[:-1]).sum(axis=1) + weights[-1] if earlier.size else weights[-1:]
    return float(np.clip(sigmoid(odds).mean(), 1e-4, 0.5))


def _difference(base: Floats, moved: Floats, event: Floats) -> float:
    """Log loss, summed over days, of the base rate moved by the score, less that of the base rate alone, in nats."""
    odds = np.log(base) - np.log1p(-base)
    return float((_loss(odds + moved, event) - _loss(odds, event)).sum())


def _loss(odds: Floats, event: Floats) -> Floats:
    loss: Floats = np.logaddexp(0.0, odds) - event * odds
    return loss

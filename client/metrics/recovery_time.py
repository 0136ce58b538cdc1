"""How long an athlete takes to be as usual again after a hard session, from their own mornings.

The moment of recovery is never seen: it lies between the last morning below usual and the first one that is as usual,
or after the last one when the next hard session comes first. The median is that of Turnbull's estimator for such
intervals. Source: docs/indices.md §5.7.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from client.features.baseline import BASELINE_D, MIN_VALID
from client.features.days.figure_rules import FigureRule, at_least
from client.features.load import HARD_SHARE, LEAST_TRAINING_DAYS, LOAD_WINDOW_D, WEEK_D, is_count_enough
from client.features.windows import known, quantiles, windows
from client.metrics.own_past import centre_and_spread
from models.arrays import Floats

SESSIONS_D = 365
LEAST_SESSIONS = 8
FOLLOWED_D = 7  # ours: mornings after a session that are looked at
AS_USUAL_Z = -0.5  # ours
FIRST_MORNING_H, NEXT_MORNING_H = 14.0, 24.0  # ours: sessions end at six in the evening, mornings are at eight
REACH_D = SESSIONS_D + FOLLOWED_D + 2 * BASELINE_D
_STEPS, _STILL = 500, 1e-6

Outcome = tuple[int, int]
"""Number of the last morning below usual (0: none), and of the first as usual; `FOLLOWED_D` + 1: none was seen."""


def hard_days(load: Floats) -> NDArray[np.bool_]:
    """True on days whose load is at or above the 75th percentile of the training days of the 28 days before, (days,).

    False where fewer than 6 of the 7 and 24 of the 28 days before are known, or fewer than two of them were trained.
    """
    month, week = windows(load, LOAD_WINDOW_D, ago=1), windows(load, WEEK_D, ago=1)
    trained = np.where(month > 0, month, np.nan)
    enough = is_count_enough(known(week), of=WEEK_D) & is_count_enough(known(month), of=LOAD_WINDOW_D)
    enough &= (known(trained) >= LEAST_TRAINING_DAYS) & (load > 0)
    return enough & (load >= quantiles(trained, HARD_SHARE))


def recovery_time_h(marker: Floats, load: Floats, *, typical_error: float) -> Floats:
    """Median hours until `marker` is as usual again after the hard sessions of the 365 days up to each day, (days,).

    marker: one value a morning, higher is better; typical_error: floor of its spread. A session counts from the day on
    which its outcome is known. NaN with fewer than eight, or where more than half were not over when last looked at.
    """
    told = _outcomes(marker, load, typical_error)
    changes: dict[int, list[tuple[Outcome, int]]] = defaultdict(list)
    for begun, over, outcome in told:
        changes[over].append((outcome, 1))
        changes[begun + SESSIONS_D].append((outcome, -1))
    found, counted = np.full(len(load), np.nan), Counter[Outcome]()
    for day in sorted(day for day in changes if day < len(load)):
        for outcome, number in changes[day]:
            counted[outcome] += number
        is_enough = counted.total() >= LEAST_SESSIONS
        found[day:] = median_h(tuple(sorted((+counted).items()))) if is_enough else np.nan
    return found


def sessions_told(marker: Floats, load: Floats, *, typical_error: float) -> list[FigureRule]:
    """Hard sessions of the 365 days up to each day whose outcome is known: eight are needed."""
    number = np.zeros(len(load) + SESSIONS_D + FOLLOWED_D + 1, dtype=np.int64)
    for begun, over, _ in _outcomes(marker, load, typical_error):
        number[over] += 1
        number[begun + SESSIONS_D] -= 1
    return [
        at_least(LEAST_SESSIONS, f"{LEAST_SESSIONS} hard sessions with a known end", np.cumsum(number)[: len(load)])
    ]


def _outcomes(marker: Floats, load: Floats, typical_error: float) -> list[tuple[int, int, Outcome]]:
    """Day of each hard session, day on which its outcome is known, and the outcome; none where no morning tells."""
    hard = hard_days(load)
    rows = windows(marker, BASELINE_D, at=np.flatnonzero(hard).tolist())
    centre, spread = centre_and_spread(rows, typical_error)
    limits = np.where(known(rows) >= MIN_VALID, centre + AS_USUAL_Z * spread, np.nan).tolist()
    found = []
    for begun, limit in zip(np.flatnonzero(hard).tolist(), limits, strict=True):
        if limit != limit:  # NaN is not itself
            continue
        followed = _followed(marker[begun + 1 :][:FOLLOWED_D], hard[begun + 1 :][:FOLLOWED_D], limit)
        if followed is not None and followed[1] != (0, FOLLOWED_D + 1):
            found.append((begun, begun + followed[0], followed[1]))
    return found


def _followed(mornings: Floats, hard: NDArray[np.bool_], limit: float) -> tuple[int, Outcome] | None:
    """Return after how many days the outcome is known, and the outcome; None while it is not."""
    below = 0
    for number, (value, is_hard) in enumerate(zip(mornings.tolist(), hard.tolist(), strict=True), start=1):
        if value >= limit:
            return number, (below, number)
        if value < limit:
            below = number
        if is_hard or number == FOLLOWED_D:
            return number, (below, FOLLOWED_D + 1)
    return None


@lru_cache(maxsize=4096)
def median_h(outcomes: tuple[tuple[Outcome, int], ...]) -> float:
    """Median hours of interval-censored outcomes with their numbers; NaN where it lies after what was looked at.

    The middle of the interval that holds it. Source: Turnbull 1976.
    """
    told = dict(outcomes)
    cells = _innermost(told)
    held = int(np.searchsorted(np.cumsum(_shares(told, cells)), 0.5 - _STILL))
    after, by = cells[min(held, len(cells) - 1)]
    return float("nan") if by > FOLLOWED_D else (_hours(after) + _hours(by)) / 2


def _hours(morning: int) -> float:
    return FIRST_MORNING_H + NEXT_MORNING_H * (morning - 1) if morning else 0.0


def _innermost(outcomes: Mapping[Outcome, int]) -> list[Outcome]:
    """Return the intervals that no outcome's end divides: the only places where the estimate can put anything."""
    firsts, lasts = ({outcome[side] for outcome in outcomes} for side in (0, 1))
    cells = [(first, min(last for last in lasts if last > first)) for first in sorted(firsts)]
    return [(first, last) for first, last in cells if not any(first < other < last for other in firsts)]


def _shares(outcomes: Mapping[Outcome, int], cells: Sequence[Outcome]) -> Floats:
    """Share of recoveries in each cell, (cells,), by expectation-maximisation."""
    inside = [[first <= after and by <= last for after, by in cells] for first, last in outcomes]
    may, weight = np.array(inside, dtype=np.float64), np.array(list(outcomes.values()), dtype=np.float64)
    shares = np.full(len(cells), 1.0 / len(cells))
    for _ in range(_STEPS):
        each = may * shares
        better = weight @ (each / each.sum(axis=1, keepdims=True)) / weight.sum()
        if np.abs(better - shares).max() < _STILL:
            break
        shares = better
    return shares

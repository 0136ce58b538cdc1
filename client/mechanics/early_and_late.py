"""Early against late bouts of a session for each metric: which bouts count, what came of them, what limits it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from client.errors import ClientError
from client.mechanics.bout_change import (
    LARGEST_ERROR_DEG,
    LEAST_AGREEING,
    LEAST_BOUTS,
    LEVEL,
    WATCH_DEG,
    BoutChange,
    BoutState,
    at_equal_speed,
    states,
    welch,
)
from client.mechanics.session_bouts import BoutSession
from models.arrays import Floats

LEAST_QUALITY = 0.8  # ours; docs/movement.md §3
FAR_MADS = 5.0  # ours: median absolute deviations from the median of the window; docs/movement.md §3
FAR_DEG = 10.0  # ours: a bout nearer than that is not called far
FULL_TURN_RAD = 2.0 * np.pi
LEAST_ERROR_DEG = 0.03  # ours: bouts that differ by less than 0.05° have never been run; the same in radians is 3°
_ROUNDING = 1e-9  # the mean of twelve times .8 is a little less than .8


class AnswerLimit(StrEnum):
    """Why an answer is less than it could be."""

    FEW_BOUTS = "few_bouts"
    NO_SPREAD = "no_spread"
    SPEEDS_APART = "speeds_apart"
    CANNOT_RESOLVE_SPREAD = "cannot_resolve_3_deg_spread"
    CANNOT_RESOLVE_SPEED = "cannot_resolve_3_deg_speed"
    WIDE_INTERVAL = "wide_interval"
    OUTLYING_BOUT = "outlying_bout"
    LIKE_RADIANS = "like_radians"
    LOW_QUALITY = "low_quality"
    QUALITY_UNKNOWN = "quality_unknown"
    MIXED_DIRECTION = "mixed_direction"
    SEVERAL_METRICS = "several_metrics"


_BLIND = frozenset(
    {
        *(AnswerLimit.CANNOT_RESOLVE_SPREAD, AnswerLimit.CANNOT_RESOLVE_SPEED),
        *(AnswerLimit.OUTLYING_BOUT, AnswerLimit.LIKE_RADIANS),
    }
)


@dataclass(frozen=True, slots=True)
class BoutWindow:
    """The bouts of one side by name, their mean in degrees, and their mean speed, NaN where no speed is given."""

    bouts: tuple[str, ...]
    mean_deg: float
    speed_m_s: float


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric: both windows, the change between them in degrees with its interval, the state and what limits it.

    known_bouts: how many bouts have a figure, and a speed where speeds are given; unknown_bouts names the others.
    windows: None where they are too few; every number is NaN then. change_deg: late less early, at equal speed where
    speeds are given. outliers: bouts of either window, with their figures, far from the others of it.
    low_deg, high_deg: 95 % interval of the change. lower_bound_deg: of its size (90 %, two-sided).
    """

    metric: str
    state: BoutState
    limits: tuple[AnswerLimit, ...]
    known_bouts: int
    windows: tuple[BoutWindow, BoutWindow] | None = None
    change_deg: float = np.nan
    standard_error_deg: float = np.nan
    df: float = np.nan
    low_deg: float = np.nan
    high_deg: float = np.nan
    lower_bound_deg: float = np.nan
    unknown_bouts: tuple[str, ...] = field(default=(), kw_only=True)
    outliers: tuple[tuple[str, float], ...] = field(default=(), kw_only=True)

    @property
    def can_tell(self) -> bool:
        """False where the state is "none" and a change of 3° could as well be there."""
        return self.state is not BoutState.NONE or _BLIND.isdisjoint(self.limits)

    @property
    def unused_bouts(self) -> int:
        """How many known bouts lie between the two windows."""
        return 0 if self.windows is None else self.known_bouts - sum(len(side.bouts) for side in self.windows)

    @property
    def raw_change_deg(self) -> float:
        """Late less early as the means stand, at whatever speeds; NaN without windows."""
        return np.nan if self.windows is None else self.windows[1].mean_deg - self.windows[0].mean_deg


@dataclass(frozen=True, slots=True)
class _Sides:
    """Places of the early and the late bouts of one metric among those of the session."""

    early: NDArray[np.int64]
    late: NDArray[np.int64]

    @property
    def both(self) -> NDArray[np.int64]:
        """The places of both sides."""
        return np.concatenate([self.early, self.late])


def compare_bouts(session: BoutSession, metrics: Sequence[str], *, early: int, late: int) -> list[MetricChange]:
    """Compare the first `early` with the last `late` bouts in which each metric is known, all metrics together.

    metrics: those asked for; the usual ones of the session if empty. Raises ClientError for one that is not there and
    for fewer than six bouts a side.
    """
    if min(early, late) < LEAST_BOUTS:
        raise ClientError(f"expected at least {LEAST_BOUTS} bouts a side, got {min(early, late)}")
    named = _named(session, metrics)
    known = {metric: _known(session, metric) for metric in named}
    enough = {
        metric: _Sides(places[:early], places[-late:])
        for metric, places in known.items()
        if places.size >= early + late
    }
    judged = {one.metric: one for one in _judged(session, enough)} if enough else {}
    few = (AnswerLimit.FEW_BOUTS,)
    return [
        judged.get(metric)
        or MetricChange(
            *(metric, BoutState.NOT_ENOUGH_BOUTS, few, known[metric].size), unknown_bouts=_unknown(session, metric)
        )
        for metric in named
    ]


def _named(session: BoutSession, metrics: Sequence[str]) -> list[str]:
    there = session.metrics
    missing = [metric for metric in metrics if metric not in there]
    if missing:
        raise ClientError(f"expected --metric to be one of {', '.join(there)}")
    return list(dict.fromkeys(metrics)) or [metric for metric in session.usual if metric in there]


def _known(session: BoutSession, metric: str) -> NDArray[np.int64]:
    known = ~np.isnan(session.column(metric))
    if session.has_speed:
        known &= ~np.isnan(session.speed_m_s)
    return np.flatnonzero(known)


def _unknown(session: BoutSession, metric: str) -> tuple[str, ...]:
    known = set(_known(session, metric).tolist())
    return tuple(bout.name for at, bout in enumerate(session.bouts) if at not in known)


def _judged(session: BoutSession, enough: dict[str, _Sides]) -> list[MetricChange]:
    found = _compared(session, enough)
    quality = [_quality_limit(session, sides) for sides in enough.values()]
    is_good = np.array([limit is None for limit in quality])
    said = states(found, is_good=is_good)
    alone = states(found, is_good=is_good, adjust=lambda chances: chances)
    outliers = [_outliers(session, metric, sides) for metric, sides in enough.items()]
    limits = [
        _limits(found, at, state, quality[at], is_weaker=state is not alone[at])
        + _of_figures(session.column(metric)[sides.both], found.standard_error[at], outliers[at])
        for at, (state, (metric, sides)) in enumerate(zip(said, enough.items(), strict=True))
    ]
    numbers = np.stack([found.change, found.standard_error, found.df, *found.interval95(), found.lower_bound90()])
    return [
        MetricChange(
            metric,
            said[at],
            limits[at],
            _known(session, metric).size,
            (_window(session, metric, sides.early), _window(session, metric, sides.late)),
            *map(float, numbers[:, at]),
            unknown_bouts=_unknown(session, metric),
            outliers=outliers[at],
        )
        for at, (metric, sides) in enumerate(enough.items())
    ]


def _compared(session: BoutSession, enough: dict[str, _Sides]) -> BoutChange:
    """Compare both sides of each metric, at equal speed where speeds are given."""
    early, late = [sides.early for sides in enough.values()], [sides.late for sides in enough.values()]
    values = [session.column(metric) for metric in enough]
    if not session.has_speed:
        return welch(_rows(values, early), _rows(values, late))
    speeds = [session.speed_m_s] * len(enough)
    return at_equal_speed(_rows(values, early), _rows(values, late), _rows(speeds, early), _rows(speeds, late))


def _rows(columns: Sequence[Floats], places: Sequence[NDArray[np.int64]]) -> Floats:
    return np.stack([column[place] for column, place in zip(columns, places, strict=True)])


def _window(session: BoutSession, metric: str, places: NDArray[np.int64]) -> BoutWindow:
    names = tuple(session.bouts[at].name for at in places)
    return BoutWindow(names, float(session.column(metric)[places].mean()), float(session.speed_m_s[places].mean()))


def _quality_limit(session: BoutSession, sides: _Sides) -> AnswerLimit | None:
    """Return what is wrong with the quality of the bouts; where no file gives any, nothing is known to be."""
    if not session.has_quality:
        return None
    if np.isnan(session.quality[sides.both]).any():
        return AnswerLimit.QUALITY_UNKNOWN
    means = [session.quality[side].mean() for side in (sides.early, sides.late)]
    return AnswerLimit.LOW_QUALITY if min(means) < LEAST_QUALITY - _ROUNDING else None


def _limits(
    found: BoutChange, at: int, state: BoutState, quality: AnswerLimit | None, *, is_weaker: bool
) -> tuple[AnswerLimit, ...]:
    if np.isnan(found.standard_error[at]):
        return (AnswerLimit.SPEEDS_APART if np.isnan(found.change[at]) else AnswerLimit.NO_SPREAD,)
    by_speed = found.plain_error[at] <= LARGEST_ERROR_DEG
    cannot = AnswerLimit.CANNOT_RESOLVE_SPEED if by_speed else AnswerLimit.CANNOT_RESOLVE_SPREAD
    is_change = found.watch_chance()[at] < LEVEL and abs(found.change[at]) >= WATCH_DEG
    holds = (
        (
            found.standard_error[at] > LARGEST_ERROR_DEG,
            AnswerLimit.WIDE_INTERVAL if state is BoutState.ALERT else cannot,
        ),
        (is_change and found.agreeing[at] < LEAST_AGREEING, AnswerLimit.MIXED_DIRECTION),
        (is_weaker, AnswerLimit.SEVERAL_METRICS),
    )
    return tuple([limit for is_true, limit in holds if is_true] + ([] if quality is None else [quality]))


def _of_figures(both: Floats, error: float, outliers: Sequence[tuple[str, float]]) -> tuple[AnswerLimit, ...]:
    """Return what the figures of both windows alone say against them."""
    is_small = bool((np.abs(both) <= FULL_TURN_RAD).all()) and error < LEAST_ERROR_DEG
    holds = ((bool(outliers), AnswerLimit.OUTLYING_BOUT), (is_small, AnswerLimit.LIKE_RADIANS))
    return tuple(limit for is_true, limit in holds if is_true)


def _outliers(session: BoutSession, metric: str, sides: _Sides) -> tuple[tuple[str, float], ...]:
    """Return the bouts of either window that are far from its median, by name, with their figures."""
    column, names = session.column(metric), [bout.name for bout in session.bouts]
    return tuple(
        (names[place], float(column[place])) for side in (sides.early, sides.late) for place in side[_far(column[side])]
    )


def _far(values: Floats) -> NDArray[np.bool_]:
    steps = np.abs(values - np.median(values))
    far: NDArray[np.bool_] = steps > np.maximum(FAR_MADS * np.median(steps), FAR_DEG)
    return far

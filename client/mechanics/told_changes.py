"""Changes of technique in words and as JSON: what was found, what could not be, and why."""

import math
from collections.abc import Sequence
from typing import Any

from chassis.cli.console import print_table, say
from chassis.text import counted, listed, sentence
from client.ingest.cells.shown_names import shown_names
from client.mechanics.bout_change import BoutState
from client.mechanics.early_and_late import AnswerLimit, MetricChange
from client.mechanics.session_bouts import BoutFigures, BoutSession
from client.mechanics.told_bouts import bouts_told, told_of_speed

STATES = {
    BoutState.ALERT: "technique changed",
    BoutState.WATCH: "technique may have changed: watch",
    BoutState.NONE: "no change found",
    BoutState.NOT_ENOUGH_BOUTS: "not enough bouts",
    BoutState.UNDEFINED: "no answer",
}
LIMITS = {
    AnswerLimit.FEW_BOUTS: "too few bouts for both sides have a figure (and a speed, where speeds are given)",
    AnswerLimit.NO_SPREAD: "the bouts of a side are equal to the last digit, which no measurement is; look at the file",
    AnswerLimit.SPEEDS_APART: "all early bouts have one speed and all late ones another: what speed does cannot be "
    "told from what changed",
    AnswerLimit.CANNOT_RESOLVE_SPREAD: "cannot resolve 3° today: the bouts differ too much from one another for their "
    "number; more bouts a side help",
    AnswerLimit.CANNOT_RESOLVE_SPEED: "cannot resolve 3° today: the speeds of early and late bouts overlap too little; "
    "bouts at matched speed help",
    AnswerLimit.WIDE_INTERVAL: "a change is there, but how large it is is not clear: the standard error is above 0.8°",
    AnswerLimit.OUTLYING_BOUT: "a bout far from the others of its side hides a change or makes one; look at the file, "
    "and leave the cell empty if it is a slip",
    AnswerLimit.LIKE_RADIANS: "figures as small and as equal as these may be radians; degrees are expected",
    AnswerLimit.LOW_QUALITY: "the mean quality of the early or the late bouts is below 0.8, so no more than a watch is "
    "said",
    AnswerLimit.QUALITY_UNKNOWN: "the quality of some bouts is not known, so no more than a watch is said",
    AnswerLimit.MIXED_DIRECTION: "the bouts do not go one way: fewer than three in four pairs of an early and a late "
    "bout differ in the direction of the change",
    AnswerLimit.SEVERAL_METRICS: "by itself this would count for more; among so many metrics compared at once it does "
    "not (Holm)",
}
UNTOLD = {
    AnswerLimit.OUTLYING_BOUT: "cannot tell: a bout far from the others",
    AnswerLimit.LIKE_RADIANS: "cannot tell: radians?",
    AnswerLimit.CANNOT_RESOLVE_SPREAD: "cannot tell today: cannot resolve 3°",
    AnswerLimit.CANNOT_RESOLVE_SPEED: "cannot tell today: cannot resolve 3°",
}
"""What stands in the place of "no change found" where that would mean nothing; the first that holds."""
ONLY_CHANGED = "That technique changed says neither why, nor whether it is good."
SAME_CAMERA = (
    "A camera's own error can be several degrees. It cancels only within one session, with the same camera, place, "
    "zoom and view; compare nothing here with another session."
)
SAME_RUN = (
    "Surface, shoes and running direction have to be the same for all bouts; of these the direction alone is checked, "
    "and only that of keypoints."
)


def as_answer(session: BoutSession, found: Sequence[MetricChange], *, early: int, late: int) -> dict[str, Any]:
    """Return the answer for programs; a number that is not known is null."""
    return {
        "early": early,
        "late": late,
        "at_equal_speed": session.has_speed,
        "has_quality": session.has_quality,
        "set_aside": list(session.set_aside),
        "bouts": [_bout(one) for one in session.bouts],
        "metrics": [_metric(one) for one in found],
    }


def show(session: BoutSession, found: Sequence[MetricChange], *, early: int, late: int) -> None:
    """Print a table of the metrics, and below it what limits each answer."""
    if len(session.bouts) < early + late:
        _show_figures(session, [one.metric for one in found], early + late)
    else:
        bouts = sentence(counted(len(session.bouts), "bout"))
        title = f"{bouts}: the first {early} known against the last {late} known, in degrees"
        changes = ("Raw change", "Change at equal speed") if session.has_speed else ("Change",)
        columns = ("Metric", "Early", "Late", *changes, "95 % interval", "State")
        print_table(title, columns, [_row(one, has_speed=session.has_speed) for one in found])
    for limit, text in LIMITS.items():
        if named := [one.metric for one in found if limit in one.limits]:
            say(f"{listed(named)}: {text}.")
    say(*bouts_told(session, found, early=early, late=late), *told_of_speed(session, found))
    if any(one.state is BoutState.ALERT for one in found):
        say(ONLY_CHANGED)
    if not session.has_quality:
        say("No quality of the bouts is given; they are taken as good.")
    if session.set_aside:
        say(f"Not used: {shown_names(session.set_aside)}.")
    say(SAME_CAMERA, SAME_RUN)


def state_in_words(one: MetricChange) -> str:
    """Return the state as it is said: "no change found" only where a change of 3° would have been found."""
    if one.can_tell:
        return STATES[one.state]
    return next(words for limit, words in UNTOLD.items() if limit in one.limits)


def _show_figures(session: BoutSession, metrics: Sequence[str], needed: int) -> None:
    """Print the figures of bouts that are too few to compare."""
    say(f"{len(session.bouts)} of {needed} bouts: too few to compare; their figures in degrees:")
    figures = [[bout.values.get(metric, math.nan) for metric in metrics] for bout in session.bouts]
    rows = [
        (bout.name, *("" if math.isnan(value) else f"{value:.1f}" for value in values))
        for bout, values in zip(session.bouts, figures, strict=True)
    ]
    print_table("Figures", ("Bout", *metrics), rows)


def _row(one: MetricChange, *, has_speed: bool) -> tuple[str, ...]:
    if one.windows is None:
        blanks = ("",) * (3 if has_speed else 2)
        return one.metric, *blanks, "", f"{counted(one.known_bouts, 'bout')} known", state_in_words(one)
    before, after = (f"{window.mean_deg:.1f}" for window in one.windows)
    raw = (f"{one.raw_change_deg:+.1f}",) if has_speed else ()
    change = "" if math.isnan(one.change_deg) else f"{one.change_deg:+.1f}"
    interval = "" if math.isnan(one.low_deg) else f"{one.low_deg:+.1f} to {one.high_deg:+.1f}"
    return one.metric, before, after, *raw, change, interval, state_in_words(one)


def _bout(one: BoutFigures) -> dict[str, Any]:
    return {
        "bout": one.name,
        "speed_m_s": _known(one.speed_m_s),
        "quality": _known(one.quality),
        "values_deg": {metric: _known(value) for metric, value in one.values.items()},
    }


def _metric(one: MetricChange) -> dict[str, Any]:
    sides = {}
    for at, side in enumerate(("early", "late")):
        window = None if one.windows is None else one.windows[at]
        sides[side] = window and {
            "bouts": list(window.bouts),
            "mean_deg": window.mean_deg,
            "speed_m_s": _known(window.speed_m_s),
        }
    return {
        "metric": one.metric,
        "state": one.state.value,
        "state_in_words": state_in_words(one),
        "can_tell": one.can_tell,
        "limits": [limit.value for limit in one.limits],
        "known_bouts": one.known_bouts,
        "unknown_bouts": list(one.unknown_bouts),
        "unused_bouts": one.unused_bouts,
        "outliers": [{"bout": bout, "value_deg": value} for bout, value in one.outliers],
        **sides,
        "raw_change_deg": _known(one.raw_change_deg),
        "change_deg": _known(one.change_deg),
        "low_deg": _known(one.low_deg),
        "high_deg": _known(one.high_deg),
        "lower_bound_deg": _known(one.lower_bound_deg),
        "standard_error_deg": _known(one.standard_error_deg),
        "df": _known(one.df),
    }


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number

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
    AnswerLimit.LOW_QUALITY: "the mean quality of the early or the late bouts is below 0.8, so no more than a watch is "
    "said",
    AnswerLimit.QUALITY_UNKNOWN: "the quality of some bouts is not known, so no more than a watch is said",
    AnswerLimit.MIXED_DIRECTION: "the bouts do not go one way: fewer than three in four pairs of an early and a late "
    "bout differ in the direction of the change",
    AnswerLimit.SEVERAL_METRICS: "by itself this would count for more; among so many metrics compared at once it does "
    "not (Holm)",
}
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
    bouts = sentence(counted(len(session.bouts), "bout"))
    title = f"{bouts}: the first {early} known against the last {late} known, in degrees"
    columns = ("Metric", "Early", "Late", "Change", "95 % interval", "State")
    print_table(title, columns, [(one.metric, *_numbers(one), STATES[one.state]) for one in found])
    for limit, text in LIMITS.items():
        if named := [one.metric for one in found if limit in one.limits]:
            say(f"{listed(named)}: {text}.")
    say(_told_of_speed(session, found))
    if not session.has_quality:
        say("No quality of the bouts is given; they are taken as good.")
    if session.set_aside:
        say(f"Not used: {shown_names(session.set_aside)}.")
    say(SAME_CAMERA, SAME_RUN)


def _numbers(one: MetricChange) -> tuple[str, ...]:
    if one.windows is None:
        return "", "", "", f"{counted(one.known_bouts, 'bout')} known"
    before, after = (f"{window.mean_deg:.1f}" for window in one.windows)
    change = "" if math.isnan(one.change_deg) else f"{one.change_deg:+.1f}"
    interval = "" if math.isnan(one.low_deg) else f"{one.low_deg:+.1f} to {one.high_deg:+.1f}"
    return before, after, change, interval


def _told_of_speed(session: BoutSession, found: Sequence[MetricChange]) -> str:
    """Say how much faster or slower the late bouts were; the windows of metrics may differ."""
    if not session.has_speed:
        return (
            "No speeds are given, so a change may be one of speed alone; a table of bouts with a column speed_m_s is "
            "compared at equal speed."
        )
    steps = [one.windows[1].speed_m_s - one.windows[0].speed_m_s for one in found if one.windows is not None]
    told = sorted({f"{abs(step):.2f} m/s {'faster' if step > 0.0 else 'slower'}" for step in steps})
    return "Changes are at equal speed." + (f" The late bouts were {listed(told)} on average." if told else "")


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
        "limits": [limit.value for limit in one.limits],
        "known_bouts": one.known_bouts,
        **sides,
        "change_deg": _known(one.change_deg),
        "low_deg": _known(one.low_deg),
        "high_deg": _known(one.high_deg),
        "lower_bound_deg": _known(one.lower_bound_deg),
        "standard_error_deg": _known(one.standard_error_deg),
        "df": _known(one.df),
    }


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number

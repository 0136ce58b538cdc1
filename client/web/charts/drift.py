"""The chart of drift: each month's figure of the model in use beside what its gate saw; × for a month without one."""

from itertools import chain
from pathlib import Path
from typing import Final

from chassis.text import month_of_year, spelled
from chassis.web.chart_spec import Spec, filled
from chassis.web.charts import Chart
from client.evaluation import LEAST_RESAMPLED
from client.learning.drift import Drift, DriftFinding, DriftState
from client.learning.drift_words import drift_words, month_words, too_few_words
from client.learning.monthly_errors import MonthFigure
from client.web.charts.parts import Rows, finished
from client.web.text import minus
from models.evaluation.drift import LARGE
from models.features import READINESS_MODELS

SPEC = Path(__file__).with_name("drift.json")
MOST_MONTHS: Final = 12
LEAST_SPREAD: Final = 0.1  # ours: noise does not fill the chart
NOT_SHOWN: Final = "not shown"


def drift_chart(drift: Drift, found: DriftFinding) -> Chart | None:
    """The newest twelve months; None where none of them has a figure."""
    months = drift.months[-MOST_MONTHS:]
    if all(one.figure is None for one in months):
        return None
    finding = _finding(found)
    return finished(
        _spec(drift, months, found),
        finding=finding,
        about=_about(drift),
        label=f"{finding}. {drift_words(drift, found)}",
        columns=("Month", *_columns(drift)),
        rows=_rows(drift, months),
    )


def _finding(found: DriftFinding) -> str:
    if found.month is None or found.limit is None:
        return "Month by month since it is noted as in use"
    place = "beyond" if found.state is DriftState.LARGE else "within"
    return f"{month_of_year(found.month.month)} is {place} the limit that follows from its gate"


def _about(drift: Drift) -> str:
    is_readiness = drift.model in READINESS_MODELS
    better = (
        "In points of 10; lower is closer"
        if is_readiness
        else "Higher is better; 0 is no gain over the athlete’s own base rate"
    )
    return (
        f"{better}. The scale does not begin at 0. Bars: {LARGE:g} standard errors over athletes, from "
        f"{spelled(LEAST_RESAMPLED)} athletes on. × {too_few_words(drift.model).lower()}. The limit of a month: "
        f"{LARGE:g} standard errors of its difference to the gate."
    )


def _columns(drift: Drift) -> tuple[str, ...]:
    if drift.model in READINESS_MODELS:
        return "Model", "Own mean"
    return ("Brier skill",)


def _rows(drift: Drift, months: tuple[MonthFigure, ...]) -> Rows:
    """The table twin, newest month first."""
    is_readiness = drift.model in READINESS_MODELS
    return [
        (
            month_words(one.month, is_full=one.is_full),
            _printed(one.figure),
            *([_printed(one.own_mean)] if is_readiness else []),
        )
        for one in reversed(months)
    ]


def _printed(value: float | None) -> str:
    return NOT_SHOWN if value is None else minus(value, 3)


def _spec(drift: Drift, months: tuple[MonthFigure, ...], found: DriftFinding) -> Spec:
    bottom, top = _scale(months, found.gate)
    return filled(
        SPEC,
        months=[_point(one) for one in months],
        names=[_short(one) for one in months],
        gate=found.gate,
        gate_label=f"— at its gate {minus(found.gate, 3)}" if found.gate is not None else "",
        has_own_mean=any(one.own_mean is not None for one in months),
        measure="Mean error (points of 10)" if drift.model in READINESS_MODELS else "Brier skill",
        bottom=bottom,
        top=top,
        first_line=top - 0.05 * (top - bottom),
        second_line=top - 0.14 * (top - bottom),
    )


def _point(one: MonthFigure) -> dict[str, object]:
    is_spread = one.figure is not None and one.spread is not None
    low, high = _bar(one) if is_spread else (None, None)
    return {"month": _short(one), "figure": one.figure, "own_mean": one.own_mean, "low": low, "high": high}


def _bar(one: MonthFigure) -> tuple[float, float]:
    figure, room = one.figure or 0.0, LARGE * (one.spread or 0.0)
    return figure - room, figure + room


def _short(one: MonthFigure) -> str:
    return f"{one.month:%b %y}"


def _scale(months: tuple[MonthFigure, ...], gate: float | None) -> tuple[float, float]:
    """The scale's ends: all that is drawn, with room below and, for the labels, above."""
    bars = chain.from_iterable(_bar(one) for one in months if one.figure is not None)
    known = [*bars, *(one.own_mean for one in months if one.own_mean is not None), *([] if gate is None else [gate])]
    spread = max(max(known) - min(known), LEAST_SPREAD)
    return min(known) - 0.15 * spread, max(known) + 0.4 * spread

"""The chart of load: sessions as bars, weighted means as lines, today's plan. Missing is never zero."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from chassis.text import long_date
from chassis.web.chart_spec import Spec, filled
from chassis.web.charts import Chart
from client.features.acwr import ewma
from client.features.daily import DailyTable
from client.web.charts.parts import Rows, even_steps, finished, json_value, table_value
from models.arrays import Floats

SPEC = Path(__file__).with_name("load.json")
LOAD_DAYS = 35
FAST_SPAN_D, SLOW_SPAN_D = 7, 28
CHANGE = 0.05  # ours: a 7-day mean within 5 % of the 28-day mean is called steady
HEADROOM = 1.4  # ours: the labels stand above the bars
LEAST_TOP_AU = 100.0  # ours: small sessions look small
LABEL_HEIGHTS = (0.98, 0.905, 0.83)


@dataclass(frozen=True, slots=True)
class _Series:
    """The days that the chart shows, oldest first: load and weighted means in arbitrary units, NaN where unknown."""

    dates: tuple[date, ...]
    load: Floats
    fast: Floats
    slow: Floats


def load_chart(table: DailyTable, *, day: date, planned_au: float | None) -> Chart | None:
    """Daily session load as bars with 7- and 28-day weighted means and today's plan; None without any load."""
    if not np.isfinite(table.column("load_au")).any():
        return None
    series = _series(table)
    fast, slow = series.fast[-1], series.slow[-1]
    finding = _finding(fast, slow)
    return finished(
        _spec(series, day, planned_au),
        finding=finding,
        about=f"{len(series.dates)} days. Bars: session load; × no entry. Lines: weighted means. Not a risk score.",
        label=f"{finding}. The 7-day mean is {fast:.0f}, the 28-day mean {slow:.0f} units.",
        columns=("Day", "Load (AU)", "7-day mean (AU)", "28-day mean (AU)"),
        rows=_rows(series),
    )


def _series(table: DailyTable) -> _Series:
    load = table.column("load_au")
    shown = slice(max(0, len(load) - LOAD_DAYS), None)
    fast, slow = ewma(load, span_d=FAST_SPAN_D), ewma(load, span_d=SLOW_SPAN_D)
    return _Series(tuple(table.dates[shown]), load[shown], fast[shown], slow[shown])


def _spec(series: _Series, day: date, planned_au: float | None) -> Spec:
    known = series.load[np.isfinite(series.load)]
    top = HEADROOM * max([*known.tolist(), planned_au or 0.0, LEAST_TOP_AU])
    first_line, second_line, third_line = (height * top for height in LABEL_HEIGHTS)
    return filled(
        SPEC,
        days=_days(series, day),
        plan=None if planned_au is None else [{"date": day.isoformat(), "load": planned_au}],
        top=top,
        marks=even_steps(top / HEADROOM),
        begin=series.dates[0].isoformat(),
        first_line=first_line,
        second_line=second_line,
        third_line=third_line,
    )


def _days(series: _Series, day: date) -> list[dict[str, object]]:
    return [
        {
            "date": one.isoformat(),
            "load": json_value(load),
            "ewma7": json_value(fast),
            "ewma28": json_value(slow),
            "gap": bool(np.isnan(load)) and one != day,
        }
        for one, load, fast, slow in zip(series.dates, series.load, series.fast, series.slow, strict=True)
    ]


def _rows(series: _Series) -> Rows:
    """The table twin, newest day first."""
    days = zip(series.dates, series.load, series.fast, series.slow, strict=True)
    return [(long_date(one), *(table_value(value, 0) for value in values)) for one, *values in days][::-1]


def _finding(fast: float, slow: float) -> str:
    if fast > slow * (1 + CHANGE):
        return "Load has risen over the last week"
    return "Load has fallen over the last week" if fast < slow * (1 - CHANGE) else "Load is about as in the last weeks"

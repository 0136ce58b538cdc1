"""The chart of load: sessions as bars, weighted means as lines, today's plan. Missing is never zero."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from chassis.text import long_date, plural
from chassis.web.chart_spec import Spec, filled
from chassis.web.charts import Chart
from client.features.acwr import known_ewma
from client.features.daily import DailyTable
from client.features.rest import ASSUMED_REST
from client.web.charts.parts import UNKNOWN, Rows, even_steps, finished, json_value, table_value
from models.arrays import Floats

SPEC = Path(__file__).with_name("load.json")
LOAD_DAYS = 35
FAST_SPAN_D, SLOW_SPAN_D = 7, 28
CHANGE = 0.05  # ours: a 7-day mean within 5 % of the 28-day mean is said to be near it
HEADROOM = 1.4  # ours: the labels stand above the bars
LEAST_TOP_AU = 100.0  # ours: small sessions look small
LABEL_HEIGHTS = (0.98, 0.905, 0.83)
TOO_FEW = "Too few days are known to compare load"


@dataclass(frozen=True, slots=True)
class _Series:
    """The days that the chart shows, oldest first: load and weighted means in arbitrary units, NaN where unknown.

    A mean is known where enough of its days are (docs/indices.md §2.5). assumed: rest by the athlete's rest rule alone.
    """

    dates: tuple[date, ...]
    load: Floats
    fast: Floats
    slow: Floats
    assumed: Floats


@dataclass(frozen=True, slots=True)
class LoadComparison:
    """The two weighted means of one day, in whole arbitrary units: the numbers that the chart's sentence rests on."""

    day: date
    fast_au: int
    slow_au: int

    @property
    def finding(self) -> str:
        """Say where the 7-day mean stands against the 28-day mean, and nothing of what may follow."""
        if abs(self.fast_au - self.slow_au) <= CHANGE * self.slow_au:
            return "The 7-day mean of load is near the 28-day mean"
        return f"The 7-day mean of load is {'above' if self.fast_au > self.slow_au else 'below'} the 28-day mean"

    @property
    def label(self) -> str:
        """The sentence with its numbers and its day."""
        return (
            f"{self.finding}. On {long_date(self.day)} the 7-day weighted mean is {self.fast_au}, "
            f"the 28-day weighted mean {self.slow_au} units."
        )


def load_chart(table: DailyTable, *, day: date, planned_au: float | None) -> Chart | None:
    """Daily session load as bars with 7- and 28-day weighted means and today's plan; None without any load."""
    if not np.isfinite(table.column("load_au")).any():
        return None
    series = _series(table)
    found = compared(table)
    return finished(
        _spec(series, day, planned_au or None),
        finding=found.finding if found else TOO_FEW,
        about=_about(series),
        label=found.label if found else f"{TOO_FEW}. A mean needs 6 of 7 or 24 of 28 days.",
        columns=("Day", "Load (AU)", "7-day mean (AU)", "28-day mean (AU)"),
        rows=_rows(series),
    )


def compared(table: DailyTable) -> LoadComparison | None:
    """Return both means of the last day, or of the day before where that day has no load yet; None with too few days.

    A morning has no session yet: the seven days before it are those that can be known.
    """
    load = table.column("load_au")
    index = len(load) - 1 if load.size and np.isfinite(load[-1]) else len(load) - 2
    if index < 0:
        return None
    fast, slow = (known_ewma(load[: index + 1], span_d=span)[-1] for span in (FAST_SPAN_D, SLOW_SPAN_D))
    return LoadComparison(table.dates[index], round(fast), round(slow)) if np.isfinite([fast, slow]).all() else None


def _series(table: DailyTable) -> _Series:
    load = table.column("load_au")
    shown = slice(max(0, len(load) - LOAD_DAYS), None)
    fast, slow = known_ewma(load, span_d=FAST_SPAN_D), known_ewma(load, span_d=SLOW_SPAN_D)
    assumed = table.column(ASSUMED_REST)
    return _Series(tuple(table.dates[shown]), load[shown], fast[shown], slow[shown], assumed[shown])


def _about(series: _Series) -> str:
    assumed = int((series.assumed == 1.0).sum())
    rest = f" {plural(assumed, 'day', 'days')} without an entry counted as rest." if assumed else ""
    lines = "Lines: weighted means, where 6 of 7 or 24 of 28 days are known."
    return f"{len(series.dates)} days. Bars: session load; × no entry. {lines}{rest} Not a risk score."


def _spec(series: _Series, day: date, planned_au: float | None) -> Spec:
    known = series.load[np.isfinite(series.load)]
    top = HEADROOM * max([*known.tolist(), planned_au or 0.0, LEAST_TOP_AU])
    first_line, second_line, third_line = (height * top for height in LABEL_HEIGHTS)
    return filled(
        SPEC,
        days=_days(series, day),
        plan=None if planned_au is None else [{"date": day.isoformat(), "load": planned_au}],
        has_fast=bool(np.isfinite(series.fast).any()),
        has_slow=bool(np.isfinite(series.slow).any()),
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
    days = zip(series.dates, series.load, series.fast, series.slow, series.assumed, strict=True)
    return [
        (long_date(one), _load(load, assumed), *(table_value(mean, 0, missing=UNKNOWN) for mean in (fast, slow)))
        for one, load, fast, slow, assumed in days
    ][::-1]


def _load(load: float, assumed: float) -> str:
    return "0, counted as rest" if assumed == 1.0 else table_value(load, 0)

"""The chart of heart-rate variability: readings, the 7-day mean and the own band. Missing is never zero."""

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from chassis.text import long_date, plural
from chassis.web.chart_spec import Spec, filled
from chassis.web.charts import Chart
from client.features.daily import DailyTable
from client.features.days.column_sources import SourcesByDay
from client.features.days.instruments import instruments, of_one_instrument
from client.features.hrv_baseline import hrv_baseline
from client.web.beside_usual import printed
from client.web.charts.parts import MISSING, Rows, finished, json_value, table_value
from client.web.charts.sources import FROM, SourceNames, Words, named, on_days, source_words, with_sources
from models.arrays import Floats

SPEC = Path(__file__).with_name("hrv.json")
HRV_DAYS = 36
LEAST_OF_WEEK = 3  # readings that a 7-day mean needs
BY_OTHERS = "of another source or method"
LEAST_SPREAD = 0.1  # ours, ln ms: noise does not fill the chart


@dataclass(frozen=True, slots=True)
class _Series:
    """The days that the chart shows, oldest first, in ln ms, NaN where unknown; today's mean and the own band.

    by_others: True on days (days,) that another instrument measured, which is not compared with this one.
    """

    dates: tuple[date, ...]
    readings: Floats
    means: Floats
    by_others: NDArray[np.bool_]
    mean: float
    low: float
    high: float


def hrv_sources(table: DailyTable, sources: SourcesByDay) -> list[SourcesByDay]:
    """Return whose the figures are that the chart shows; none where there is no chart."""
    series = _series(table)
    return [] if series is None else [on_days(sources, series.dates)]


def hrv_chart(
    table: DailyTable, sources: SourcesByDay = MappingProxyType({}), names: SourceNames | None = None
) -> Chart | None:
    """Daily lnRMSSD dots, 7-day mean and the own band; None without a band or reading. names: of the page's sources."""
    series = _series(table)
    if series is None:
        return None
    finding = f"The 7-day mean of heart-rate variability is {_place(series)} the usual range"
    it = printed(series.mean, series.low, series.high, step=0.01)
    (words,) = source_words([on_days(sources, series.dates)], names)
    made_by = _by_source(series, words)
    return finished(
        _spec(series),
        finding=finding,
        about=(
            f"{len(series.dates)} days; the scale does not begin at 0. × no valid reading. Band: own usual range "
            f"(30-day mean ± 0.5 SD). A day outside the band happens often; a week is rarer.{made_by}"
        ),
        label=(
            f"{finding}. The 7-day mean is {it.value / 100:.2f}, "
            f"the usual range {it.low / 100:.2f} to {it.high / 100:.2f}.{made_by}"
        ),
        columns=("Day", "HRV (ln ms)", "7-day mean (ln ms)", *([FROM] if words else [])),
        rows=with_sources(_rows(series), series.dates, words),
    )


def _by_source(series: _Series, words: Words) -> str:
    """Say by whom the dots are, and whose days are not shown beside them."""
    number = int(series.by_others.sum())
    if not number:
        return f" Sources: {named(words)}." if words else ""
    days = zip(series.dates, series.readings.tolist(), strict=True)
    dots = {day for day, value in days if value == value}  # NaN is not itself
    own = named({day: word for day, word in words.items() if day in dots})
    others = named({day: word for day, word in words.items() if day not in dots})
    by = f" (○, {others})" if others else " (○)"
    dot = f" Dots: {own}." if own else ""
    left_out = f"{plural(number, 'day', 'days')} of another source or method{by}, which cannot be compared"
    return f"{dot} Without a dot: {left_out}."


def _series(table: DailyTable) -> _Series | None:
    values = of_one_instrument(table.column("lnrmssd"), instruments(table.column, "lnrmssd"))
    week, first = hrv_baseline(values), max(0, len(values) - HRV_DAYS)
    if week.recent_mean is None or week.band is None or not np.isfinite(values[first:]).any():
        return None
    means = np.array([_mean7(values, i) for i in range(first, len(values))])
    others = np.isnan(values) & np.isfinite(table.column("lnrmssd"))
    return _Series(tuple(table.dates[first:]), values[first:], means, others[first:], week.recent_mean, *week.band)


def _mean7(values: Floats, index: int) -> float:
    week = values[max(0, index - 6) : index + 1]
    known = week[np.isfinite(week)]
    return float(known.mean()) if known.size >= LEAST_OF_WEEK else math.nan


def _place(series: _Series) -> str:
    if series.mean < series.low:
        return "below"
    return "above" if series.mean > series.high else "inside"


def _spec(series: _Series) -> Spec:
    bottom, top = _scale(series)
    begin, end = series.dates[0].isoformat(), series.dates[-1].isoformat()
    return filled(
        SPEC,
        days=[
            {
                "date": day.isoformat(),
                "hrv": json_value(reading),
                "mean7": json_value(mean),
                "mark": "" if reading == reading else "○" if by_others else "×",
            }
            for day, reading, mean, by_others in zip(
                series.dates, series.readings.tolist(), series.means, series.by_others.tolist(), strict=True
            )
        ],
        usual=[{"lo": series.low, "hi": series.high, "a": begin, "b": end}],
        bottom=bottom,
        top=top,
        begin=begin,
        first_line=top - 0.05 * (top - bottom),
        second_line=top - 0.13 * (top - bottom),
        mean_label=f"- - 7-day mean, now {series.mean:.2f}",
    )


def _scale(series: _Series) -> tuple[float, float]:
    """Return the scale's ends: all that is known, with room below and, for the labels, above."""
    known = np.concatenate([series.readings[np.isfinite(series.readings)], [series.low, series.high]])
    spread = max(float(known.max() - known.min()), LEAST_SPREAD)
    return float(known.min()) - 0.2 * spread, float(known.max()) + 0.5 * spread


def _rows(series: _Series) -> Rows:
    """The table twin, newest day first."""
    days = zip(series.dates, series.readings, series.means, series.by_others.tolist(), strict=True)
    return [
        (long_date(day), table_value(reading, 2, missing=BY_OTHERS if by_others else MISSING), table_value(mean, 2))
        for day, reading, mean, by_others in days
    ][::-1]

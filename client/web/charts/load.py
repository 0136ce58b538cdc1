"""The chart of load: sessions as bars, weighted means as lines, today's plan. Missing is never zero.

A day that may count one session twice says so, with what it would be were it one.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np

from chassis.text import long_date, plural
from chassis.web.chart_spec import Spec, filled
from chassis.web.charts import Chart
from client.coaching.histories import index_of, largest_own_day
from client.features.acwr import known_ewma
from client.features.daily import DailyTable
from client.features.days.column_sources import SourcesByDay
from client.features.days.possible_repeats import differing
from client.features.load import last_days, observed
from client.features.rest import ASSUMED_REST
from client.web.charts.parts import UNKNOWN, Rows, even_steps, finished, json_value, table_value
from client.web.charts.sources import FROM, SourceNames, named, on_days, source_words, with_sources
from client.web.text import MAY_COUNT_TWICE
from models.arrays import Floats

SPEC = Path(__file__).with_name("load.json")
LOAD_DAYS = 35
FAST_SPAN_D, SLOW_SPAN_D = 7, 28
CHANGE = 0.05  # ours: a 7-day mean within 5 % of the 28-day mean is said to be near it
HEADROOM = 1.4  # ours: the labels stand above the bars
LEAST_TOP_AU = 100.0  # ours: small sessions look small
LABEL_HEIGHTS = (0.98, 0.905, 0.83)
TOO_FEW = "Too few days are known to compare load"
AFTER_REST = "comes after four weeks in which no known day had training"
ROUNDED_AU = 0.5  # a plan that is the own mean of a weekday is rounded to whole units
MOST_ASKED = 3  # ours: days named below the picture; the table has all


@dataclass(frozen=True, slots=True)
class _Series:
    """The days that the chart shows, oldest first: load and weighted means in arbitrary units, NaN where unknown.

    A mean is known where enough of its days are (docs/indices.md §2.5).
    """

    dates: tuple[date, ...]
    load: Floats
    fast: Floats
    slow: Floats

    @property
    def known_days(self) -> list[date]:
        """The days that have a bar, or are known to be without training."""
        return [day for day, load in zip(self.dates, self.load.tolist(), strict=True) if load == load]  # NaN is not


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the chart shows. once: the same were all sessions one that may be; assumed: rest by the rest rule alone."""

    told: _Series
    once: _Series
    assumed: Floats

    @property
    def asked(self) -> list[tuple[date, float, float]]:
        """The days that may count one session twice, with both loads."""
        days = zip(self.told.dates, self.told.load, self.once.load, strict=True)
        marks = differing(self.told.load, self.once.load).tolist()
        return [day for day, is_asked in zip(days, marks, strict=True) if is_asked]


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


def load_sources(table: DailyTable, sources: SourcesByDay) -> list[SourcesByDay]:
    """Return whose the bars are that the chart shows."""
    return [on_days(sources, _series(table).known_days)]


def load_chart(
    table: DailyTable,
    *,
    day: date,
    planned_au: float | None,
    sources: SourcesByDay = MappingProxyType({}),
    names: SourceNames | None = None,
) -> Chart | None:
    """Daily session load as bars with 7- and 28-day weighted means and today's plan; None without any load.

    names: of the page's sources.
    """
    if not np.isfinite(table.column("load_au")).any():
        return None
    shown = _shown(table)
    found, other = compared(table), _if_one(table)
    too_few = "" if found else f" {_too_few(table)}"
    label = found.label if found else f"{TOO_FEW}.{too_few}"
    above = above_own_days(table, day, planned_au)
    (words,) = source_words(load_sources(table, sources), names)
    made_by = f" Sources: {named(words)}." if words else ""
    return finished(
        _spec(shown, day, planned_au or None),
        finding=above or (found.finding if found else TOO_FEW),
        about=f"{_about(shown)}{too_few}{other}{made_by}",
        label=f"{above}{'. ' if above else ''}{label}{other}{made_by}",
        columns=("Day", "Load (AU)", "7-day mean (AU)", "28-day mean (AU)", *([FROM] if words else [])),
        rows=with_sources(_rows(shown), shown.told.dates, words),
    )


def above_own_days(table: DailyTable, day: date, planned_au: float | None) -> str:
    """Say that the day's plan is above every own day of four weeks before; "" where it is not, or too few are known.

    Beside such a plan two means that lie near each other, or at rest, are not the finding.
    """
    placed = index_of(table, day)
    largest = largest_own_day(*placed) if placed else None
    if planned_au is None or largest is None or planned_au <= largest + ROUNDED_AU:
        return ""
    beside = f"is above every own day of four weeks: {largest:,.0f} AU at most" if largest else AFTER_REST
    return f"Today’s plan of {planned_au:,.0f} AU {beside}"


def _too_few(table: DailyTable) -> str:
    """Say what the means need and what is there, on the day that would be compared."""
    load = table.column("load_au")
    until = load if np.isfinite(load[-1]) else load[:-1]
    fast, slow = (observed(last_days(until, span)) for span in (FAST_SPAN_D, SLOW_SPAN_D))
    return f"A comparison needs 6 of 7 and 24 of 28 days: {fast} and {slow} are known."


def _if_one(table: DailyTable) -> str:
    """Say what the comparison would be were all sessions one that may be; "" where it would be the same."""
    found, other = compared(table), compared(table.as_one)
    if found == other:
        return ""
    if other is None:
        return " Counted as one, too few days are known to compare load."
    return f" Counted as one: {other.label[0].lower()}{other.label[1:]}"


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


def _shown(table: DailyTable) -> _Shown:
    return _Shown(_series(table), _series(table.as_one), table.column(ASSUMED_REST)[_last_days(table)])


def _series(table: DailyTable) -> _Series:
    load, last = table.column("load_au"), _last_days(table)
    fast, slow = known_ewma(load, span_d=FAST_SPAN_D), known_ewma(load, span_d=SLOW_SPAN_D)
    return _Series(tuple(table.dates[last]), load[last], fast[last], slow[last])


def _last_days(table: DailyTable) -> slice:
    return slice(max(0, len(table.dates) - LOAD_DAYS), None)


def _about(shown: _Shown) -> str:
    assumed = int((shown.assumed == 1.0).sum())
    rest = f" {plural(assumed, 'day', 'days')} without an entry counted as rest." if assumed else ""
    lines = "Lines: weighted means, where 6 of 7 or 24 of 28 days are known."
    days = f"{len(shown.told.dates)} days. Bars: session load; × no entry."
    return f"{days} {lines}{rest} Not a risk score.{_asked(shown)}"


def _asked(shown: _Shown) -> str:
    """Name the days that may count one session twice, newest first, with what each reading gives."""
    days = shown.asked[::-1]
    told = [
        f" ? {long_date(day)} {MAY_COUNT_TWICE}. {_au(load)} as counted, {_au(once)} if it is one session."
        for day, load, once in days[:MOST_ASKED]
    ]
    left = len(days) - len(told)
    return "".join(told) + (f" So may {plural(left, 'more day', 'more days')}: see the table." if left else "")


def _au(load: float) -> str:
    return f"{load:,.0f} AU" if np.isfinite(load) else "not known"


def _spec(shown: _Shown, day: date, planned_au: float | None) -> Spec:
    series = shown.told
    known = series.load[np.isfinite(series.load)]
    top = HEADROOM * max([*known.tolist(), planned_au or 0.0, LEAST_TOP_AU])
    first_line, second_line, third_line = (height * top for height in LABEL_HEIGHTS)
    return filled(
        SPEC,
        days=_days(shown, day),
        plan=None if planned_au is None else [{"date": day.isoformat(), "load": planned_au}],
        has_fast=bool(np.isfinite(series.fast).any()),
        has_slow=bool(np.isfinite(series.slow).any()),
        has_asked=bool(shown.asked),
        top=top,
        marks=even_steps(top / HEADROOM),
        begin=series.dates[0].isoformat(),
        first_line=first_line,
        second_line=second_line,
        third_line=third_line,
    )


def _days(shown: _Shown, day: date) -> list[dict[str, object]]:
    series, asked = shown.told, {one for one, _, _ in shown.asked}
    return [
        {
            "date": one.isoformat(),
            "load": json_value(load),
            "shown": json_value(load) or 0.0,
            "ewma7": json_value(fast),
            "ewma28": json_value(slow),
            "gap": bool(np.isnan(load)) and one != day,
            "asked": one in asked,
        }
        for one, load, fast, slow in zip(series.dates, series.load, series.fast, series.slow, strict=True)
    ]


def _rows(shown: _Shown) -> Rows:
    """The table twin, newest day first; of a day that may count one session twice both readings."""
    cells = zip(_cells(shown.told, shown.assumed), _cells(shown.once, shown.assumed), strict=True)
    both = [tuple(map(_both, told, once)) for told, once in cells]
    return [(long_date(day), *row) for day, row in zip(shown.told.dates, both, strict=True)][::-1]


def _cells(series: _Series, assumed: Floats) -> list[tuple[str, ...]]:
    days = zip(series.load, series.fast, series.slow, assumed, strict=True)
    return [
        (_load(load, is_assumed), *(table_value(mean, 0, missing=UNKNOWN) for mean in (fast, slow)))
        for load, fast, slow, is_assumed in days
    ]


def _both(told: str, once: str) -> str:
    return told if told == once else f"{told} ({once} if one)"


def _load(load: float, assumed: float) -> str:
    return "0, counted as rest" if assumed == 1.0 else table_value(load, 0)

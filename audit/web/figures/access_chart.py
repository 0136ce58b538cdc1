"""The chart of access over time: one row of bars per sort of entry, with a sign where a cell is not shown."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from audit.web.figures.summaries import WEEKLY, WeekCount
from audit.web.figures.suppression import FEWEST_SHOWN, NOT_SHOWN
from chassis.text import long_date, month_of_year, thousands
from chassis.web.chart_spec import Spec, filled
from chassis.web.charts import Chart, narrowed, to_svg

SPEC = Path(__file__).with_name("access_chart.json")
FEW_BARS = 6  # ours: so many signs stand beside each other on a phone
FULL_CHART_BARS = 12
LARGE = 700
"""Wider charts give way to the narrow drawing earlier (docs/pages.md §8)."""

DENIED = (
    " An access to an athlete’s data that was denied looks like one that was granted, and counts among the accesses."
)

SEALED = "; which accesses were denied is sealed"


@dataclass(frozen=True, slots=True)
class _Manner:
    """How times and hidden cells are written, and the plot's width in pixels: on the log's page, or to fit A4."""

    is_by_month: bool
    width: int
    sign: str
    words: str
    about: str

    def time(self, start: date) -> str:
        return month_of_year(start) if self.is_by_month else long_date(start)

    def within(self, start: date) -> str:
        return month_of_year(start) if self.is_by_month else f"the week of {long_date(start)}"


_LIVE = _Manner(
    False,
    960,
    f"<{FEWEST_SHOWN}",
    f"fewer than {FEWEST_SHOWN}",
    "Entries per week, all organisations. Each row has its own scale. "
    f"Weeks with fewer than {FEWEST_SHOWN} entries show “<{FEWEST_SHOWN}”.{DENIED}",
)


def access_chart(counts: Sequence[WeekCount]) -> Chart:
    """Return the chart and its table twin for these weekly counts, which must not be empty."""
    return _rendered(tuple(counts), _LIVE)


def report_chart(counts: Sequence[WeekCount], *, is_by_month: bool) -> Chart:
    """Return the chart of a report, by week or by month; `counts` must not be empty."""
    unit = "month" if is_by_month else "week"
    about = f"Entries per {unit}, all organisations. Each row has its own scale. “–” marks a {unit} that is not shown."
    if not is_by_month:
        about += " Weeks begin on Mondays; of the first and the last, only the days of the period count."
    about += DENIED
    return _rendered(tuple(counts), _Manner(is_by_month, 590, "–", NOT_SHOWN, about))


@functools.lru_cache(maxsize=8)
def _rendered(counts: tuple[WeekCount, ...], manner: _Manner) -> Chart:
    return Chart(
        finding=_finding(counts, manner),
        about=manner.about,
        label=_label(counts, manner),
        wide=to_svg(_spec(counts, manner)),
        narrow=to_svg(narrowed(_spec(counts, manner, is_narrow=True))),
        columns=("Month" if manner.is_by_month else "Week from", *WEEKLY),
        rows=_rows(counts, manner),
        large=manner.width > LARGE,
    )


def _finding(counts: Sequence[WeekCount], manner: _Manner) -> str:
    refused = [count for count in counts if count.label == "Looks refused" and count.n is not None]
    if not refused:
        unit = "month" if manner.is_by_month else "week"
        return f"No {unit} shows {FEWEST_SHOWN} or more looks that the log tells as refused{SEALED}"
    most = max(refused, key=lambda count: count.n or 0)
    within, number = manner.within(most.week), thousands(most.n or 0)
    if len({count.week for count in counts}) == 1:
        return f"In {within}, the log tells {number} looks as refused{SEALED}"
    return f"Most looks that the log tells as refused in {within}: {number}{SEALED}"


def _label(counts: Sequence[WeekCount], manner: _Manner) -> str:
    latest = counts[-1].week
    parts = [f"{count.label.lower()} {_words(count.n, manner)}" for count in counts if count.week == latest]
    last = "Latest month" if manner.is_by_month else "Latest week, from"
    return f"{_finding(counts, manner)}. {last} {manner.time(latest)}: {', '.join(parts)}."


def _rows(counts: Sequence[WeekCount], manner: _Manner) -> list[tuple[str, ...]]:
    """One row per bar, the newest first, with the cells in the order of WEEKLY."""
    cells = {(count.week, count.label): _words(count.n, manner) for count in counts}
    starts = sorted({count.week for count in counts}, reverse=True)
    return [(manner.time(start), *(cells[start, label] for label in WEEKLY)) for start in starts]


def _words(number: int | None, manner: _Manner) -> str:
    return thousands(number) if number is not None else manner.words


def _spec(counts: Sequence[WeekCount], manner: _Manner, *, is_narrow: bool = False) -> Spec:
    """Bars as wide as in a full chart, also where little time is recorded; hidden cells have a sign.

    The signs are turned upright where two beside each other would run together.
    """
    bars = len({count.week for count in counts})
    is_upright = is_narrow and bars > FEW_BARS
    return filled(
        SPEC,
        counts=[{"week": count.week.isoformat(), "kind": count.label, "n": count.n} for count in counts],
        rows=list(WEEKLY),
        width=manner.width,
        share=round(0.6 * min(1.0, bars / FULL_CHART_BARS), 3),
        times="%b %Y" if manner.is_by_month else "%-d %b",
        sign=manner.sign,
        upright=is_upright,
        level=not is_upright,
    )

"""The chart of access over time: one row of weekly bars per sort of entry, "<10" where a cell is small."""

import functools
from collections.abc import Sequence
from typing import Any

from audit.web.charts import Chart, narrowed, to_svg
from audit.web.summaries import WEEKLY, WeekCount
from audit.web.words import FEWEST_SHOWN, long_date, thousands

_WEEK = {"timeUnit": "utcyearmonthdate", "field": "week", "type": "ordinal"}
FULL_CHART_WEEKS = 12
_WEEK_AXIS = {
    "format": "%-d %b",
    "formatType": "time",
    "title": None,
    "labelAngle": 0,
    "labelOverlap": "greedy",
    "labelSeparation": 14,
    "ticks": False,
    "grid": False,
}


def access_chart(counts: Sequence[WeekCount]) -> Chart:
    """Return the chart and its table twin for these weekly counts, which must not be empty."""
    return _rendered(tuple(counts))


@functools.lru_cache(maxsize=4)
def _rendered(counts: tuple[WeekCount, ...]) -> Chart:
    spec = _spec(counts)
    return Chart(
        finding=_finding(counts),
        about=f"Entries per week, all organisations. Each row has its own scale. "
        f"Weeks with fewer than {FEWEST_SHOWN} entries show “<{FEWEST_SHOWN}”.",
        label=_label(counts),
        wide=to_svg(spec),
        narrow=to_svg(narrowed(spec)),
        columns=("Week from", "What", "Entries"),
        rows=[(long_date(count.week), count.label, _words(count.n)) for count in sorted(counts, key=_newest_first)],
        large=True,
    )


def _finding(counts: Sequence[WeekCount]) -> str:
    refused = [count for count in counts if count.label == "Looks refused" and count.n is not None]
    if not refused:
        return f"No week had {FEWEST_SHOWN} or more refused looks"
    most = max(refused, key=lambda count: count.n or 0)
    if len({count.week for count in counts}) == 1:
        return f"In the week of {long_date(most.week)}, {thousands(most.n or 0)} looks were refused"
    return f"Most refused looks in the week of {long_date(most.week)}: {thousands(most.n or 0)}"


def _label(counts: Sequence[WeekCount]) -> str:
    latest = counts[-1].week
    parts = [f"{count.label.lower()} {_words(count.n)}" for count in counts if count.week == latest]
    return f"{_finding(counts)}. Latest week, from {long_date(latest)}: {', '.join(parts)}."


def _newest_first(count: WeekCount) -> tuple[int, int]:
    return -count.week.toordinal(), list(WEEKLY).index(count.label)


def _words(number: int | None) -> str:
    return thousands(number) if number is not None else f"fewer than {FEWEST_SHOWN}"


def _spec(counts: Sequence[WeekCount]) -> dict[str, Any]:
    values = [{"week": count.week.isoformat(), "kind": count.label, "n": count.n} for count in counts]
    header = {"labelOrient": "top", "labelAnchor": "start", "labelFontSize": 14, "labelFontWeight": 600}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": "Entries recorded in the log per week: looks allowed, looks refused, consent decisions",
        "usermeta": {"narrow": {"spec.width": 278, "spec.height": 72}},
        "data": {"values": values},
        "spacing": 26,
        "facet": {
            "row": {
                "field": "kind",
                "type": "nominal",
                "sort": list(WEEKLY),
                "header": {"title": None, **header, "labelPadding": 6},
            }
        },
        "resolve": {"scale": {"y": "independent"}},
        "spec": {"width": 960, "height": 72, "layer": [_bars(weeks=len({c.week for c in counts})), _small_cells()]},
    }


def _bars(*, weeks: int) -> dict[str, Any]:
    """Bars as wide as in a full chart, also where few weeks are recorded."""
    share = round(0.6 * min(1.0, weeks / FULL_CHART_WEEKS), 3)
    axis = {"title": None, "tickCount": 2, "labelOverlap": False}
    return {
        "transform": [{"filter": "datum.n !== null"}],
        "mark": {"type": "bar", "style": "bar", "width": {"band": share}},
        "encoding": {
            "x": {**_WEEK, "axis": _WEEK_AXIS},
            "y": {"field": "n", "type": "quantitative", "axis": axis},
        },
    }


def _small_cells() -> dict[str, Any]:
    return {
        "transform": [{"filter": "datum.n === null"}],
        "mark": {"type": "text", "style": "label", "text": f"<{FEWEST_SHOWN}", "baseline": "bottom"},
        "encoding": {"x": _WEEK, "y": {"datum": 0}},
    }

"""Pieces that the node's charts share: named styles of the page theme, day axes, labels, and the finished chart."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from chassis.web.charts import Chart, narrowed, to_svg
from client.web.text import minus

Spec = dict[str, Any]
Rows = Sequence[Sequence[object]]

DAY_AXIS = {"format": "%-d %b", "title": None, "tickCount": 6}
NARROW = {"width": 312, "height": 230}
MISSING = "not recorded"


def day_x(*, field: str = "date", bars: bool = False, centred: bool = False) -> Spec:
    """Return the x channel of a daily series, in UTC so that a day is a day everywhere."""
    channel: Spec = {"field": field, "type": "temporal", "axis": DAY_AXIS}
    if bars or centred:
        channel |= {"timeUnit": "utcyearmonthdate"}
    else:
        channel |= {"scale": {"type": "utc"}}
    return channel | ({"bandPosition": 0.5} if centred else {})


def even_steps(top: float) -> list[float]:
    """Return round marks from 0 to at most `top`, so that no grid line crosses the labels above the bars."""
    size = 10.0 ** math.floor(math.log10(top / 3))
    step = next(size * factor for factor in (1, 2, 5, 10) if top / (size * factor) < 5)
    return [step * place for place in range(math.floor(top / step) + 1)]


def amount_y(
    field: str,
    *,
    title: str = "",
    domain: tuple[float, float] | None = None,
    ticks: str = "",
    values: Sequence[float] = (),
) -> Spec:
    """Return the y channel of an amount; a domain that leaves out 0 is said in the text beside the chart."""
    channel: Spec = {"field": field, "type": "quantitative"}
    if title:
        channel["axis"] = {"title": title, "tickCount": 5} | ({"format": ticks} if ticks else {})
        channel["axis"] |= {"values": list(values)} if values else {}
    if domain is not None:
        channel["scale"] = {"domain": list(domain), "zero": False, "nice": False}
    return channel


def mark(kind: str, style: str, **more: object) -> Spec:
    """Return a mark in a named style of the theme; no colour is ever written here."""
    return {"type": kind, "style": style, **more}


def label(text: str, style: str, *, day: date, y: float, **more: object) -> Spec:
    """Return one direct label at a day and height."""
    return {
        "data": {"values": [{"date": day.isoformat(), "y": y, "t": text}]},
        "mark": mark("text", style, align="left", **more),
        "encoding": {"x": day_x(), "y": amount_y("y"), "text": {"field": "t"}},
    }


def finished(
    spec: Spec, *, finding: str, about: str, label: str, columns: Sequence[str], rows: Rows, height: int = 250
) -> Chart:
    """Render wide and narrow, and tie the picture to its sentence and its table."""
    sizes = {"width": 312, "height": NARROW["height"] if height == 250 else height}
    whole = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 500,
        "height": height,
        "usermeta": {"narrow": sizes},
        **spec,
    }
    return Chart(
        finding=finding,
        about=about,
        label=label,
        wide=to_svg(whole),
        narrow=to_svg(narrowed(whole)),
        columns=columns,
        rows=rows,
    )


def json_value(value: float) -> float | None:
    """Return a value for the chart's rows: None where nothing is known."""
    return round(float(value), 3) if math.isfinite(value) else None


def table_value(value: float, digits: int) -> str:
    """Return a value for the table twin: a word where nothing is known."""
    return minus(value, digits) if math.isfinite(value) else MISSING

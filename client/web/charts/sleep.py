"""The sleep chart: fourteen nights from bed to waking, or hours as reported. A missing night is a cross and a word."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np

from chassis.text import long_date
from chassis.web.charts import Chart
from client.biometrics.observations import Observation
from client.biometrics.streams import Stream
from client.features.daily import DailyTable
from client.web import text
from client.web.charts.parts import MISSING, finished, mark, table_value

NIGHTS = 14


def sleep_chart(table: DailyTable, readings: Sequence[Observation], *, day: date) -> Chart | None:
    """Fourteen nights: bed to wake where a device timed them, else hours as reported; None without any night."""
    nights = [day - timedelta(days=back) for back in range(NIGHTS - 1, -1, -1)]
    hours = {d: h for d, h in zip(table.dates, table.column("sleep_h"), strict=True) if np.isfinite(h)}
    if not any(night in hours for night in nights):
        return None
    timed = _timed(readings, nights)
    return _bed_to_wake(nights, hours, timed) if timed else _reported(nights, hours)


def _timed(readings: Sequence[Observation], nights: Sequence[date]) -> dict[date, tuple[float, float]]:
    """Bed and wake in hours from the midnight before waking, of the longest sleep that ends on each day."""
    found: dict[date, Observation] = {}
    for one in readings:
        if one.stream is Stream.SLEEP_PERIOD_MIN and one.day in nights and one.end > one.start:
            held = found.get(one.day)
            if held is None or one.end - one.start > held.end - held.start:
                found[one.day] = one
    return {
        night: (_from_midnight(o.start, o.offset_min, night), _from_midnight(o.end, o.offset_min, night))
        for night, o in found.items()
    }


def _from_midnight(moment: datetime, offset_min: int, night: date) -> float:
    local = moment + timedelta(minutes=offset_min)
    return (local.date() - night).days * 24 + local.hour + local.minute / 60


def _bed_to_wake(nights: Sequence[date], hours: dict[date, float], timed: dict[date, tuple[float, float]]) -> Chart:
    rows = []
    for night in nights:
        bed, wake = timed.get(night, (None, None))
        middle = (bed + wake) / 2 if bed is not None and wake is not None else None
        asleep = text.hours(hours[night]) if night in hours and bed is not None else None
        rows.append({"night": night.isoformat(), "bed": bed, "wake": wake, "mid": middle, "h": asleep or ""})
    low = math.floor(min([*(b for b, _ in timed.values()), -2.0]))
    high = math.ceil(max([*(w for _, w in timed.values()), 9.0])) + 2
    axis = {
        "title": None,
        "values": list(range(4 * math.ceil(low / 4), high - 1, 4)),
        "labelExpr": "format((datum.value + 24) % 24, '02d') + ':00'",
    }
    here = [{"filter": "datum.bed !== null"}]
    x = {"field": "bed", "type": "quantitative", "scale": {"domain": [low, high], "nice": False}, "axis": axis}
    layers = [
        {
            "transform": here,
            "mark": mark("bar", "soft-bar", height={"band": 0.62}),
            "encoding": {"y": _night_y(), "x": x, "x2": {"field": "wake"}},
        },
        {
            "transform": here,
            "mark": mark("tick", "midpoint", orient="vertical", bandSize=13),
            "encoding": {"y": _night_y(), "x": {"field": "mid", "type": "quantitative"}},
        },
        {
            "transform": here,
            "mark": mark("text", "label", align="right"),
            "encoding": {"y": _night_y(), "x": {"datum": high}, "text": {"field": "h"}},
        },
        _no_night("bed", 0),
    ]
    return finished(
        {"data": {"values": rows}, "layer": layers},
        height=330,
        finding=_sleep_finding(nights, hours),
        about=f"{len(nights)} nights. Bar: time in bed. Tick: middle of sleep. Right: time asleep.",
        label=_sleep_label(nights, hours),
        columns=("Night to", "Bed (h from midnight)", "Up (h from midnight)", "Asleep"),
        rows=[
            (
                long_date(n),
                table_value(timed[n][0], 1) if n in timed else MISSING,
                table_value(timed[n][1], 1) if n in timed else MISSING,
                text.hours(hours[n]) if n in hours else MISSING,
            )
            for n in reversed(nights)
        ],
    )


def _reported(nights: Sequence[date], hours: dict[date, float]) -> Chart:
    rows = [
        {"night": n.isoformat(), "hours": hours.get(n), "h": text.hours(hours[n]) if n in hours else ""} for n in nights
    ]
    top = math.ceil(max(hours[n] for n in nights if n in hours)) + 2
    axis = {"title": "Hours asleep, as reported", "tickCount": 6}
    here = [{"filter": "datum.hours !== null"}]
    layers = [
        {
            "transform": here,
            "mark": mark("bar", "soft-bar", height={"band": 0.62}),
            "encoding": {
                "y": _night_y(),
                "x": {"field": "hours", "type": "quantitative", "scale": {"domain": [0, top]}, "axis": axis},
            },
        },
        {
            "transform": here,
            "mark": mark("text", "label", align="right"),
            "encoding": {"y": _night_y(), "x": {"datum": top}, "text": {"field": "h"}},
        },
        _no_night("hours", 0.1),
    ]
    return finished(
        {"data": {"values": rows}, "layer": layers},
        height=330,
        finding=_sleep_finding(nights, hours),
        about=f"{len(nights)} nights. Bar and figure: hours asleep, as the athlete reported them.",
        label=_sleep_label(nights, hours),
        columns=("Night to", "Asleep"),
        rows=[(long_date(n), text.hours(hours[n]) if n in hours else MISSING) for n in reversed(nights)],
    )


def _night_y() -> dict[str, object]:
    axis = {"format": "%a %-d", "formatType": "time", "title": None, "ticks": False, "domain": False, "grid": False}
    return {
        "timeUnit": "utcyearmonthdate",
        "field": "night",
        "type": "ordinal",
        "axis": {**axis, "labelPadding": 6, "labelFlush": False},
    }


def _no_night(field: str, x: float) -> dict[str, object]:
    return {
        "transform": [{"filter": f"datum.{field} === null"}],
        "mark": mark("text", "label", align="left", text=f"× {MISSING}"),
        "encoding": {"y": _night_y(), "x": {"datum": x}},
    }


def _sleep_finding(nights: Sequence[date], hours: dict[date, float]) -> str:
    last = [hours[n] for n in nights[-2:] if n in hours]
    before = [h for d, h in hours.items() if d < nights[-2]][-28:]
    if len(last) < 2 or len(before) < 14:
        return "Sleep over the last two weeks"
    change = sum(last) / 2 - float(np.median(before))
    if abs(change) < 0.5:
        return "The last two nights were about as usual"
    return "Two shorter nights" if change < 0 else "Two longer nights"


def _sleep_label(nights: Sequence[date], hours: dict[date, float]) -> str:
    known = [hours[n] for n in nights if n in hours]
    return (
        f"{len(nights)} nights, {len(known)} recorded. Mean {text.hours(sum(known) / len(known))} asleep. "
        f"{_sleep_finding(nights, hours)}."
    )

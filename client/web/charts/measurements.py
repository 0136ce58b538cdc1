"""Charts of load with weighted means and of heart-rate variability with the own band. Missing is never zero."""

import math
from datetime import date

import numpy as np

from chassis.text import long_date
from chassis.web.charts import Chart
from client.features.acwr import ewma
from client.features.daily import DailyTable
from client.features.hrv_baseline import hrv_baseline
from client.web.charts.parts import amount_y, day_x, even_steps, finished, json_value, label, mark, table_value
from models.arrays import Floats

LOAD_DAYS, HRV_DAYS = 35, 36
FAST_SPAN_D, SLOW_SPAN_D = 7, 28
CHANGE = 0.05  # ours: a 7-day mean within 5 % of the 28-day mean is called steady


def load_chart(table: DailyTable, *, day: date, planned_au: float | None) -> Chart | None:
    """Daily session load as bars with 7- and 28-day weighted means and today's plan; None without any load."""
    load = table.column("load_au")
    if not np.isfinite(load).any():
        return None
    fast, slow = ewma(load, span_d=FAST_SPAN_D), ewma(load, span_d=SLOW_SPAN_D)
    first = max(0, len(load) - LOAD_DAYS)
    days = [
        {
            "date": table.dates[i].isoformat(),
            "load": json_value(load[i]),
            "ewma7": json_value(fast[i]),
            "ewma28": json_value(slow[i]),
            "gap": bool(np.isnan(load[i])) and table.dates[i] != day,
        }
        for i in range(first, len(load))
    ]
    known = load[first:][np.isfinite(load[first:])]
    top = 1.4 * max([*known.tolist(), planned_au or 0.0, 100.0])
    begin, marks = table.dates[first], even_steps(top / 1.4)
    bar = {"width": {"band": 0.78}}
    layers = [
        {
            "transform": [{"filter": "datum.load !== null"}],
            "mark": mark("bar", "soft-bar", **bar),
            "encoding": {
                "x": day_x(bars=True),
                "y": amount_y(
                    "load",
                    title="Session load (AU: effort 0–10 × minutes)",
                    domain=(0, top),
                    values=marks,
                ),
            },
        },
        {
            "transform": [{"filter": "datum.gap"}],
            "mark": mark("text", "gap", text="×", dy=-8),
            "encoding": {"x": day_x(centred=True), "y": {"datum": 0}},
        },
        *(
            {
                "transform": [{"filter": f"datum.{name} !== null"}],
                "mark": mark("line", style),
                "encoding": {"x": day_x(centred=True), "y": amount_y(name)},
            }
            for name, style in (("ewma7", "mean"), ("ewma28", "mean-slow"))
        ),
        label("- - 7-day mean", "label-second", day=begin, y=0.98 * top, dx=4),
        label("— 28-day mean", "label-now", day=begin, y=0.905 * top, dx=4),
    ]
    if planned_au is not None:
        layers.insert(
            1,
            {
                "data": {"values": [{"date": day.isoformat(), "load": planned_au}]},
                "mark": mark("bar", "plan-bar", **bar),
                "encoding": {"x": day_x(bars=True), "y": amount_y("load")},
            },
        )
        layers.append(label("dashed bar: today’s plan", "label", day=begin, y=0.83 * top, dx=4))
    finding = _load_finding(fast[-1], slow[-1])
    return finished(
        {"data": {"values": days}, "layer": layers},
        finding=finding,
        about=f"{len(days)} days. Bars: session load; × no entry. Lines: weighted means. Not a risk score.",
        label=f"{finding}. The 7-day mean is {fast[-1]:.0f}, the 28-day mean {slow[-1]:.0f} units.",
        columns=("Day", "Load (AU)", "7-day mean (AU)", "28-day mean (AU)"),
        rows=[
            (long_date(table.dates[i]), table_value(load[i], 0), table_value(fast[i], 0), table_value(slow[i], 0))
            for i in range(len(load) - 1, first - 1, -1)
        ],
    )


def _load_finding(fast: float, slow: float) -> str:
    if fast > slow * (1 + CHANGE):
        return "Load has risen over the last week"
    return "Load has fallen over the last week" if fast < slow * (1 - CHANGE) else "Load is about as in the last weeks"


def hrv_chart(table: DailyTable) -> Chart | None:
    """Daily lnRMSSD dots, 7-day mean and the own band; None without a band or reading."""
    values = table.column("lnrmssd")
    week = hrv_baseline(values)
    first = max(0, len(values) - HRV_DAYS)
    shown = values[first:]
    if week.recent_mean is None or week.band is None or not np.isfinite(shown).any():
        return None
    mean7, (low, high) = week.recent_mean, week.band
    means = np.array([_mean7(values, i) for i in range(first, len(values))])
    dates = table.dates[first:]
    known = np.concatenate([shown[np.isfinite(shown)], [low, high]])
    spread = max(float(known.max() - known.min()), 0.1)
    bottom, top = float(known.min()) - 0.2 * spread, float(known.max()) + 0.5 * spread
    days = [
        {"date": d.isoformat(), "hrv": json_value(v), "mean7": json_value(m)}
        for d, v, m in zip(dates, shown, means, strict=True)
    ]
    y = amount_y("hrv", title="HRV, ln RMSSD (ln ms)", domain=(bottom, top), ticks=".2f")
    layers = [
        {
            "data": {"values": [{"lo": low, "hi": high, "a": dates[0].isoformat(), "b": dates[-1].isoformat()}]},
            "mark": mark("rect", "usual"),
            "encoding": {"x": day_x(field="a"), "x2": {"field": "b"}, "y": amount_y("lo"), "y2": {"field": "hi"}},
        },
        {
            "transform": [{"filter": "datum.hrv === null"}],
            "mark": mark("text", "gap", text="×", dy=-8),
            "encoding": {"x": day_x(), "y": {"datum": bottom}},
        },
        {
            "transform": [{"filter": "datum.hrv !== null"}],
            "mark": mark("point", "reading"),
            "encoding": {"x": day_x(), "y": y},
        },
        {
            "transform": [{"filter": "datum.mean7 !== null"}],
            "mark": mark("line", "mean"),
            "encoding": {"x": day_x(), "y": amount_y("mean7")},
        },
        label("■ own usual range", "label-main", day=dates[0], y=top - 0.05 * (top - bottom), dx=2),
        label(f"- - 7-day mean, now {mean7:.2f}", "label-second", day=dates[0], y=top - 0.13 * (top - bottom), dx=2),
    ]
    place = "below" if mean7 < low else "above" if mean7 > high else "inside"
    finding = f"Heart-rate variability is {place} the usual range"
    return finished(
        {"data": {"values": days}, "layer": layers},
        finding=finding,
        about=(
            f"{len(days)} days; the scale does not begin at 0. × no valid reading. Band: own usual range (30-day mean "
            "± 0.5 SD). A day outside the band happens often; a week is rarer."
        ),
        label=f"{finding}. The 7-day mean is {mean7:.2f}, the usual range {low:.2f} to {high:.2f}.",
        columns=("Day", "HRV (ln ms)", "7-day mean (ln ms)"),
        rows=[
            (long_date(d), table_value(v, 2), table_value(m, 2))
            for d, v, m in reversed(list(zip(dates, shown, means, strict=True)))
        ],
    )


def _mean7(values: Floats, index: int) -> float:
    week = values[max(0, index - 6) : index + 1]
    known = week[np.isfinite(week)]
    return float(known.mean()) if known.size >= 3 else math.nan

"""The sleep chart: fourteen nights from bed to waking, or hours as reported. A missing night is a cross and a word."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from chassis.text import long_date
from chassis.web.chart_spec import filled
from chassis.web.charts import Chart
from client.biometrics.observations import Observation
from client.features.daily import DailyTable
from client.features.days.nights import nights_of
from client.web import text
from client.web.charts.parts import MISSING, finished, table_value

NIGHTS = 14
USUAL_NIGHTS, LEAST_USUAL_NIGHTS = 28, 14  # as in docs/indices.md §5.1
CHANGE_H = 0.5  # ours: less is said to be about as usual
BED_TO_WAKE = Path(__file__).with_name("bed_to_wake.json")
REPORTED = Path(__file__).with_name("reported_sleep.json")


def sleep_chart(
    table: DailyTable, readings: Sequence[Observation], *, day: date, priority: Sequence[str] = ()
) -> Chart | None:
    """Fourteen nights: bed to wake where a device timed them, else hours as reported; None without any night."""
    nights = [day - timedelta(days=back) for back in range(NIGHTS - 1, -1, -1)]
    hours = {d: h for d, h in zip(table.dates, table.column("sleep_h"), strict=True) if np.isfinite(h)}
    if not any(night in hours for night in nights):
        return None
    timed = _timed(readings, nights, priority)
    return _bed_to_wake(nights, hours, timed) if timed else _reported(nights, hours)


def _timed(
    readings: Sequence[Observation], nights: Sequence[date], priority: Sequence[str]
) -> dict[date, tuple[float, float]]:
    """Bed and wake in hours from the midnight before waking, of each day's main sleep."""
    main = nights_of(readings, priority=priority).main
    timed = {night: main[night] for night in nights if night in main and main[night].end > main[night].start}
    return {night: (_from_midnight(o.start, night), _from_midnight(o.end, night)) for night, o in timed.items()}


def _from_midnight(local: datetime, night: date) -> float:
    return (local.date() - night).days * 24 + local.hour + local.minute / 60


def _bed_to_wake(nights: Sequence[date], hours: dict[date, float], timed: dict[date, tuple[float, float]]) -> Chart:
    low = math.floor(min([*(bed for bed, _ in timed.values()), -2.0]))
    high = math.ceil(max([*(wake for _, wake in timed.values()), 9.0])) + 2
    spec = filled(
        BED_TO_WAKE,
        nights=[_timed_night(night, hours, timed) for night in nights],
        low=low,
        high=high,
        marks=list(range(4 * math.ceil(low / 4), high - 1, 4)),
    )
    return finished(
        spec,
        finding=sleep_finding(nights, hours),
        about=f"{len(nights)} nights. Bar: time in bed. Tick: middle of sleep. Right: time asleep.",
        label=_sleep_label(nights, hours),
        columns=("Night to", "Bed (h from midnight)", "Up (h from midnight)", "Asleep"),
        rows=[(long_date(n), *_bed_and_up(timed.get(n)), _asleep(n, hours)) for n in reversed(nights)],
    )


def _timed_night(
    night: date, hours: dict[date, float], timed: dict[date, tuple[float, float]]
) -> dict[str, str | float | None]:
    if night not in timed:
        return {"night": night.isoformat(), "bed": None, "wake": None, "mid": None, "h": ""}
    bed, wake = timed[night]
    asleep = text.hours(hours[night]) if night in hours else ""
    return {"night": night.isoformat(), "bed": bed, "wake": wake, "mid": (bed + wake) / 2, "h": asleep}


def _bed_and_up(times: tuple[float, float] | None) -> tuple[str, str]:
    return (MISSING, MISSING) if times is None else (table_value(times[0], 1), table_value(times[1], 1))


def _asleep(night: date, hours: dict[date, float]) -> str:
    return text.hours(hours[night]) if night in hours else MISSING


def _reported(nights: Sequence[date], hours: dict[date, float]) -> Chart:
    spec = filled(
        REPORTED,
        nights=[
            {"night": n.isoformat(), "hours": hours.get(n), "h": text.hours(hours[n]) if n in hours else ""}
            for n in nights
        ],
        top=math.ceil(max(hours[n] for n in nights if n in hours)) + 2,
    )
    return finished(
        spec,
        finding=sleep_finding(nights, hours),
        about=f"{len(nights)} nights. Bar and figure: hours asleep, as the athlete reported them.",
        label=_sleep_label(nights, hours),
        columns=("Night to", "Asleep"),
        rows=[(long_date(night), _asleep(night, hours)) for night in reversed(nights)],
    )


def sleep_finding(nights: Sequence[date], hours: Mapping[date, float]) -> str:
    """Say how the last two nights were beside the own usual: the median of the 28 nights before, 14 of them known.

    hours: asleep by day of waking. "Two shorter nights" is said where each was; a mean is called one.
    """
    last = [hours[night] for night in nights[-2:] if night in hours]
    days_before = [nights[-2] - timedelta(days=back) for back in range(1, USUAL_NIGHTS + 1)]
    before = [hours[night] for night in days_before if night in hours]
    if len(last) < 2 or len(before) < LEAST_USUAL_NIGHTS:
        return "Sleep over the last two weeks"
    usual = float(np.median(before))
    changes = [night - usual for night in last]
    if all(abs(change) < CHANGE_H for change in changes):
        return "The last two nights were about as usual"
    if all(change <= -CHANGE_H for change in changes):
        return "Two shorter nights"
    if all(change >= CHANGE_H for change in changes):
        return "Two longer nights"
    return f"The last two nights were {_mean_word(sum(changes) / 2)} on average"


def _mean_word(change: float) -> str:
    if abs(change) < CHANGE_H:
        return "about as usual"
    return "shorter than usual" if change < 0 else "longer than usual"


def _sleep_label(nights: Sequence[date], hours: Mapping[date, float]) -> str:
    known = [hours[n] for n in nights if n in hours]
    return (
        f"{len(nights)} nights, {len(known)} recorded. Mean {text.hours(sum(known) / len(known))} asleep. "
        f"{sleep_finding(nights, hours)}."
    )

"""The sleep chart: fourteen nights from bed to waking, or hours alone. A missing night is a cross and a word.

Bars and hours may be of different sources, and nights of several: where they are, caption and table name them.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self

from chassis.text import listed, long_date
from chassis.web.chart_spec import filled
from chassis.web.charts import Chart
from client.coaching.evidence import SLEEP_NIGHTS, Finding, sleep_against_usual
from client.features.daily import DailyTable
from client.features.days.column_sources import SourcesByDay, SourcesOfFigures
from client.features.days.instruments import instruments, of_one_instrument
from client.features.days.nights import Sleep
from client.web import text
from client.web.charts.parts import MISSING, finished, table_value
from client.web.charts.sources import FROM, SourceNames, Words, named, on_days, source_words
from models.arrays import Floats

NIGHTS = 14
BED_TO_WAKE = Path(__file__).with_name("bed_to_wake.json")
REPORTED = Path(__file__).with_name("reported_sleep.json")


@dataclass(frozen=True, slots=True)
class _Sources:
    """In words, by night, who timed it and whose its hours are; empty where there is one source of all."""

    bars: Words
    hours: Words

    @property
    def caption(self) -> str:
        """What the caption says; "" where nothing has to be told apart."""
        bars, hours = named(self.bars), named(self.hours)
        if not bars or not hours:
            return f" Sources: {bars or hours}." if bars or hours else ""
        return f" Sources: {hours}." if bars == hours else f" Time in bed: {bars}. Time asleep: {hours}."

    def of(self, night: date) -> tuple[str, ...]:
        """The last cell of a night's row; none where there is one source of all."""
        if not (self.bars or self.hours):
            return ()
        bar, hours = listed(self.bars.get(night, ())), listed(self.hours.get(night, ()))
        if not (bar and hours) or bar == hours:
            return (hours or bar or MISSING,)
        return (f"in bed: {bar}; asleep: {hours}",)

    @property
    def column(self) -> tuple[str, ...]:
        """The head of that cell."""
        return (FROM,) if self.bars or self.hours else ()


def sleep_sources(table: DailyTable, sources: SourcesOfFigures, *, day: date) -> list[SourcesByDay]:
    """Return who timed the nights that the chart shows, and whose their hours are; none where there is no chart."""
    nights, hours = _nights(day), _by_night(table, table.column("sleep_h"))
    known = [night for night in nights if night in hours]
    return [on_days(sources.nights, _timed(sources.main, nights)), on_days(sources.hours, known)] if known else []


def sleep_chart(
    table: DailyTable, sources: SourcesOfFigures, *, day: date, names: SourceNames | None = None
) -> Chart | None:
    """Fourteen nights: bed to wake where a device timed them, else hours alone; None without any night.

    names: of the page's sources.
    """
    nights = _nights(day)
    hours = _by_night(table, table.column("sleep_h"))
    if not any(night in hours for night in nights):
        return None
    said = _Said.of(table, nights)
    timed = _timed(sources.main, nights)
    told = _Sources(*source_words(sleep_sources(table, sources, day=day), names))
    if timed:
        return _bed_to_wake(nights, hours, timed, told, said)
    are_measured = all(night in sources.nights for night in nights if night in hours)
    return _hours_alone(nights, hours, told, said, are_measured=are_measured)


def _nights(day: date) -> list[date]:
    return [day - timedelta(days=back) for back in range(NIGHTS - 1, -1, -1)]


@dataclass(frozen=True, slots=True)
class _Said:
    """The chart's sentence, and what stands for the picture: both of nights of one source, that of the last night."""

    finding: str
    label: str

    @classmethod
    def of(cls, table: DailyTable, nights: Sequence[date]) -> Self:
        """Find it in the hours of the nights shown and of those before."""
        column = table.column("sleep_h")
        alike = of_one_instrument(column, instruments(table.column, "sleep_h"))
        every, hours = (_by_night(table, values) for values in (column, alike))
        recorded, known = sum(n in every for n in nights), [hours[n] for n in nights if n in hours]
        finding = sleep_finding(alike)
        of = "" if len(known) == recorded else f" over the {len(known)} nights of the last source"
        mean = f"Mean {text.hours(sum(known) / len(known))} asleep{of}. " if known else ""
        return cls(finding, f"{len(nights)} nights, {recorded} recorded. {mean}{finding}.")


def _by_night(table: DailyTable, values: Floats) -> dict[date, float]:
    return {night: h for night, h in zip(table.dates, values.tolist(), strict=True) if h == h}  # NaN is not itself


def _timed(main: Mapping[date, Sleep], nights: Sequence[date]) -> dict[date, tuple[float, float]]:
    """Bed and wake in hours from the midnight before waking, of each day's main sleep."""
    timed = {night: main[night] for night in nights if night in main and main[night].end > main[night].start}
    return {night: (_from_midnight(o.start, night), _from_midnight(o.end, night)) for night, o in timed.items()}


def _from_midnight(local: datetime, night: date) -> float:
    return (local.date() - night).days * 24 + local.hour + local.minute / 60


def _bed_to_wake(
    nights: Sequence[date],
    hours: dict[date, float],
    timed: dict[date, tuple[float, float]],
    told: _Sources,
    said: _Said,
) -> Chart:
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
        finding=said.finding,
        about=f"{len(nights)} nights. Bar: time in bed. Tick: middle of sleep. Right: time asleep.{told.caption}",
        label=f"{said.label}{told.caption}",
        columns=("Night to", "Bed (h from midnight)", "Up (h from midnight)", "Asleep", *told.column),
        rows=[(long_date(n), *_bed_and_up(timed.get(n)), _asleep(n, hours), *told.of(n)) for n in reversed(nights)],
    )


def _timed_night(
    night: date, hours: dict[date, float], timed: dict[date, tuple[float, float]]
) -> dict[str, str | float | None]:
    asleep = text.hours(hours[night]) if night in hours else ""
    if night not in timed:
        gap = "× not timed" if asleep else f"× {MISSING}"
        return {"night": night.isoformat(), "bed": None, "wake": None, "mid": None, "h": asleep, "gap": gap}
    bed, wake = timed[night]
    return {"night": night.isoformat(), "bed": bed, "wake": wake, "mid": (bed + wake) / 2, "h": asleep, "gap": ""}


def _bed_and_up(times: tuple[float, float] | None) -> tuple[str, str]:
    return (MISSING, MISSING) if times is None else (table_value(times[0], 1), table_value(times[1], 1))


def _asleep(night: date, hours: dict[date, float]) -> str:
    return text.hours(hours[night]) if night in hours else MISSING


def _hours_alone(
    nights: Sequence[date], hours: dict[date, float], told: _Sources, said: _Said, *, are_measured: bool
) -> Chart:
    spec = filled(
        REPORTED,
        title="Hours asleep" if are_measured else "Hours asleep, as reported",
        nights=[
            {"night": n.isoformat(), "hours": hours.get(n), "h": text.hours(hours[n]) if n in hours else ""}
            for n in nights
        ],
        top=math.ceil(max(hours[n] for n in nights if n in hours)) + 2,
    )
    made = "as a device measured them" if are_measured else "as the athlete reported them"
    return finished(
        spec,
        finding=said.finding,
        about=f"{len(nights)} nights. Bar and figure: hours asleep, {made}.{told.caption}",
        label=f"{said.label}{told.caption}",
        columns=("Night to", "Asleep", *told.column),
        rows=[(long_date(night), _asleep(night, hours), *told.of(night)) for night in reversed(nights)],
    )


def sleep_finding(hours: Floats) -> str:
    """Say how the last two nights were beside the own usual range, by the rule of the evidence: docs/indices.md §7.1.

    hours: asleep (nights,), the last night last, NaN where it is not known. "Two shorter nights" is said where each
    was; a mean is called one, with the word that the list of evidence has for it.
    """
    found = sleep_against_usual(hours)
    if found is None:
        return "Sleep over the last two weeks"
    last = hours[-SLEEP_NIGHTS:]
    if bool(((last >= found.low) & (last <= found.high)).all()):
        return "The last two nights were about as usual"
    if bool((last < found.low).all()):
        return "Two shorter nights"
    if bool((last > found.high).all()):
        return "Two longer nights"
    return f"The last two nights were {_mean_word(found)} on average"


def _mean_word(found: Finding) -> str:
    if found.low <= found.value <= found.high:
        return "about as usual"
    return "shorter than usual" if found.value < found.low else "longer than usual"

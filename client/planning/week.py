"""What a planned week adds up to, and each day's place beside the match. Source: docs/indices.md §2.9."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from client.features.load import WEEK_D, monotony

BEFORE_D, AFTER_D = 4, 2  # ours: days before and after a match that have a name


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """Figures of one week. total_au: over its planned days; sum_au: only where all seven are planned, as of load done.

    monotony: mean over SD (ddof 1) of the days, None with fewer than six planned or without spread.
    largest: index of the day with the largest load, from 0.
    """

    total_au: float
    planned: int
    sum_au: float | None
    monotony: float | None
    largest: int | None


def week_begins(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def days_of_week(begins: date) -> tuple[date, ...]:
    """Return the seven days from `begins` on."""
    return tuple(begins + timedelta(days=number) for number in range(WEEK_D))


def week_figures(loads: Sequence[float | None]) -> WeekFigures:
    """Return the figures of seven daily loads in AU; None is a day without a plan, and 0 one of rest."""
    known = [load for load in loads if load is not None]
    series = np.array([np.nan if load is None else load for load in loads], dtype=np.float64)
    mono = float(monotony(series)[-1])
    return WeekFigures(
        total_au=float(sum(known)),
        planned=len(known),
        sum_au=float(sum(known)) if len(known) == WEEK_D else None,
        monotony=None if np.isnan(mono) else mono,
        largest=int(np.nanargmax(series)) if known and max(known) > 0 else None,
    )


def change(this: WeekFigures, last: WeekFigures) -> float | None:
    """Return the relative change of the sum; None unless both weeks are planned whole and the earlier is above 0."""
    if this.sum_au is None or last.sum_au is None or last.sum_au <= 0:
        return None
    return this.sum_au / last.sum_au - 1.0


def match_label(day: date, matches: Iterable[date]) -> str:
    """Return "match", "D−4" to "D−1", "D+1", "D+2", both of two matches near each other, or ""."""
    away = sorted((day - match).days for match in matches)
    if 0 in away:
        return "match"
    after = next((f"D+{days}" for days in away if 0 < days <= AFTER_D), "")
    before = next((f"D−{-days}" for days in reversed(away) if -BEFORE_D <= days < 0), "")
    return ", ".join(part for part in (after, before) if part)

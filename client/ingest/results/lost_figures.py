"""Figures of days that were known before an import and are not known after it: told by figure, for nothing shows them.

The source that comes first may know only a part of what another one knew of a day. Source: docs/indices.md §1.1, §1.4.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from chassis.text import plural
from client.biometrics.sessions import REPORTED
from client.biometrics.stream_spec import Aggregation
from client.biometrics.streams import SPECS, Stream
from client.features.daily import DailyTable
from client.features.days.heart_load import TRIMP, TRIMP_ZONES, UNRATED
from client.features.morning_answers import MORNING_ANSWERS, MORNING_ITEMS, morning_answers_sum
from client.features.past.as_of import DayMask, TableAsOf
from client.features.rest import ASSUMED_REST
from models.arrays import Floats
from policies.vocabulary import AthleteId, Category

LOAD: Final = "load_au"
_TRAINING: Final = (*REPORTED, Stream.REST_DAY, Stream.ACTIVITY_DURATION_MIN)
_HEART: Final = (Stream.ACTIVITY_DURATION_MIN, Stream.HEART_RATE_MEAN, Stream.TIME_AT_HEART_RATE)
_SLEEP: Final = (Stream.SLEEP_PERIOD_MIN, Stream.SLEEP_DURATION_H)
FIGURES: Final[Mapping[str, tuple[Stream, ...]]] = MappingProxyType(
    {
        **{
            stream.value: (stream,)
            for stream in Stream
            if SPECS[stream].aggregation is not Aggregation.NONE and stream is not Stream.SESSION_LOAD  # `load_au`
        },
        LOAD: _TRAINING,
        TRIMP: _HEART,
        TRIMP_ZONES: _HEART,
        UNRATED: _HEART,
        "lnrmssd": (Stream.RMSSD, Stream.RR_INTERVALS),
        "sleep_h": _SLEEP,
        "sleep_midpoint_h": _SLEEP,
        MORNING_ANSWERS: tuple(map(Stream, MORNING_ITEMS)),
    }
)
"""What is looked at of each day, and the streams that make it; what is put together of these is known with them."""
_AT_REST: Final = frozenset({LOAD, TRIMP, TRIMP_ZONES, UNRATED})
"""What is 0 on a day of rest, also on one that morning answers make one."""
_ANSWERS: Final = frozenset({Category.READINESS, Category.WELLNESS})
KnownFigures = Mapping[tuple[str, frozenset[Category]], frozenset[date]]
"""By figure and the categories that its days are made of, the days of which it is known."""


@dataclass(frozen=True, slots=True)
class LostFigures:
    """So many days, from the first to the last, of which an import leaves these figures unknown.

    categories: all that somebody has to be allowed to see who is told of it.
    """

    figures: tuple[str, ...]
    days: int
    first: date
    last: date
    categories: frozenset[Category]

    @property
    def text(self) -> str:
        """In words, without an end and without a value."""
        span = f"{self.first.isoformat()} to {self.last.isoformat()}"
        told = self.first.isoformat() if self.first == self.last else span
        return f"{', '.join(self.figures)}: {plural(self.days, 'day is', 'days are')} not known any more, {told}"

    def as_json(self, athlete: AthleteId | None) -> dict[str, Any]:
        """Every field in plain JSON; no value is told."""
        span = {"days": self.days, "from": self.first.isoformat(), "to": self.last.isoformat()}
        return {"athlete": athlete, "figures": list(self.figures), **span}


def known_figures(held: Iterable[TableAsOf]) -> KnownFigures:
    """Return of which days each figure is known, each day as the table says it that holds for it."""
    found: dict[tuple[str, frozenset[Category]], frozenset[date]] = {}
    for one in held:
        for key, days in _known_of(one.table, one.holds).items():
            found[key] = found.get(key, frozenset()) | days
    return found


def _known_of(table: DailyTable, holds: DayMask) -> KnownFigures:
    found: dict[tuple[str, frozenset[Category]], frozenset[date]] = {}
    by_answers = table.column(ASSUMED_REST) == 1.0
    for name, streams in FIGURES.items():
        known, categories = holds & ~np.isnan(_column(table, name)), frozenset(SPECS[one].category for one in streams)
        assumed = by_answers & (name in _AT_REST)
        for mask, seen_with in ((known & ~assumed, categories), (known & assumed, categories | _ANSWERS)):
            if mask.any():
                found[name, seen_with] = frozenset(table.dates[at] for at in np.flatnonzero(mask))
    return found


def _column(table: DailyTable, name: str) -> Floats:
    """Return the figure (days,). The sum of morning answers needs every item that the athlete ever answered."""
    return morning_answers_sum(table) if name == MORNING_ANSWERS else table.column(name)


def lost_figures(before: KnownFigures, now: KnownFigures) -> list[LostFigures]:
    """Return what was known before and is not known now, by day those of the same days together."""
    after: dict[str, set[date]] = defaultdict(set)
    for (name, _), days in now.items():
        after[name] |= days
    after[UNRATED] |= after[LOAD]  # it stands in for a rating, and one that came takes its place
    together: dict[tuple[frozenset[Category], tuple[date, ...]], list[str]] = defaultdict(list)
    for (name, categories), days in before.items():
        if lost := tuple(sorted(days - after[name])):
            together[categories, lost].append(name)
    found = [
        LostFigures(tuple(names), len(days), days[0], days[-1], categories)
        for (categories, days), names in together.items()
    ]
    return sorted(found, key=_in_order)


def _in_order(one: LostFigures) -> tuple[Sequence[str], date]:
    return one.figures, one.first

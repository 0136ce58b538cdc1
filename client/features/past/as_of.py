"""The daily table as it was on each day: what later readings decide about earlier days is no part of it.

Which source counts, whether sleep is taken from a device or from answers, which answers an athlete gives at all, and
when training begins are decided by the whole history (docs/indices.md §1.2). Here each day has the table that its own
past decides; it is built once for all days on which the decisions are the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from client.biometrics.observations import Observation
from client.biometrics.own_settings import NOTHING_SET, OwnSettings
from client.biometrics.rest_rule import EXPLICIT, RestBasis, RestRule
from client.biometrics.sessions import MEASURED, REPORTED
from client.biometrics.streams import Stream
from client.features.daily import DailyTable, build
from client.features.day_derived import shows_training
from client.features.day_sources import Source, counted_sources, source_of
from client.features.days.nights import Nights, nights_of
from client.features.days.possible_repeats import PossibleRepeat
from client.features.days.source_orders import orders_so_far
from client.features.morning_answers import MORNING_ITEMS
from models.arrays import Floats

DayMask = NDArray[np.bool_]
_UNDECIDED = -1
_GROUPS = {
    stream: "reported" if stream in REPORTED else "measured" if stream in MEASURED else stream.value
    for stream in Stream
}
"""Streams of one session are ranked together."""


@dataclass(frozen=True, slots=True)
class TableAsOf:
    """A daily table, the days (days,) of it that saw their past so, and the readings known by the last of them."""

    table: DailyTable
    holds: DayMask
    readings: Sequence[Observation] = ()

    @property
    def days(self) -> frozenset[date]:
        """The days that it holds for."""
        return frozenset(self.table.dates[at] for at in np.flatnonzero(self.holds))


def tables_as_of(
    readings: Sequence[Observation],
    *,
    priority: Sequence[str] = (),
    rest: RestRule = EXPLICIT,
    today: date | None = None,
    own: OwnSettings = NOTHING_SET,
    repeats: Sequence[PossibleRepeat] = (),
    since: date | None = None,
    until: date | None = None,
) -> list[TableAsOf]:
    """Return the tables that together hold for the days asked for; all have the days of the athlete's whole history.

    A reading counts from its own day on (docs/indices.md §1.2, §4.5).
    today, repeats: as in `client.features.daily.build`.
    since, until: the first and the last day asked for, the whole history without them; of a range before or after the
    history, its first or last day.
    """
    make = partial(build, source_priority=priority, rest=rest, today=today, own=own, repeats=repeats)
    whole = make(readings)
    if not whole.dates:
        return []
    dated = _Dated(readings, priority)
    asked = _asked(whole.dates, since, until)
    waiting = _days_of_one_order(whole.dates, dated, by_answers=rest.basis is RestBasis.REPORTED)
    found = []
    while waiting:
        days = waiting.pop() & asked
        if not days.any():
            continue
        last = int(np.flatnonzero(days)[-1])
        table, known = whole, readings
        if last + 1 < len(whole.dates):
            known = dated.until(whole.dates[last])
            table = make(known).between(whole.dates[0], whole.dates[-1])
        seen = days & _seen_as_on(table, last)
        found.append(TableAsOf(table, seen, known))
        waiting.append(days & ~seen)
    return found


def _asked(dates: Sequence[date], since: date | None, until: date | None) -> DayMask:
    """True on the days (days,) asked for."""
    lowest, highest = (
        min(max(day or end, dates[0]), dates[-1]) for day, end in ((since, dates[0]), (until, dates[-1]))
    )
    return np.array([lowest <= day <= highest for day in dates], dtype=bool)


class _Dated:
    """An athlete's readings by the day to which they belong; found when first asked, for most need no such order."""

    def __init__(self, readings: Sequence[Observation], priority: Sequence[str]) -> None:
        self.readings, self.priority = readings, priority

    @cached_property
    def nights(self) -> Nights:
        """The nights as the whole history tells them."""
        return nights_of(self.readings, priority=self.priority)

    @cached_property
    def by_day(self) -> list[tuple[date, Observation]]:
        """Days and readings, in order of the days."""
        nights = self.nights
        return sorted(((nights.day_of(one), one) for one in self.readings), key=lambda held: held[0])

    def until(self, last: date) -> list[Observation]:
        """Return what belongs to days up to and with `last`."""
        return [one for day, one in self.by_day if day <= last]


def _days_of_one_order(dates: Sequence[date], dated: _Dated, *, by_answers: bool) -> list[DayMask]:
    """Return groups of days, (days,) each, on which the sources have one order, and training has begun or not.

    by_answers: a morning answer may make a day rest, once the athlete has trained at all.
    """
    rows = [_training_begun(dates, dated.readings)] if by_answers else []
    rows += list(_source_orders(dates, dated))
    if not rows:
        return [np.ones(len(dates), dtype=bool)]
    kinds = np.unique(np.stack([_settled(row) for row in rows]), axis=1, return_inverse=True)[1].reshape(-1)
    return [kinds == kind for kind in np.unique(kinds)]


def _settled(row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Days before the first decision, on which nothing depends on it, are as the first day with one."""
    decided = np.flatnonzero(row != _UNDECIDED)
    if not decided.size:
        return np.zeros_like(row)
    row[: decided[0]] = row[decided[0]]
    return row


def _seen_as_on(table: DailyTable, day: int) -> DayMask:
    """True on days (days,) on which what the table's own past decides is as on the day in row `day`, its last."""
    seen = np.ones(len(table.dates), dtype=bool)
    for row in (_instead_of_asked(table), _items_answered(table)):
        seen &= (row == row[day]) | (row == _UNDECIDED)
    return seen


def _instead_of_asked(table: DailyTable) -> NDArray[np.int64]:
    """1 where more nights are worn than asked so far."""
    worn, asked = (_counted(table.column(s.value)) for s in (Stream.SLEEP_PERIOD_MIN, Stream.SLEEP_DURATION_H))
    return np.where(worn + asked > 0, worn >= asked, _UNDECIDED).astype(np.int64)


def _counted(column: Floats) -> NDArray[np.int64]:
    return np.cumsum(~np.isnan(column), dtype=np.int64)


def _items_answered(table: DailyTable) -> NDArray[np.int64]:
    """Which items were ever answered so far, as the bits of a number."""
    bits = [(_counted(table.column(item)) > 0).astype(np.int64) << place for place, item in enumerate(MORNING_ITEMS)]
    found: NDArray[np.int64] = np.sum(bits, axis=0)
    return np.where(found == 0, _UNDECIDED, found)


def _training_begun(dates: Sequence[date], readings: Iterable[Observation]) -> NDArray[np.int64]:
    first = min((one.day for one in readings if shows_training(one)), default=None)
    return np.array([first is not None and day >= first for day in dates], dtype=np.int64)


def _source_orders(dates: Sequence[date], dated: _Dated) -> Iterator[NDArray[np.int64]]:
    """For each group of streams with several sources, the number of their order on each day."""
    groups: dict[str, list[Observation]] = defaultdict(list)
    for one in dated.readings:
        groups[_GROUPS[one.stream]].append(one)
    several = {group for group, held in groups.items() if len(counted_sources(held)) > 1}
    days: dict[str, dict[date, Counter[Source]]] = defaultdict(lambda: defaultdict(Counter))
    for day, one in dated.by_day if several else ():
        if _GROUPS[one.stream] in several and dated.nights.counts(one):
            days[_GROUPS[one.stream]][day][source_of(one)] += 1
    for group in sorted(several):
        yield _order_of_each_day(dates, days[group], dated.priority)


def _order_of_each_day(
    dates: Sequence[date], days: Mapping[date, Counter[Source]], priority: Sequence[str]
) -> NDArray[np.int64]:
    orders, known = orders_so_far(days, priority), dict[tuple[Source, ...], int]()
    number, numbers = _UNDECIDED, []
    for day in dates:
        if day in orders:
            number = known.setdefault(orders[day], len(known))
        numbers.append(number)
    return np.array(numbers, dtype=np.int64)

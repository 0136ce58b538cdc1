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

from client.biometrics.observations import AUTO_DETECTED, Observation
from client.biometrics.own_settings import NOTHING_SET, OwnSettings
from client.biometrics.rest_rule import EXPLICIT, RestBasis, RestRule
from client.biometrics.sessions import MEASURED, REPORTED
from client.biometrics.streams import Stream
from client.features.daily import DailyTable, build
from client.features.day_sources import Source, ranking, source_of
from client.features.days.nights import nights_of
from client.features.morning_answers import MORNING_ITEMS
from models.arrays import Floats

_UNDECIDED = -1
_GROUPS = {
    stream: "reported" if stream in REPORTED else "measured" if stream in MEASURED else stream.value
    for stream in Stream
}
"""Streams of one session are ranked together."""


@dataclass(frozen=True, slots=True)
class TableAsOf:
    """A daily table, and the days (days,) of it that saw their past so."""

    table: DailyTable
    holds: NDArray[np.bool_]


def tables_as_of(
    readings: Sequence[Observation],
    *,
    priority: Sequence[str] = (),
    rest: RestRule = EXPLICIT,
    today: date | None = None,
    own: OwnSettings = NOTHING_SET,
) -> list[TableAsOf]:
    """Return the tables that together hold for every day of the athlete's history; all have the same days.

    A reading counts from its own day on (docs/indices.md §1.2, §4.5). today: as in `client.features.daily.build`.
    """
    make = partial(build, source_priority=priority, rest=rest, today=today, own=own)
    whole = make(readings)
    if not whole.dates:
        return []
    dated = _Dated(readings, priority)
    decisions = _decisions(whole, dated, by_answers=rest.basis is RestBasis.REPORTED)
    kinds = np.unique(decisions, axis=1, return_inverse=True)[1].reshape(-1)
    found = []
    for kind in np.unique(kinds):
        last = whole.dates[int(np.flatnonzero(kinds == kind)[-1])]
        table = whole if last == whole.dates[-1] else _reaching(make(dated.until(last)), whole)
        found.append(TableAsOf(table, kinds == kind))
    return found


class _Dated:
    """An athlete's readings by the day to which they belong; found when first asked, for most need no such order."""

    def __init__(self, readings: Sequence[Observation], priority: Sequence[str]) -> None:
        self.readings, self.priority = readings, priority

    @cached_property
    def by_day(self) -> list[tuple[date, Observation]]:
        """Days and readings, in order of the days."""
        nights = nights_of(self.readings, priority=self.priority)
        return sorted(((nights.day_of(one), one) for one in self.readings), key=lambda held: held[0])

    def until(self, last: date) -> list[Observation]:
        """Return what belongs to days up to and with `last`."""
        return [one for day, one in self.by_day if day <= last]


def _reaching(table: DailyTable, whole: DailyTable) -> DailyTable:
    return table.extended_to(whole.dates[-1]) if table.dates else DailyTable(whole.dates, {})


def _decisions(table: DailyTable, dated: _Dated, *, by_answers: bool) -> NDArray[np.int64]:
    """Return one row for each decision: its number on each day, (decisions, days).

    by_answers: a morning answer may make a day rest, once the athlete has trained at all.
    """
    rows = [_instead_of_asked(table), _items_answered(table)]
    rows += [_training_begun(table, dated.by_day)] if by_answers else []
    rows += list(_source_orders(table.dates, dated))
    return np.stack([_settled(row) for row in rows])


def _settled(row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Days before the first decision, on which nothing depends on it, are as the first day with one."""
    decided = np.flatnonzero(row != _UNDECIDED)
    if not decided.size:
        return np.zeros_like(row)
    row[: decided[0]] = row[decided[0]]
    return row


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


def _training_begun(table: DailyTable, dated: Iterable[tuple[date, Observation]]) -> NDArray[np.int64]:
    first = next((day for day, one in dated if _is_training(one)), None)
    return np.array([first is not None and day >= first for day in table.dates], dtype=np.int64)


def _is_training(one: Observation) -> bool:
    noticed = one.stream is Stream.ACTIVITY_DURATION_MIN and AUTO_DETECTED in one.quality
    return one.stream in REPORTED or (one.stream is Stream.ACTIVITY_DURATION_MIN and not noticed)


def _source_orders(dates: Sequence[date], dated: _Dated) -> Iterator[NDArray[np.int64]]:
    """For each group of streams with several sources, the number of their order on each day."""
    sources: dict[str, set[Source]] = defaultdict(set)
    for one in dated.readings:
        sources[_GROUPS[one.stream]].add(source_of(one))
    several = {group for group, found in sources.items() if len(found) > 1}
    days: dict[str, dict[date, Counter[Source]]] = defaultdict(lambda: defaultdict(Counter))
    for day, one in dated.by_day if several else ():
        if _GROUPS[one.stream] in several:
            days[_GROUPS[one.stream]][day][source_of(one)] += 1
    for group in sorted(several):
        yield _order_of_each_day(dates, days[group], sources[group], dated.priority)


def _order_of_each_day(
    dates: Sequence[date],
    days: Mapping[date, Counter[Source]],
    sources: Iterable[Source],
    priority: Sequence[str],
) -> NDArray[np.int64]:
    seen: Counter[Source] = Counter()
    known: dict[tuple[Source, ...], int] = {}
    number, numbers = _UNDECIDED, []
    for day in dates:
        if day in days:
            seen.update(days[day])
            order = tuple(sorted(sources, key=ranking(seen, priority)))
            number = known.setdefault(order, len(known))
        numbers.append(number)
    return np.array(numbers, dtype=np.int64)

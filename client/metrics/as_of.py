"""The daily table as it was on each day: what later readings decide about earlier days is no part of it.

Which source counts, whether sleep is taken from a device or from answers, which answers an athlete gives at all, and
when training begins are decided by the whole history (docs/indices.md §1.2). Here each day has the table that its own
past decides; it is built once for all days on which the decisions are the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

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
    nights = nights_of(readings, priority=priority)
    dated = sorted(((nights.day_of(one), one) for one in readings), key=lambda held: held[0])
    decisions = _decisions(whole, dated, priority, by_answers=rest.basis is RestBasis.REPORTED)
    kinds = np.unique(decisions, axis=1, return_inverse=True)[1].reshape(-1)
    if not kinds.any():
        return [TableAsOf(whole, np.ones(len(whole.dates), dtype=bool))]
    found = []
    for kind in np.unique(kinds):
        last = whole.dates[int(np.flatnonzero(kinds == kind)[-1])]
        table = make([one for day, one in dated if day <= last])
        found.append(TableAsOf(_reaching(table, whole), kinds == kind))
    return found


def _reaching(table: DailyTable, whole: DailyTable) -> DailyTable:
    return table.extended_to(whole.dates[-1]) if table.dates else DailyTable(whole.dates, {})


def _decisions(
    table: DailyTable, dated: Sequence[tuple[date, Observation]], priority: Sequence[str], *, by_answers: bool
) -> NDArray[np.int64]:
    """Return one row for each decision: its number on each day, (decisions, days).

    by_answers: a morning answer may make a day rest, once the athlete has trained at all.
    """
    rows = [_instead_of_asked(table)] + ([_training_begun(table, dated)] if by_answers else [])
    rows += [_answered(table.column(item)) for item in MORNING_ITEMS]
    rows += list(_source_orders(table.dates, dated, priority))
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


def _answered(column: Floats) -> NDArray[np.int64]:
    return (_counted(column) > 0).astype(np.int64)


def _training_begun(table: DailyTable, dated: Iterable[tuple[date, Observation]]) -> NDArray[np.int64]:
    first = next((day for day, one in dated if _is_training(one)), None)
    return np.array([first is not None and day >= first for day in table.dates], dtype=np.int64)


def _is_training(one: Observation) -> bool:
    noticed = one.stream is Stream.ACTIVITY_DURATION_MIN and AUTO_DETECTED in one.quality
    return one.stream in REPORTED or (one.stream is Stream.ACTIVITY_DURATION_MIN and not noticed)


def _source_orders(
    dates: Sequence[date], dated: Iterable[tuple[date, Observation]], priority: Sequence[str]
) -> Iterator[NDArray[np.int64]]:
    """For each group of streams with several sources, the number of their order on each day."""
    groups: dict[str, dict[date, Counter[Source]]] = defaultdict(lambda: defaultdict(Counter))
    for day, one in dated:
        groups[_group(one.stream)][day][source_of(one)] += 1
    for days in groups.values():
        sources = {source for counted in days.values() for source in counted}
        if len(sources) > 1:
            yield _order_of_each_day(dates, days, sources, priority)


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


def _group(stream: Stream) -> str:
    """Streams of one session are ranked together."""
    if stream in REPORTED:
        return "reported"
    return "measured" if stream in MEASURED else stream.value

"""A figure on each day of a range, computed once over the whole history."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import repeat
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from client.features.daily import DailyTable
from client.features.days.figure_rules import FigureRule, Lack, lacks
from client.features.days.instruments import NEW_SOURCE
from client.features.days.possible_repeats import MAY_COUNT_TWICE
from client.features.rest import ASSUMED_REST
from client.features.windows import known, windows
from client.metrics.columns import column_of, instruments_of, latest
from client.metrics.definition import DailyMetric
from client.metrics.fingerprints import fingerprints, of_unknown
from client.metrics.metric_day import MetricDay
from client.metrics.why.counted_twice import in_question
from client.metrics.why.left_out import INCOMPLETE_DAY, OTHER_SOURCE, known_by_another, without_value
from client.metrics.why.unknown_reasons import NOT_RECORDED, NOT_SET, reasons
from models.arrays import Floats

_DAY = attrgetter("day")
Mask = NDArray[np.bool_]
MetricInputs = tuple[Floats, ...]


def metric_days(table: DailyTable, metric: DailyMetric, *, wanted: Mask, key: bytes) -> list[MetricDay]:
    """Return the figure on the `wanted` days (days,) of the table, in order of time.

    Each day's value is made of the days of the instrument that measured its last known day (docs/indices.md §1.5).
    """
    whole, part = tuple(column_of(table, name) for name in metric.columns), _needed(metric, wanted)
    left_out = _left_out(table, metric.columns[0], whole[0], part)
    if not left_out and all(np.isnan(column).all() for column in whole):
        return _unknown_days(table.dates[part], metric, np.flatnonzero(wanted[part]), key)
    asked = in_question(table, metric)[part]
    cut = _Cut(table.dates[part], table.column(ASSUMED_REST)[part], whole[0][part], left_out, asked)
    found: list[MetricDay] = []
    for columns, holds in _by_instrument(table, metric, whole):
        days = np.flatnonzero((holds & wanted)[part])
        if days.size:
            found += _days_of(cut, metric, tuple(column[part] for column in columns), days, key)
    return sorted(found, key=_DAY)


@dataclass(frozen=True, slots=True)
class _Cut:
    """The days on which a figure depends: whole, its first column by whichever instrument; left_out, by code.

    asked: those on which a session may count twice.
    """

    dates: Sequence[date]
    assumed_rest: Floats
    whole: Floats
    left_out: Mapping[str, Mask]
    asked: Mask


def _left_out(table: DailyTable, name: str, values: Floats, part: slice) -> dict[str, Mask]:
    """By code, the days (days,) of which something is stored and no value counts; only what there is."""
    found = {
        OTHER_SOURCE: known_by_another(table, name, values)[part],
        INCOMPLETE_DAY: without_value(table, name, values)[part],
    }
    return {code: days for code, days in found.items() if days.any()}


def _needed(metric: DailyMetric, wanted: Mask) -> slice:
    """The days on which the figure of any wanted day depends."""
    days = np.flatnonzero(wanted)
    if metric.reach is None or not days.size:
        return slice(None)
    return slice(max(int(days[0]) - max(metric.reach, metric.days) + 1, 0), int(days[-1]) + 1)


def _by_instrument(table: DailyTable, metric: DailyMetric, whole: MetricInputs) -> Iterator[tuple[MetricInputs, Mask]]:
    """Yield the columns as each instrument tells them, with the days (days,) on which it is the present one."""
    numbers = instruments_of(table, metric.columns[0])
    present = latest(whole[0], numbers)
    yield whole, np.isnan(present)
    for number in np.unique(present[~np.isnan(present)]):
        yield (np.where(numbers == number, whole[0], np.nan), *whole[1:]), present == number


def _days_of(cut: _Cut, metric: DailyMetric, own: MetricInputs, days: NDArray[np.intp], key: bytes) -> list[MetricDay]:
    values = metric.compute(*own)
    valid, unknown = known(windows(own[0], metric.days)), np.isnan(values)
    told = dict(metric.codes(*own))
    codes = _Codes(told)
    others = known(windows(cut.whole, metric.days)) > valid
    codes.add(NEW_SOURCE, others)
    something = (valid > 0) | others
    for code, left_out in cut.left_out.items():
        stored = known(windows(np.where(left_out, 1.0, np.nan), metric.days)) > 0
        codes.add(code, stored)
        something |= stored
    missing: list[tuple[Lack, ...]] = [()] * len(days)
    if unknown[days].any():
        rules, unset = metric.rules(*own), told.get(NOT_SET)
        for code, mask in reasons(metric, own[0], unknown, something, rules=rules, unset=unset).items():
            codes.add(code, mask)
        waiting = unknown if unset is None else unknown & ~unset
        missing = _missing(rules, days, waiting)
    if "load_au" in metric.columns:
        codes.add(ASSUMED_REST, _rests_on(cut.assumed_rest == 1.0, metric, metric.days) & ~unknown)
    if cut.asked.any():
        codes.add(MAY_COUNT_TWICE, _rests_on(cut.asked, metric, metric.reach or metric.days))
    prints = fingerprints(metric, own, days.tolist(), key=key)
    return _records(cut.dates, metric, days, values[days], valid[days], codes, prints, missing)


def _missing(rules: Sequence[FigureRule], days: NDArray[np.intp], unknown: Mask) -> list[tuple[Lack, ...]]:
    """Return for each of `days` what is missing where it is unknown."""
    waiting = days[unknown[days]].tolist()
    found = dict(zip(waiting, lacks(rules, waiting), strict=True))
    return [found.get(day, ()) for day in days.tolist()]


def _unknown_days(dates: Sequence[date], metric: DailyMetric, days: NDArray[np.intp], key: bytes) -> list[MetricDay]:
    """Return the figure of days of which no column of it is known, nor ever was: nothing comes of nothing."""
    nothing = np.full(len(dates), np.nan)
    codes = _Codes(dict(metric.codes(*[nothing] * len(metric.columns))))
    codes.add(NOT_RECORDED, np.ones(len(dates), dtype=bool))
    prints, number = [of_unknown(metric, key=key)] * len(days), np.zeros(len(days), dtype=np.int64)
    is_unset = NOT_SET in codes.on(days[:1])[0]
    missing = [()] if is_unset else lacks(metric.rules(*[nothing[:1]] * len(metric.columns)), [0])
    return _records(dates, metric, days, nothing[days], number, codes, prints, missing * len(days))


def _records(
    dates: Sequence[date],
    metric: DailyMetric,
    days: NDArray[np.intp],
    values: Floats,
    valid: NDArray[np.int64],
    codes: "_Codes",
    prints: Sequence[str],
    missing: Sequence[tuple[Lack, ...]],
) -> list[MetricDay]:
    told = [None if value != value else value for value in values.tolist()]  # NaN is not itself
    alike = repeat(metric.unit), repeat(metric.days), repeat(metric.method_id), repeat(metric.version)
    unit, expected, method, version = alike
    on = map(dates.__getitem__, days.tolist())
    columns = on, told, unit, valid.tolist(), expected, codes.on(days), method, version, prints
    rows = zip(*columns, repeat(()), missing, strict=False)
    return list(map(MetricDay._make, rows))


def _rests_on(marked: Mask, metric: DailyMetric, days: int) -> Mask:
    """True on days (days,) of whose weight a marked day has some: any so far, where the whole history counts."""
    if metric.fades:
        return np.logical_or.accumulate(marked)
    return known(windows(np.where(marked, 1.0, np.nan), days)) > 0


class _Codes:
    """Which quality codes stand on which day."""

    def __init__(self, codes: dict[str, Mask]) -> None:
        self._names: list[str] = []
        self._bits: NDArray[np.int64] | None = None
        for code, mask in codes.items():
            self.add(code, mask)

    def add(self, code: str, mask: Mask) -> None:
        """Put a code on the days (days,) where the mask is true."""
        bits = mask.astype(np.int64) << len(self._names)
        self._bits = bits if self._bits is None else self._bits | bits
        self._names.append(code)

    def on(self, days: NDArray[np.intp]) -> list[tuple[str, ...]]:
        """Return the codes of each of `days`."""
        if self._bits is None:
            return [()] * len(days)
        told = self._bits[days].tolist()
        names = {bits: tuple(name for at, name in enumerate(self._names) if bits >> at & 1) for bits in set(told)}
        return [names[bits] for bits in told]

"""A figure on each day of a range, computed once over the whole history."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from client.features.daily import DailyTable
from client.features.days.instruments import NEW_SOURCE
from client.features.rest import ASSUMED_REST
from client.features.windows import known, windows
from client.metrics.columns import column_of, instruments_of, latest
from client.metrics.definition import DailyMetric
from client.metrics.fingerprints import fingerprints
from client.metrics.metric_day import MetricDay
from models.arrays import Floats

NOT_RECORDED: Final = "not_recorded"
INSUFFICIENT: Final = "insufficient"
Mask = NDArray[np.bool_]
MetricInputs = tuple[Floats, ...]


def metric_days(table: DailyTable, metric: DailyMetric, *, wanted: Mask, key: bytes) -> list[MetricDay]:
    """Return the figure on the `wanted` days (days,) of the table, in order of time.

    Each day's value is made of the days of the instrument that measured its last known day (docs/indices.md §1.5).
    """
    whole, part = tuple(column_of(table, name) for name in metric.columns), _needed(metric, wanted)
    cut = DailyTable(table.dates[part], {ASSUMED_REST: table.column(ASSUMED_REST)[part]})
    found: list[MetricDay] = []
    for columns, holds in _by_instrument(table, metric, whole):
        days = np.flatnonzero((holds & wanted)[part])
        if days.size:
            own = tuple(column[part] for column in columns)
            found += _days_of(cut, metric, whole[0][part], own, days, key)
    return sorted(found, key=lambda one: one.day)


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


def _days_of(
    table: DailyTable,
    metric: DailyMetric,
    whole: Floats,
    own: MetricInputs,
    days: NDArray[np.intp],
    key: bytes,
) -> list[MetricDay]:
    values = metric.compute(*own)
    valid = known(windows(own[0], metric.days))
    codes = _Codes(dict(metric.codes(*own)))
    codes.add(NEW_SOURCE, known(windows(whole, metric.days)) > valid)
    codes.add(NOT_RECORDED, np.isnan(values) & (valid == 0))
    codes.add(INSUFFICIENT, np.isnan(values) & (valid > 0))
    if "load_au" in metric.columns:
        codes.add(ASSUMED_REST, _rests_on_assumed(table, metric) & ~np.isnan(values))
    places = days.tolist()
    prints = fingerprints(metric, own, places, key=key)
    told = [None if value != value else value for value in values[days].tolist()]  # NaN is not itself
    unit, expected, method, version = metric.unit, metric.days, metric.method_id, metric.version
    return [
        MetricDay(table.dates[at], value, unit, number, expected, codes.on(at), method, version, one)
        for at, value, number, one in zip(places, told, valid[days].tolist(), prints, strict=True)
    ]


def _rests_on_assumed(table: DailyTable, metric: DailyMetric) -> Mask:
    """True on days (days,) of whose weight an assumed rest day has some: any so far, where the whole history counts."""
    assumed = table.column(ASSUMED_REST) == 1.0
    if metric.fades:
        return np.logical_or.accumulate(assumed)
    return known(windows(np.where(assumed, 1.0, np.nan), metric.days)) > 0


class _Codes:
    """Which quality codes stand on which day."""

    def __init__(self, codes: dict[str, Mask]) -> None:
        self._names: list[str] = []
        self._bits: NDArray[np.int64] | None = None
        self._made: dict[int, tuple[str, ...]] = {}
        for code, mask in codes.items():
            self.add(code, mask)

    def add(self, code: str, mask: Mask) -> None:
        """Put a code on the days (days,) where the mask is true."""
        bits = mask.astype(np.int64) << len(self._names)
        self._bits = bits if self._bits is None else self._bits | bits
        self._names.append(code)

    def on(self, at: int) -> tuple[str, ...]:
        """Return the codes of one day."""
        bits = 0 if self._bits is None else int(self._bits[at])
        if bits not in self._made:
            self._made[bits] = tuple(name for place, name in enumerate(self._names) if bits >> place & 1)
        return self._made[bits]

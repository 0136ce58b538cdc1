"""Series laid out for the processor: the days to learn from alone, feature by feature, many athletes in one array.

A round multiplies every athlete's days by the same weights, so most of its time would go into stacking the same days
again; a campaign packs them once. What an athlete's array looks like follows from that athlete's own days alone:

- it is as long as the days to learn from, rounded up to `DAY_STEP`, whoever else is there, since the order in which
  a product adds numbers up, and with it their last digits, depends on the length;
- it begins at a multiple of `ALIGNED_BYTES`, since an instruction may treat the first few numbers before such a place
  in another way;
- it is a product of its own: what is cut into chunks is the list of athletes, never one athlete's days.

Days that are made up to fill the length are zero in every row, the row of the bias included: they add nothing.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from models.features import AthleteSeries

DAY_STEP = 16  # days; 16 numbers of four bytes fill a cache line, and the widest register
ALIGNED_BYTES = 64
CHUNK_BYTES = 512 * 1024  # ours: the second-level cache of a server's core holds a chunk for both of its products

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PackedChunk:
    """Athletes of one length. places: (athletes,), where they stand in the whole; days: (athletes,), learnable ones.

    X: (athletes, features + 1, length), the last row 1 on every learnable day, for the bias; y: (athletes, length).
    """

    places: NDArray[np.int64]
    days: NDArray[np.int64]
    X: Singles
    y: Singles


@dataclass(frozen=True)
class PackedSeries(Sequence[AthleteSeries]):
    """A company of athletes whose days are packed when they are first multiplied, and then kept.

    It takes about as much memory as the learnable days themselves, and less than `DAY_STEP` days an athlete on top.
    """

    series: tuple[AthleteSeries, ...]

    @overload
    def __getitem__(self, place: int) -> AthleteSeries: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[AthleteSeries, ...]: ...
    def __getitem__(self, place: int | slice) -> AthleteSeries | tuple[AthleteSeries, ...]:
        """The series of one athlete, or of some."""
        return self.series[place]

    def __len__(self) -> int:
        """Number of athletes, those without a day to learn from included."""
        return len(self.series)

    @cached_property
    def chunks(self) -> tuple[PackedChunk, ...]:
        """Every athlete with a day to learn from, in one chunk each."""
        return tuple(_packed(self.series))


def chunks_of(series: Sequence[AthleteSeries]) -> Iterator[PackedChunk]:
    """The chunks of a company: those that are kept, or else one after the other, of which the caller keeps none."""
    yield from series.chunks if isinstance(series, PackedSeries) else _packed(series)


def room(*shape: int) -> Singles:
    """Zeros of this shape that begin at a multiple of `ALIGNED_BYTES`."""
    size = math.prod(shape)
    raw = np.zeros(size + ALIGNED_BYTES // 4, np.float32)
    first = (-raw.ctypes.data % ALIGNED_BYTES) // 4
    return raw[first : first + size].reshape(shape)


@dataclass(slots=True)
class Scratch:
    """Aligned memory for one intermediate result, used again for each chunk, so that it stays in the cache."""

    _kept: Singles = field(default_factory=lambda: room(0))

    def of(self, *shape: int) -> Singles:
        """An array of this shape with whatever was there before."""
        size = math.prod(shape)
        if self._kept.size < size:
            self._kept = room(size)
        return self._kept[:size].reshape(shape)


def _packed(series: Sequence[AthleteSeries]) -> Iterator[PackedChunk]:
    """One chunk after the other: athletes of one padded length, as many as fit `CHUNK_BYTES`, or one."""
    alike: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place, one in enumerate(series):
        days = one.n_valid
        if days:
            length = DAY_STEP * math.ceil(days / DAY_STEP)
            alike.setdefault((one.X.shape[1] + 1, length), []).append((place, days))
    for (rows, length), athletes in alike.items():
        most = max(1, CHUNK_BYTES // (4 * rows * length))
        for first in range(0, len(athletes), most):
            yield _chunk(series, athletes[first : first + most], rows, length)


def _chunk(series: Sequence[AthleteSeries], athletes: Sequence[tuple[int, int]], rows: int, length: int) -> PackedChunk:
    X, y = room(len(athletes), rows, length), room(len(athletes), length)
    for row, (place, days) in enumerate(athletes):
        one = series[place]
        X[row, :-1, :days] = one.X.compress(one.mask, axis=0).T  # several times as fast as one.X[one.mask]
        X[row, -1, :days] = 1.0
        y[row, :days] = one.y.compress(one.mask)
    places, days_each = np.array(athletes, dtype=np.int64).T
    return PackedChunk(places, days_each, X, y)

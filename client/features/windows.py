"""The last days before each day of a series, as the rows of one array, and what is computed row by row.

A row depends on its own days alone, to the last bit: what a figure says of a day is the same whether the series ends
there or goes on. Rows are laid out one after the other for that reason (numpy adds in another order otherwise).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats


def windows(series: Floats, days: int, *, ago: int = 0, at: Sequence[int] | None = None) -> Floats:
    """Return (days of the series, `days`): row t holds the entries t-ago-days+1 to t-ago, NaN before the series.

    at: the rows to return, all without it.
    """
    length = len(series)
    padded = np.full(length + days - 1 + ago, np.nan)
    if len(padded) < days:
        return np.full((length if at is None else len(at), days), np.nan)
    padded[days - 1 + ago :] = series
    step = padded.itemsize
    rows = np.ndarray((length, days), dtype=padded.dtype, buffer=padded, strides=(step, step))  # laid over one another
    return rows.copy() if at is None else rows[np.asarray(at, dtype=np.intp)]


def known(rows: Floats) -> NDArray[np.int64]:
    """Return the number of known entries of each row, (rows,)."""
    found: NDArray[np.int64] = np.add.reduce(~np.isnan(rows), axis=1, dtype=np.int64)
    return found


def sums(rows: Floats) -> Floats:
    """Return the sum of the known entries of each row, (rows,); 0 where none is known."""
    found: Floats = np.add.reduce(np.where(np.isnan(rows), 0.0, rows), axis=1)
    return found


def ratio(numbers: Floats, by: Floats, *, where: NDArray[np.bool_]) -> Floats:
    """Return numbers / by, (days,), and NaN outside `where`."""
    found: Floats = np.divide(numbers, by, out=np.full(len(numbers), np.nan), where=where)
    return found


def means(rows: Floats) -> Floats:
    """Return the mean of the known entries of each row, (rows,); NaN where none is known."""
    number = known(rows)
    return ratio(sums(rows), number.astype(np.float64), where=number > 0)


def spreads(rows: Floats, *, ddof: int = 1) -> Floats:
    """Return the SD of the known entries of each row, (rows,); NaN where `ddof` or fewer are known."""
    number = (known(rows) - ddof).astype(np.float64)
    squares = sums((rows - means(rows)[:, None]) ** 2)
    return np.sqrt(ratio(squares, number, where=number > 0))


def quantiles(rows: Floats, share: float) -> Floats:
    """Return the quantile of the known entries of each row, (rows,), in proportion between two; NaN without any."""
    ordered, last = np.sort(rows, axis=1), np.maximum(known(rows) - 1, 0)  # NaN stands last
    if not rows.size:
        return np.full(len(rows), np.nan)
    place, at = last * share, np.arange(len(rows))
    low = np.floor(place).astype(np.int64)
    below, above = ordered[at, low], ordered[at, np.minimum(low + 1, last)]
    found: Floats = below + (above - below) * (place - low)
    return found


def medians(rows: Floats) -> Floats:
    """Return the median of the known entries of each row, (rows,); NaN where none is known."""
    ordered, number = np.sort(rows, axis=1), known(rows)  # NaN stands last
    if not rows.size:
        return np.full(len(rows), np.nan)
    low, high = np.maximum((number - 1) // 2, 0), np.maximum(number // 2, 0)
    high = np.minimum(high, rows.shape[1] - 1)
    at = np.arange(len(rows))
    found: Floats = (ordered[at, low] + ordered[at, high]) / 2
    return found

"""Keyed fingerprints of what a figure was computed from: equal ones have equal values.

HMAC-SHA256 (RFC 2104) of figure, method, version, constants and exact inputs, under a key that ends with the athlete's
own. A plain hash of a few small numbers could be guessed by trying them.
"""

import hmac
from collections.abc import Sequence

import numpy as np

from client.features.windows import windows
from client.metrics.definition import DailyMetric
from models.arrays import Floats


def fingerprints(metric: DailyMetric, columns: Sequence[Floats], days: Sequence[int], *, key: bytes) -> list[str]:
    """Return the fingerprint of each of `days` (ascending positions); every NaN counts as the same NaN, -0 as 0.

    columns: one (days,) series each. Where the figure rests on the whole history, that begins with the first known
    day, so that unknown days before it change nothing.
    """
    head = _head(metric)
    exact = [np.where(np.isnan(column), np.nan, column + 0.0).astype("<f8") for column in columns]
    if metric.reach is None:
        return _of_history(head, exact, days, key)
    rows = np.concatenate([windows(column, metric.reach, at=days) for column in exact], axis=1)
    begun = hmac.new(key, head, "sha256")
    plain, size = memoryview(rows.astype("<f8").tobytes()), rows.shape[1] * rows.itemsize
    empty = _went_on(begun, np.full(rows.shape[1], np.nan, dtype="<f8").tobytes())
    return [
        empty if is_empty else _went_on(begun, plain[at * size : (at + 1) * size])
        for at, is_empty in enumerate(np.isnan(rows).all(axis=1).tolist())
    ]


def _went_on(begun: hmac.HMAC, rest: bytes | memoryview) -> str:
    found = begun.copy()
    found.update(rest)
    return found.hexdigest()


def of_unknown(metric: DailyMetric, *, key: bytes) -> str:
    """Return the fingerprint of a day of which nothing is known, nor of any day that the figure depends on."""
    width = 0 if metric.reach is None else metric.reach * len(metric.columns)
    return _went_on(hmac.new(key, _head(metric), "sha256"), np.full(width, np.nan, dtype="<f8").tobytes())


def _head(metric: DailyMetric) -> bytes:
    return "\x1f".join([metric.name, metric.method_id, str(metric.version), *map(repr, metric.constants), ""]).encode()


def _of_history(head: bytes, columns: Sequence[Floats], days: Sequence[int], key: bytes) -> list[str]:
    """Each day's fingerprint goes on from the one before it."""
    known = np.flatnonzero(~np.isnan(columns[0]))
    done = int(known[0]) if known.size else len(columns[0])
    together = np.stack(columns, axis=1)
    running, found = hmac.new(key, head, "sha256"), []
    for at in days:
        if at >= done:
            running.update(together[done : at + 1].tobytes())
            done = at + 1
        found.append(running.copy().hexdigest())
    return found

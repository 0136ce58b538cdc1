"""Which instrument measured each day, so that a baseline never spans two: after a change it begins again.

Source: docs/indices.md §1.5. An instrument is an app with its device, or a method where the same readings allow two.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from client.biometrics.observations import Observation
from client.features.day_sources import source_of
from models.arrays import Floats

NEW_SOURCE: Final = "new_source"
"""Quality code of a figure from whose window days of another instrument were left out."""
_SUFFIX: Final = "_instrument"

Instrument = tuple[str, ...]
ReadColumn = Callable[[str], Floats]


def instrument_columns(name: str, by_day: Sequence[Instrument | None]) -> dict[str, Floats]:
    """Return the column of instrument numbers beside column `name`; none where one instrument measured every day."""
    numbers = {kind: number for number, kind in enumerate(sorted({kind for kind in by_day if kind is not None}))}
    if len(numbers) < 2:
        return {}
    return {name + _SUFFIX: np.array([np.nan if kind is None else float(numbers[kind]) for kind in by_day])}


def instrument_of(readings: Iterable[Observation], *method: str) -> Instrument | None:
    """Return the instrument of one day's readings; several sources together are an instrument of their own."""
    sources = {source_of(reading) for reading in readings}
    if len(sources) == 1:
        return *method, *sources.pop()
    return (*method, *(part for source in sorted(sources) for part in source)) if sources else None


def instruments(column: ReadColumn, name: str) -> Floats:
    """Return the numbers (days,) of the instruments behind a column; all NaN where there is one or it is unknown."""
    return column(name + _SUFFIX)


def of_one_instrument(values: Floats, numbers: Floats) -> Floats:
    """Return the series (days,) with only the days of the instrument that measured its last known day."""
    known = np.flatnonzero(~np.isnan(values) & ~np.isnan(numbers))
    return values if not known.size else np.where(numbers == numbers[known[-1]], values, np.nan)


def together(numbers: Sequence[Floats]) -> Floats:
    """Return the numbers (days,) of the instruments behind a sum of columns: a change of one is a change of the sum."""
    changing = [column for column in numbers if not np.isnan(column).all()]
    if not changing:
        return numbers[0]
    rows = np.nan_to_num(np.stack(changing, axis=1), nan=-1.0)
    found: Floats = np.unique(rows, axis=0, return_inverse=True)[1].astype(np.float64).reshape(-1)
    return found

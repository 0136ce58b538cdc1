"""The recording whose beats make a day's variability: the first valid one at rest (docs/indices.md §3.3)."""

from collections.abc import Iterable

from client.biometrics.observations import EXERCISE, Observation
from client.features.hrv import analyse, as_intervals


def at_rest(recorded: Iterable[Observation]) -> list[Observation]:
    """Return the recordings of beats that were not taken while exercising."""
    return [one for one in recorded if EXERCISE not in one.quality]


def first_valid(recorded: Iterable[Observation]) -> tuple[Observation, float] | None:
    """Return the first recording at rest that has a variability, and that [ln ms]; None where none has."""
    for reading in at_rest(recorded):
        found = analyse(as_intervals(reading.value)).lnrmssd
        if found is not None:
            return reading, found
    return None

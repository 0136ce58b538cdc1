"""Readings years away from all others of their file: told, because a year may be mistyped."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from client.biometrics.observations import Observation
from client.biometrics.quality import QualityCounters

FAR = timedelta(days=5 * 365)  # ours: longer than a break between two seasons of one export


def count_far_times(observations: Sequence[Observation], counters: QualityCounters) -> None:
    """Count the readings on the smaller side of every gap of more than five years; of equal sides the earlier one."""
    starts = sorted(observation.start for observation in observations)
    far: set[int] = set()
    for index, (before, after) in enumerate(pairwise(starts), start=1):
        if after - before > FAR:
            far.update(range(index) if index <= len(starts) - index else range(index, len(starts)))
    if far:
        counters.count("clock:far_from_others", len(far))
        counters.note("some readings lie more than five years from all others of the file; look for a mistyped year")

"""What a device recorded second by second, held only until it is summarised; it has no positions."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from client.errors import UnreadableFile
from models.arrays import Floats

MOST_POINTS = 1_500_000  # ours: two weeks, second by second; in under 300 MiB of memory
LONGEST_STEP_S = 10.0  # ours: a longer gap between two points is a pause, or was not recorded
LOWEST_BPM, HIGHEST_BPM = 25, 230  # the range of heart rates, docs/ingest.md §5
SPEED_STEP_M_S, SPEED_BANDS = 0.5, 25  # ours: bands of 0.5 m/s from 0 to 12, the last one without an upper end
HIGH_SPEED_M_S = 5.5  # docs/ingest.md §6.7
SPRINT_M_S = 7.0  # docs/ingest.md §6.7
FASTEST_M_S = 13.0  # ours: above it no person runs, and the position jumped
HARD_M_S2 = 3.0  # docs/ingest.md §6.7
LEAST_HARD_S = 0.5
COARSEST_S = 1.05  # ours: points further apart tell no acceleration
MOST_AT_FIRST_M = 1000.0  # ours: a distance above it at the first point is of a recording before this one


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """What is kept of a track; None where it was not recorded, or (of running) where the sport is none.

    seconds_at_bpm: seconds at 25, 26, … 230 beats a minute. seconds_at_speed: seconds in each band of 0.5 m/s.
    """

    seconds: float
    distance_m: float | None = None
    mean_bpm: float | None = None
    max_bpm: float | None = None
    mean_w: float | None = None
    seconds_at_bpm: tuple[float, ...] | None = None
    seconds_at_speed: tuple[float, ...] | None = None
    high_speed_m: float | None = None
    sprint_m: float | None = None
    accelerations: int | None = None
    decelerations: int | None = None


class Track:
    """Points in file order. times: seconds; the other columns are NaN where a point lacks them.

    distance: metres from the start of the recording.
    """

    def __init__(self) -> None:
        self.times, self.heart_rate, self.speed = array("d"), array("d"), array("d")
        self.distance, self.power = array("d"), array("d")

    def __len__(self) -> int:
        return len(self.times)

    def append(
        self, time: float, *, heart_rate: float = nan, speed: float = nan, distance: float = nan, power: float = nan
    ) -> None:
        """Take one point; raises UnreadableFile where there are more than any recording has."""
        if len(self.times) >= MOST_POINTS:
            raise UnreadableFile(f"more than {MOST_POINTS} points, which no recording of a session has")
        for column, value in zip(self._columns(), (time, heart_rate, speed, distance, power), strict=True):
            column.append(value)

    @classmethod
    def of(cls, times: Floats, *, heart_rate: Floats | None, speed: Floats) -> "Track":
        """Return a track of whole columns; raises UnreadableFile where there are more points than any recording has."""
        if times.size > MOST_POINTS:
            raise UnreadableFile(f"more than {MOST_POINTS} points, which no recording of a session has")
        found, missing = cls(), np.full(times.size, nan)
        given = (times, missing if heart_rate is None else heart_rate, speed, missing, missing)
        for column, values in zip(found._columns(), given, strict=True):
            column.frombytes(np.ascontiguousarray(values, dtype=np.float64).tobytes())
        return found

    def _columns(self) -> Iterator["array[float]"]:
        yield from (self.times, self.heart_rate, self.speed, self.distance, self.power)

    def in_order(self) -> list[Floats]:
        """Return the columns by time, as views of the points where these stand so already: a copy is as large again."""
        columns = [np.asarray(column, dtype=np.float64) for column in self._columns()]
        times = columns[0]
        if (times[1:] >= times[:-1]).all():
            return columns
        order = np.argsort(times, kind="stable")
        return [column[order] for column in columns]

    def summary(self, *, on_foot: bool) -> TrackSummary:
        """Return what is kept of it; on_foot: whether speeds are those of a person who runs or walks."""
        steps = _Steps(self)
        beats, power = _known(self.heart_rate, LOWEST_BPM, HIGHEST_BPM), _known(self.power, 0, 2500)
        return TrackSummary(
            seconds=steps.seconds,
            distance_m=steps.distance_m,
            mean_bpm=float(beats.mean()) if beats.size else None,
            max_bpm=float(beats.max()) if beats.size else None,
            mean_w=float(power.mean()) if power.size else None,
            seconds_at_bpm=steps.seconds_at_bpm(),
            seconds_at_speed=steps.seconds_at_speed() if on_foot else None,
            high_speed_m=steps.distance_above(HIGH_SPEED_M_S) if on_foot else None,
            sprint_m=steps.distance_above(SPRINT_M_S) if on_foot else None,
            accelerations=steps.hard_changes(1.0) if on_foot else None,
            decelerations=steps.hard_changes(-1.0) if on_foot else None,
        )


class TrackInOrder:
    """A track by time, from which pieces are cut: each is looked up, so that thousands of them take little time."""

    def __init__(self, track: Track) -> None:
        self._columns = track.in_order()
        self._times, self._distance = self._columns[0], self._columns[3]
        known = np.where(np.isfinite(self._distance), np.arange(self._distance.size), -1)
        self._known = np.maximum.accumulate(known)

    def between(self, start: float, end: float) -> Track:
        """Return the points from start to end, both in seconds; a distance that goes on counts from the start."""
        first, after = (int(np.searchsorted(self._times, start, side)) for side in ("left", "right"))
        last = max(first, int(np.searchsorted(self._times, end, "right")))
        found, distance = Track(), self._distance_from(first, min(after, last), last)
        for column, values in zip(found._columns(), self._columns, strict=True):
            column.frombytes((distance if values is self._distance else values[first:last]).tobytes())
        return found

    def _distance_from(self, first: int, after: int, last: int) -> Floats:
        """Return the distances of a piece; after: its first point that is later than its start."""
        known = self._known[after - 1] if after else -1
        before = float(self._distance[known]) if known >= 0 else 0.0
        found = self._distance[first:last].copy()
        found[: after - first][np.isfinite(found[: after - first])] = 0.0
        later = found[after - first :]
        anew = np.flatnonzero(later < before)  # the distance begins anew there
        later[: anew[0] if anew.size else later.size] -= before
        return found


def moving_mean(values: Floats, wide: int) -> Floats:
    """The mean over so many values around each, with zeros beyond the ends; wide is cut to their number."""
    wide = min(wide, values.size)
    return np.convolve(values, np.ones(wide) / wide, mode="same") if wide > 1 else values


def _known(column: "array[float]", low: float, high: float) -> Floats:
    values = np.frombuffer(column) if column else np.empty(0)
    return values[(values >= low) & (values <= high)]


class _Steps:
    """The time between each two points that follow one another; what a step has is what the point at its end has.

    A speed that was not recorded is not known: metres over seconds of coarse distances or positions jump.
    """

    def __init__(self, track: Track) -> None:
        self._times, self._heart_rate, self._speed, self._distance, _ = track.in_order()
        with np.errstate(invalid="ignore", over="ignore"):
            self._seconds = np.diff(self._times)
            self._is_recorded = (self._seconds > 0) & (self._seconds <= LONGEST_STEP_S)
        self._metres_per_s = self._speed[1:]

    @property
    def seconds(self) -> float:
        """From the first point to the last."""
        return float(self._times[-1] - self._times[0]) if self._times.size else 0.0

    @property
    def distance_m(self) -> float | None:
        """The last distance that was recorded; a leg of several counts on from the legs before, which are taken off."""
        known = self._distance[np.isfinite(self._distance)]
        if not known.size:
            return None
        return float(known[-1] - known[0]) if known[0] > MOST_AT_FIRST_M else float(known[-1])

    def seconds_at_bpm(self) -> tuple[float, ...] | None:
        beats = np.rint(self._heart_rate[1:])
        with np.errstate(invalid="ignore"):
            taken = self._is_recorded & (beats >= LOWEST_BPM) & (beats <= HIGHEST_BPM)
        return self._summed(beats[taken] - LOWEST_BPM, taken, HIGHEST_BPM - LOWEST_BPM + 1)

    def seconds_at_speed(self) -> tuple[float, ...] | None:
        taken = self._is_moving()
        bands = np.minimum(self._metres_per_s[taken] / SPEED_STEP_M_S, SPEED_BANDS - 1)
        return self._summed(bands, taken, SPEED_BANDS)

    def distance_above(self, speed_m_s: float) -> float | None:
        taken = self._is_moving()
        if not taken.any():
            return None
        fast = taken & (self._metres_per_s > speed_m_s)
        return float((self._metres_per_s[fast] * self._seconds[fast]).sum())

    def hard_changes(self, sign: float) -> int | None:
        """Count the stretches of at least 0.5 s in which a recorded speed rises (or falls) by 3 m/s² or more."""
        taken = self._is_moving()
        if not taken.any() or float(np.median(self._seconds[taken])) > COARSEST_S:
            return None
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            change = sign * np.diff(self._smoothed(taken)) / self._seconds[1:]
            is_hard = taken[1:] & taken[:-1] & (self._seconds[1:] <= COARSEST_S) & (change >= HARD_M_S2)
        lengths = np.bincount(np.cumsum(~is_hard), weights=np.where(is_hard, self._seconds[1:], 0.0))
        return int((lengths >= LEAST_HARD_S - 1e-6).sum())

    def _smoothed(self, taken: NDArray[np.bool_]) -> Floats:
        """The speed; of points several times a second the mean over half a second, for noise is no acceleration."""
        wide = round(LEAST_HARD_S / max(float(np.median(self._seconds[taken])), 0.01))
        if wide < 2:
            return self._metres_per_s
        return moving_mean(np.where(taken, self._metres_per_s, 0.0), wide)

    def _is_moving(self) -> NDArray[np.bool_]:
        with np.errstate(invalid="ignore"):
            return self._is_recorded & (self._metres_per_s >= 0) & (self._metres_per_s <= FASTEST_M_S)

    def _summed(self, places: Floats, taken: NDArray[np.bool_], number: int) -> tuple[float, ...] | None:
        if not places.size:
            return None
        found = np.bincount(places.astype(np.int64), weights=self._seconds[taken], minlength=number)
        return tuple(round(float(one), 3) for one in found)

"""A countermovement jump from the vertical force under the feet, by impulse and by flight time, apart.

Source: docs/ingest.md §6.23. Body weight is the mean of the first second, which must be quiet; the onset is 30 ms
before the force falls five standard deviations below it; take-off is the first force below 20 N.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from client.errors import UnreadableFile
from models.arrays import Floats

GRAVITY: Final = 9.81  # m/s2, ours: the two decimals that published heights use; the standard 9.80665 is 0.03 % less
QUIET_S: Final = 1.0
MOST_SWAY: Final = 0.03  # ours: standard deviation of quiet standing per body weight
ONSET_SD: Final = 5.0
BACKTRACK_S: Final = 0.030
TAKEOFF_N: Final = 20.0
LIGHTEST_N, HEAVIEST_N = 200.0, 2500.0  # ours: 20 to 255 kg
SHORTEST_FLIGHT_S, LONGEST_FLIGHT_S = 0.1, 1.2  # ours: 1 cm to 1.8 m
LEAST_RATE_HZ: Final = 200.0  # ours: at less, take-off is off by more than 5 ms
NO_JUMP = "expected the force of one countermovement jump after a second of quiet standing"


@dataclass(frozen=True, slots=True)
class Jump:
    """What one jump gives. Heights in m, time_to_takeoff_s from onset, peak_power_w_kg per body mass.

    flights: how many flights the recording holds; the first is the jump.
    """

    height_impulse_m: float
    height_flight_m: float
    time_to_takeoff_s: float
    peak_power_w_kg: float
    flights: int

    @property
    def rsi_modified(self) -> float:
        """Height by impulse per time to take-off, m/s."""
        return self.height_impulse_m / self.time_to_takeoff_s


def height_by_impulse_m(take_off_m_s: float) -> float:
    """Height from the velocity at take-off, v² / 2g."""
    return take_off_m_s**2 / (2 * GRAVITY)


def jump_of(force: Floats, rate_hz: float) -> Jump:
    """Return the jump in a recording. force: (samples,), N, of both feet. Raises UnreadableFile where there is none."""
    quiet = round(QUIET_S * rate_hz)
    if rate_hz < LEAST_RATE_HZ or force.size < 2 * quiet or not np.isfinite(force).all():
        raise UnreadableFile(NO_JUMP)
    weight, sway = float(force[:quiet].mean()), float(force[:quiet].std(ddof=1))
    if not LIGHTEST_N <= weight <= HEAVIEST_N or sway > MOST_SWAY * weight:
        raise UnreadableFile(NO_JUMP)
    flights = _flights(force, rate_hz)
    if not flights or flights[0][0] <= quiet:
        raise UnreadableFile(NO_JUMP)
    takeoff, landing = flights[0]
    onset = _onset(force, takeoff, quiet, rate_hz, weight - max(ONSET_SD * sway, 1.0))
    velocity = _velocity(force[onset : takeoff + 1], weight, rate_hz)
    if velocity[-1] <= 0:
        raise UnreadableFile(NO_JUMP)
    return Jump(
        height_impulse_m=height_by_impulse_m(float(velocity[-1])),
        height_flight_m=GRAVITY * ((landing - takeoff) / rate_hz) ** 2 / 8,
        time_to_takeoff_s=(takeoff - onset) / rate_hz,
        peak_power_w_kg=float(np.max(force[onset : takeoff + 1] * velocity)) * GRAVITY / weight,
        flights=len(flights),
    )


def _flights(force: Floats, rate_hz: float) -> list[tuple[int, int]]:
    """Return the first sample of each flight and that of its landing."""
    is_off = np.concatenate([[False], force < TAKEOFF_N, [False]]).astype(np.int8)
    starts, ends = np.flatnonzero(np.diff(is_off) == 1), np.flatnonzero(np.diff(is_off) == -1)
    spans = [(int(start), int(end)) for start, end in zip(starts, ends, strict=True) if end < force.size]
    return [one for one in spans if SHORTEST_FLIGHT_S <= (one[1] - one[0]) / rate_hz <= LONGEST_FLIGHT_S]


def _onset(force: Floats, takeoff: int, quiet: int, rate_hz: float, threshold: float) -> int:
    below = np.flatnonzero(force[quiet:takeoff] < threshold)
    if not below.size:
        raise UnreadableFile(NO_JUMP)
    onset = quiet + int(below[0]) - round(BACKTRACK_S * rate_hz)
    if onset < 0 or onset >= takeoff:
        raise UnreadableFile(NO_JUMP)
    return onset


def _velocity(force: Floats, weight: float, rate_hz: float) -> Floats:
    """Return the velocity of the centre of mass (samples,), m/s, from rest, by the trapezoidal rule."""
    acceleration = (force - weight) / (weight / GRAVITY)
    steps = (acceleration[1:] + acceleration[:-1]) / (2 * rate_hz)
    found: Floats = np.concatenate([[0.0], np.cumsum(steps)])
    return found

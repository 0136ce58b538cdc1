"""A day's mean heart rate, power and effort over several sessions is a mean over their time."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.features.daily import build

START = datetime(2026, 1, 1, 6, tzinfo=UTC)
SOURCE = ReadingSource("watch", "test", "ab" * 32)
MEANS = [(Stream.HEART_RATE_MEAN, 110.0, 160.0), (Stream.POWER_MEAN, 150.0, 290.0), (Stream.SESSION_RPE, 2.0, 9.0)]
MEASURED, REPORTED = Stream.ACTIVITY_DURATION_MIN, Stream.SESSION_DURATION_MIN


def session(stream: Stream, hour: int, value: float, *durations: tuple[Stream, float]) -> list[Observation]:
    start = START + timedelta(hours=hour)
    return [observe(kind, start, number, SOURCE) for kind, number in ((stream, value), *durations)]


def day(stream: Stream, *readings: Observation) -> float:
    return float(build(readings).column(stream.value)[0])


@pytest.mark.parametrize(("stream", "low", "high"), MEANS)
@pytest.mark.parametrize("duration", [MEASURED, REPORTED])
def test_an_hour_counts_six_times_as_much_as_ten_minutes(
    stream: Stream, low: float, high: float, duration: Stream
) -> None:
    readings = [*session(stream, 1, low, (duration, 10.0)), *session(stream, 4, high, (duration, 60.0))]

    assert day(stream, *readings) == pytest.approx((10 * low + 60 * high) / 70)


@pytest.mark.parametrize(("stream", "low", "high"), MEANS)
def test_start_and_end_stand_in_for_minutes_and_nothing_stands_in_for_both(
    stream: Stream, low: float, high: float
) -> None:
    def lasting(hour: int, value: float, minutes: int) -> Observation:
        start = START + timedelta(hours=hour)
        return observe(stream, start, value, SOURCE, end=start + timedelta(minutes=minutes))

    assert day(stream, lasting(1, low, 30), lasting(5, high, 90)) == pytest.approx((low + 3 * high) / 4)
    assert math.isnan(day(stream, lasting(1, low, 30), lasting(5, high, 0)))
    assert day(stream, lasting(1, low, 0)) == low
    assert day(stream, lasting(1, low, 0), lasting(5, low, 0)) == low


def test_what_was_measured_comes_before_what_was_reported() -> None:
    readings = [
        *session(Stream.SESSION_RPE, 1, 4.0, (REPORTED, 90.0), (MEASURED, 30.0)),
        *session(Stream.SESSION_RPE, 5, 8.0, (REPORTED, 90.0)),
    ]

    assert day(Stream.SESSION_RPE, *readings) == pytest.approx((30 * 4.0 + 90 * 8.0) / 120)


parts = st.lists(st.tuples(st.floats(1, 10), st.floats(1, 300)), min_size=1, max_size=6)


@given(parts)
def test_a_mean_by_time_equals_that_of_the_same_time_cut_into_pieces(sessions: list[tuple[float, float]]) -> None:
    def readings(cut: int) -> list[Observation]:
        found: list[Observation] = []
        for place, (value, minutes) in enumerate(sessions):
            for piece in range(cut):
                start = START + timedelta(minutes=10 * place + piece)
                kinds = ((Stream.SESSION_RPE, value), (REPORTED, minutes / cut))
                found += [observe(kind, start, number, SOURCE) for kind, number in kinds if number >= 1]
        return found

    whole, halved = (day(Stream.SESSION_RPE, *readings(cut)) for cut in (1, 2))
    if all(minutes >= 2 for _, minutes in sessions):
        assert whole == pytest.approx(halved)
    assert min(v for v, _ in sessions) - 1e-9 <= whole <= max(v for v, _ in sessions) + 1e-9
    weights = np.array([minutes for _, minutes in sessions])
    assert whole == pytest.approx(float(np.average([v for v, _ in sessions], weights=weights)))

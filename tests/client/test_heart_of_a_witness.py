"""TRIMP where one source has a session's minutes and another its heart rate: known where both are of all of it."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.own_settings import OwnSettings
from client.biometrics.streams import Stream
from client.features.daily import build

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SHEET, WATCH, BELT = (
    ReadingSource("", app, letter * 64) for app, letter in (("sheet", "a"), ("watch", "b"), ("c", "c"))
)
OWN = OwnSettings(heart_rate_max=190, heart_rate_rest=50, trimp_factor=0.64, trimp_exponent=1.92)


def told(source: ReadingSource, minutes: float, beats: float | None = None, late_min: float = 0) -> list[Observation]:
    """A session as one source tells it."""
    at = START + timedelta(minutes=late_min)
    end = at + timedelta(minutes=minutes)
    found = [observe(Stream.ACTIVITY_DURATION_MIN, at, float(minutes), source, end=end)]
    if beats is not None:
        found.append(observe(Stream.HEART_RATE_MEAN, at, float(beats), source, end=end))
    return found


def trimp(readings: list[Observation], name: str = "trimp_banister") -> float:
    return float(build(readings, source_priority=("sheet", "watch", "c"), own=OWN).column(name)[0])


def banister(minutes: float, beats: float) -> float:
    x = (beats - 50) / 140
    return minutes * x * 0.64 * math.exp(1.92 * x)


@given(
    minutes=st.floats(20, 180),
    share=st.floats(0.81, 1.23),
    beats=st.floats(60, 189),
    late_min=st.floats(-5, 5),
)
def test_the_minutes_of_the_first_source_and_the_heart_rate_of_the_witness_are_one_session(
    minutes: float, share: float, beats: float, late_min: float
) -> None:
    readings = told(SHEET, minutes) + told(WATCH, minutes * share, beats, late_min)

    assert trimp(readings) == pytest.approx(banister(minutes, beats))
    assert trimp(readings, "load_by_heart_rate") == pytest.approx(banister(minutes, beats))
    assert trimp(readings[::-1]) == trimp(readings)


def test_two_sessions_of_a_day_keep_their_own_heart_rates() -> None:
    readings = (
        told(SHEET, 60) + told(SHEET, 30, late_min=240) + told(WATCH, 62, 150) + told(WATCH, 31, 120, late_min=241)
    )

    assert trimp(readings) == pytest.approx(banister(60, 150) + banister(30, 120))


def test_a_heart_rate_that_the_first_source_has_is_not_replaced() -> None:
    assert trimp(told(SHEET, 60, 150) + told(WATCH, 60, 170)) == pytest.approx(banister(60, 150))


@pytest.mark.parametrize("minutes", [20, 40, 90])
def test_a_witness_of_another_length_leaves_the_day_unknown(minutes: float) -> None:
    assert math.isnan(trimp(told(SHEET, 60) + told(WATCH, minutes, 150)))


def test_a_session_that_no_source_measured_leaves_the_day_unknown() -> None:
    assert math.isnan(trimp(told(SHEET, 60) + told(WATCH, 60, 150) + told(SHEET, 30, late_min=240)))
    assert math.isnan(trimp(told(SHEET, 60) + told(WATCH, 60) + told(BELT, 40, 150)))

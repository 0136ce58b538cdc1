"""Readings cannot be wrong: unit, range and time are checked when they are made."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.quality import QualityCounters
from client.biometrics.stream_spec import Aggregation, Shape
from client.biometrics.streams import SPECS, Stream
from client.errors import BadObservation
from policies.vocabulary import Category

SOURCE = ReadingSource("watch", "app", "0" * 64)
AT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


def test_every_stream_has_a_unit_a_range_a_category_and_a_meaning() -> None:
    assert set(SPECS) == set(Stream)
    for stream, spec in SPECS.items():
        assert spec.unit, stream
        assert spec.meaning, stream
        assert spec.category.is_personal, stream
        assert (spec.aggregation is Aggregation.NONE) == (spec.shape is not Shape.NUMBER), stream


def test_a_reading_knows_its_consent_category() -> None:
    assert observe(Stream.RESTING_HEART_RATE, AT, 52.0, SOURCE).category is Category.HEART
    assert observe(Stream.TIME_LOSS, AT, 1.0, SOURCE).category is Category.INJURY


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 10.5])
def test_a_number_outside_its_range_is_refused_without_being_repeated(value: float) -> None:
    with pytest.raises(BadObservation) as caught:
        observe(Stream.READINESS, AT, value, SOURCE)

    assert str(value) not in str(caught.value)


def test_another_unit_is_refused() -> None:
    with pytest.raises(BadObservation, match="unit"):
        Observation(Stream.DISTANCE, AT, AT, 0, 5.0, "km", SOURCE)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (AT.replace(tzinfo=None), AT.replace(tzinfo=None)),
        (AT.astimezone(timezone(timedelta(hours=1))), AT),
        (AT, AT - timedelta(seconds=1)),
    ],
)
def test_times_are_in_utc_and_in_order(start: datetime, end: datetime) -> None:
    with pytest.raises(BadObservation):
        Observation(Stream.MOOD, start, end, 0, 3.0, "{score}", SOURCE)


def test_a_day_is_the_local_one_of_starting_and_for_sleep_of_waking() -> None:
    session = observe(Stream.SESSION_RPE, AT, 5.0, SOURCE, end=AT + timedelta(hours=2), offset_min=60)
    sleep = observe(Stream.SLEEP_PERIOD_MIN, AT, 400.0, SOURCE, end=AT + timedelta(hours=7), offset_min=-60)

    assert session.day.isoformat() == "2026-03-02"
    assert sleep.day.isoformat() == "2026-03-02"
    assert observe(Stream.SESSION_RPE, AT, 5.0, SOURCE, offset_min=-60).day.isoformat() == "2026-03-01"


@given(st.lists(st.sampled_from(["dropped:a", "sentinel:b", "duplicate:c", "unit:d", "clock:e", "missing:f"])))
def test_the_totals_of_a_report_are_the_sums_of_its_details(codes: list[str]) -> None:
    counters = QualityCounters()
    for code in codes:
        counters.count(code)

    report = counters.report()

    assert sum(report.details.values()) == len(codes)
    for kind in ("dropped", "sentinel", "duplicate", "unit", "clock"):
        assert getattr(report, kind) == sum(code.startswith(kind) for code in codes)

"""Figures that need own constants, and those of tests and health, from readings to the record."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from client.biometrics.observations import AUTO_DETECTED, Observation, ReadingSource, observe
from client.biometrics.own_settings import NOTHING_SET, OwnSettings
from client.biometrics.streams import SPECS, Stream
from client.features.daily import DailyTable, build
from client.features.past.as_of import tables_as_of
from client.metrics.athlete_metrics import History, metrics_between
from client.metrics.catalogue import catalogue
from client.metrics.metric_day import MetricDay
from policies.vocabulary import Category

START, WATCH = datetime(2026, 3, 2, 17, tzinfo=UTC), ReadingSource("w", "watch", "a" * 64)
FORM, PLATE = ReadingSource("", "form", "b" * 64), ReadingSource("", "plate", "c" * 64)
OWN = OwnSettings(heart_rate_max=190, heart_rate_rest=50, trimp_factor=0.64, trimp_exponent=1.92, sleep_need_h=8)


def run(day: int, minutes: float, beats: float | None, hour: int = 0, *quality: str) -> list[Observation]:
    at, minutes = START + timedelta(days=day, hours=hour), float(minutes)
    end = at + timedelta(minutes=minutes)
    found = [observe(Stream.ACTIVITY_DURATION_MIN, at, minutes, WATCH, end=end, quality=quality)]
    if beats is not None:
        seconds, beats = [0.0] * 206, float(beats)
        seconds[int(beats) - 25] = 60 * minutes
        found.append(observe(Stream.HEART_RATE_MEAN, at, beats, WATCH, end=end, quality=quality))
        found.append(observe(Stream.TIME_AT_HEART_RATE, at, tuple(seconds), WATCH, end=end, quality=quality))
    return found


def rated(day: int) -> list[Observation]:
    at = START + timedelta(days=day)
    end = at + timedelta(minutes=60)
    return [
        observe(s, at, v, FORM, end=end) for s, v in ((Stream.SESSION_RPE, 5.0), (Stream.SESSION_DURATION_MIN, 60.0))
    ]


def history(readings: list[Observation], own: OwnSettings = OWN, days: int = 1) -> History:
    first = START.date()
    held = tables_as_of(readings, own=own)
    return metrics_between(held, first, first + timedelta(days=days - 1), key=b"k", metrics=catalogue(own))


def one(readings: list[Observation], name: str, own: OwnSettings = OWN, day: int = 0) -> MetricDay:
    return history(readings, own, day + 1)[name][day]


def test_trimp_adds_up_the_sessions_of_a_day_and_not_their_mean() -> None:
    two = run(0, 60, 150) + run(0, 30, 110, hour=3)

    assert one(run(0, 60, 150), "trimp_banister").value == pytest.approx(108.09535934022335)
    x = 60 / 140
    second = 30 * x * 0.64 * 2.718281828459045 ** (1.92 * x)
    assert one(two, "trimp_banister").value == pytest.approx(108.09535934022335 + second)
    assert one([*two, *run(0, 20, 90, 5, AUTO_DETECTED)], "trimp_banister").value == one(two, "trimp_banister").value
    assert one([*two, *run(0, 20, None, 5)], "trimp_banister").value is None, "a part of a day would look easy"


def test_minutes_in_zones_are_shares_of_the_own_maximum() -> None:
    readings = run(0, 10, 94) + run(0, 20, 95, 1) + run(0, 15, 133, 3) + run(0, 5, 171, 5)

    zones = [one(readings, f"time_in_zone_{zone}_min").value for zone in range(1, 6)]
    assert zones == pytest.approx([20.0, 0.0, 15.0, 0.0, 5.0])
    assert one(readings, "trimp_edwards").value == pytest.approx(20 + 3 * 15 + 5 * 5)


def test_load_by_heart_rate_stands_only_where_nothing_is_rated_and_is_in_no_other_load() -> None:
    readings = run(0, 60, 150) + rated(0) + run(1, 60, 150)
    found = history(readings, days=2)

    by_heart = [day.value for day in found["load_by_heart_rate"]]
    assert by_heart == [None, pytest.approx(108.09535934022335)]
    assert [day.value for day in found["load_today"]] == [300.0, None]
    assert found["load_by_heart_rate"][1].unit == found["load_today"][1].unit
    assert found["load_by_heart_rate"][1].method != found["load_today"][1].method


def test_what_is_not_set_is_not_computed_and_says_so() -> None:
    readings = run(0, 60, 150)

    for name in ("trimp_banister", "trimp_edwards", "time_in_zone_1_min", "sleep_debt_14d", "performance_response"):
        record = one(readings, name, NOTHING_SET)
        assert (record.value, record.quality[0]) == (None, "constant_not_set"), name
    nights = [observe(Stream.SLEEP_DURATION_H, START + timedelta(days=day), 7.0, FORM) for day in range(14)]
    assert one(nights, "sleep_debt_14d", NOTHING_SET, 13).quality == ("constant_not_set",), "14 nights are enough"
    half = OWN.changed(trimp_factor=None)
    assert one(readings, "trimp_banister", half).value is None
    assert one(readings, "trimp_edwards", half).value is not None
    assert "constant_not_set" not in one(readings, "trimp_banister").quality


def test_other_constants_are_another_fingerprint() -> None:
    nights = [observe(Stream.SLEEP_DURATION_H, START + timedelta(days=day), 7.0, FORM) for day in range(14)]

    eight, nine = (one(nights, "sleep_debt_14d", OWN.changed(sleep_need_h=need), 13) for need in (8, 9))

    assert (eight.value, nine.value) == (14.0, 28.0)
    assert eight.inputs_hmac != nine.inputs_hmac


def test_a_day_of_rest_has_no_trimp_and_an_assumed_one_is_no_data() -> None:
    rest = observe(Stream.REST_DAY, START + timedelta(days=1), 1.0, FORM)
    found = history([*run(0, 60, 150), rest], days=2)

    assert found["trimp_banister"][1].value == 0.0
    table: DailyTable = build([*run(0, 60, 150), rest], own=OWN)
    assert table.newest_day == table.dates[1]


def test_a_walk_that_a_device_noticed_is_no_exposure() -> None:
    days = [one for day in range(0, 365, 2) for one in run(day, 60, 120)]
    walks = [one for day in range(1, 365, 2) for one in run(day, 300, 90, 0, AUTO_DETECTED)]
    hurt = [observe(Stream.INJURY_ONSET, START + timedelta(days=10), 1.0, FORM)]

    record = one([*days, *walks, *hurt], "injury_incidence_365d", day=364)

    assert record.value == pytest.approx(1000 / 183)
    assert (record.valid, record.expected) == (183, 365)


def test_jump_tests_tell_change_error_and_what_lies_beyond() -> None:
    heights = [38.1, 38.9, 41.0, 40.2, 35.6, 36.5, 44.2, 43.1, 39.0, 30.0]
    readings = [
        observe(Stream.JUMP_HEIGHT_IMPULSE_CM, START + timedelta(days=7 * n), h, PLATE) for n, h in enumerate(heights)
    ]
    found = history(readings, days=64)

    last = {name: days[63] for name, days in found.items()}
    steps = [b - a for a, b in pairwise(heights)]
    mean = sum(steps) / 9
    error = (sum((step - mean) ** 2 for step in steps) / 8 / 2) ** 0.5
    assert last["jump_height_impulse_cm_typical_error"].value == pytest.approx(error)
    assert last["jump_height_impulse_cm_mdc95"].value == pytest.approx(1.96 * 2**0.5 * error)
    assert last["jump_height_impulse_cm_change"].value == pytest.approx(30.0 - sum(heights[:-1]) / 9)
    assert ("beyond_mdc95" in last["jump_height_impulse_cm_change"].quality) == (
        abs(30.0 - sum(heights[:-1]) / 9) > 1.96 * 2**0.5 * error
    )
    assert last["jump_height_flight_cm_change"].value is None, "another method is another stream"


def test_health_and_energy_are_of_their_own_categories_and_never_of_a_minor() -> None:
    at = START
    answers = zip(
        (Stream.OSTRC_PARTICIPATION, Stream.OSTRC_VOLUME, Stream.OSTRC_PERFORMANCE), (8.0, 17.0, 8.0), strict=True
    )
    three = [observe(stream, at, value, FORM) for stream, value in answers]
    four = [*three, observe(Stream.OSTRC_SYMPTOMS, at, 17.0, FORM)]
    eaten = [
        observe(Stream.ENERGY_INTAKE, at, 2900.0, FORM),
        observe(Stream.EXERCISE_ENERGY, at, 750.0, WATCH),
        observe(Stream.FAT_FREE_MASS, at, 58.0, FORM),
    ]

    assert one(four, "ostrc_score").value == 50.0
    assert one(three, "ostrc_score").value is None
    assert one(eaten, "energy_availability").value == pytest.approx(37.069, abs=5e-4)
    without = [reading for reading in eaten if SPECS[reading.stream].category is not Category.NUTRITION]
    assert one(without, "energy_availability").value is None
    assert "energy_availability" not in {metric.name for metric in catalogue(is_minor=True)}


def test_the_best_trial_of_a_day_stands_beside_their_mean() -> None:
    trials = [(0, 38.0), (1, 40.0), (1, 43.0)]
    readings = [
        observe(Stream.JUMP_HEIGHT_IMPULSE_CM, START + timedelta(days=day, minutes=n), height, PLATE)
        for n, (day, height) in enumerate(trials)
    ]

    assert [one.value for one in history(readings, days=3)["jump_height_impulse_cm_best"]] == [38.0, 43.0, None]
    alone = history(readings[:1], days=1)["jump_height_impulse_cm_best"]
    assert [(one.value, one.unit, one.valid) for one in alone] == [(38.0, "cm", 1)]

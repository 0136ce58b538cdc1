"""The daily table: missing is never zero, sources are never mixed, and order never matters."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.biometrics.observations import AUTO_DETECTED, EXERCISE, Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.coaching.domains import Domain
from client.coaching.evidence import evidence_on
from client.coaching.histories import histories
from client.features.daily import build
from tests.client.metrics.last_day import metrics_on

Make = Callable[..., Observation]
START = datetime(2026, 1, 1, 8, tzinfo=UTC)
SOURCE = ReadingSource("strap", "test", "ab" * 32)
NAN = float("nan")


def same(found: object, expected: list[float]) -> bool:
    return np.array_equal(np.asarray(found), np.array(expected), equal_nan=True)


def test_an_empty_history_is_an_empty_table() -> None:
    table = build([])

    assert table.dates == ()
    assert table.column("mood").shape == (0,)
    assert metrics_on(table) == {}


def test_load_is_zero_only_on_a_known_rest_day(day_of: Make) -> None:
    table = build(
        [
            day_of(Stream.SESSION_RPE, 0, 7.0),
            day_of(Stream.SESSION_DURATION_MIN, 0, 65.0),
            day_of(Stream.REST_DAY, 1, 1.0),
            day_of(Stream.MOOD, 2, 3.0),
            day_of(Stream.SESSION_RPE, 3, 5.0),
            day_of(Stream.REST_DAY, 4, 0.0),
        ]
    )

    assert same(table.column("load_au"), [455, 0, NAN, NAN, NAN])
    assert same(table.column("session_load"), [455, NAN, NAN, NAN, NAN])


def test_sessions_of_a_day_add_up_and_half_a_session_makes_the_day_unknown(day_of: Make) -> None:
    two = [
        *(day_of(Stream.SESSION_RPE, 0, 5.0, hour) for hour in (8, 17)),
        *(day_of(Stream.SESSION_DURATION_MIN, 0, 60.0, hour) for hour in (8, 17)),
    ]

    assert build(two).column("load_au").tolist() == [600.0]
    assert np.isnan(build(two[:-1]).column("load_au")).all()


def test_a_measured_activity_contradicts_rest_but_a_noticed_walk_does_not(day_of: Make) -> None:
    rest = day_of(Stream.REST_DAY, 0, 1.0)
    run = day_of(Stream.ACTIVITY_DURATION_MIN, 0, 45.0)
    walk = observe(Stream.ACTIVITY_DURATION_MIN, START, 12.0, SOURCE, quality=(AUTO_DETECTED,))

    assert np.isnan(build([rest, run]).column("load_au")).all()
    assert build([rest, walk]).column("load_au").tolist() == [0.0]


def test_two_devices_for_one_day_are_not_added_up() -> None:
    watch, phone = ReadingSource("watch", "a", "0" * 64), ReadingSource("phone", "b", "1" * 64)
    readings = [observe(Stream.STEPS, START, 9000.0, watch), observe(Stream.STEPS, START, 7000.0, phone)]
    history = [observe(Stream.STEPS, START - timedelta(days=n), 1.0, watch) for n in (1, 2)]

    assert build([*readings, *history]).column("steps")[-1] == 9000
    assert build([*readings, *history], source_priority=["b"]).column("steps")[-1] == 7000


def test_beats_during_exercise_are_no_resting_variability() -> None:
    beats = tuple(800.0 + 20 * (n % 2) for n in range(120))
    end = START + timedelta(seconds=100)

    def table(quality: tuple[str, ...]) -> float:
        reading = observe(Stream.RR_INTERVALS, START, beats, SOURCE, end=end, quality=quality)
        return float(build([reading]).column("lnrmssd")[0])

    assert table(()) == pytest.approx(np.log(20.0))
    assert np.isnan(table((EXERCISE,)))


def test_sleep_counts_on_the_morning_and_instruments_are_not_mixed() -> None:
    def night(n: int) -> Observation:
        start = datetime(2026, 1, 1, 23, tzinfo=UTC) + timedelta(days=n)
        return observe(Stream.SLEEP_PERIOD_MIN, start, 420.0, SOURCE, end=start + timedelta(hours=8))

    asked = [observe(Stream.SLEEP_DURATION_H, START + timedelta(days=n), 6.0, SOURCE) for n in range(5)]
    mostly_asked = build([night(0), *asked])
    mostly_worn = build([*(night(n) for n in range(6)), *asked])

    assert same(mostly_asked.column("sleep_h"), [6.0] * 5)
    assert same(mostly_worn.column("sleep_h"), [NAN, *[7.0] * 6])
    assert mostly_worn.column("sleep_midpoint_h")[1] == pytest.approx(3.0)
    assert mostly_worn.dates[1].isoformat() == "2026-01-02"


def test_a_table_ends_where_it_is_told_to(day_of: Make) -> None:
    table = build([day_of(Stream.MOOD, n, 3.0) for n in range(10)])

    cut = table.until(table.dates[4])
    longer = cut.extended_to(table.dates[6])

    assert (len(cut.dates), len(longer.dates)) == (5, 7)
    assert np.isnan(longer.column("mood")[5:]).all()
    assert longer.dates == table.dates[:7]


day_numbers = st.lists(
    st.tuples(
        st.sampled_from([Stream.MOOD, Stream.SESSION_LOAD, Stream.REST_DAY, Stream.STEPS]),
        st.integers(0, 12),
        st.integers(6, 20),
    ),
    min_size=1,
    max_size=25,
    unique=True,
)


@settings(deadline=None)
@given(day_numbers, st.randoms(use_true_random=False))
def test_order_of_import_does_not_matter_and_gaps_stay_gaps(
    entries: list[tuple[Stream, int, int]], random: object
) -> None:
    readings = [
        observe(stream, START.replace(hour=hour) + timedelta(days=n), 1.0, SOURCE) for stream, n, hour in entries
    ]
    shuffled = list(readings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    plain, other = build(readings), build(shuffled)

    assert plain.dates == other.dates
    for name, column in plain.columns.items():
        assert np.array_equal(column, other.columns[name], equal_nan=True), name
    known = {n for stream, n, _ in entries if stream is Stream.MOOD}
    first = min(n for _, n, _ in entries)
    mood = plain.column("mood")
    assert {index + first for index in np.flatnonzero(~np.isnan(mood))} == known
    rest = {n for stream, n, _ in entries if stream is Stream.REST_DAY}
    zero = {index + first for index in np.flatnonzero(plain.column("load_au") == 0)}
    assert zero <= rest


def test_every_metric_is_a_record_that_tells_missing_from_zero(day_of: Make) -> None:
    readings = [day_of(Stream.SESSION_LOAD, n, 300.0 + 40 * (n % 3)) for n in range(45) if n % 7 != 6]
    readings += [day_of(Stream.REST_DAY, n, 1.0) for n in range(45) if n % 7 == 6]
    records = metrics_on(build(readings), key=b"k")

    ratio = records["acwr_ra_coupled"]
    assert ratio.value == pytest.approx(1.0, abs=0.1)
    assert (ratio.valid, ratio.expected) == (28, 28)
    assert ratio.quality == ("descriptive",)
    assert records["mood_z"].value is None
    assert records["mood_z"].quality == ("not_recorded",)
    assert records["lnrmssd_7d"].quality[-1] == "not_recorded"
    assert all(record.value is not None or record.quality for record in records.values())
    assert all(len(record.inputs_hmac) == 64 for record in records.values())
    assert ratio.as_json()["window"] == ["2026-01-18", "2026-02-14"]


def test_two_sums_of_the_answers_have_two_names_and_the_second_is_that_of_the_light(day_of: Make) -> None:
    items = (Stream.FATIGUE, Stream.MOOD, Stream.SORENESS, Stream.STRESS)
    readings = [day_of(item, n, float(3 + (n + place) % 2)) for n in range(40) for place, item in enumerate(items)]
    readings += [day_of(Stream.FATIGUE, 40, 1.0), *(day_of(item, 40, 2.0) for item in items[1:])]
    slept = [day_of(Stream.SLEEP_QUALITY, n, 5.0) for n in range(41)]

    without, table = build(readings), build([*readings, *slept])
    records = metrics_on(table)
    evidence = evidence_on(40, histories(table))

    assert records["morning_answers_z"].value == evidence.z[Domain.WELLNESS]
    assert records["morning_answers_z"].method != records["wellness_sum_z"].method
    assert records["wellness_sum_z"].value is not None
    alone = metrics_on(without)
    assert alone["wellness_sum_z"].value is None, "all five answers are needed"
    assert alone["morning_answers_z"].value == records["morning_answers_z"].value


def test_a_gap_makes_weekly_figures_unknown_instead_of_low(day_of: Make) -> None:
    readings = [day_of(Stream.SESSION_LOAD, n, 300.0) for n in range(45) if n != 42]
    records = metrics_on(build(readings), key=b"k")

    assert records["load_7d_sum"].value is None
    assert records["load_7d_sum"].quality == ("insufficient",)
    assert records["acwr_ra_coupled"].value == pytest.approx(1.0)

"""Nights and mornings: a night belongs to the day of waking, a nap to no night, an evening's beats to no morning."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.biometrics.observations import NAP, Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.features.daily import DailyTable, build

WATCH = ReadingSource("watch", "a", "0" * 64)
RING = ReadingSource("ring", "b", "1" * 64)
DAY = datetime(2026, 3, 2, tzinfo=UTC)
BEATS = tuple(800.0 + 20 * (n % 2) for n in range(120))


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def sleep(
    start: float, end: float, minutes: float | None = None, *quality: str, source: ReadingSource = WATCH
) -> Observation:
    """A sleep from `start` to `end`, hours from the midnight before 2 March."""
    asleep = float(end - start) * 60 if minutes is None else minutes
    return observe(Stream.SLEEP_PERIOD_MIN, at(start), asleep, source, end=at(end), quality=quality)


def night_of(stream: Stream, start: float, end: float, value: float) -> Observation:
    return observe(stream, at(start), value, WATCH, end=at(end))


def on(table: DailyTable, name: str, day: date = DAY.date()) -> float:
    return float(table.column(name)[table.dates.index(day)])


@pytest.mark.parametrize(("start", "end"), [(-1.8, 6.7), (-0.5, 7.25), (0.3, 7.1), (-5, 2), (4, 11.9), (-1, 13)])
def test_what_a_night_measures_belongs_to_the_morning(start: float, end: float) -> None:
    readings = [
        sleep(start, end, 400.0),
        night_of(Stream.RMSSD, start, end, 63.0),
        night_of(Stream.RESTING_HEART_RATE, start, end, 51.0),
    ]

    table = build(readings)

    assert table.dates == (DAY.date(),)
    assert (on(table, "sleep_h"), on(table, "rmssd"), on(table, "resting_heart_rate")) == (400 / 60, 63.0, 51.0)


def test_a_point_in_the_night_belongs_to_the_morning_too() -> None:
    table = build(
        [
            sleep(-1, 7),
            observe(Stream.RMSSD, at(-0.5), 60.0, WATCH),
            observe(Stream.RESTING_HEART_RATE, at(-0.5), 50.0, RING),
            observe(Stream.RR_INTERVALS, at(-0.25), BEATS, RING, end=at(-0.2)),
        ]
    )

    assert table.dates == (DAY.date(),)
    assert on(table, "lnrmssd") == pytest.approx(np.log(20.0))
    assert on(table, "resting_heart_rate") == 50.0


def test_an_onset_in_the_evening_without_an_end_is_the_night_to_the_next_morning() -> None:
    table = build(
        [
            observe(Stream.SLEEP_PERIOD_MIN, at(-1), 430.0, WATCH),
            observe(Stream.RMSSD, at(-1), 60.0, WATCH),
            observe(Stream.SLEEP_PERIOD_MIN, at(31), 410.0, WATCH),
        ]
    )

    assert [day.day for day in table.dates] == [2, 3]
    assert (on(table, "sleep_h"), on(table, "rmssd")) == (430 / 60, 60.0)
    assert on(table, "sleep_h", date(2026, 3, 3)) == 410 / 60


def test_a_nap_is_never_in_the_hours_of_the_night() -> None:
    called, short = sleep(14, 15.5, 85.0, NAP), sleep(16, 17, 50.0)

    table = build([sleep(-1, 6, 400.0), called, short])

    assert on(table, "sleep_h") == 400 / 60
    assert on(table, "sleep_period_min") == 400
    assert on(table, "nap_min") == 135
    assert on(table, "sleep_midpoint_h") == 2.5
    assert np.isnan(build([called, short]).column("sleep_h")).all(), "naps alone are no night"
    assert np.isnan(on(build([sleep(-1, 6)]), "nap_min")), "no nap recorded is not a nap of 0 minutes"


def test_pieces_of_a_night_are_joined_up_to_two_hours_apart() -> None:
    joined = build([sleep(-3, -1, 110.0), sleep(1, 6, 280.0)])
    apart = build([sleep(-3, -1, 110.0), sleep(1.1, 6, 280.0)])
    called = build([sleep(-1, 5, 350.0), sleep(6, 7, 55.0, NAP)])

    assert on(joined, "sleep_h") == 390 / 60
    assert on(joined, "sleep_midpoint_h") == 1.5
    assert joined.dates == (DAY.date(),)
    assert on(apart, "sleep_h") == 280 / 60
    assert on(apart, "nap_min", date(2026, 3, 1)) == 110
    assert (on(called, "sleep_h"), on(called, "nap_min")) == (350 / 60, 55)


@pytest.mark.parametrize(
    ("day", "offsets", "awake_min"), [(date(2026, 3, 29), (60, 120), 80), (date(2026, 10, 25), (120, 60), 30)]
)
def test_pieces_of_a_night_of_a_clock_change_are_joined_by_the_time_between_them(
    day: date, offsets: tuple[int, int], awake_min: int
) -> None:
    evening = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=3)
    starts = evening, evening + timedelta(minutes=240 + awake_min)

    table = build(
        [
            observe(Stream.SLEEP_PERIOD_MIN, at, 235.0, WATCH, end=at + timedelta(hours=4), offset_min=offset)
            for at, offset in zip(starts, offsets, strict=True)
        ]
    )

    assert (on(table, "sleep_h", day), np.isnan(on(table, "nap_min", day))) == (470 / 60, True)


def test_a_doze_at_night_is_no_night_beside_the_sleep_of_the_day() -> None:
    table = build([sleep(3, 4.5, 80.0), sleep(9, 16.5, 430.0)])
    poor = build([sleep(3, 6.5, 200.0), sleep(13, 17, 235.0)])

    assert (on(table, "sleep_h"), on(table, "nap_min")) == (430 / 60, 80)
    assert (on(poor, "sleep_h"), on(poor, "nap_min")) == (200 / 60, 235)


def test_who_sleeps_by_day_has_a_night_too() -> None:
    table = build([sleep(9, 16, 390.0), sleep(20, 21, 50.0)])

    assert (on(table, "sleep_h"), on(table, "nap_min")) == (390 / 60, 50)


def test_efficiency_and_scores_are_those_of_the_main_sleep() -> None:
    table = build(
        [
            sleep(-1, 6, 400.0),
            night_of(Stream.SLEEP_EFFICIENCY, -1, 6, 91.0),
            sleep(14, 15, 50.0),
            night_of(Stream.SLEEP_EFFICIENCY, 14, 15, 83.0),
            observe(Stream.SLEEP_SCORE, at(6), 77.0, WATCH),
            observe(Stream.SLEEP_SCORE, at(15), 40.0, WATCH),
        ]
    )

    assert (on(table, "sleep_efficiency"), on(table, "sleep_score")) == (91.0, 77.0)


@pytest.mark.parametrize(("hour", "counts"), [(6.5, True), (11.0, True), (11.1, False), (20.0, False)])
def test_beats_long_after_waking_are_no_morning_value(hour: float, counts: bool) -> None:
    beats = observe(Stream.RR_INTERVALS, at(hour), BEATS, RING, end=at(hour + 0.03))
    reported = observe(Stream.RMSSD, at(hour), 40.0, RING)

    for readings, value in (([beats], np.log(20.0)), ([reported], np.log(40.0))):
        known = build([sleep(-1, 7), *readings])
        assert on(known, "lnrmssd") == (pytest.approx(value) if counts else pytest.approx(np.nan, nan_ok=True))
        assert on(build(readings), "lnrmssd") == pytest.approx(value), "nobody knows when the athlete woke"


def test_a_later_measurement_does_not_hide_that_of_the_morning() -> None:
    evening = observe(Stream.RR_INTERVALS, at(20), tuple(2 * b - 800 for b in BEATS), RING, end=at(20.03))
    morning = observe(Stream.RR_INTERVALS, at(7.1), BEATS, RING, end=at(7.13))

    assert on(build([sleep(-1, 7), evening, morning]), "lnrmssd") == pytest.approx(np.log(20.0))


def test_two_instruments_of_one_night_count_once_and_of_two_sleeps_both() -> None:
    same = build([sleep(-1, 7, 450.0), sleep(-0.8, 6.9, 430.0, source=RING), sleep(23, 31, 460.0)])
    halves = build([sleep(-1, 2, 170.0), sleep(2.5, 7, 260.0, source=RING)])
    by_day = build([sleep(0.3, 7, 390.0), sleep(24.3, 31, 390.0), observe(Stream.SLEEP_PERIOD_MIN, at(0), 380.0, RING)])

    assert same.column("sleep_h").tolist() == [7.5, 460 / 60]
    assert np.isnan(same.column("nap_min")).all()
    assert on(halves, "sleep_h") == 430 / 60
    assert by_day.column("sleep_h").tolist() == [6.5, 6.5]
    assert np.isnan(by_day.column("nap_min")).all()


def test_a_whole_day_s_value_belongs_to_that_day() -> None:
    whole = observe(Stream.RESTING_HEART_RATE, at(0), 52.0, WATCH, end=at(24))

    assert build([whole]).dates == (DAY.date(),)


spans = st.tuples(st.integers(-300, 300), st.floats(0.2, 11), st.booleans(), st.booleans())


@settings(deadline=None)
@given(st.lists(spans, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_every_minute_asleep_is_in_one_night_or_one_nap(
    sleeps: list[tuple[int, float, bool, bool]], random: object
) -> None:
    """With one instrument and no overlap: main sleeps and naps together are what was recorded, in any order."""
    readings, free = [], -1e9
    for start, length, called, _ in sorted(sleeps):
        if start > free:
            readings.append(sleep(start, start + length, length * 50, *((NAP,) if called else ())))
            free = start + length
    shuffled = list(readings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    table, other = build(readings), build(shuffled)

    total = np.nansum(table.column("sleep_period_min")) + np.nansum(table.column("nap_min"))
    assert total == pytest.approx(sum(float(r.value) for r in readings))  # type: ignore[arg-type]  # numbers
    for name in ("sleep_h", "nap_min", "sleep_midpoint_h"):
        assert np.array_equal(table.column(name), other.column(name), equal_nan=True)
    called_min = sum(float(r.value) for r in readings if r.quality)  # type: ignore[arg-type]  # numbers
    assert np.nansum(table.column("nap_min")) >= called_min - 1e-6

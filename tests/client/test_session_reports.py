"""Two recorders of one session are one session; two sessions are two, whoever recorded them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.biometrics.observations import AUTO_DETECTED, BY_HAND, PARTIAL_FILE, Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.features.daily import build
from client.features.days.session_reports import matched_reports

WATCH, BIKE, APP = (ReadingSource(device, app, app * 64) for device, app in (("watch", "a"), ("bike", "b"), ("", "c")))
DAY = datetime(2026, 3, 2, tzinfo=UTC)


def activity(
    start: float, minutes: float, source: ReadingSource, metres: float | None = None, *quality: str
) -> list[Observation]:
    """An activity that starts `start` hours after midnight."""
    begin = DAY + timedelta(hours=start)
    end = begin + timedelta(minutes=minutes)
    found = [observe(Stream.ACTIVITY_DURATION_MIN, begin, float(minutes), source, end=end, quality=quality)]
    if metres is not None:
        found.append(observe(Stream.DISTANCE, begin, float(metres), source, end=end, quality=quality))
    return found


def rated(
    start: float, rating: float, minutes: float, source: ReadingSource, *, dated: bool = False
) -> list[Observation]:
    begin = DAY + timedelta(hours=start)
    end = begin if dated else begin + timedelta(minutes=minutes)
    return [
        observe(Stream.SESSION_RPE, begin, float(rating), source, end=end),
        observe(Stream.SESSION_DURATION_MIN, begin, float(minutes), source, end=end),
    ]


def total(readings: list[Observation], name: str, *priority: str) -> float:
    return float(np.nansum(build(readings, source_priority=priority).column(name)))


def test_a_swim_by_watch_and_a_ride_by_bike_computer_add_up() -> None:
    readings = activity(6, 45, WATCH, 2000) + activity(16.5, 90, BIKE, 45_000)

    assert total(readings, "activity_duration_min") == 135
    assert total(readings, "distance") == 47_000


@pytest.mark.parametrize(
    ("start", "minutes", "same"),
    [
        (16.5025, 89.8, True),  # seconds apart
        (17.0, 120, True),  # 60 of 90 min overlap
        (17.25, 90, True),  # exactly half
        (17.3, 90, False),
        (16.75, 80, True),
        (18.1, 90, False),
        (16.3, 14, False),  # near, and yet much shorter
    ],
)
def test_which_two_recordings_are_one_session(start: float, minutes: float, same: bool) -> None:
    ride, other = activity(16.5, 90, WATCH), activity(start, minutes, BIKE)

    matched = matched_reports(ride + other)

    assert total(ride + other, "activity_duration_min", "a") == (90 if same else 90 + minutes)
    assert (len(matched.witnesses) == 1) == same


def test_the_better_source_counts_and_a_witness_gives_what_only_it_has() -> None:
    readings = activity(16.5, 90, WATCH) + activity(16.51, 88, BIKE, 45_120)

    assert (total(readings, "activity_duration_min", "a"), total(readings, "distance", "a")) == (90, 45_120)
    assert total(readings, "activity_duration_min", "b") == 88


def test_one_recording_of_two_halves_counts_once_either_way() -> None:
    halves = activity(10, 44, BIKE) + activity(10.8, 42, BIKE)
    whole = activity(10, 90, WATCH)

    assert total(whole + halves, "activity_duration_min", "a") == 90
    assert total(whole + halves, "activity_duration_min", "b") == 86


def test_a_session_rated_in_two_apps_has_one_load() -> None:
    assert total(rated(17, 7, 90, WATCH) + rated(17.1, 7, 90, APP), "load_au") == 630
    assert total(rated(17, 7, 90, WATCH) + rated(9, 5, 60, APP), "load_au") == 930
    assert total(rated(0, 7, 90, WATCH, dated=True) + rated(0, 7, 90, APP, dated=True), "load_au") == 630
    assert total(rated(0, 7, 90, WATCH, dated=True) + rated(17, 7, 85, APP), "load_au", "a") == 630
    assert total(rated(17, 7, 90, WATCH) + rated(0, 6, 85, APP, dated=True), "load_au", "a") == 630


def test_two_equal_sessions_of_a_day_without_times_stay_two() -> None:
    def two(source: ReadingSource) -> list[Observation]:
        rows = rated(0, 6, 60, source, dated=True)
        return rows + [replace(one, entry="#1") for one in rows]

    assert total(two(WATCH), "load_au") == 720
    assert total(two(WATCH) + two(APP), "load_au") == 720


def test_a_day_s_total_without_times_is_the_sum_of_what_another_source_timed() -> None:
    timed = activity(6, 45, WATCH) + activity(16, 90, WATCH)
    day = [observe(Stream.ACTIVITY_DURATION_MIN, DAY, 137.0, BIKE)]

    assert total(timed + day, "activity_duration_min", "a") == 135
    assert total(timed + day, "activity_duration_min", "b") == 137


def test_half_a_report_never_hides_a_whole_one() -> None:
    half = rated(17, 7, 90, WATCH)[:1]

    assert total(half + rated(17, 7, 90, APP), "load_au", "a") == 630


def test_what_a_device_noticed_by_itself_gives_way_to_what_was_recorded() -> None:
    readings = activity(16.5, 40, WATCH, 5000, AUTO_DETECTED) + activity(16.5, 90, BIKE, 45_000)

    assert total(readings, "activity_duration_min", "a") == 90


@pytest.mark.parametrize(
    ("other", "unclear"),
    [
        (rated(18.2, 5, 60, APP), 1),  # 18 of 60 min overlap
        (rated(16.9, 5, 5, APP), 1),  # minutes before, and much shorter
        (rated(0, 5, 30, APP, dated=True), 1),  # the same day, at an unknown time
        (rated(20, 5, 60, APP), 0),
        (rated(24, 5, 60, APP), 0),
    ],
)
def test_what_may_be_one_session_is_counted_as_unclear(other: list[Observation], unclear: int) -> None:
    matched = matched_reports(rated(17, 7, 90, WATCH) + other)

    assert len(matched.witnesses) == 0
    assert len(matched.unclear) == unclear


def test_steps_of_two_devices_add_up_where_they_do_not_overlap() -> None:
    def steps(start: float, hours: float, value: float, source: ReadingSource) -> Observation:
        begin = DAY + timedelta(hours=start)
        return observe(Stream.STEPS, begin, value, source, end=begin + timedelta(hours=hours))

    apart = [steps(8, 4, 3000.0, WATCH), steps(13, 4, 2000.0, BIKE)]

    assert total(apart, "steps") == 5000
    assert total([*apart, steps(8, 4, 2900.0, BIKE)], "steps", "a") == 5000


sessions = st.tuples(st.integers(0, 30), st.sampled_from([20, 45, 90]), st.sampled_from([WATCH, BIKE, APP]))


@settings(deadline=None)
@given(st.lists(sessions, max_size=10, unique_by=lambda one: (one[0], one[2])), st.randoms(use_true_random=False))
def test_every_report_counts_or_has_one_that_stands_for_it_in_any_order(
    entries: list[tuple[int, int, ReadingSource]], random: object
) -> None:
    readings = [one for start, minutes, source in entries for one in activity(start * 1.5 + 0.5, minutes, source, 100)]
    shuffled = list(readings)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    counted = matched_reports(readings)
    other = matched_reports(shuffled)

    key = [(one.start, one.stream, one.source.app) for one in counted.counted]
    assert sorted(key) == sorted((one.start, one.stream, one.source.app) for one in other.counted)
    minutes = [one for one in counted.counted if one.stream is Stream.ACTIVITY_DURATION_MIN]
    assert len(minutes) + len(counted.witnesses) == len(entries)
    for witness, _ in counted.witnesses:
        assert any(one.start < witness.end and witness.start < one.end for one in minutes)
    for one in minutes:
        assert not any(_overlaps_half(one, other) for other in minutes if other.source != one.source)


def _overlaps_half(one: Observation, other: Observation) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared >= 0.5 * min(one.end - one.start, other.end - other.start)


def test_what_only_a_cut_off_file_has_of_a_session_is_no_part_of_the_whole_one() -> None:
    cut, whole = activity(6, 20, WATCH, 3000, PARTIAL_FILE), activity(6, 60, WATCH)
    corrected = replace(cut[1], value=9000.0, quality=(BY_HAND,))

    assert total([whole[0], cut[1]], "activity_duration_min") == 60
    assert total([whole[0], cut[1]], "distance") == 0
    assert total([cut[0], cut[1]], "distance") == 3000
    assert total([cut[0], corrected], "activity_duration_min") == 20, "what a person corrected makes no file whole"
    assert total([whole[0], corrected], "distance") == 9000
    (beside,) = matched_reports([whole[0], cut[1]]).completed
    assert [list(one.readings.values()) for one in (beside[0], *beside[1])] == [[cut[1]], [whole[0]]]


@pytest.mark.parametrize("order", [1, -1])
def test_a_file_without_the_sources_id_is_the_session_that_has_it(order: int) -> None:
    named = [replace(one, entry="1234-567") for one in activity(10, 60, WATCH, 10_000)]
    unnamed = activity(10, 60, WATCH)
    other = [replace(one, entry="#1") for one in activity(10, 20, WATCH, 3_000)]

    found = matched_reports((named + unnamed)[::order] + other)

    assert sorted(one.value for one in found.counted) == [20.0, 60.0, 3_000.0, 10_000.0]
    assert [(one.readings[Stream.ACTIVITY_DURATION_MIN].entry, len(same)) for one, same in found.witnesses] == [("", 1)]


def test_two_sessions_of_a_day_without_a_time_are_two_whoever_has_an_id() -> None:
    named = [replace(one, entry="a") for one in rated(0, 6, 60, WATCH, dated=True)]

    assert total(named + rated(0, 6, 60, WATCH, dated=True), "session_duration_min") == 120

"""What is told to be used in no figure is what the daily table leaves out for another source, no more and no less."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.features.daily import build
from client.features.days.outranked import WhyFirst, outranked
from client.features.past.as_of import tables_as_of
from client.ingest.results.unused_figures import in_words, unused_of_files
from tests.client.sessions_of_two_sources import sessions_of_two_sources

Run = Callable[..., tuple[int, str, str]]
START = datetime(2026, 3, 2, tzinfo=UTC)
WATCH, SHEET = ReadingSource("", "fit", "a" * 64), ReadingSource("", "club-sheet", "b" * 64)
ORDERS = st.sampled_from([("fit",), ("club-sheet",), ("club-sheet", "fit")])  # without one it changes from day to day
TIMES = st.tuples(st.integers(0, 6), st.sampled_from([7, 8, 12, 18]), st.sampled_from([WATCH, SHEET]))


def held(stream: Stream, times: set[tuple[int, int, ReadingSource]], minutes: int) -> list[Observation]:
    """Readings whose values differ, so that a sum tells which of them were added."""
    number = count()
    return [
        observe(stream, begin, float(100 + 2 ** next(number)), source, end=begin + timedelta(minutes=minutes))
        for day, hour, source in sorted(times, key=lambda one: (one[0], one[1], one[2].app))
        for begin in [START + timedelta(days=day, hours=hour)]
    ]


def values(readings: list[Observation]) -> float:
    return sum(float(str(one.value)) for one in readings)


@pytest.mark.parametrize(("stream", "minutes"), [(Stream.STEPS, 60), (Stream.SESSION_LOAD, 45)])
@given(times=st.sets(TIMES, min_size=1, max_size=9), order=ORDERS)
def test_the_table_adds_up_all_but_what_is_told(
    stream: Stream, minutes: int, times: set[tuple[int, int, ReadingSource]], order: tuple[str, ...]
) -> None:
    readings = held(stream, times, minutes)

    left_out = [one.reading for one in outranked(readings, priority=order)]

    table = build(readings, source_priority=order)
    assert np.nansum(table.column(stream.value)) == values(readings) - values(left_out)


@pytest.mark.parametrize("stream", [Stream.RESTING_HEART_RATE, Stream.FATIGUE, Stream.SLEEP_SCORE])
@given(days=st.sets(st.tuples(st.integers(0, 6), st.sampled_from([WATCH, SHEET])), min_size=1), order=ORDERS)
def test_a_day_has_the_value_of_the_one_source_that_is_not_told(
    stream: Stream, days: set[tuple[int, ReadingSource]], order: tuple[str, ...]
) -> None:
    value = {WATCH: 4.0, SHEET: 3.0} if stream is Stream.FATIGUE else {WATCH: 60.0, SHEET: 50.0}
    readings = [
        observe(stream, START + timedelta(days=day, hours=7), value[source], source)
        for day, source in sorted(days, key=lambda one: (one[0], one[1].app))
    ]

    left_out = {id(one.reading) for one in outranked(readings, priority=order)}

    table = build(readings, source_priority=order)
    shown = dict(zip(table.dates, table.column(stream.value), strict=True))
    assert {one.day: one.value for one in readings if id(one) not in left_out} == {
        day: number for day, number in shown.items() if not np.isnan(number)
    }


def night(day: int, source: ReadingSource) -> Observation:
    end = START + timedelta(days=day, hours=6)
    return observe(Stream.SLEEP_PERIOD_MIN, end - timedelta(hours=7), 400.0, source, end=end)


def asked(day: int) -> Observation:
    return observe(Stream.SLEEP_DURATION_H, START + timedelta(days=day, hours=7), 8.0, SHEET)


@pytest.mark.parametrize(
    ("nights", "answers", "by", "why", "words"),
    [
        ([0, 1, 2], [0, 1], "fit", WhyFirst.NIGHTS, "sleep_duration_h: two nights are not used in the numbers"),
        ([2, 3], [0, 1, 2, 3], "club-sheet", WhyFirst.HOURS, "sleep_period_min: the hours of two nights are not used"),
    ],
)
def test_hours_of_sleep_are_of_whichever_has_more_nights(
    nights: list[int], answers: list[int], by: str, why: WhyFirst, words: str
) -> None:
    found = outranked([night(day, WATCH) for day in nights] + [asked(day) for day in answers])

    ((told,),) = unused_of_files(found).values()
    assert (told.by[0], told.unit, told.number, told.why) == (by, "night", 2, why)
    assert in_words(told).startswith(words)


@given(worn=st.sets(st.integers(0, 9), min_size=1), answered=st.sets(st.integers(0, 9), min_size=1))
def test_hours_that_are_told_are_in_the_figures_of_no_day_and_all_others_are_in_one(
    worn: set[int], answered: set[int]
) -> None:
    readings = [night(day, WATCH) for day in worn] + [asked(day) for day in answered]

    told = {(one.reading.stream, (one.reading.end.date() - START.date()).days) for one in outranked(readings)}

    used = set()
    for held in tables_as_of(readings):
        for last in map(int, np.flatnonzero(held.holds)):
            hours = dict(zip(held.table.dates[: last + 1], held.table.column("sleep_h")[: last + 1], strict=True))
            of = {8.0: Stream.SLEEP_DURATION_H, 400 / 60: Stream.SLEEP_PERIOD_MIN}
            used |= {(of[value], (day - START.date()).days) for day, value in hours.items() if value == value}
    held_nights = {(Stream.SLEEP_PERIOD_MIN, day) for day in worn} | {
        (Stream.SLEEP_DURATION_H, day) for day in answered
    }
    assert told == held_nights - used


def test_a_half_report_gives_way_to_a_whole_one_whatever_the_order_of_sources() -> None:
    at = START + timedelta(hours=18)
    whole = [
        observe(Stream.SESSION_RPE, at, 6.0, WATCH),
        observe(Stream.SESSION_DURATION_MIN, at, 60.0, WATCH),
    ]
    half = observe(Stream.SESSION_DURATION_MIN, at, 55.0, SHEET)

    (told,) = outranked([*whole, half], priority=("club-sheet",))

    assert (told.reading, told.why) == (half, WhyFirst.WHOLE)


def test_what_an_app_says_of_variability_gives_way_to_the_beats_themselves() -> None:
    beats = tuple(800.0 + 30 * (number % 3) for number in range(400))
    begin = START + timedelta(hours=7)
    recorded = observe(Stream.RR_INTERVALS, begin, beats, WATCH, end=begin + timedelta(minutes=5))
    told = [observe(Stream.RMSSD, begin + timedelta(days=day), 70.0, SHEET) for day in range(2)]

    (found,) = outranked([recorded, *told], priority=("club-sheet",))

    assert (found.reading, found.by[0], found.why) == (told[0], "fit", WhyFirst.BEATS)
    table = build([recorded, *told], source_priority=("club-sheet",))
    assert [np.isclose(value, np.log(70.0)) for value in table.column("lnrmssd")] == [False, True]


def test_the_import_says_which_source_comes_first(node_of_one: Path, run: Run, tmp_path: Path) -> None:
    first, second, mapping = sessions_of_two_sources(tmp_path)
    run("source-priority", node_of_one, "pmsys")
    assert run("ingest", node_of_one, first, "--athlete", "7")[0] == 0

    rehearsed, shown, _ = run("ingest", node_of_one, second, "--athlete", "7", "--mapping", mapping, "--dry-run")
    code, out, _ = run("ingest", node_of_one, second, "--athlete", "7", "--mapping", mapping, "--json")

    told = "session_rpe, session_duration_min: two sessions are not used in the numbers: pmsys comes first"
    assert (rehearsed, code) == (0, 0)
    assert f"Note: {told}" in shown
    assert f"{told} (source-priority)" in json.loads(out)["files"][0]["notes"]
    run("source-priority", node_of_one, "club-sheet")
    second.write_text("when,rpe,minutes\n2026-03-07T17:00:00Z,8,60\n")
    assert "not used" not in run("ingest", node_of_one, second, "--athlete", "7", "--mapping", mapping)[1]

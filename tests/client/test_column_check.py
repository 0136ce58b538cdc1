"""Each column of a file is judged by itself: good numbers beside it hide no wrong one."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.streams import SPECS, Stream
from client.errors import BadMapping, UnreadableFile
from client.ingest.cells.column_check import RATED, ColumnCheck
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import read_mapped
from client.ingest.mapping import read_mapping

TextFile = Callable[..., InputFile]


def sheet(rows: list[tuple[object, ...]], stream: str, **changes: Any) -> tuple[str, bytes]:
    lines = ["day,answer,min", *(",".join(map(str, row)) for row in rows)]
    mapping = {
        "version": 1,
        "app": "sheet",
        "time": {"column": "day", "format": "date"},
        "streams": [
            {"column": "answer", "stream": stream},
            {"column": "min", "stream": "activity_duration_min"},
        ],
    }
    return "\n".join(lines), json.dumps({**mapping, **changes}).encode()


def taken(clock: LocalClock, answers: list[object], stream: str = "session_rpe") -> dict[str, Reading]:
    text, mapping = sheet([(f"2026-03-{n:02}", answer, 60) for n, answer in enumerate(answers, 1)], stream)
    return read_mapped(InputFile("x.csv", text.encode()), clock, read_mapping(mapping))


@pytest.mark.parametrize(
    ("answers", "stream"),
    [
        ([13, 15, 9, 8, 12, 7, 10, 17], "session_rpe"),
        ([9, 8, 7, 10, 9, 11, 8, 9, 7, 10], "session_rpe"),
        ([13], "session_rpe"),
        ([3, 7, 5, 8, 4, 6], "mood"),
        ([3, 2, 4, 7, 4, 3, 1, 5, 2, 2], "fatigue"),
        ([70, 82, 65, 40, 90], "readiness"),
    ],
)
def test_answers_on_another_scale_refuse_the_file_and_name_the_column(
    clock: LocalClock, answers: list[object], stream: str
) -> None:
    with pytest.raises(UnreadableFile, match=f"answers of answer are above .* the scale of {stream}") as refused:
        taken(clock, answers, stream)

    assert refused.value.rows == len(answers)


def test_a_slip_among_many_answers_is_a_refused_cell(clock: LocalClock) -> None:
    reading = taken(clock, [5, 6, 55, *([4, 7, 3, 6] * 6)])[""]

    assert reading.report.details["dropped:range_session_rpe"] == 1
    assert sum(o.stream is Stream.SESSION_RPE for o in reading.observations) == 26


@pytest.mark.parametrize(
    ("answers", "stream"),
    [
        ([4, 7, 3, 6, 11, 5, 7, 2, 8, 6], "session_rpe"),
        ([3, 2, 55, 4, 1], "mood"),
        ([7, 8, 6, 77, 9, 8], "session_rpe"),
    ],
)
def test_one_slip_in_a_small_column_is_a_refused_cell_named_by_its_row(
    clock: LocalClock, answers: list[object], stream: str
) -> None:
    reading = taken(clock, answers, stream)[""]

    assert reading.report.details[f"dropped:range_{stream}"] == 1
    assert sum(one.stream == stream for one in reading.observations) == len(answers) - 1
    (note,) = reading.report.notes
    assert note.startswith("answer: an answer above")
    assert note.endswith(f"row {next(n for n, value in enumerate(answers, 2) if int(str(value)) > 10)}")


def test_answers_below_the_scale_tell_no_other_scale(clock: LocalClock) -> None:
    assert taken(clock, [-1, 6])[""].report.details["dropped:range_session_rpe"] == 1


def test_a_scale_that_is_another_one_is_refused_when_the_mapping_is_read() -> None:
    _, mapping = sheet([], "session_rpe", streams=[{"column": "answer", "stream": "session_rpe", "scale": [6, 20]}])

    with pytest.raises(ValueError, match="a scale from 0 to 10"):
        read_mapping(mapping)


@given(st.sampled_from(sorted(RATED)), st.sampled_from([0, 1, 6]), st.integers(2, 100))
def test_a_name_that_says_another_scale_is_believed_unless_the_mapping_says_which(
    stream: Stream, low: int, high: int
) -> None:
    spec, name = SPECS[stream], f"x ({low}-{high})"
    _, mapping = sheet([], stream.value, streams=[{"column": name, "stream": stream.value}])
    _, declared = sheet(
        [], stream.value, streams=[{"column": name, "stream": stream.value, "scale": [spec.low, spec.high]}]
    )

    assert read_mapping(declared).streams[0].column == name
    if (spec.low, spec.high) == (low, high):
        assert read_mapping(mapping).streams[0].column == name
        return
    with pytest.raises(BadMapping, match=rf"says {low} to {high}, and {stream.value} is a scale .* say \"scale\": \["):
        read_mapping(mapping)


def test_many_good_minutes_hide_no_column_of_bad_numbers(clock: LocalClock) -> None:
    text, mapping = sheet([(f"2026-03-{n:02}", "fine", 60) for n in range(1, 21)], "resting_heart_rate")

    with pytest.raises(UnreadableFile, match="most numbers of answer"):
        read_mapped(InputFile("x.csv", text.encode()), clock, read_mapping(mapping))


def test_the_whole_column_is_that_of_all_athletes_of_the_file(clock: LocalClock) -> None:
    """Each athlete by herself has too few answers above the scale to tell, or none."""
    lines = ["who,day,answer,min"]
    lines += [f"a,2026-03-{n:02},{n % 4 + 7},60" for n in range(1, 21)]
    lines += [f"b,2026-03-{n:02},{n % 4 + 11},60" for n in range(1, 4)]
    _, mapping = sheet([], "session_rpe", athlete="who")

    with pytest.raises(UnreadableFile, match="may be on another scale"):
        read_mapped(InputFile("x.csv", "\n".join(lines).encode()), clock, read_mapping(mapping))


def test_rows_without_a_time_count_towards_the_refusal(clock: LocalClock) -> None:
    rows = [(f"2026-03-{n:02}" if n < 3 else "soon", 5, 60) for n in range(1, 7)]
    text, mapping = sheet(rows, "session_rpe")

    with pytest.raises(UnreadableFile, match="4 of 6 rows have a time that cannot be read"):
        read_mapped(InputFile("x.csv", text.encode()), clock, read_mapping(mapping))


def test_every_question_with_a_scale_is_judged_as_one() -> None:
    items = {Stream.FATIGUE, Stream.MOOD, Stream.SLEEP_QUALITY, Stream.SORENESS, Stream.STRESS}
    of_instruments = {stream for stream in Stream if stream.value.startswith(("hooper_", "intervals_"))}
    assert len(of_instruments) == 10
    assert items | of_instruments | {Stream.SESSION_RPE, Stream.READINESS} == RATED


def test_a_file_without_a_refused_cell_passes() -> None:
    check = ColumnCheck()
    check.take(Stream.MOOD)

    check.judge(rows=10, without_time=5)


@pytest.mark.parametrize("word", ["NaN", "-Inf", "#DIV/0!", "#VALUE!"])
def test_a_division_by_nothing_says_nothing_of_the_other_cells(clock: LocalClock, word: str) -> None:
    (reading,) = taken(clock, [word, word, word, word, 145, 146], "heart_rate_mean").values()

    assert [one.value for one in reading.observations if one.stream is Stream.HEART_RATE_MEAN] == [145.0, 146.0]
    assert reading.report.details["dropped:not_a_number_heart_rate_mean"] == 4


@pytest.mark.parametrize("is_in_name", [True, False])
@given(st.lists(st.integers(1, 7), min_size=5, max_size=27), st.integers(8, 10), st.integers(0, 4), st.randoms())
def test_one_slip_on_a_declared_scale_is_a_cell_and_one_in_twenty_is_a_scale(
    is_in_name: bool, good: list[int], above: int, slips: int, order: Random
) -> None:
    answers = [*good, *([above] * slips)]
    order.shuffle(answers)
    name = "Sleep (1-7)" if is_in_name else "answer"
    column = {"column": name, "stream": "hooper_sleep"} | ({} if is_in_name else {"scale": [1, 7]})
    text, mapping = sheet([(f"2026-03-{n:02}", a, 60) for n, a in enumerate(answers, 1)], "mood", streams=[column])
    file = InputFile("x.csv", text.replace("answer", name).encode())
    clock = LocalClock(UTC, datetime(2026, 11, 23, tzinfo=UTC))

    if slips > 1 and slips >= 0.05 * len(answers):
        with pytest.raises(UnreadableFile, match=f"{slips} of {len(answers)} answers of .*may be on another scale"):
            read_mapped(file, clock, read_mapping(mapping))
        return
    reading = read_mapped(file, clock, read_mapping(mapping))[""]
    assert len(reading.observations) == len(good)
    assert reading.report.details.get("dropped:range_hooper_sleep", 0) == slips
    assert not slips or any(name in note and "row" in note for note in reading.report.notes)

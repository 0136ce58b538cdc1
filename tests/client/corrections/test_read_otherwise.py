"""The same rows read under another mapping never add up: they are known, take the stored ones' place, or are asked."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.features.daily import build
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.mapping import Mapping, read_mapping
from client.ingest.results.import_result import ImportResult
from client.questions.session_questions import open_questions
from client.vault.history.by_hand import correct, void
from client.vault.history.reading_states import stored_readings
from client.vault.store import Vault
from tests.client.corrections.vault_story import WHY, Story, minutes_of, rating, story

OSLO = LocalClock(ZoneInfo("Europe/Oslo"), datetime(2026, 11, 23, 12, tzinfo=UTC))
SheetRow = tuple[int, int, int, int]
"""Day of March or October, hour, rating, minutes."""

ROWS = st.tuples(st.integers(26, 31), st.sampled_from([6, 10, 17]), st.integers(3, 6), st.sampled_from([45, 60]))
TABLES = st.lists(ROWS, min_size=1, max_size=8, unique_by=lambda row: row[:2])
TIMES = st.sampled_from(
    [
        {"column": "date", "format": "date"},
        {"column": "date", "format": "date", "time_of_day": "time"},
        {"column": "date", "format": "date", "time_of_day": "time", "zone": "utc"},
    ]
)
STREAMS = st.sampled_from([("rpe", "min"), ("min",), ("min", "rpe", "km")])
MAPPINGS = st.builds(
    lambda time, streams, zone, app: mapping_of(time, streams, timezone=zone, app=app),
    TIMES,
    STREAMS,
    st.sampled_from(["Europe/Oslo", "Europe/London"]),
    st.sampled_from(["sheet", "sheet", "other"]),
)
DATED, TIMED = ({"column": "date", "format": "date", **more} for more in ({}, {"time_of_day": "time"}))
_STREAM = {"rpe": "session_rpe", "min": "session_duration_min", "km": "distance"}


def mapping_of(time: Any, columns: Sequence[str] = ("rpe", "min"), **more: Any) -> Mapping:
    streams = [{"column": one, "stream": _STREAM[one]} for one in columns]
    return read_mapping(json.dumps({"version": 1, "app": "sheet", "time": time, "streams": streams} | more).encode())


def table_of(rows: Sequence[SheetRow], month: int = 10) -> str:
    lines = (f"2026-{month:02}-{day:02},{hour:02}:00,{rpe},{length},{length}00" for day, hour, rpe, length in rows)
    return "\n".join(("date,time,rpe,min,km", *lines)) + "\n"


def written(folder: Path, name: str, rows: Sequence[SheetRow], month: int = 10) -> Path:
    path = folder / f"{name}.csv"
    path.write_text(table_of(rows, month))
    return path


def take(told: Story, path: Path, mapping: Mapping) -> ImportResult:
    (result,) = Importer(told.vault, OSLO, Attribution(told.athlete), mapping).take(path)
    return result


def minutes(told: Story) -> float:
    """All minutes of all days, as figures have them."""
    column = build(told.vault.read(told.athlete)).column("session_duration_min")
    return float(column[~np.isnan(column)].sum())


@settings(max_examples=25)
@given(TABLES, st.sampled_from([3, 10]), st.lists(MAPPINGS, min_size=2, max_size=3))
def test_rows_of_one_file_never_add_up(
    shared: Vault, tmp_path_factory: pytest.TempPathFactory, rows: list[SheetRow], month: int, mappings: list[Mapping]
) -> None:
    path = written(tmp_path_factory.mktemp("read"), "sheet", rows, month)
    with story(shared) as told:
        results = [take(told, path, one) for one in mappings]

        asked = open_questions(told.vault, told.athlete).questions
        is_told = any("left:stored" in one.report.details for one in results)
        assert minutes(told) == sum(row[3] for row in rows) or asked or is_told


@settings(max_examples=25)
@given(rows=TABLES, more=TABLES, is_turned=st.booleans())
def test_a_later_file_that_says_the_time_of_day_tells_the_same_sessions(
    shared: Vault,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[SheetRow],
    more: list[SheetRow],
    *,
    is_turned: bool,
) -> None:
    grown = [*rows, *(row for row in more if row[:2] not in {one[:2] for one in rows})]
    folder = tmp_path_factory.mktemp("grown")
    first, second = written(folder, "a", rows), written(folder, "b", grown)
    times = (TIMED, DATED) if is_turned else (DATED, TIMED)
    with story(shared) as told:
        take(told, first, mapping_of(times[0]))
        before = told.seen()
        last = take(told, second, mapping_of(times[1]))

        assert minutes(told) == sum(row[3] for row in grown)
        assert open_questions(told.vault, told.athlete).questions == ()
        assert last.account.rows == last.account.kept + sum(last.account.dropped.values()) + last.account.duplicates
        assert take(told, first, mapping_of(times[0])).added == 0
        if grown != rows:  # undoing a file takes its repeats with it
            told.undo(2)
            assert told.seen() == before


SESSIONS = st.lists(
    st.tuples(st.sampled_from([0, 9]), st.sampled_from([4.0, 5.0]), st.sampled_from([30.0, 45.0])), max_size=3
)
FILES = st.lists(st.tuples(st.sampled_from("abc"), SESSIONS, st.booleans()), min_size=1, max_size=4)


@settings(max_examples=50)
@given(FILES)
def test_what_is_stored_follows_from_its_events_and_the_last_can_be_undone(
    shared: Vault, files: list[tuple[str, list[tuple[int, float, float]], bool]]
) -> None:
    with story(shared) as told:
        for number, (name, sessions, replaces) in enumerate(files):
            before = told.seen()
            readings = [
                one for at, rpe, length in sessions for one in (rating(rpe, hour=at), minutes_of(length, hour=at))
            ]
            told.bring(f"{name}{number}", readings, replaces=replaces and number == 2)

        history = told.history()
        for key in history.keys:
            stored, again = history.state(key), history.state_without(key, frozenset())
            assert (again.counting, len(again.former)) == (stored.counting, len(stored.former))
        told.undo(len(files))
        assert told.seen() == before


WEEK: list[SheetRow] = [(1, 10, 5, 60), (2, 10, 6, 70), (3, 17, 4, 45), (13, 17, 4, 45)]


@pytest.fixture
def told(shared: Vault) -> Iterator[Story]:
    """A fresh athlete."""
    with story(shared) as held:
        yield held


def test_what_took_a_stored_rows_place_is_told_and_can_be_taken_back(told: Story, tmp_path: Path) -> None:
    path = written(tmp_path, "17", WEEK)
    take(told, path, mapping_of(DATED))
    before = told.seen()

    again = take(told, path, mapping_of(TIMED))

    assert (minutes(told), again.added, again.replaced) == (220, 8, 8)
    assert again.report.details["moved:stored"] == 4
    assert any("stored at another time, such as their day alone: 4" in note for note in again.report.notes)
    assert (take(told, path, mapping_of(DATED)).status, minutes(told)) == ("skipped", 220)
    told.undo(2)
    assert told.seen() == before


def test_dates_that_were_read_as_month_and_day_do_not_leave_days_behind(told: Story, tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text("date,rpe,min\n03/04/2026,5,60\n04/04/2026,6,70\n06/04/2026,4,45\n")
    take(told, path, mapping_of({"column": "date", "format": "%m/%d/%Y"}))
    take(told, path, mapping_of({"column": "date", "format": "%d/%m/%Y"}))

    assert minutes(told) == 175
    assert {one.day.month for one in told.vault.read(told.athlete)} == {4}


def test_what_a_person_did_to_a_row_holds_for_it_at_its_time_of_day(told: Story, tmp_path: Path) -> None:
    path = written(tmp_path, "hand", WEEK[:2])
    take(told, path, mapping_of(DATED))
    ids = {one.reading.value: one.id for one in stored_readings(told.vault, told.athlete)}
    correct(told.vault, told.athlete, ids[60.0], 50.0, WHY)
    for value in (6.0, 70.0):
        void(told.vault, told.athlete, ids[value], WHY)

    take(told, path, mapping_of(TIMED))

    assert {one.value for one in told.vault.read(told.athlete)} == {5.0, 50.0}


def test_a_day_whose_row_was_changed_is_asked_about(told: Story, tmp_path: Path) -> None:
    take(told, written(tmp_path, "old", [(1, 10, 9, 60)]), mapping_of(DATED))
    later = take(told, written(tmp_path, "new", [(1, 10, 6, 60)]), mapping_of(TIMED))

    assert later.report.details["unclear:session"] == 1
    assert any("imports questions" in note for note in later.report.notes)
    (question,) = open_questions(told.vault, told.athlete).questions
    assert [one.value for one in question.left_out] == [60.0, 9.0]


def test_rows_that_are_others_stay(told: Story, tmp_path: Path) -> None:
    """Two sessions in one line, each with a mapping of its own: nothing of the first is lost by the second."""
    path = tmp_path / "wide.csv"
    rows = "2026-10-01,09:00,5,60,17:00,7,90\n2026-10-02,09:00,5,60,17:00,5,60\n"
    path.write_text(f"date,am,am rpe,am min,pm,pm rpe,pm min\n{rows}")
    for half in ("am", "pm"):
        columns = [{"column": f"{half} {one}", "stream": _STREAM[one]} for one in ("rpe", "min")]
        last = take(told, path, mapping_of(DATED | {"time_of_day": half}, streams=columns))

    assert minutes(told) == 270
    assert last.report.details["left:stored"] == 2
    assert any("--replace" in note for note in last.report.notes)

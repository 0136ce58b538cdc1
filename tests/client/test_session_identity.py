"""One session counts once and two count twice: rows of one file, later exports, corrections and ids of the source."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.biometrics.observations import Observation
from client.biometrics.streams import Stream
from client.features.daily import DailyTable, build
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer, ImportResult
from client.ingest.mapping import Mapping, read_mapping
from client.vault.history.reading_states import ReadingState, stored_readings
from client.vault.keys import UnlockKey
from client.vault.old_readings import delete_old
from client.vault.store import Vault, new_athlete_id
from policies.vocabulary import AthleteId, Category

OSLO = LocalClock(ZoneInfo("Europe/Oslo"), datetime(2026, 11, 23, 12, tzinfo=UTC))
Take = Callable[..., ImportResult]


def mapping_of(time_format: str, *streams: tuple[str, str], duration: str | None = None) -> Mapping:
    fields = {
        "version": 1,
        "app": "sheet",
        "time": {"column": "date", "format": time_format},
        "streams": [{"column": column, "stream": stream} for column, stream in streams],
    }
    return read_mapping(json.dumps(fields | ({"duration_min": duration} if duration else {})).encode())


SESSIONS = ("rpe", "session_rpe"), ("min", "session_duration_min")
SHEET = mapping_of("date", *SESSIONS)
TIMED = mapping_of("iso", *SESSIONS, duration="min")
JUMPS = mapping_of("date", ("jump", "jump_height_cm"))


@pytest.fixture
def take(vault: Vault, athlete: AthleteId, tmp_path: Path) -> Take:
    """Import a file of this text."""
    count = iter(range(1000))

    def run(text: str, mapping: Mapping | None = None, name: str = "sheet.csv") -> ImportResult:
        folder = tmp_path / str(next(count))
        folder.mkdir()
        (folder / name).write_text(text)
        (result,) = Importer(vault, OSLO, Attribution(athlete), mapping).take(folder / name)
        return result

    return run


@pytest.fixture
def table(vault: Vault, athlete: AthleteId) -> Callable[[], DailyTable]:
    """The daily table of what is stored."""
    return lambda: build(vault.read(athlete))


def load_on(table: DailyTable, day: str) -> float:
    return float(table.column("session_load")[[d.isoformat() for d in table.dates].index(day)])


def srpe(*rows: str) -> str:
    return "end_date_time,activity_names,perceived_exertion,duration_min\n" + "".join(f"{row}\n" for row in rows)


def sheet(*rows: str) -> str:
    return "date,rpe,min\n" + "".join(f"{row}\n" for row in rows)


def test_rows_of_one_day_in_one_file_are_different_sessions(take: Take, table: Callable[[], DailyTable]) -> None:
    rows = "2026-03-02,6,60", "2026-03-02,8,45", "2026-03-03,5,90", "2026-03-04,5,60", "2026-03-04,5,60"

    first, again = take(sheet(*rows), SHEET), take(sheet(*reversed(rows)), SHEET)

    assert [load_on(table(), f"2026-03-0{day}") for day in (2, 3, 4)] == [720, 450, 600]
    assert table().column("session_duration_min").tolist() == [105, 90, 120]
    assert (first.added, again.added, again.report.duplicate) == (10, 0, 10)
    assert "conflict:stored" not in first.report.details | again.report.details


def test_half_a_row_does_not_lend_its_minutes_to_another(take: Take, vault: Vault, athlete: AthleteId) -> None:
    take(sheet("2026-03-02,6,60", "2026-03-02,,45", "2026-03-02,5,30"), SHEET)

    rows: dict[str, list[object]] = {}
    for one in vault.read(athlete):
        rows.setdefault(one.entry, []).append(one.value)
    assert sorted(map(sorted, rows.values())) == [[5.0, 30.0], [6.0, 60.0], [45.0]]  # type: ignore[type-var]  # numbers


def test_a_row_with_a_time_of_day_that_stands_twice_is_one_session(take: Take, table: Callable[[], DailyTable]) -> None:
    row = "2026-03-02T17:00:00,6,60"

    take(sheet(row, row, "2026-03-02T17:00:00,8,45"), TIMED)

    assert load_on(table(), "2026-03-02") == 720


def test_trials_of_one_test_day_are_all_kept(take: Take, table: Callable[[], DailyTable]) -> None:
    text = "date,jump\n2026-02-28,36.9\n2026-02-28,35.2\n2026-02-28,40.1\n"

    for _ in range(2):
        take(text, JUMPS)

    assert table().column("jump_height_cm").tolist() == [pytest.approx(37.4)]


@pytest.mark.parametrize(
    ("before", "after", "load"),
    [
        ("2026-03-03T17:30:00Z,x,5,75", "2026-03-03T17:30:00Z,x,5,95", 475),
        ("2026-03-03T17:30:00Z,x,9,60", "2026-03-03T17:30:00Z,x,4,60", 240),
        ("2026-03-03T17:30:00Z,x,9,60", "2026-03-03T17:30:00Z,x,4,75", 300),
    ],
)
def test_a_corrected_session_takes_the_place_of_the_earlier_one(
    take: Take, table: Callable[[], DailyTable], vault: Vault, athlete: AthleteId, before: str, after: str, load: float
) -> None:
    take(srpe(before))
    result = take(srpe(after))

    assert load_on(table(), "2026-03-03") == load
    assert result.report.details["conflict:stored"] >= 1
    assert any("2026-03-03" in note for note in result.report.notes), "it is told which session"
    assert stored_readings(vault, athlete, states=[ReadingState.REPLACED]), "the former value is kept"
    assert take(srpe(before)).added == 0
    assert load_on(table(), "2026-03-03") == load, "an old file read again does not undo the correction"


@pytest.mark.parametrize(
    ("mapping", "before", "after"),
    [
        (SHEET, "2026-03-03,5,75", "2026-03-03,5,95"),
        (TIMED, "2026-03-03T17:00:00,5,75", "2026-03-03T17:00:00,5,95"),
        (TIMED, "2026-03-03T17:00:00,9,60", "2026-03-03T17:00:00,5,95"),
    ],
)
def test_a_corrected_row_of_a_table_takes_the_place_of_the_earlier_one(
    take: Take, table: Callable[[], DailyTable], mapping: Mapping, before: str, after: str
) -> None:
    take(sheet(before), mapping)
    result = take(sheet(after), mapping)

    assert load_on(table(), "2026-03-03") == 475
    assert result.report.details["corrected:session"] == 1


def test_of_two_sessions_of_a_day_the_corrected_one_is_found(take: Take, table: Callable[[], DailyTable]) -> None:
    take(sheet("2026-03-02,6,60", "2026-03-02,8,45"), SHEET)
    take(sheet("2026-03-02,8,50", "2026-03-02,6,60"), SHEET)

    assert load_on(table(), "2026-03-02") == 760


def test_a_row_that_shares_nothing_with_the_stored_one_is_a_further_session_and_told(
    take: Take, table: Callable[[], DailyTable]
) -> None:
    take(sheet("2026-03-02,6,60"), SHEET)
    result = take(sheet("2026-03-02,8,45"), SHEET)

    assert load_on(table(), "2026-03-02") == 720
    assert result.report.details["unclear:session"] == 1
    assert any("further" in note for note in result.report.notes)


def test_a_fitbit_log_is_one_session_however_often_it_is_exported(take: Take, vault: Vault, athlete: AthleteId) -> None:
    run = {"logId": 7, "activityName": "Run", "duration": 3_480_000, "startTime": "2026-03-02 16:01:00"}
    night = {
        "logId": 9,
        "dateOfSleep": "2026-03-02",
        "startTime": "2026-03-01T23:10:00.000",
        "endTime": "2026-03-02T06:40:00.000",
        "minutesAsleep": 412,
        "timeInBed": 450,
    }

    take(json.dumps([run, run]), name="exercise.json")
    take(json.dumps([run | {"startTime": "2026-03-02 16:04:00"}]), name="exercise.json")
    take(json.dumps([night, night]), name="sleep.json")
    take(json.dumps([night | {"startTime": "2026-03-01T23:40:00.000", "minutesAsleep": 390}]), name="sleep.json")

    found = vault.read(athlete, [Stream.ACTIVITY_DURATION_MIN, Stream.SLEEP_PERIOD_MIN])
    assert [(one.start.isoformat(), one.value) for one in found] == [
        ("2026-03-01T22:40:00+00:00", 390.0),
        ("2026-03-02T16:04:00+00:00", 58.0),
    ]


def test_what_an_earlier_version_stored_without_ids_is_found_again(
    take: Take, vault: Vault, athlete: AthleteId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knew no entries and read exercises as local time: an hour too early in Oslo."""
    run = {"logId": 7, "activityName": "Run", "duration": 3_480_000, "startTime": "2026-03-02 16:01:00"}
    with monkeypatch.context() as earlier:
        earlier.setattr("client.ingest.collector.told_apart", lambda readings, _: tuple(readings))
        earlier.setattr("client.ingest.fitbit.utc_time", fitbit_local_time())
        take(json.dumps([run]), name="exercise.json")
        take(srpe("2026-03-03T17:30:00Z,x,5,75"))
    assert [one.start.hour for one in vault.read(athlete, [Stream.ACTIVITY_DURATION_MIN])] == [15]

    take(json.dumps([run]), name="exercise.json")
    again = take(srpe("2026-03-03T17:30:00Z,x,5,75"))
    take(srpe("2026-03-03T17:30:00Z,x,5,95"))

    assert [one.start.hour for one in vault.read(athlete, [Stream.ACTIVITY_DURATION_MIN])] == [16]
    assert [one.value for one in vault.read(athlete, [Stream.SESSION_DURATION_MIN])] == [95.0]
    assert (again.added, again.report.duplicate) == (0, 2)


def fitbit_local_time() -> object:
    from client.ingest.times.fitbit_time import local_time

    return local_time


def test_the_places_of_what_was_known_are_told(
    vault: Vault, athlete: AthleteId, day_of: Callable[..., Observation]
) -> None:
    stored = [day_of(Stream.MOOD, 0, 3.0), day_of(Stream.SESSION_RPE, 1, 5.0)]
    vault.add(athlete, stored)

    found = vault.add_counted(athlete, [day_of(Stream.MOOD, 2, 3.0), *stored, day_of(Stream.SESSION_RPE, 1, 6.0)])

    assert (found.added, found.duplicate, found.known) == (2, 2, (1, 2))


def test_what_another_source_reports_too_is_told(take: Take, table: Callable[[], DailyTable]) -> None:
    take(srpe("2026-03-02T18:30:00Z,x,7,90", "2026-03-04T18:30:00Z,x,7,90"))

    twice = take(sheet("2026-03-02T18:00:00,7,90", "2026-03-03T18:00:00,5,60"), TIMED)
    near = take(sheet("2026-03-04T19:10:00,5,60"), TIMED)

    assert twice.report.details["witness:session"] == 1
    assert any("each counts once" in note for note in twice.report.notes)
    assert near.report.details["unclear:session"] == 1
    assert load_on(table(), "2026-03-02") == 630


rows_of_days = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from([3, 5, 7]), st.sampled_from([30, 45, 90])), min_size=1, max_size=8
)


@settings(deadline=None, max_examples=25)
@given(rows=rows_of_days, order=st.randoms(use_true_random=False), repeats=st.integers(1, 3))
def test_every_row_counts_once_in_any_order_and_however_often_it_is_imported(
    rows: list[tuple[int, int, int]], order: object, repeats: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    with Vault.open(folder / "v.sqlite3", UnlockKey(bytes(32))) as vault:
        someone = vault.add_athlete(new_athlete_id(), "A", shirt_no=1).athlete
        for number in range(repeats):
            order.shuffle(rows)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
            path = folder / f"{number}.csv"
            path.write_text(sheet(*(f"2026-03-0{day},{rating},{minutes}" for day, rating, minutes in rows)))
            Importer(vault, OSLO, Attribution(someone), SHEET).take(path)
        table = build(vault.read(someone))

    for day in {day for day, _, _ in rows}:
        expected = sum(rating * minutes for d, rating, minutes in rows if d == day)
        assert load_on(table, f"2026-03-0{day}") == expected


def test_what_was_corrected_ends_with_the_athlete_and_with_the_retention(
    take: Take, vault: Vault, athlete: AthleteId
) -> None:
    take(srpe("2026-03-03T17:30:00Z,x,5,75"))
    take(srpe("2026-03-03T17:30:00Z,x,5,95"))
    database, number, _ = vault.seal_of(athlete)

    def left() -> int:
        with database.reading() as connection:
            found: int = connection.execute("SELECT count(*) FROM superseded WHERE athlete = ?", (number,)).fetchone()[
                0
            ]
        return found

    assert left() == 2

    delete_old(vault, {Category.TRAINING_LOAD: 30}, now=OSLO.now)
    assert (left(), vault.read(athlete)) == (0, [])

    take(srpe("2026-03-03T17:30:00Z,x,5,75"))
    take(srpe("2026-03-03T17:30:00Z,x,5,95"))
    vault.erase(athlete)
    assert left() == 0

"""The rows of the week plan: only ever added, the narrowest counts, a save can be undone, old rows are read."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from client.coaching.journal import CoachingJournal, JournalError, PlannedDay
from client.coaching.records.journal_file import SCHEMA
from client.coaching.training_session import PlanSource, TrainingSession
from client.planning.effective import OwnPlan, day_loads, narrowest
from client.planning.groups import PlanGroups
from client.planning.plan_for import EVERYONE, PlanFor, reaching
from client.planning.records import PlannedRow, PlanRecords, PlanSave
from client.planning.sessions import PlannedSession
from client.vault.seal import Seal
from policies.vocabulary import AthleteId, PersonId, Role

ATHLETE, OTHER = AthleteId("ath-00000000000000aa"), AthleteId("ath-00000000000000bb")
MONDAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
ROBIN = PersonId("staff-0123456789ab")
SQUAD, KEEPERS, OWN = PlanFor("first-team"), PlanFor("first-team", "Goalkeepers"), PlanFor(athlete=ATHLETE)
FULL = PlannedSession(TrainingSession.of(rpe=8, minutes=60), "Intervals", time(16), ("Warm-up, 15 min",))
EASY = PlannedSession(TrainingSession(200.0), "Activation")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[CoachingJournal]:
    with closing(CoachingJournal(path, lambda athlete: Seal(athlete.encode().ljust(32, b".")))) as held:
        yield held


@pytest.fixture
def records(journal: CoachingJournal) -> PlanRecords:
    return PlanRecords(journal.file)


def save(number: int, *, undoes: int | None = None) -> PlanSave:
    at = AT + timedelta(minutes=number)
    return PlanSave(f"{number:032x}", at, ROBIN, Role.COACH, None if undoes is None else f"{undoes:032x}")


def row(whom: PlanFor, session: PlannedSession | None, *, day: date = MONDAY, slot: int = 1) -> PlannedRow:
    return PlannedRow(whom, day, slot, session)


def own(records: PlanRecords, group: str = "") -> OwnPlan:
    plans = reaching(ATHLETE, "first-team", group)
    return OwnPlan(narrowest(records.in_effect(MONDAY, MONDAY + timedelta(days=6), plans), plans))


def test_what_was_saved_is_read_back_whole(records: PlanRecords) -> None:
    assert records.save(save(1), [row(SQUAD, FULL), row(OWN, EASY, slot=2)])

    found = records.in_effect(MONDAY, MONDAY, [SQUAD, OWN])

    assert found == {SQUAD: {(MONDAY, 1): FULL}, OWN: {(MONDAY, 2): EASY}}
    assert records.in_effect(MONDAY + timedelta(days=1), MONDAY + timedelta(days=9), [SQUAD, OWN]) == {}


def test_of_each_session_the_narrowest_plan_counts(records: PlanRecords) -> None:
    light = replace(EASY, title="Bike")
    records.save(save(1), [row(SQUAD, FULL), row(SQUAD, EASY, slot=2), row(KEEPERS, EASY), row(OWN, light, slot=2)])

    assert [one.title for one in own(records).on(MONDAY)] == ["Intervals", "Bike"]
    assert [one.title for one in own(records, "Goalkeepers").on(MONDAY)] == ["Activation", "Bike"]
    assert own(records).of_day(MONDAY + timedelta(days=1)) is None


def test_a_day_of_two_sessions_is_their_sum_and_has_no_one_effort(records: PlanRecords) -> None:
    records.save(save(1), [row(SQUAD, FULL), row(SQUAD, EASY, slot=2)])

    plan = own(records).of_day(MONDAY)

    assert plan is not None
    assert plan.session == TrainingSession(680.0)
    assert (plan.source, plan.title, plan.match_day) == (PlanSource.SET, "Intervals, then Activation", False)
    assert day_loads(own(records).sessions, [MONDAY, MONDAY + timedelta(days=1)]) == [680.0, None]


def test_a_decision_is_taken_back_until_the_first_session_that_says_when_it_starts(records: PlanRecords) -> None:
    early = replace(EASY, starts=time(9, 30))
    records.save(save(1), [row(SQUAD, FULL), row(SQUAD, early, slot=2)])
    records.save(save(2), [row(SQUAD, EASY, day=MONDAY + timedelta(days=1))])

    starts = [plan.starts for day in (0, 1) if (plan := own(records).of_day(MONDAY + timedelta(days=day)))]

    assert starts == [time(9, 30), None]


def test_taking_out_a_row_lets_the_wider_plan_count_again(records: PlanRecords) -> None:
    records.save(save(1), [row(SQUAD, FULL), row(OWN, PlannedSession(TrainingSession(0.0), "Rest"))])
    assert own(records).of_day(MONDAY).session.load_au == 0  # type: ignore[union-attr]  # a plan was saved above

    records.save(save(2), [row(OWN, None)])

    assert own(records).on(MONDAY) == [FULL]


def test_undoing_a_save_brings_back_what_counted_before_once(records: PlanRecords) -> None:
    records.save(save(1), [row(SQUAD, FULL)])
    records.save(save(2), [row(SQUAD, EASY)])

    assert records.save(save(3, undoes=2))
    assert not records.save(save(4, undoes=2))

    assert records.in_effect(MONDAY, MONDAY, [SQUAD]) == {SQUAD: {(MONDAY, 1): FULL}}
    newest, older = records.history(MONDAY, MONDAY, [SQUAD])
    assert (newest.save, newest.undone, newest.whom, newest.days) == (save(2), save(3, undoes=2), (SQUAD,), (MONDAY,))
    assert (older.save, older.undone) == (save(1), None)


def test_a_form_sent_twice_is_one_act(records: PlanRecords) -> None:
    assert records.save(save(1), [row(SQUAD, FULL)])
    assert not records.save(save(1), [row(SQUAD, EASY)])

    assert records.in_effect(MONDAY, MONDAY, [SQUAD]) == {SQUAD: {(MONDAY, 1): FULL}}


def test_rows_of_before_count_until_something_is_saved(journal: CoachingJournal, records: PlanRecords) -> None:
    journal.set_plan(PlannedDay(MONDAY, TrainingSession(300.0), "Gym", match_day=True))
    journal.set_plan(PlannedDay(MONDAY, TrainingSession(100.0), "Bike", athlete=ATHLETE))
    assert [one.load.load_au for one in own(records).on(MONDAY)] == [100.0]
    assert records.in_effect(MONDAY, MONDAY, [EVERYONE])[EVERYONE][MONDAY, 1].match

    records.save(save(1), [row(EVERYONE, EASY), row(OWN, None)])

    assert own(records).on(MONDAY) == [EASY]


@pytest.mark.parametrize("table", ["plan_save", "plan_session", "plan_member"])
@pytest.mark.parametrize("attack", ["UPDATE {} SET number = 7", "DELETE FROM {}"])
def test_rows_are_only_ever_added(
    journal: CoachingJournal, records: PlanRecords, path: Path, table: str, attack: str
) -> None:
    records.save(save(1), [row(SQUAD, FULL)])
    PlanGroups(journal.file).put({ATHLETE: "Goalkeepers"}, person=ROBIN, at=AT)

    with closing(sqlite3.connect(path)) as raw, pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        raw.execute(attack.format(table))


def test_what_is_of_one_athlete_is_sealed(journal: CoachingJournal, records: PlanRecords, path: Path) -> None:
    records.save(save(1), [row(OWN, replace(EASY, title="Rehabilitation"))])
    PlanGroups(journal.file).put({ATHLETE: "Rehabilitation"}, person=ROBIN, at=AT)
    journal.close()

    assert b"Rehabilitation" not in b"".join(one.read_bytes() for one in path.parent.iterdir())


def test_a_body_moved_to_another_save_is_not_opened(records: PlanRecords, path: Path) -> None:
    records.save(save(1), [row(OWN, EASY)])
    with closing(sqlite3.connect(path)) as raw:
        (body,) = raw.execute("SELECT body FROM plan_session").fetchone()
        values = ("f" * 32, OWN.key, ATHLETE, MONDAY.isoformat(), 1, body)
        raw.execute("INSERT INTO plan_session (save, whom, athlete, day, slot, body) VALUES (?,?,?,?,?,?)", values)
        raw.commit()

    with pytest.raises(Exception, match=r"changed|damaged|opened"):
        own(records)


def test_an_athlete_is_in_one_group_and_the_newest_word_counts(journal: CoachingJournal) -> None:
    groups = PlanGroups(journal.file)
    groups.put({ATHLETE: "Goalkeepers", OTHER: "Goalkeepers"}, person=ROBIN, at=AT)
    groups.put({ATHLETE: "Bench", OTHER: ""}, person=ROBIN, at=AT)

    assert groups.of([ATHLETE, OTHER]) == {ATHLETE: "Bench"}
    assert groups.of([OTHER]) == {}


def test_a_file_of_the_version_before_gets_the_tables(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        replace(SCHEMA, steps=SCHEMA.steps[:2]).bring_up(raw)
        raw.execute(
            "INSERT INTO coaching_plan (day, athlete, title, load_au, match_day) VALUES (?, '', 'Gym', 300, 1)",
            (MONDAY.isoformat(),),
        )

    with closing(CoachingJournal(path, lambda _: pytest.fail("no seal is needed"))) as held:
        records = PlanRecords(held.file)
        assert records.save(save(1), [row(EVERYONE, EASY, slot=2)])
        found = records.in_effect(MONDAY, MONDAY, [EVERYONE])

    assert [one.title for one in found[EVERYONE].values()] == ["Gym", "Activation"]


def test_all_of_a_save_or_nothing(journal: CoachingJournal, records: PlanRecords) -> None:
    with pytest.raises((JournalError, sqlite3.IntegrityError)):
        journal.file.run_all(
            [
                ("INSERT INTO plan_save (name, undoes, at, person, role) VALUES (?,?,?,?,?)", ("a", None, "", "", "")),
                ("INSERT INTO plan_session (save) VALUES (?)", ("a",)),
            ]
        )

    assert records.saves() == {}

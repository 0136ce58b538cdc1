"""What an athlete tells staff: sealed, kept, taken back by a row of its own, and a stop where they are not OK."""

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from client.coaching.check_in import BadCheckIn, CheckIn, CheckInAnswer, can_undo, flags_of, newest_by_day
from client.coaching.daily_assessment import Context, assess_day
from client.coaching.domains import ANSWERS
from client.coaching.journal import AlreadyDecided, CoachingJournal
from client.coaching.regression import Level
from client.coaching.training_session import PlanSource, SessionPlan, TrainingSession
from client.features.daily import DailyTable
from client.vault.seal import Seal
from policies.vocabulary import AthleteId, PersonId, Role
from tests.client.coaching.test_journal_rows import ATHLETE, DAY, OTHER, decision

AT = datetime(2026, 11, 24, 6, 40, tzinfo=UTC)
ROBIN, MIKA = PersonId("staff-robin"), PersonId("staff-mika")


def told(answer: CheckInAnswer, *, day: date = DAY, note: str = "", athlete: AthleteId = ATHLETE) -> CheckIn:
    return CheckIn(athlete, day, answer, note, ROBIN, Role.COACH, AT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> CoachingJournal:
    return CoachingJournal(path, lambda athlete: Seal(athlete.encode().ljust(32, b".")))


def test_an_answer_survives_closing_and_the_newest_of_a_day_counts(journal: CoachingJournal, path: Path) -> None:
    first = journal.check_ins.note(told(CheckInAnswer.NOT_REACHED))
    second = journal.check_ins.note(told(CheckInAnswer.FINE, note="slept at a friend’s"))
    journal.close()

    again = CoachingJournal(path, lambda athlete: Seal(athlete.encode().ljust(32, b".")))

    assert again.check_ins.of(ATHLETE, since=DAY) == [first, second]
    assert newest_by_day(again.check_ins.of(ATHLETE, since=DAY)) == {DAY: second}
    assert again.check_ins.of(OTHER, since=DAY) == []
    assert again.check_ins.of(ATHLETE, since=DAY + timedelta(days=1)) == []


def test_what_is_taken_back_counts_no_more_and_stays(journal: CoachingJournal) -> None:
    first = journal.check_ins.note(told(CheckInAnswer.FINE))
    second = journal.check_ins.note(told(CheckInAnswer.NOT_OK))

    for _ in range(2):
        journal.check_ins.take_back(second, person=MIKA, role=Role.MEDICAL, at=AT)

    assert journal.check_ins.of(ATHLETE, since=DAY) == [first]
    assert journal.check_ins.all_of(ATHLETE, since=DAY) == [first, second]


def test_a_decision_that_was_taken_back_may_be_taken_anew_and_both_stay(journal: CoachingJournal) -> None:
    journal.record(decision())
    journal.take_back(decision(), person=MIKA, role=Role.MEDICAL, at=AT)
    assert journal.decisions(ATHLETE, since=DAY) == []

    later = replace(decision(), at=AT, chosen_au=300.0)
    journal.record(later)
    with pytest.raises(AlreadyDecided):
        journal.record(later)

    assert journal.decisions(ATHLETE, since=DAY) == [later]
    (first, gone), (second, stands) = journal.history(ATHLETE, since=DAY)
    assert (first, second, stands) == (decision(), later, None)
    assert gone is not None
    assert (gone.person, gone.at) == (MIKA, AT)

    journal.take_back(later, person=ROBIN, role=Role.COACH, at=AT)
    journal.record(replace(later, chosen_au=200.0))
    assert [one.chosen_au for one in journal.decisions(ATHLETE, since=DAY)] == [200.0]


@pytest.mark.parametrize("table", ["coaching_check_in", "coaching_taken_back"])
@pytest.mark.parametrize("attack", ["UPDATE {} SET day = '2020-01-01'", "DELETE FROM {}"])
def test_rows_are_only_ever_added(journal: CoachingJournal, path: Path, table: str, attack: str) -> None:
    noted = journal.check_ins.note(told(CheckInAnswer.FINE))
    journal.check_ins.take_back(noted, person=MIKA, role=Role.MEDICAL, at=AT)

    with sqlite3.connect(path) as raw, pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        raw.execute(attack.format(table))
    raw.close()


def test_nothing_that_was_said_or_shown_is_readable_in_the_file(journal: CoachingJournal, path: Path) -> None:
    journal.check_ins.note(told(CheckInAnswer.NOT_OK, note="knee again"))
    journal.lights_shown.note(ROBIN, [ATHLETE], date(2026, 11, 19))
    journal.close()

    data = b"".join(file.read_bytes() for file in path.parent.iterdir())

    for secret in (b"not_ok", b"knee", b"2026-11-19"):
        assert secret not in data


def test_the_last_light_is_each_readers_own(journal: CoachingJournal) -> None:
    journal.lights_shown.note(ROBIN, [ATHLETE, OTHER], DAY - timedelta(days=2))
    for _ in range(2):
        journal.lights_shown.note(ROBIN, [ATHLETE], DAY)
    two_ago, both = DAY - timedelta(days=2), [ATHLETE, OTHER]

    assert journal.lights_shown.last(ROBIN, both, before=DAY) == {ATHLETE: two_ago, OTHER: two_ago}
    assert journal.lights_shown.last(ROBIN, both, before=DAY + timedelta(days=1)) == {ATHLETE: DAY, OTHER: two_ago}
    assert journal.lights_shown.last(ROBIN, both, before=two_ago) == {}
    assert journal.lights_shown.last(MIKA, both, before=DAY) == {}


def test_a_file_of_before_gets_the_new_tables_and_keeps_its_rows(path: Path) -> None:
    from client.coaching.records.journal_file import SCHEMA

    old = CoachingJournal(path, lambda athlete: Seal(athlete.encode().ljust(32, b".")))
    old.record(decision())
    old.close()
    with sqlite3.connect(path) as raw:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        later = {name for (name,) in raw.execute(query)} - {"coaching_decision", "coaching_plan", "schema_version"}
        assert later >= {"coaching_check_in", "coaching_taken_back", "coaching_light_shown"}
        for table in sorted(later):
            raw.execute(f"DROP TABLE {table}")
        raw.execute("UPDATE schema_version SET version = 1 WHERE component = ?", (SCHEMA.component,))
    raw.close()

    now = CoachingJournal(path, lambda athlete: Seal(athlete.encode().ljust(32, b".")))

    assert now.decisions(ATHLETE, since=DAY) == [decision()]
    assert now.check_ins.note(told(CheckInAnswer.FINE)).number == 1


def test_not_ok_stops_a_session_even_where_nothing_else_is_known() -> None:
    context = Context(DAY, AT, ANSWERS)
    plan = SessionPlan(TrainingSession.of(rpe=8, minutes=60), PlanSource.SET)
    empty = DailyTable((), {})

    for answer, level in ((CheckInAnswer.NOT_OK, Level.REST), (CheckInAnswer.FINE, None)):
        one = assess_day(ATHLETE, empty, context=context, plan=plan, check_ins=[told(answer)])
        assert (one.proposal.level if one.proposal else None) == level
        assert not one.to_ask
    assert assess_day(ATHLETE, empty, context=context, plan=plan).to_ask


def test_a_stop_ends_with_its_day_and_with_the_next_answer() -> None:
    yesterday = told(CheckInAnswer.NOT_OK, day=DAY - timedelta(days=1))
    replaced = [told(CheckInAnswer.NOT_OK), told(CheckInAnswer.FINE)]

    assert set(flags_of(newest_by_day([yesterday, *replaced]))) == {DAY - timedelta(days=1)}


def test_undo_ends_with_the_day_or_after_24_hours() -> None:
    assert can_undo(AT, now=AT + timedelta(hours=17))
    assert not can_undo(AT, now=AT + timedelta(hours=18))
    assert not can_undo(AT, now=AT + timedelta(days=1))


def test_undo_of_a_decision_ends_when_the_session_starts() -> None:
    starts = (AT + timedelta(hours=2)).time()

    assert can_undo(AT, now=AT + timedelta(hours=1, minutes=59), starts=starts)
    assert not can_undo(AT, now=AT + timedelta(hours=2), starts=starts)
    assert not can_undo(AT, now=AT + timedelta(days=1), starts=starts)


def test_a_long_note_is_refused() -> None:
    with pytest.raises(BadCheckIn, match="at most 200 characters, got 201"):
        told(CheckInAnswer.FINE, note="x" * 201)

"""The journal: durable, append-only, sealed per athlete, and unreadable after erasure."""

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from client.coaching.journal import AlreadyDecided, CoachingJournal, JournalError, PlannedDay
from client.coaching.regression import Level
from client.coaching.review import ReviewAnswer, ReviewDecision, ReviewReason
from client.coaching.training_session import TrainingSession
from client.errors import AthleteErased
from client.vault.keys import UnlockKey
from client.vault.seal import Seal
from client.vault.store import Vault
from policies.vocabulary import AthleteId, PersonId, Role

ATHLETE = AthleteId("ath-00000000000000aa")
OTHER = AthleteId("ath-00000000000000bb")
DAY = date(2026, 11, 24)


def decision(number: int = 1, *, athlete: AthleteId = ATHLETE, day: date = DAY) -> ReviewDecision:
    return ReviewDecision(
        proposal_id=f"{number:032x}",
        athlete=athlete,
        day=day,
        level=Level.REGRESS,
        answer=ReviewAnswer.MODIFY,
        reason=ReviewReason.TALKED,
        planned_au=480.0,
        proposed_au=336.0,
        chosen_au=401.0,
        review=False,
        person=PersonId("staff-robin"),
        role=Role.COACH,
        at=datetime(2026, 11, 24, 7, tzinfo=UTC),
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> CoachingJournal:
    return CoachingJournal(path, lambda athlete: Seal(athlete.encode().ljust(32, b".")))


def test_a_decision_survives_closing(journal: CoachingJournal, path: Path) -> None:
    journal.record(decision())
    journal.close()

    again = CoachingJournal(path, lambda athlete: Seal(athlete.encode().ljust(32, b".")))

    assert again.decisions(ATHLETE, since=DAY) == [decision()]
    assert again.decisions(OTHER, since=DAY) == []
    assert again.decisions(ATHLETE, since=date(2026, 11, 25)) == []


def test_the_first_decision_holds(journal: CoachingJournal) -> None:
    journal.record(decision())

    with pytest.raises(AlreadyDecided):
        journal.record(decision())


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE coaching_decision SET day = '2020-01-01'",
        "DELETE FROM coaching_decision",
        "UPDATE coaching_plan SET load_au = 9000",
        "DELETE FROM coaching_plan",
    ],
)
def test_rows_are_only_ever_added(journal: CoachingJournal, path: Path, attack: str) -> None:
    journal.record(decision())
    journal.set_plan(PlannedDay(DAY, TrainingSession(300.0)))

    with sqlite3.connect(path) as raw, pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        raw.execute(attack)
    raw.close()


def test_no_load_reason_or_person_is_readable_in_the_file(journal: CoachingJournal, path: Path) -> None:
    journal.record(decision())
    journal.close()

    data = b"".join(file.read_bytes() for file in path.parent.iterdir())

    for secret in (b"staff-robin", b"talked", b"modify", b"401.0"):
        assert secret not in data


def test_erasing_the_athlete_closes_their_decisions(tmp_path: Path, path: Path) -> None:
    with Vault.open(tmp_path / "vault.sqlite3", UnlockKey(b"k" * 32)) as vault:
        vault.add_athlete(ATHLETE, "Ada", shirt_no=1)
        journal = CoachingJournal(path, lambda athlete: vault.seal_of(athlete)[2])
        journal.record(decision())

        vault.erase(ATHLETE)

        with pytest.raises(AthleteErased):
            journal.decisions(ATHLETE, since=DAY)
        journal.close()


def test_the_latest_plan_holds_and_an_own_plan_comes_first(journal: CoachingJournal) -> None:
    journal.set_plan(PlannedDay(DAY, TrainingSession(300.0)))
    journal.set_plan(PlannedDay(DAY, TrainingSession.of(rpe=8, minutes=60), "intervals", match_day=True))
    journal.set_plan(PlannedDay(DAY, TrainingSession(100.0), athlete=ATHLETE))

    plans = journal.plans(DAY)

    assert plans[None] == PlannedDay(DAY, TrainingSession(480.0, 8.0, 60.0), "intervals", match_day=True)
    assert plans[ATHLETE].session.load_au == 100.0
    assert journal.match_days(DAY, DAY) == {DAY}


def test_a_replaced_match_day_is_none(journal: CoachingJournal) -> None:
    journal.set_plan(PlannedDay(DAY, TrainingSession(300.0), match_day=True))
    journal.set_plan(PlannedDay(DAY, TrainingSession(300.0)))

    assert journal.match_days(DAY, DAY) == frozenset()


def test_a_broken_file_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.sqlite3"
    path.write_bytes(b"not a database at all, but long enough to be read as one" * 40)

    with pytest.raises(JournalError, match="cannot be read or written"):
        CoachingJournal(path, lambda _: Seal(b"x" * 32))

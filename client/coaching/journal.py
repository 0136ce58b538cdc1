"""The node's journal of plans and decisions: rows are only ever added, and decisions are sealed per athlete."""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from chassis.errors import CannotMigrate
from chassis.storage.schema_steps import Schema, statements
from chassis.storage.sqlite_file import connect
from client.coaching.regression import Level
from client.coaching.review import ReviewAnswer, ReviewDecision, ReviewReason
from client.coaching.training_session import TrainingSession
from client.errors import ClientError
from policies.vocabulary import AthleteId, PersonId, Role

# Triggers, not habits, keep the two tables append-only.
_FIRST = """
CREATE TABLE IF NOT EXISTS coaching_decision (
  number INTEGER PRIMARY KEY, proposal TEXT NOT NULL UNIQUE, athlete TEXT NOT NULL, day TEXT NOT NULL,
  sealed BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS coaching_decision_athlete ON coaching_decision (athlete, day);
CREATE TABLE IF NOT EXISTS coaching_plan (
  number INTEGER PRIMARY KEY, day TEXT NOT NULL, athlete TEXT NOT NULL, title TEXT NOT NULL, load_au REAL NOT NULL,
  rpe REAL, minutes REAL, match_day INTEGER NOT NULL
);
CREATE TRIGGER IF NOT EXISTS coaching_decision_kept BEFORE UPDATE ON coaching_decision
  BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS coaching_decision_stays BEFORE DELETE ON coaching_decision
  BEGIN SELECT RAISE(ABORT, 'decisions are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS coaching_plan_kept BEFORE UPDATE ON coaching_plan
  BEGIN SELECT RAISE(ABORT, 'plans are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS coaching_plan_stays BEFORE DELETE ON coaching_plan
  BEGIN SELECT RAISE(ABORT, 'plans are only ever added'); END;
"""

SCHEMA = Schema("coaching", [statements(_FIRST)])

EVERYONE = ""


class JournalError(ClientError):
    """The journal cannot be read or written."""


class AlreadyDecided(JournalError):
    """This proposal was decided before; the first decision holds."""


class AthleteSeal(Protocol):
    """An athlete's seal: what it closes, nobody opens after erasure."""

    def close(self, plain: bytes, place: bytes) -> bytes:
        """Return the sealed bytes, bound to `place`."""

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """Return the plain bytes; raises when anything was changed."""


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A session that staff planned, for everyone or for one athlete."""

    day: date
    session: TrainingSession
    title: str = ""
    match_day: bool = False
    athlete: AthleteId | None = None


class CoachingJournal:
    """Plans and decisions of one node. Safe to use from several threads: `_lock` guards the one connection."""

    def __init__(self, path: Path, seal_of: Callable[[AthleteId], AthleteSeal]) -> None:
        self._seal_of = seal_of
        self._lock = threading.Lock()
        with _translated():
            self._db = connect(path)
            SCHEMA.bring_up(self._db)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def record(self, decision: ReviewDecision) -> None:
        """Add a decision durably; raises AlreadyDecided if its proposal has one."""
        sealed = self._seal_of(decision.athlete).close(_encode(decision), _place(decision.proposal_id))
        row = (decision.proposal_id, decision.athlete, decision.day.isoformat(), sealed)
        with self._lock, _translated():
            try:
                self._db.execute("INSERT INTO coaching_decision (proposal, athlete, day, sealed) VALUES (?,?,?,?)", row)
            except sqlite3.IntegrityError as error:
                raise AlreadyDecided("this proposal was decided before; the first decision holds") from error

    def decisions(self, athlete: AthleteId, *, since: date) -> list[ReviewDecision]:
        """Return an athlete's decisions from `since` on, oldest first."""
        query = "SELECT proposal, sealed FROM coaching_decision WHERE athlete = ? AND day >= ? ORDER BY number"
        with self._lock, _translated():
            rows = self._db.execute(query, (athlete, since.isoformat())).fetchall()
        seal = self._seal_of(athlete) if rows else None
        return [_decode(seal.open(sealed, _place(proposal))) for proposal, sealed in rows] if seal else []

    def set_plan(self, plan: PlannedDay) -> None:
        """Add a plan; a later one for the same day and athlete replaces it in effect."""
        s = plan.session
        row = (plan.day.isoformat(), plan.athlete or EVERYONE, plan.title, s.load_au, s.rpe, s.minutes, plan.match_day)
        columns = "(day, athlete, title, load_au, rpe, minutes, match_day)"
        with self._lock, _translated():
            self._db.execute(f"INSERT INTO coaching_plan {columns} VALUES (?,?,?,?,?,?,?)", row)  # noqa: S608 constant

    def match_days(self, since: date, until: date) -> frozenset[date]:
        """Return the days planned as match days for everyone, both ends included."""
        query = "SELECT day, match_day FROM coaching_plan WHERE athlete = '' AND day BETWEEN ? AND ? ORDER BY number"
        with self._lock, _translated():
            rows = self._db.execute(query, (since.isoformat(), until.isoformat())).fetchall()
        return frozenset(date.fromisoformat(day) for day, match in dict(rows).items() if match)

    def plans(self, day: date) -> dict[AthleteId | None, PlannedDay]:
        """Return the plans in effect on `day`: by athlete, and under None the one for everyone."""
        query = (
            "SELECT athlete, title, load_au, rpe, minutes, match_day FROM coaching_plan WHERE day = ? ORDER BY number"
        )
        with self._lock, _translated():
            rows = self._db.execute(query, (day.isoformat(),)).fetchall()
        found: dict[AthleteId | None, PlannedDay] = {}
        for athlete, title, load, rpe, minutes, match in rows:
            whom = AthleteId(athlete) if athlete else None
            found[whom] = PlannedDay(day, TrainingSession(load, rpe, minutes), title, bool(match), whom)
        return found


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise JournalError("the node's journal cannot be read or written") from error
    except CannotMigrate as error:
        raise JournalError(str(error)) from error


def _place(proposal_id: str) -> bytes:
    return b"decision" + proposal_id.encode()


def _encode(d: ReviewDecision) -> bytes:
    return json.dumps(
        {
            "proposal": d.proposal_id,
            "athlete": d.athlete,
            "day": d.day.isoformat(),
            "level": int(d.level),
            "answer": d.answer.value,
            "reason": d.reason.value if d.reason else None,
            "loads": [d.planned_au, d.proposed_au, d.chosen_au],
            "review": d.review,
            "person": d.person,
            "role": d.role.value,
            "at": d.at.isoformat(),
        }
    ).encode()


def _decode(plain: bytes) -> ReviewDecision:
    r = json.loads(plain)
    planned, proposed, chosen = r["loads"]
    return ReviewDecision(
        proposal_id=r["proposal"],
        athlete=AthleteId(r["athlete"]),
        day=date.fromisoformat(r["day"]),
        level=Level(r["level"]),
        answer=ReviewAnswer(r["answer"]),
        reason=ReviewReason(r["reason"]) if r["reason"] else None,
        planned_au=planned,
        proposed_au=proposed,
        chosen_au=chosen,
        review=r["review"],
        person=PersonId(r["person"]),
        role=Role(r["role"]),
        at=datetime.fromisoformat(r["at"]),
    )

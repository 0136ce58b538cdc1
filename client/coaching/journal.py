"""The node's journal of plans, decisions and check-ins: rows are only ever added, and sealed per athlete.

A decision that was taken back stays, beside who took it back and when; its proposal may then be decided anew.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from client.coaching.records.auto_apply_choices import AutoApplyChoices
from client.coaching.records.check_ins import CheckIns
from client.coaching.records.journal_file import AthleteSeal, JournalError, JournalFile
from client.coaching.records.lights_shown import LightsShown
from client.coaching.records.taken_back import TakenBack, TakenBackRecords
from client.coaching.regression import Level
from client.coaching.review import ReviewAnswer, ReviewDecision, ReviewReason
from client.coaching.training_session import TrainingSession
from policies.vocabulary import AthleteId, PersonId, Role

EVERYONE = ""


class AlreadyDecided(JournalError):
    """This proposal was decided before; the first decision holds."""


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A session that staff planned, for everyone or for one athlete."""

    day: date
    session: TrainingSession
    title: str = ""
    match_day: bool = False
    athlete: AthleteId | None = None


class CoachingJournal:
    """Plans, decisions and check-ins of one node. Safe to use from several threads."""

    def __init__(self, path: Path, seal_of: Callable[[AthleteId], AthleteSeal]) -> None:
        self._file = JournalFile(path, seal_of)
        self._taken_back = TakenBackRecords(self._file)
        self.check_ins = CheckIns(self._file, self._taken_back)
        self.lights_shown = LightsShown(self._file)
        self.auto_apply = AutoApplyChoices(self._file)

    @property
    def file(self) -> JournalFile:
        """The file behind it, for records of other rooms."""
        return self._file

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def record(self, decision: ReviewDecision) -> None:
        """Add a decision durably; raises AlreadyDecided if its proposal has one that nobody took back."""
        athlete, proposal = decision.athlete, decision.proposal_id
        gone = self._taken_back.records(athlete, since=decision.day)
        times = sum(name.partition("/")[0] == _record_name(proposal) for name in gone)
        key = f"{proposal}/{times}" if times else proposal
        sealed = self._file.seal_of(athlete).close(_encode(decision), _place(key))
        row = (key, athlete, decision.day.isoformat(), sealed)
        try:
            self._file.run("INSERT INTO coaching_decision (proposal, athlete, day, sealed) VALUES (?,?,?,?)", row)
        except sqlite3.IntegrityError as error:
            raise AlreadyDecided("this proposal was decided before; the first decision holds") from error

    def take_back(self, decision: ReviewDecision, *, person: PersonId, role: Role, at: datetime) -> None:
        """Note that the newest decision on this proposal counts no more; a second time changes nothing."""
        for key, one in self._keyed(decision.athlete, since=decision.day).items():
            if one == decision:
                self._taken_back.add(_record_name(key), one.athlete, one.day, person=person, role=role, at=at)

    def decisions(self, athlete: AthleteId, *, since: date) -> list[ReviewDecision]:
        """Return an athlete's decisions from `since` on that nobody took back, oldest first."""
        return [decision for decision, taken_back in self.history(athlete, since=since) if taken_back is None]

    def history(self, athlete: AthleteId, *, since: date) -> list[tuple[ReviewDecision, TakenBack | None]]:
        """Return every decision from `since` on, oldest first, and by whom it was taken back if it was."""
        gone = self._taken_back.records(athlete, since=since)
        return [(one, gone.get(_record_name(key))) for key, one in self._keyed(athlete, since=since).items()]

    def _keyed(self, athlete: AthleteId, *, since: date) -> dict[str, ReviewDecision]:
        query = "SELECT proposal, sealed FROM coaching_decision WHERE athlete = ? AND day >= ? ORDER BY number"
        rows = self._file.rows(query, (athlete, since.isoformat()))
        seal = self._file.seal_of(athlete) if rows else None
        return {key: _decode(seal.open(sealed, _place(key))) for key, sealed in rows} if seal else {}

    def set_plan(self, plan: PlannedDay) -> None:
        """Add a plan; a later one for the same day and athlete replaces it in effect."""
        s = plan.session
        row = (plan.day.isoformat(), plan.athlete or EVERYONE, plan.title, s.load_au, s.rpe, s.minutes, plan.match_day)
        columns = "(day, athlete, title, load_au, rpe, minutes, match_day)"
        self._file.run(f"INSERT INTO coaching_plan {columns} VALUES (?,?,?,?,?,?,?)", row)  # noqa: S608 constant

    def match_days(self, since: date, until: date) -> frozenset[date]:
        """Return the days planned as match days for everyone, both ends included."""
        query = "SELECT day, match_day FROM coaching_plan WHERE athlete = '' AND day BETWEEN ? AND ? ORDER BY number"
        rows = self._file.rows(query, (since.isoformat(), until.isoformat()))
        return frozenset(date.fromisoformat(day) for day, match in dict(rows).items() if match)

    def plans(self, day: date) -> dict[AthleteId | None, PlannedDay]:
        """Return the plans in effect on `day`: by athlete, and under None the one for everyone."""
        query = (
            "SELECT athlete, title, load_au, rpe, minutes, match_day FROM coaching_plan WHERE day = ? ORDER BY number"
        )
        rows = self._file.rows(query, (day.isoformat(),))
        found: dict[AthleteId | None, PlannedDay] = {}
        for athlete, title, load, rpe, minutes, match in rows:
            whom = AthleteId(athlete) if athlete else None
            found[whom] = PlannedDay(day, TrainingSession(load, rpe, minutes), title, bool(match), whom)
        return found


def _record_name(key: str) -> str:
    """The name under which a decision is taken back. key: its proposal, and after "/" how often one was taken back."""
    return f"decision:{key}"


def _place(key: str) -> bytes:
    return b"decision" + key.encode()


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

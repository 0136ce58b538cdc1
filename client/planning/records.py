"""The journal's rows of the week plan: saves are only ever added; what one said counts until another undoes it.

Rows of versions before this one have no author; they count as said before every save.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from client.coaching.records.journal_file import AthleteSeal, JournalFile
from client.coaching.training_session import TrainingSession
from client.planning.plan_for import EVERYONE, PlanFor
from client.planning.sessions import PlannedSession
from policies.vocabulary import AthleteId, PersonId, Role

AT_TERMINAL = PersonId("terminal")
"""Whoever planned at the node's own terminal."""

Slot = tuple[date, int]
"""A day and the number of the session on it, from 1."""
Planned = Mapping[Slot, PlannedSession]


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What a save says of one session. session: None takes it out, so that a wider plan counts again."""

    whom: PlanFor
    day: date
    slot: int
    session: PlannedSession | None


@dataclass(frozen=True, slots=True)
class PlanSave:
    """One act of planning. name: random, so that a form sent twice is one act. role: None at the terminal."""

    name: str
    at: datetime
    person: PersonId
    role: Role | None = None
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class SaveInHistory:
    """A save as the history of a week tells it. days, whom: what it said of that week. undone: who undid it."""

    save: PlanSave
    whom: tuple[PlanFor, ...]
    days: tuple[date, ...]
    undone: PlanSave | None


@dataclass(frozen=True, slots=True)
class PlanRecords:
    """The rows of one journal."""

    file: JournalFile

    def save(self, save: PlanSave, rows: Sequence[PlannedRow] = ()) -> bool:
        """Add an act with what it says, all or nothing. False where an act of this name, or this undoing, is there."""
        head = (save.name, save.undoes, save.at.isoformat(), save.person, save.role.value if save.role else "")
        lines = [self._row(save.name, one) for one in rows]
        try:
            self.file.run_all(
                [
                    ("INSERT INTO plan_save (name, undoes, at, person, role) VALUES (?,?,?,?,?)", head),
                    *(
                        ("INSERT INTO plan_session (save, whom, athlete, day, slot, body) VALUES (?,?,?,?,?,?)", line)
                        for line in lines
                    ),
                ]
            )
        except sqlite3.IntegrityError:
            return False
        return True

    def in_effect(self, first: date, last: date, asked: Iterable[PlanFor]) -> dict[PlanFor, dict[Slot, PlannedSession]]:
        """Return what counts from `first` to `last`, both included, of each of those asked about that has a plan."""
        wanted = {one.key: one for one in asked}
        found: dict[PlanFor, dict[Slot, PlannedSession]] = {}
        for whom, slot, session in (*self._of_before(first, last, wanted), *self._saved(first, last, wanted)):
            sessions = found.setdefault(whom, {})
            sessions.pop(slot, None)
            if session is not None:
                sessions[slot] = session
        return {whom: dict(sorted(sessions.items())) for whom, sessions in found.items() if sessions}

    def history(self, first: date, last: date, asked: Iterable[PlanFor]) -> list[SaveInHistory]:
        """Return the saves that said anything of these days to those asked about, newest first."""
        wanted = {one.key: one for one in asked}
        said: dict[str, list[tuple[PlanFor, date]]] = {}
        for name, whom, day in self.file.rows(
            "SELECT save, whom, day FROM plan_session WHERE day BETWEEN ? AND ? ORDER BY number",
            (first.isoformat(), last.isoformat()),
        ):
            if whom in wanted:
                said.setdefault(name, []).append((wanted[whom], date.fromisoformat(day)))
        saves = self.saves()
        undone = {one.undoes: one for one in saves.values() if one.undoes is not None}
        found = [
            SaveInHistory(
                saves[name],
                tuple(dict.fromkeys(whom for whom, _ in rows)),
                tuple(sorted({day for _, day in rows})),
                undone.get(name),
            )
            for name, rows in said.items()
        ]
        return found[::-1]

    def whom_of(self, save: str) -> list[PlanFor]:
        """Return all whom an act said something of, in any week."""
        rows = self.file.rows("SELECT DISTINCT whom FROM plan_session WHERE save = ?", (save,))
        return [PlanFor.of(key) for (key,) in rows]

    def saves(self) -> dict[str, PlanSave]:
        """Return every act by its name, oldest first."""
        rows = self.file.rows("SELECT name, undoes, at, person, role FROM plan_save ORDER BY number", ())
        return {
            name: PlanSave(name, datetime.fromisoformat(at), PersonId(person), Role(role) if role else None, undoes)
            for name, undoes, at, person, role in rows
        }

    def _row(self, save: str, one: PlannedRow) -> tuple[str, str, str, str, int, bytes]:
        plain = json.dumps(None if one.session is None else _encode(one.session)).encode()
        athlete = one.whom.athlete or ""
        body = self._seal(one.whom).close(plain, _place(save)) if one.whom.athlete else plain
        return (save, one.whom.key, athlete, one.day.isoformat(), one.slot, body)

    def _seal(self, whom: PlanFor) -> AthleteSeal:
        return self.file.seal_of(AthleteId(whom.athlete or ""))

    def _saved(
        self, first: date, last: date, wanted: Mapping[str, PlanFor]
    ) -> list[tuple[PlanFor, Slot, PlannedSession | None]]:
        marks = ",".join("?" * len(wanted))
        rows = self.file.rows(
            "SELECT save, whom, day, slot, body FROM plan_session WHERE day BETWEEN ? AND ? "  # noqa: S608 marks only
            f"AND whom IN ({marks}) AND save NOT IN (SELECT undoes FROM plan_save WHERE undoes IS NOT NULL) "
            "ORDER BY number",
            (first.isoformat(), last.isoformat(), *wanted),
        )
        found = list[tuple[PlanFor, Slot, PlannedSession | None]]()
        for save, key, day, slot, body in rows:
            whom = wanted[key]
            plain = self._seal(whom).open(body, _place(save)) if whom.athlete else body
            found.append((whom, (date.fromisoformat(day), slot), _decode(json.loads(plain))))
        return found

    def _of_before(
        self, first: date, last: date, wanted: Mapping[str, PlanFor]
    ) -> list[tuple[PlanFor, Slot, PlannedSession]]:
        keys = {one.athlete or "": one for one in wanted.values() if one.athlete or one == EVERYONE}
        marks = ",".join("?" * len(keys))
        rows = self.file.rows(
            "SELECT day, athlete, title, load_au, rpe, minutes, match_day FROM coaching_plan "  # noqa: S608 marks only
            f"WHERE day BETWEEN ? AND ? AND athlete IN ({marks}) ORDER BY number",
            (first.isoformat(), last.isoformat(), *keys),
        )
        return [
            (
                keys[athlete],
                (date.fromisoformat(day), 1),
                PlannedSession(TrainingSession(load, rpe, minutes), title, match=bool(match)),
            )
            for day, athlete, title, load, rpe, minutes, match in rows
        ]


def _place(save: str) -> bytes:
    return b"plan" + save.encode()


def _encode(one: PlannedSession) -> dict[str, object]:
    return {
        "title": one.title,
        "load": [one.load.load_au, one.load.rpe, one.load.minutes],
        "starts": one.starts.isoformat("minutes") if one.starts else None,
        "drills": list(one.drills),
        "match": one.match,
    }


def _decode(held: Any) -> PlannedSession | None:
    if held is None:
        return None
    return PlannedSession(
        load=TrainingSession(*held["load"]),
        title=held["title"],
        starts=time.fromisoformat(held["starts"]) if held["starts"] else None,
        drills=tuple(held["drills"]),
        match=held["match"],
    )

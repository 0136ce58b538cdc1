"""An athlete's answer to a proposed change of today's session: accepted, easier still, or to be talked about first.

It decides nothing: a person of the staff does. "Easier" names a load at or below the proposal's and never above it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from client.coaching.proposal import Proposal
from client.coaching.records.journal_file import AthleteSeal, JournalFile
from client.errors import ClientError
from client.statements.records import SCHEMA
from policies.vocabulary import AthleteId

PLACE: Final = b"answer to a proposal"


class BadAnswer(ClientError, ValueError):
    """An answer that would raise load, or names none where it must. The message is for the page."""


class AthleteAnswerKind(StrEnum):
    """What an athlete answers."""

    ACCEPT = "accept"
    EASIER = "easier"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class AthleteAnswer:
    """One answer. load_au: the most that the athlete asks for, of "easier" alone."""

    athlete: AthleteId
    day: date
    proposal_id: str
    kind: AthleteAnswerKind
    load_au: float | None
    at: datetime


def answered(proposal: Proposal, kind: AthleteAnswerKind, load: str, *, at: datetime) -> AthleteAnswer:
    """Return the answer to a proposal. load: what was typed as the most to be done, of "easier" alone.

    Raises BadAnswer for what is no number, and for a load above the proposal's.
    """
    if kind is not AthleteAnswerKind.EASIER:
        return AthleteAnswer(proposal.athlete, proposal.day, proposal.proposal_id, kind, None, at)
    most, text = proposal.adjusted.load_au, load.strip().removesuffix("AU").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise BadAnswer(f"Expected a whole number of AU from 0 to {most:.0f}")
    if float(text) > most:
        raise BadAnswer(f"{int(text):,} AU is above today’s proposal of {most:,.0f} AU")
    return AthleteAnswer(proposal.athlete, proposal.day, proposal.proposal_id, kind, float(text), at)


class AthleteAnswers:
    """The answers in the node's journal, sealed per athlete: only ever added; the newest of a day counts."""

    def __init__(self, path: Path, seal_of: Callable[[AthleteId], AthleteSeal]) -> None:
        """Open the journal at `path`; raises JournalError."""
        self._file = JournalFile(path, seal_of, schema=SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def add(self, one: AthleteAnswer) -> None:
        """Keep an answer durably."""
        plain = json.dumps(
            {"proposal": one.proposal_id, "kind": one.kind.value, "load": one.load_au, "at": one.at.isoformat()}
        ).encode()
        row = (one.athlete, one.day.isoformat(), self._file.seal_of(one.athlete).close(plain, PLACE))
        self._file.run("INSERT INTO athlete_answer (athlete, day, sealed) VALUES (?,?,?)", row)

    def of(self, athlete: AthleteId, *, since: date) -> list[AthleteAnswer]:
        """Return an athlete's answers from `since` on, oldest first."""
        query = "SELECT day, sealed FROM athlete_answer WHERE athlete = ? AND day >= ? ORDER BY number"
        rows = self._file.rows(query, (athlete, since.isoformat()))
        seal = self._file.seal_of(athlete) if rows else None
        return [_decode(athlete, day, seal.open(sealed, PLACE)) for day, sealed in rows] if seal else []

    def newest(self, athlete: AthleteId, day: date) -> AthleteAnswer | None:
        """Return the answer that counts on a day."""
        given = [one for one in self.of(athlete, since=day) if one.day == day]
        return given[-1] if given else None


def _decode(athlete: AthleteId, day: str, plain: bytes) -> AthleteAnswer:
    r = json.loads(plain)
    at = datetime.fromisoformat(r["at"])
    return AthleteAnswer(athlete, date.fromisoformat(day), r["proposal"], AthleteAnswerKind(r["kind"]), r["load"], at)

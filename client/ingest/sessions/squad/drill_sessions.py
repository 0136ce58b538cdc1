"""Which rows of a drill report are of one session: rows of whole sessions, and the drills within them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import compress
from operator import not_

from client.biometrics.streams import Stream
from client.ingest.sessions.recorded_session import Lap

MOST_WHOLES = 24  # ours: sessions of a day; of more no drills are told apart
LONGEST_BREAK = timedelta(minutes=60)  # ours: between two drills of one session
_SLACK = timedelta(minutes=5)  # ours: clocks of a session and its drills differ by less
_WORD = re.compile(r"[^\W\d_]+")
_NUMBERED = re.compile(r"session[\W_]*\d+", re.IGNORECASE)
_WHOLE = frozenset("session sessions entire full whole all total totals overall summary gesamt complete".split())


@dataclass(frozen=True, slots=True)
class DrillRow:
    """One row. time: of day, None where it does not say. told_time: that cell as it is written."""

    drill: str
    day: date
    time: time | None
    told_time: str
    session: str
    lap: Lap
    max_bpm: float | None
    zones: Mapping[Stream, float]

    @property
    def is_whole(self) -> bool:
        """True for the row of a whole session: its name, or none, says so in every word ("Session Overall")."""
        if _NUMBERED.fullmatch(self.drill.strip()):
            return False
        return all(word in _WHOLE for word in _WORD.findall(self.drill.lower()))

    @property
    def begins(self) -> datetime:
        """When it begins, local; midnight without a time."""
        return datetime.combine(self.day, self.time or time())

    @property
    def ends(self) -> datetime:
        """When it ends, local."""
        return self.begins + timedelta(seconds=min(max(self.lap.seconds, 0.0), 86_400.0))


@dataclass(frozen=True, slots=True)
class DrillSession:
    """The rows of one session. whole: that of the whole of it, where there is one."""

    whole: DrillRow | None
    drills: tuple[DrillRow, ...]

    @property
    def counted(self) -> tuple[DrillRow, ...]:
        """The rows that add up to the session."""
        return self.drills if self.whole is None else (self.whole,)


def sessions_of(rows: Sequence[DrillRow]) -> list[DrillSession]:
    """Part the rows of one day and one name of a session.

    Rows of whole sessions are a session each, except where one stands twice. A drill is within the one that it begins
    in, or in the only one; other drills are together where at most an hour lies between them, or where no time stands.
    """
    wholes = list({(row.told_time, row.time, row.lap): row for row in rows if row.is_whole}.values())
    left = [row for row in rows if not row.is_whole]
    if len(wholes) > MOST_WHOLES:
        return [DrillSession(whole, ()) for whole in wholes]
    found: list[DrillSession] = []
    for whole in wholes:
        is_within = [_is_within(row, whole, is_only=len(wholes) == 1) for row in left]
        found.append(DrillSession(whole, tuple(compress(left, is_within))))
        left = list(compress(left, map(not_, is_within)))
    if any(whole.time is None for whole in wholes):
        return found
    return found + [DrillSession(None, tuple(rows)) for rows in _together(left)]


def _is_within(row: DrillRow, whole: DrillRow, *, is_only: bool) -> bool:
    if row.time is None or whole.time is None:
        return is_only
    return whole.begins - _SLACK <= row.begins <= whole.ends + _SLACK


def _together(rows: Sequence[DrillRow]) -> list[list[DrillRow]]:
    if any(row.time is None for row in rows):
        return [list(rows)]
    found: list[list[DrillRow]] = []
    until: datetime | None = None
    for row in sorted(rows, key=lambda one: one.begins):
        if until is None or row.begins - until > LONGEST_BREAK:
            found.append([])
        found[-1].append(row)
        until = row.ends if until is None else max(until, row.ends)
    return found

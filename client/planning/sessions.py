"""One planned session: its load, when it starts, its drills, and whether it is a match; read from what was typed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import TypeVar

from chassis.errors import BadName
from chassis.names import read_name
from chassis.text import shortened
from client.coaching.training_session import LARGEST_LOAD_AU, MOST_MINUTES, BadPlan, TrainingSession

LONGEST_TITLE = 60  # ours: it stands in one line of the board
MOST_DRILLS, LONGEST_DRILL = 8, 80  # ours: seven days of them fit one form
MOST_SLOTS = 3  # ours: sessions of one day
_T = TypeVar("_T")
_D = TypeVar("_D")
_SAME_AU = 0.5  # effort and minutes are typed rounded
_MINUTES = re.compile(r"(\d{1,3}) ?min\b")
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """What is planned for one session; a load of 0 is rest."""

    load: TrainingSession
    title: str = ""
    starts: time | None = None
    drills: tuple[str, ...] = ()
    match: bool = False

    @property
    def is_rest(self) -> bool:
        """True for a session without load that is no match."""
        return self.load.load_au == 0 and not self.match


@dataclass(frozen=True, slots=True)
class SessionText:
    """A session as somebody typed it."""

    title: str = ""
    rpe: str = ""
    minutes: str = ""
    load: str = ""
    starts: str = ""
    drills: str = ""
    match: bool = False

    @property
    def is_blank(self) -> bool:
        """True where nothing at all was typed: no session."""
        typed = (self.title, self.rpe, self.minutes, self.load, self.starts, self.drills)
        return not self.match and not any(text.strip() for text in typed)

    @classmethod
    def of(cls, one: PlannedSession) -> "SessionText":
        """Return a session as a form shows it."""
        is_made_of = one.load.rpe is not None and one.load.minutes is not None
        return cls(
            title=one.title,
            rpe="" if one.load.rpe is None else f"{one.load.rpe:g}",
            minutes="" if one.load.minutes is None else f"{one.load.minutes:g}",
            load="" if is_made_of else f"{one.load.load_au:g}",
            starts="" if one.starts is None else f"{one.starts:%H:%M}",
            drills="\n".join(one.drills),
            match=one.match,
        )


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """What is to be put right: the field of `SessionText`, and a sentence."""

    field: str
    text: str


def read_session(typed: SessionText) -> tuple[PlannedSession | None, list[PlanProblem]]:
    """Return the session, or the problems in the order of the fields; neither where nothing was typed."""
    if typed.is_blank:
        return None, []
    problems = list[PlanProblem]()
    title = _tried(problems, "title", lambda: _title(typed.title), "")
    rpe = _tried(problems, "rpe", lambda: _number(typed.rpe, "an effort", 10), None)
    minutes = _tried(problems, "minutes", lambda: _number(typed.minutes, "a number of minutes", MOST_MINUTES), None)
    load = _tried(problems, "load", lambda: _number(typed.load, "a load in AU", LARGEST_LOAD_AU), None)
    starts = _tried(problems, "starts", lambda: _clock(typed.starts), None)
    drills = _tried(problems, "drills", lambda: _drills(typed.drills, minutes), ())
    if not problems:
        session = _tried(problems, "rpe", lambda: _load(rpe, minutes, load), None)
        if session is not None:
            return PlannedSession(session, title, starts, drills, typed.match), []
    order = ("title", "rpe", "minutes", "load", "starts", "drills")
    return None, sorted(problems, key=lambda one: order.index(one.field))


def _tried(problems: list[PlanProblem], field: str, read: Callable[[], _T], instead: _D) -> _T | _D:
    try:
        return read()
    except BadPlan as error:
        problems.append(PlanProblem(field, str(error)))
        return instead


def _title(text: str) -> str:
    if not text.strip():
        return ""
    try:
        title = read_name(" ".join(text.split()))
    except BadName as error:
        raise BadPlan("Expected a title without control or invisible characters.") from error
    if len(title) > LONGEST_TITLE:
        raise BadPlan(f"Expected a title of at most {LONGEST_TITLE} characters, got {len(title)}.")
    return title


def _number(text: str, what: str, most: float) -> float | None:
    cleaned = text.strip().replace(",", ".") if text.count(",") == 1 and "." not in text else text.strip()
    if not cleaned:
        return None
    if re.fullmatch(r"\d{1,5}(\.\d{1,3})?", cleaned, re.ASCII) is None or float(cleaned) > most:
        raise BadPlan(f"Expected {what} from 0 to {most:g}, got “{shortened(text.strip())}”.")
    return float(cleaned)


def _clock(text: str) -> time | None:
    if not text.strip():
        return None
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise BadPlan(f"Expected a time such as 16:00, got “{shortened(text.strip())}”.")
    return time(int(found[1]), int(found[2]))


def _drills(text: str, minutes: float | None) -> tuple[str, ...]:
    lines = tuple(_drill(line) for line in text.splitlines() if line.strip())
    if len(lines) > MOST_DRILLS:
        raise BadPlan(f"Expected at most {MOST_DRILLS} drills, got {len(lines)}.")
    taken = drill_minutes(lines)
    if minutes is not None and taken > minutes:
        raise BadPlan(f"The drills take {taken} min, which is above the session’s {minutes:g} min.")
    return lines


def _drill(line: str) -> str:
    try:
        drill = read_name(" ".join(line.split()))
    except BadName as error:
        raise BadPlan(f"Expected drills without invisible characters, each of at most {LONGEST_DRILL}.") from error
    return drill


def drill_minutes(drills: tuple[str, ...]) -> int:
    """Return the minutes that lines of drills name, such as "Corners, 25 min"; the last of a line counts."""
    return sum(int(found[-1]) for line in drills if (found := _MINUTES.findall(line)))


def _load(rpe: float | None, minutes: float | None, load: float | None) -> TrainingSession:
    if rpe is not None and minutes is not None:
        made = rpe * minutes
        if load is not None and abs(made - load) > _SAME_AU:
            raise BadPlan(f"{load:g} AU is not {rpe:g} × {minutes:g} min, which is {made:g} AU; leave one of them out.")
        return TrainingSession.of(rpe=rpe, minutes=minutes)
    if load is not None:
        return TrainingSession(load, None, minutes)
    if rpe is not None or minutes is not None:
        given, missing = ("effort", "minutes") if rpe is not None else ("minutes", "effort")
        raise BadPlan(f"Expected {missing} beside the {given}, or a load in AU; for rest enter a load of 0.")
    raise BadPlan("Expected effort and minutes, or a load in AU; for rest enter a load of 0.")

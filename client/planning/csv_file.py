"""A week plan as a table: one line a session (RFC 4180), read with one sentence for each line that cannot be."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from chassis.csv_line import csv_line
from chassis.errors import BadName
from chassis.text import long_date, shortened
from client.coaching.training_session import BadPlan, above_cap
from client.errors import ClientError
from client.planning.plan_for import PlanFor, in_order
from client.planning.records import Planned, PlannedRow
from client.planning.sessions import MOST_SLOTS, SessionText, read_session
from policies.vocabulary import AthleteId

COLUMNS: Final = ("date", "for", "session", "start", "title", "effort", "minutes", "load_au", "match", "drills")
NEEDED: Final = ("date", "for")
MOST_LINES = 5000  # ours: a season of a club
LARGEST_FILE = 2 * 1024 * 1024  # bytes, ours
YES: Final = {"yes": True, "no": False, "": False}
_WORDS: Final = {"title": "title", "rpe": "effort", "minutes": "minutes", "load": "load_au", "starts": "start"}


@dataclass(frozen=True, slots=True)
class LineProblem:
    """Why a line of the file is no session; lines are counted from 1, the heading included."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a file says: the sessions, and a sentence for each line that is none."""

    rows: tuple[PlannedRow, ...]
    problems: tuple[LineProblem, ...]


def write_plan(plans: Mapping[PlanFor, Planned], name_of: Callable[[PlanFor], str]) -> str:
    """Return the plans as a table; `read_plan` reads it back. The last column is for people alone."""
    lines = [csv_line([*COLUMNS, "name"])]
    for whom in in_order(plans):
        for (day, slot), one in plans[whom].items():
            text = SessionText.of(one)
            drills, match = "; ".join(one.drills), "yes" if one.match else "no"
            cells = (day.isoformat(), whom.key, slot, text.starts, text.title, text.rpe, text.minutes, text.load)
            lines.append(csv_line([*cells, match, drills, name_of(whom)]))
    return "".join(lines)


def read_plan(
    held: bytes,
    whom_of: Callable[[str], PlanFor],
    *,
    today: date,
    cap_of: Callable[[AthleteId, date], float | None] = lambda _athlete, _day: None,
) -> PlanFile:
    """Read a table; raises BadPlan where it is none. whom_of: from what stands under `for`, raises ClientError.

    cap_of: what a limit leaves of one athlete's day, in AU; a session of their own above it is none.
    """
    reader = _reader(held)
    rows: dict[tuple[PlanFor, date, int], tuple[int, PlannedRow]] = {}
    problems = list[LineProblem]()
    for cells in reader:
        line = reader.line_num
        if not any((text or "").strip() for text in cells.values() if isinstance(text, str)):
            continue
        if line > MOST_LINES:
            raise BadPlan(f"expected at most {MOST_LINES} lines; divide the file")
        try:
            row = _row(cells, whom_of, today)
            _check_cap(row, cap_of)
            before = rows.get((row.whom, row.day, row.slot))
            if before is not None:
                raise BadPlan(f"session {row.slot} of this day stands on line {before[0]} already")
            rows[row.whom, row.day, row.slot] = (line, row)
        except (ClientError, BadName) as error:
            problems.append(LineProblem(line, _sentence(str(error))))
    return PlanFile(tuple(row for _, row in rows.values()), tuple(problems))


def _reader(held: bytes) -> "csv.DictReader[str]":
    if len(held) > LARGEST_FILE:
        raise BadPlan(f"expected a file of at most {LARGEST_FILE // 1024**2} MiB")
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPlan("expected a table in UTF-8; save it as “CSV UTF-8”") from error
    first = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", restkey="")
    heading = [name.strip().casefold() for name in reader.fieldnames or ()]
    missing = [name for name in NEEDED if name not in heading]
    unknown = [name for name in heading if name not in {*COLUMNS, "name"}]
    if missing or unknown:
        wrong = f"without {' and '.join(missing)}" if missing else f"with “{shortened(unknown[0])}”"
        raise BadPlan(f"expected a heading of the columns {', '.join(COLUMNS)}, got one {wrong}")
    reader.fieldnames = heading
    return reader


def _row(cells: Mapping[str, str | None], whom_of: Callable[[str], PlanFor], today: date) -> PlannedRow:
    if "" in cells:
        raise BadPlan("more cells than the heading has columns; put quotes around text with a comma")
    held = {name: _plain(text or "") for name, text in cells.items()}
    day, slot = _day(held["date"], today), _slot(held.get("session", ""))
    if held.get("match", "").casefold() not in YES:
        raise BadPlan(f"expected yes or no under match, got “{shortened(held['match'])}”")
    typed = SessionText(
        title=held.get("title", ""),
        rpe=held.get("effort", ""),
        minutes=held.get("minutes", ""),
        load=held.get("load_au", ""),
        starts=held.get("start", ""),
        drills="\n".join(held.get("drills", "").split(";")),
        match=YES[held.get("match", "").casefold()],
    )
    if typed.is_blank:
        raise BadPlan("expected effort and minutes, or load_au, which is 0 for rest")
    session, problems = read_session(typed)
    if session is None:
        raise BadPlan(" ".join(f"{_WORDS.get(one.field, one.field)}: {one.text}" for one in problems))
    return PlannedRow(whom_of(held["for"]), day, slot, session)


def _check_cap(row: PlannedRow, cap_of: Callable[[AthleteId, date], float | None]) -> None:
    """Raise BadPlan for a session of one athlete above what a limit leaves that day."""
    if row.whom.athlete is None or row.session is None:
        return
    cap, load = cap_of(row.whom.athlete, row.day), row.session.load.load_au
    if cap is not None and load > cap:
        raise BadPlan(above_cap(load, cap))


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        day = None
    if day is None:
        raise BadPlan(f"expected a date such as 2026-11-24, got “{shortened(text)}”")
    if day < today:
        raise BadPlan(f"{long_date(day)} is over, today is {long_date(today)}; the plan of a day that is over stays")
    return day


def _slot(text: str) -> int:
    if text in {"", *map(str, range(1, MOST_SLOTS + 1))}:
        return int(text or 1)
    raise BadPlan(f"expected a session from 1 to {MOST_SLOTS}, got “{shortened(text)}”")


def _plain(text: str) -> str:
    """A cell without blanks around it, and without the mark that keeps a spreadsheet from running it."""
    cell = text.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def days_of(rows: Iterable[PlannedRow]) -> list[date]:
    """Return the days that rows are about, in order."""
    return sorted({row.day for row in rows})

"""A log of injuries and illnesses: one row for each, with its onset and its return or the days lost.

Fields: Bahr et al. 2020. Diagnoses and notes are not read.
"""

import hashlib
from datetime import date, timedelta

from client.biometrics.health_episodes import LOG_APP, ProblemKind, days_between, episode_text
from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.number_form import is_missing, plain_number
from client.ingest.cells.row_time import read_time
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.health_problems.problem_words import kind_column, kind_said
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.date_form import date_form
from client.ingest.known.labelled_rows import LabelledRows
from client.ingest.known.named_columns import ATHLETE, found_columns
from client.ingest.text_table import TextTable, read_table

APP = LOG_APP
LONGEST_DAYS = 1095  # ours: three years
_NAMES = {
    "athlete": ATHLETE,
    "onset": ("onset", "onset date", "date of onset", "injury date", "date of injury", "date of illness", "start date"),
    "return": ("return", "return date", "date of return", "return to play", "rtp date", "date returned", "end date"),
    "days": ("days lost", "time loss", "time loss days", "days of time loss", "days missed", "time loss (days)"),
    "area": ("body area", "body part", "body region", "injury location", "location", "area"),
    "kind": ("type of problem", "problem type", "kind of problem", "injury/illness", "injury or illness", "kind"),
}
_ANY_KIND = ("type", "category", "problem", "problem category", "health problem", "injury type", "classification")
_ANY_START = frozenset({"start date", "end date"})  # tables of other things have these beside a type


def columns_of(header: tuple[str, ...]) -> dict[str, str] | None:
    """Return the columns of a log by what they hold; None for another table."""
    found = found_columns(header, _NAMES)
    is_of_problems = "area" in found or "kind" in found or _says_problem(header, found.get("onset", ""))
    is_log = "onset" in found and ("return" in found or "days" in found) and is_of_problems
    return found if is_log else None


def _says_problem(header: tuple[str, ...], onset: str) -> bool:
    """True where a column may hold the kind, and that of the onset is one that only a log of problems has."""
    return bool(found_columns(header, {"kind": _ANY_KIND})) and " ".join(onset.lower().split()) not in _ANY_START


def read_log(file: InputFile, clock: LocalClock, _: str | None = None) -> dict[str, Reading]:
    """Read a log into episodes, days lost to injury and days away for illness; one reading per athlete named."""
    table = read_table(file)
    columns = columns_of(table.header)
    if columns is None:
        raise UnreadableFile("expected a log of health problems with an onset, and a return or the days lost")
    form = _form(table, columns)
    columns |= _kind_column(table, columns)
    rows = LabelledRows(file, clock, app=APP, label=columns.get("athlete"), read=columns.values())
    for out, row in rows.of(table):
        _take(out, row, columns, form)
    return rows.readings()


def _kind_column(table: TextTable, columns: dict[str, str]) -> dict[str, str]:
    """Return the column of the kind, told by its name and by its cells."""
    likely = found_columns(table.header, {name: (name,) for name in _ANY_KIND})
    named = [*([columns["kind"]] if "kind" in columns else []), *likely.values()]
    taken = {*named, *columns.values()}
    others = [name for name in table.single_names if name not in taken]
    found = kind_column(table.rows(QualityCounters()), named, others)
    return {} if found is None else {"kind": found}


def _form(table: TextTable, columns: dict[str, str]) -> str:
    """Return the form of the days; onset and return are written alike."""
    names = [columns[what] for what in ("onset", "return") if what in columns]
    return date_form(columns["onset"], (row[name] for row in table.rows(QualityCounters()) for name in names))


def _take(out: Collector, row: dict[str, str], columns: dict[str, str], form: str) -> None:
    began = _day(row[columns["onset"]], form, out.clock)
    if began is None:
        out.counters.count("dropped:time_unreadable")
        return
    ended = _ended(row, columns, form, began, out.clock)
    if ended is not None and not 0 <= (ended - began).days <= LONGEST_DAYS:
        out.counters.count("dropped:row_of_impossible_length")
        return
    moment = out.clock.local_day(began, out.counters)
    if moment is None:
        return
    kind, area = _kind(row.get(columns.get("kind", ""), "")), row.get(columns.get("area", ""), "")
    out.begin_record(_record_id(began, kind, area))
    out.text(Stream.HEALTH_EPISODE, moment, episode_text(kind, area, ended))
    if ended is None:
        out.counters.count("open_episode")
        out.counters.note("episodes without a return: the days after their onset are not known to be lost")
    else:
        _take_days(out, kind, began, list(days_between(began, ended)))


def _take_days(out: Collector, kind: ProblemKind, began: date, lost: list[date]) -> None:
    """Take the days lost: an illness is a day away like any other, for its kind is not everybody's to know."""
    stream = Stream.TIME_LOSS if kind is ProblemKind.INJURY else Stream.ABSENCE
    if kind is ProblemKind.INJURY and lost:
        onset = out.clock.local_day(began, out.counters)
        if onset is not None:
            out.number(Stream.INJURY_ONSET, onset, 1.0)
    for day in lost:
        moment = out.clock.local_day(day, out.counters)
        if moment is not None:
            out.begin_record()  # a day is known by its date: each is one reading, and of two problems it is lost once
            out.number(stream, moment, 1.0)


def _ended(row: dict[str, str], columns: dict[str, str], form: str, began: date, clock: LocalClock) -> date | None:
    if "return" in columns and not is_missing(row[columns["return"]]):
        return _day(row[columns["return"]], form, clock)
    days = plain_number(row[columns["days"]]) if "days" in columns else None
    return None if days is None or not 0 <= days <= LONGEST_DAYS else began + timedelta(days=round(days) + 1)


def _day(text: str, form: str, clock: LocalClock) -> date | None:
    found = read_time(text, form)
    return None if found is None else clock.day_of(found)


def _kind(text: str) -> ProblemKind:
    return kind_said(text) or ProblemKind.INJURY


def _record_id(began: date, kind: ProblemKind, area: str) -> str:
    """Return what stays the same when a later log adds the return; it shows no body area."""
    return hashlib.sha256(f"{began.isoformat()}|{kind.value}|{area.lower()}".encode()).hexdigest()[:16]

"""The OSTRC-H2 questionnaire: four weekly answers of 0, 8, 17 or 25 (Clarsen et al. 2020)."""

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.number_form import Refusal, is_missing, plain_number
from client.ingest.cells.row_time import read_time
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.date_form import date_form
from client.ingest.known.labelled_rows import LabelledRows
from client.ingest.known.named_columns import ATHLETE, found_columns
from client.ingest.text_table import read_table

APP = "ostrc-h2"
QUESTIONS = (Stream.OSTRC_PARTICIPATION, Stream.OSTRC_VOLUME, Stream.OSTRC_PERFORMANCE, Stream.OSTRC_SYMPTOMS)
_NAMES = {
    "athlete": ATHLETE,
    "day": ("date", "day", "week ending", "completed", "date completed", "timestamp"),
    "ostrc_participation": ("ostrc participation", "ostrc q1", "ostrc 1"),
    "ostrc_volume": ("ostrc volume", "ostrc training volume", "ostrc modified training", "ostrc q2", "ostrc 2"),
    "ostrc_performance": ("ostrc performance", "ostrc q3", "ostrc 3"),
    "ostrc_symptoms": ("ostrc symptoms", "ostrc q4", "ostrc 4"),
}
_ANSWERS = frozenset({0.0, 8.0, 17.0, 25.0})
_OF_FIRST_VERSION = frozenset({6.0, 13.0, 19.0})
FIRST_VERSION = (
    "answers of 6, 13 or 19 are those of the first OSTRC questionnaire, whose score is another; none is read"
)


def columns_of(header: tuple[str, ...]) -> dict[str, str] | None:
    """Return the columns of a questionnaire by what they hold; None for another table."""
    found = found_columns(header, _NAMES)
    return found if {"day", *(question.value for question in QUESTIONS)} <= found.keys() else None


def read_answers(file: InputFile, clock: LocalClock, _: str | None = None) -> dict[str, Reading]:
    """Read a questionnaire; the day is that of the answer. Raises UnreadableFile for its first version."""
    table = read_table(file)
    columns = columns_of(table.header)
    if columns is None:
        raise UnreadableFile("expected a date and the four questions of the OSTRC questionnaire")
    form = date_form(columns["day"], (row[columns["day"]] for row in table.rows(QualityCounters())))
    rows = LabelledRows(file, clock, app=APP, label=columns.get("athlete"), read=columns.values())
    for out, row in rows.of(table):
        _take(out, row, columns, form)
    return rows.readings()


def _take(out: Collector, row: dict[str, str], columns: dict[str, str], form: str) -> None:
    found = read_time(row[columns["day"]], form)
    if found is None:
        out.counters.count("dropped:time_unreadable")
        return
    moment = out.clock.local_day(found, out.counters)
    cells = [row[columns[question.value]] for question in QUESTIONS]
    if moment is None:
        return
    if plain_number(cells[0]) == 0.0 and all(map(is_missing, cells[1:])):
        cells = ["0"] * len(QUESTIONS)  # the questionnaire ends after "full participation without health problems"
    for question, cell in zip(QUESTIONS, cells, strict=True):
        out.number(question, moment, None if is_missing(cell) else _answer(cell))


def _answer(cell: str) -> float | Refusal:
    value = plain_number(cell)
    if value in _OF_FIRST_VERSION:
        raise UnreadableFile(FIRST_VERSION)
    return Refusal.NOT_A_NUMBER if value is None or value not in _ANSWERS else value

"""Availability lists: who can train fully, with restrictions or not at all, in words or as a share."""

import re

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.row_time import read_time
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.date_form import date_form
from client.ingest.known.labelled_rows import LabelledRows
from client.ingest.known.named_columns import ATHLETE, found_columns
from client.ingest.text_table import read_table

APP = "availability-list"
_NAMES = {
    "athlete": ATHLETE,
    "day": ("date", "day"),
    "availability": ("availability", "availability status", "training availability", "participation status"),
}
_WORDS = {
    **dict.fromkeys(("available", "full", "full training", "fully available", "fit", "green"), 1.0),
    **dict.fromkeys(
        ("modified", "restricted", "reduced", "limited", "partial", "modified training", "amber", "yellow"), 0.5
    ),
    **dict.fromkeys(("unavailable", "not available", "none", "out", "no training", "red"), 0.0),
    **dict.fromkeys(("injured", "injury", "ill", "illness", "sick"), 0.0),
}
_SHARE = re.compile(r"[01],\d{1,2}", re.ASCII)
_INJURED, _ILL = frozenset({"injured", "injury"}), frozenset({"ill", "illness", "sick"})


def columns_of(header: tuple[str, ...]) -> dict[str, str] | None:
    """Return the columns of a list by what they hold; None for another table."""
    found = found_columns(header, _NAMES)
    return found if {"athlete", "day", "availability"} <= found.keys() else None


def read_list(file: InputFile, clock: LocalClock, _: str | None = None) -> dict[str, Reading]:
    """Read a list. "Injured" is a day lost, "ill" a day away; what kind of absence it was is not kept."""
    table = read_table(file)
    columns = columns_of(table.header)
    if columns is None:
        raise UnreadableFile("expected an availability list with an athlete, a date and the availability")
    form = date_form(columns["day"], (row[columns["day"]] for row in table.rows(QualityCounters())))
    rows = LabelledRows(file, clock, app=APP, label=columns["athlete"], read=columns.values())
    for out, row in rows.of(table):
        _take(out, row[columns["day"]], row[columns["availability"]], form)
    return rows.readings()


def _take(out: Collector, day: str, said: str, form: str) -> None:
    found, word = read_time(day, form), " ".join(said.lower().split())
    if found is None:
        out.counters.count("dropped:time_unreadable")
        return
    moment = out.clock.local_day(found, out.counters)
    share = said.replace(",", ".") if _SHARE.fullmatch(said) else said
    if moment is None or not out.number(Stream.AVAILABILITY, moment, _WORDS.get(word, share)):
        return
    if word in _INJURED:
        out.number(Stream.TIME_LOSS, moment, 1.0)
    if word in _ILL:
        out.number(Stream.ABSENCE, moment, 1.0)

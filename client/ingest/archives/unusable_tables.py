"""Tables that no mapping can describe: each is told by its own name, with the way on."""

import re
from collections.abc import Sequence

from client.errors import UnreadableFile
from client.ingest.input_file import InputFile

_DATES = re.compile(r"date|time|stamp|week|month|year", re.IGNORECASE)
_UNIT = re.compile(r"[\[(]")
_RECORDS = ("heart_rate", "heart rate", "speed", "cadence", "distance")


_TITLE = 2_000  # bytes in which a program names itself
_HEART_RATES = frozenset({"hr", "heart rate", "heartrate", "heart_rate", "bpm", "pulse"})
_ELAPSED = frozenset({"phone timestamp", "elapsed", "elapsed time", "elapsed_time", "seconds", "second", "sec", "s"})
_OF_DAY = re.compile(r"[\d:.,]{1,15}", re.ASCII)
_BEATS = re.compile(r"(?:rr|rri|r-r|nn|nni|ibi)(?:[ _-]?intervals?)?[ _-]?(?:m?s)?")
_TIMES, _FORCE = frozenset({"time", "time_s", "t"}), re.compile(r"force|\bf_?z\d?\b")
_FEW = 4  # ours: a table with more columns is about something else too


def check_is_usable(file: InputFile, header: Sequence[str], first_row: Sequence[str]) -> None:
    """Return unless the table is of a kind that cannot be placed on days; raises UnreadableFile."""
    names = [_UNIT.split(name, maxsplit=1)[0].strip().lower() for name in header]
    if b"\nendheader" in file.head:
        raise UnreadableFile("joint angles or forces of OpenSim are not stored; `homefield-node movement` reads angles")
    if b"Kubios" in file.head[:_TITLE]:
        raise UnreadableFile("a report of results of Kubios; export the RR intervals as text and import those")
    if set(names) & _HEART_RATES and _tells_elapsed(names, first_row) and len(names) <= _FEW:
        raise UnreadableFile(
            "heart rates per minute of one recording, which are no beat intervals: no variability comes from them; "
            "import its FIT, TCX or GPX file instead"
        )
    if any(_BEATS.fullmatch(name) for name in names):
        raise UnreadableFile(
            "beat intervals beside what cannot be read; keep the intervals alone, and put the day into the file's name"
        )
    if set(names) & _TIMES and any(_FORCE.search(name) for name in names):
        raise UnreadableFile(
            "raw force in columns that are not known; name them Time (s) and Force (N), or Left (N) and Right (N)"
        )
    if {"nr. sessions", "nr. rest days"} <= set(names):
        raise UnreadableFile("weeks of a study of runners, without dates; export the sessions themselves")
    if "timestamp" in names and sum(name in _RECORDS for name in names) >= 3:
        raise UnreadableFile("the single records of one recording; import its FIT, TCX or GPX file instead")
    if "day" in names and not any(_DATES.search(name) for name in names) and _is_number(first_row, names.index("day")):
        raise UnreadableFile("its days are numbers; add a column with dates, and describe it with --mapping")


def _tells_elapsed(names: Sequence[str], first_row: Sequence[str]) -> bool:
    """True for a column of the time since a start, or of clock times without a day."""
    cells = [cell for name, cell in zip(names, first_row, strict=False) if name == "time"]
    return bool(set(names) & _ELAPSED) or any(_OF_DAY.fullmatch(cell.strip()) for cell in cells)


def _is_number(row: Sequence[str], place: int) -> bool:
    return place < len(row) and row[place].strip().isdigit()

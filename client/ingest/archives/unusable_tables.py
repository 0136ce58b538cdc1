"""Tables that no mapping can describe: each is told by its own name, with the way on."""

import re
from collections.abc import Sequence

from client.errors import UnreadableFile
from client.ingest.input_file import InputFile

_DATES = re.compile(r"date|time|stamp|week|month|year", re.IGNORECASE)
_RECORDS = ("heart_rate", "heart rate", "speed", "cadence", "distance")


def check_is_usable(file: InputFile, header: Sequence[str], first_row: Sequence[str]) -> None:
    """Return unless the table is of a kind that cannot be placed on days; raises UnreadableFile."""
    names = [re.sub(r"\s*[\[(].*", "", name).strip().lower() for name in header]
    if b"\nendheader" in file.head:
        raise UnreadableFile("joint angles or forces of OpenSim; no reader takes movement files")
    if {"nr. sessions", "nr. rest days"} <= set(names):
        raise UnreadableFile("weeks of a study of runners, without dates; export the sessions themselves")
    if "timestamp" in names and sum(name in _RECORDS for name in names) >= 3:
        raise UnreadableFile("the single records of one recording; import its FIT, TCX or GPX file instead")
    if "day" in names and not any(_DATES.search(name) for name in names) and _is_number(first_row, names.index("day")):
        raise UnreadableFile("its days are numbers; add a column with dates, and describe it with --mapping")


def _is_number(row: Sequence[str], place: int) -> bool:
    return place < len(row) and row[place].strip().isdigit()

"""The meal diary of PMData: meals, glasses and body mass of a day, and whether there was alcohol.

The column `date` is day/month/year; `timestamp` mixes two orders and is not read (docs/ingest.md §6.21).
"""

from client.biometrics.streams import Stream
from client.ingest.cells.row_time import read_time
from client.ingest.clock import LocalClock, Moment
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.export_columns import ExportColumns
from client.ingest.text_table import read_table

APP = "meal-diary"
HEADER = ("date", "timestamp", "meals", "weight", "glasses_of_fluid", "alcohol_consumed")
_OWN_FORM = "%d/%m/%Y"
_COLUMNS = ExportColumns(("date",), ("weight", "glasses_of_fluid"), ("meals", "alcohol_consumed"), own_form=_OWN_FORM)
_MEALS = frozenset({"breakfast", "lunch", "dinner", "evening"})
_ALCOHOL = {"yes": 1.0, "no": 0.0}
_ZERO = (0.0,)


def read_diary(file: InputFile, clock: LocalClock) -> Reading:
    """Read the diary; an answer that was declined is missing."""
    out = Collector(file, clock, app=APP)
    for row in _COLUMNS.rows(read_table(file), out.counters):
        day = read_time(row["date"], "iso") or read_time(row["date"], _OWN_FORM)
        if day is None:
            out.counters.count("dropped:time_unreadable")
            continue
        moment = clock.local_day(day, out.counters)
        if moment is not None:
            _take(out, moment, row)
    return out.reading()


def _take(out: Collector, moment: Moment, row: dict[str, str]) -> None:
    out.number(Stream.MEALS, moment, _meals(row["meals"]))
    out.number(Stream.FLUID_GLASSES, moment, row["glasses_of_fluid"])
    out.number(Stream.BODY_WEIGHT, moment, row["weight"], sentinels=_ZERO)
    out.number(Stream.ALCOHOL_DAY, moment, _ALCOHOL.get(row["alcohol_consumed"].lower()))


def _meals(text: str) -> float | None:
    """Return how many meals a list names; None where it names none or something else."""
    named = {word.strip().lower() for word in text.split(",")}
    return float(len(named)) if named and named <= _MEALS else None

"""The metrics table of TrainingPeaks: one row for each metric of a day, named in the column `Type`.

Only metrics are taken whose unit and method their name fixes; "HRV" alone, and items on a scale of its own, are not.
"""

from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.export_columns import ExportColumns
from client.ingest.text_table import read_table

APP = "trainingpeaks"
HEADER = ("Timestamp", "Type", "Value")

_TAKEN = {
    "pulse": (Stream.RESTING_HEART_RATE, 1.0),
    "sleep hours": (Stream.SLEEP_DURATION_H, 1.0),
    "weight kilograms": (Stream.BODY_WEIGHT, 1.0),
    "weight kg": (Stream.BODY_WEIGHT, 1.0),
    "weight pounds": (Stream.BODY_WEIGHT, 0.45359237),
    "rmssd": (Stream.RMSSD, 1.0),
    "steps": (Stream.STEPS, 1.0),
}
_COLUMNS = ExportColumns(("Timestamp",), ("Value",), ("Type",))
_ZERO = (0.0,)


def read_metrics(file: InputFile, clock: LocalClock) -> Reading:
    """Read the table; rows of other metrics are left out and counted."""
    out = Collector(file, clock, app=APP)
    for row in _COLUMNS.rows(read_table(file), out.counters):
        found = _TAKEN.get(row["Type"].strip().lower())
        if found is None:
            out.counters.count("left_out:metric_not_read")
            continue
        moment = clock.instant(row["Timestamp"], out.counters)
        if moment is not None:
            out.number(found[0], moment, row["Value"], sentinels=_ZERO, factor=found[1])
    return out.reading()

"""Fitbit: the daily heart rate variability of Google's export (CSV), by its published columns."""

from client.biometrics.streams import Stream
from client.ingest.collector import Collector
from client.ingest.health.services.export_rows import ExportRow, day, read_rows
from client.ingest.known.export_columns import ExportColumns
from client.ingest.reader import Reader
from client.ingest.times.fitbit_time import OWN_FORM

FITBIT_VARIABILITY = ("timestamp", "rmssd", "nremhr")
_COLUMNS = ExportColumns(("timestamp",), ("rmssd",), own_form=OWN_FORM)


def _fitbit_variability(out: Collector, row: ExportRow) -> None:
    """The time stamp is the day of waking up, at midnight."""
    moment = day(out, row["timestamp"])
    if moment is not None:
        out.number(Stream.RMSSD, moment, row["rmssd"], sentinels=(0.0,))


BY_HEADER: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (
        FITBIT_VARIABILITY,
        Reader(
            "fitbit-variability",
            "Fitbit daily heart rate variability (Google Takeout, CSV)",
            "columns",
            "RMSSD of the night",
            "entropy, heart rate outside REM",
            read_rows(_fitbit_variability, "fitbit", _COLUMNS),
            is_by_schema=True,
        ),
    ),
)

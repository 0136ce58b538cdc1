"""Oura: the table of trends (CSV), one row a day, by its published columns."""

from client.biometrics.streams import Stream
from client.ingest.collector import Collector
from client.ingest.health.json_record import take_night
from client.ingest.health.services.export_rows import ExportRow, day, local_time, number, read_rows
from client.ingest.known.export_columns import ExportColumns
from client.ingest.reader import Reader

OURA_DAYS = ("date", "Average HRV")
_NUMBERS = (
    *("Average HRV", "Lowest Resting Heart Rate", "Sleep Score"),
    *("Total Sleep Duration", "Total Bedtime", "Deep Sleep Duration"),
)
_COLUMNS = ExportColumns(("date", "Bedtime Start", "Bedtime End"), _NUMBERS)


def _oura_day(out: Collector, row: ExportRow) -> None:
    """The date is that of waking up; sleep is taken only with the times of going to bed and getting up."""
    moment = day(out, row["date"])
    if moment is None:
        return
    for stream, name in (
        (Stream.RMSSD, "Average HRV"),
        (Stream.RESTING_HEART_RATE, "Lowest Resting Heart Rate"),
        (Stream.SLEEP_SCORE, "Sleep Score"),
    ):
        out.number(stream, moment, row.get(name, ""), sentinels=(0.0,))
    if row.get("Bedtime Start", "").strip() and row.get("Bedtime End", "").strip():
        seconds = [number(row, name) for name in ("Total Sleep Duration", "Total Bedtime", "Deep Sleep Duration")]
        asleep, in_bed, deep = (None if one is None else one / 60 for one in seconds)
        start, end = local_time(out, row["Bedtime Start"]), local_time(out, row["Bedtime End"])
        take_night(out, start, end, asleep_min=asleep, in_bed_min=in_bed, deep_min=deep)
    elif row.get("Total Sleep Duration", "").strip():
        out.counters.count(f"dropped:end_unknown_{Stream.SLEEP_PERIOD_MIN.value}")


BY_HEADER: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (
        OURA_DAYS,
        Reader(
            "oura-trends",
            "Oura trends (CSV)",
            "columns",
            "RMSSD, lowest heart rate of the night as resting, score; sleep where its times stand beside it",
            "readiness of the maker, activity, temperature",
            read_rows(_oura_day, "oura", _COLUMNS),
            is_by_schema=True,
        ),
    ),
)

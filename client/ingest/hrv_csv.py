"""Daily variability as apps export it: HRV4Training (iOS) and EliteHRV."""

import re
from collections.abc import Iterable

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.export_columns import ExportColumns
from client.ingest.text_table import TextTable, read_table

HRV4TRAINING_HEADER = ("timestamp_measurement", "HR", "rMSSD")
HRV4TRAINING_LYING_HEADER = ("timestamp_measurement", "HR_lying", "rMSSD_lying")
ELITEHRV_HEADER = ("Datetime", "Rmssd", "HR")
_AT_REST = "readiness"
_ZERO = (0.0,)
_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})")


def read_hrv4training(file: InputFile, clock: LocalClock) -> Reading:
    """Read an HRV4Training export: RMSSD and the resting heart rate of the measurement."""
    return _read(file, clock, app="hrv4training", time="timestamp_measurement", rmssd="rMSSD")


def read_hrv4training_lying(file: InputFile, clock: LocalClock) -> Reading:
    """Read an export of tests lying and standing: what was measured lying, an instrument of its own."""
    out = Collector(file, clock, app="hrv4training", device="lying")
    return _taken(out, read_table(file), time="timestamp_measurement", rmssd="rMSSD_lying", heart_rate="HR_lying")


def read_elitehrv(file: InputFile, clock: LocalClock) -> Reading:
    """Read an EliteHRV export: RMSSD and heart rate of `readiness` readings; others are not at rest."""
    return _read(file, clock, app="elitehrv", time="Datetime", rmssd="Rmssd")


def _read(file: InputFile, clock: LocalClock, *, app: str, time: str, rmssd: str) -> Reading:
    return _taken(Collector(file, clock, app=app), read_table(file), time=time, rmssd=rmssd, heart_rate="HR")


def _taken(out: Collector, table: TextTable, *, time: str, rmssd: str, heart_rate: str) -> Reading:
    every = QualityCounters()
    swapped = has_day_before_month(row[time] for row in table.rows(every))
    columns = ExportColumns((time,), (rmssd, heart_rate), ("Type",))
    for row in columns.rows(table, out.counters):
        if row.get("Type", _AT_REST).casefold() != _AT_REST:
            out.counters.count("left_out:not_at_rest")
            continue
        text = row[time]
        if swapped:
            text = _DATE.sub(r"\1-\3-\2", text)
            out.counters.count("clock:day_before_month")
        moment = out.clock.instant(text, out.counters)
        if moment is not None:
            out.number(Stream.RMSSD, moment, row[rmssd], sentinels=_ZERO)
            out.number(Stream.RESTING_HEART_RATE, moment, row[heart_rate], sentinels=_ZERO)
    if every.rows and every.report().dropped == every.rows:
        raise UnreadableFile("every row has more or fewer cells than the header; columns cannot be told apart")
    return out.reading()


def has_day_before_month(texts: Iterable[str]) -> bool:
    """True when dates are written YYYY-DD-MM: some "month" is above 12, and no "day" would be."""
    highest = [0, 0]
    for match in filter(None, map(_DATE.match, texts)):
        highest = [max(highest[0], int(match[2])), max(highest[1], int(match[3]))]
    return highest[0] > 12 >= highest[1]

"""Daily variability as apps export it: HRV4Training (iOS) and EliteHRV."""

import re
from collections.abc import Sequence

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.number_form import NumberForm, Refusal, is_missing
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.decimal_sign import decimal_sign
from client.ingest.tables.unread_columns import note_unread
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
    texts = [row[time] for row in table.rows(QualityCounters())]
    swapped = has_day_before_month(texts)
    form = NumberForm(decimal_sign(table, (rmssd, heart_rate)))
    note_unread(out.counters, table.header, {time, rmssd, heart_rate, "Type"})
    for row in table.rows(out.counters):
        if row.get("Type", _AT_REST).casefold() != _AT_REST:
            out.counters.count("left_out:not_at_rest")
            continue
        text = row[time]
        if swapped:
            text = _DATE.sub(r"\1-\3-\2", text)
            out.counters.count("clock:day_before_month")
        moment = out.clock.instant(text, out.counters)
        if moment is not None:
            out.number(Stream.RMSSD, moment, _number(row[rmssd], form), sentinels=_ZERO)
            out.number(Stream.RESTING_HEART_RATE, moment, _number(row[heart_rate], form), sentinels=_ZERO)
    if out.counters.rows and not texts:
        raise UnreadableFile("every row has more or fewer cells than the header; columns cannot be told apart")
    return out.reading()


def _number(cell: str, form: NumberForm) -> float | Refusal | None:
    return None if is_missing(cell) else form.read(cell)


def has_day_before_month(texts: Sequence[str]) -> bool:
    """True when dates are written YYYY-DD-MM: some "month" is above 12, and no "day" would be."""
    found = [match for match in map(_DATE.match, texts) if match]
    middles, lasts = [int(m[2]) for m in found], [int(m[3]) for m in found]
    return any(value > 12 for value in middles) and all(value <= 12 for value in lasts)

"""The one gate between a file's cells and observations: missing, sentinel, unreadable, out of range, kept.

Readers hand every cell to a collector; nothing becomes a reading, and nothing is left out, without a count.
"""

import math
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from client.biometrics.observations import Observation, ReadingSource, is_in_range, observe
from client.biometrics.quality import QualityCounters, QualityReport
from client.biometrics.streams import Stream
from client.errors import BadObservation, UnreadableFile
from client.ingest.cells.column_check import ColumnCheck
from client.ingest.cells.number_form import Refusal, is_missing, plain_number, refusal_of
from client.ingest.clock import LocalClock, Moment
from client.ingest.input_file import InputFile, Reading
from client.ingest.times.far_times import count_far_times
from client.vault.identity import SourceRecord, told_apart

CellValue = float | int | str | None


class Collector:
    """Observations of one file (or one athlete's rows in it) with their counters.

    check: what judges the file's columns; the collectors of a file of many athletes share one.
    """

    def __init__(
        self, file: InputFile, clock: LocalClock, *, app: str, device: str = "", check: ColumnCheck | None = None
    ) -> None:
        self.counters = QualityCounters()
        self.of_file = QualityReport()
        self.clock = clock
        self.source = ReadingSource(device=device, app=app, file_sha256=file.sha256)
        self._check = check or ColumnCheck()
        self._observations: list[Observation] = []
        self._records: list[SourceRecord] = []
        self._record = SourceRecord(0, 0)

    def of_device(self, device: str) -> None:
        """Say that what follows comes from this device."""
        if device != self.source.device:
            self.source = replace(self.source, device=device)

    def begin_record(self, record_id: str = "", *, is_unique: bool = False) -> None:
        """Say that what follows belongs to another record; record_id: the source's own, is_unique: no other has it.

        A reader that counts its rows one by one need not call it, unless its records have ids.
        """
        self._record = SourceRecord(0, self._record.number + 1, record_id, is_unique)

    def number(
        self,
        stream: Stream,
        moment: Moment,
        cell: CellValue | Refusal,
        *,
        sentinels: Collection[float] = (),
        end: datetime | None = None,
        quality: tuple[str, ...] = (),
        factor: float = 1.0,
    ) -> bool:
        """Take one number and return whether it was kept.

        cell: a text is read as a plain number with a decimal point. sentinels: values that mean "missing", compared
        before `factor` (the unit conversion) is applied.
        """
        value = self._parsed(stream, cell)
        if value is None:
            return False
        if value in sentinels:
            self.counters.count(f"sentinel:{stream.value}")
            return False
        if factor != 1.0:
            value *= factor
            self.counters.count(f"unit:{stream.value}")
        if not is_in_range(stream, value):
            self._check.refuse(stream, value)
            self.counters.count(f"dropped:range_{stream.value}")
            return False
        self._check.take(stream, value)
        self._keep(
            observe(stream, moment.utc, value, self.source, end=end, offset_min=moment.offset_min, quality=quality)
        )
        return True

    def text(self, stream: Stream, moment: Moment, cell: str) -> None:
        """Take one short text; an empty one is missing."""
        if cell.strip():
            try:
                self._keep(observe(stream, moment.utc, cell.strip(), self.source, offset_min=moment.offset_min))
            except BadObservation:
                self.counters.count(f"dropped:text_{stream.value}")

    def series(
        self, stream: Stream, moment: Moment, values: tuple[float, ...], *, end: datetime, quality: tuple[str, ...]
    ) -> None:
        """Take one series of numbers; the reader has already put it into the stream's unit."""
        try:
            self._keep(
                observe(stream, moment.utc, values, self.source, end=end, offset_min=moment.offset_min, quality=quality)
            )
        except BadObservation:
            self.counters.count(f"dropped:range_{stream.value}")
        else:
            self._check.take_series(len(values))

    def cut_off(self, defect: str | None) -> None:
        """Say in the report that the file ends at a defect; None where it is whole."""
        if defect is not None:
            self.counters.count("partial_file")
            self.counters.note(f"{defect}; what stands before that place is kept")

    def reading(self) -> Reading:
        """Return what was collected; raises UnreadableFile when a column is wrong as a whole (`ColumnCheck`)."""
        count_far_times(self._observations, self.counters)
        report = self.counters.report()
        without_time = sum(number for code, number in report.details.items() if code.startswith("dropped:time_"))
        try:
            self._check.judge(rows=report.rows, without_time=without_time)
        except UnreadableFile as refused:
            refused.rows = report.rows
            raise
        observations = told_apart(self._observations, self._records)
        return Reading(observations, report, tuple(self._records), self.counters.ledger, self.of_file)

    def _keep(self, observation: Observation) -> None:
        self._observations.append(observation)
        self._records.append(self._record._replace(row=self.counters.rows))
        self.counters.kept += 1

    def _parsed(self, stream: Stream, cell: CellValue | Refusal) -> float | None:
        if cell is None or (isinstance(cell, str) and not isinstance(cell, Refusal) and is_missing(cell)):
            self.counters.count(f"missing:{stream.value}")
            return None
        value = _number(cell)
        if isinstance(value, float):
            return value
        if value.tells_of_column:
            self._check.refuse(stream)
        self.counters.count(f"dropped:{value.word}_{stream.value}")
        return None


def _number(cell: float | str) -> float | Refusal:
    if isinstance(cell, Refusal):
        return cell
    try:
        value = plain_number(cell) if isinstance(cell, str) else math.nan if isinstance(cell, bool) else float(cell)
    except (TypeError, ValueError, OverflowError):
        value = None
    if value is not None and math.isfinite(value):
        return value
    return refusal_of(cell) if isinstance(cell, str) else Refusal.NOT_A_NUMBER

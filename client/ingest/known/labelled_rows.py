"""Rows of a known table by the athlete that a column names, each with collectors that judge the columns together."""

from client.ingest.cells.column_check import ColumnCheck
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY


class LabelledRows:
    """The collectors of one file. label: the column that names the athlete; None where the file is of one."""

    def __init__(self, file: InputFile, clock: LocalClock, *, app: str, label: str | None) -> None:
        self._file, self._clock, self._app, self._label = file, clock, app, label
        self._check = ColumnCheck()
        self.outs: dict[str, Collector] = {}

    def begin(self, row: dict[str, str]) -> Collector:
        """Return the collector of a row's athlete, the row being counted."""
        label = NOBODY if self._label is None else row[self._label]
        if label not in self.outs:
            self.outs[label] = Collector(self._file, self._clock, app=self._app, check=self._check)
        self.outs[label].counters.rows += 1
        return self.outs[label]

    def readings(self) -> dict[str, Reading]:
        """Return one reading per label."""
        return {label: out.reading() for label, out in self.outs.items()}

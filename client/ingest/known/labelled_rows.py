"""Rows of a known table by the athlete that a column names, each with collectors that judge the columns together."""

from collections.abc import Collection, Iterator

from client.biometrics.quality import QualityCounters
from client.ingest.cells.column_check import ColumnCheck
from client.ingest.clock import LocalClock
from client.ingest.collector import Collector
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY
from client.ingest.tables.unassigned_rows import hand_over, names_somebody
from client.ingest.tables.unread_columns import note_unread
from client.ingest.text_table import TextTable


class LabelledRows:
    """The collectors of one file.

    label: the column that names the athlete; None where the file is of one. read: all columns that are read; a note
    names the others.
    """

    def __init__(
        self, file: InputFile, clock: LocalClock, *, app: str, label: str | None, read: Collection[str]
    ) -> None:
        self._file, self._clock, self._app, self._label, self._read = file, clock, app, label, read
        self._check = ColumnCheck()
        self._unassigned = QualityCounters()
        self._outs: dict[str, Collector] = {}

    def of(self, table: TextTable) -> Iterator[tuple[Collector, dict[str, str]]]:
        """Yield each row that is somebody's, counted, with the collector of that athlete."""
        note_unread(self._unassigned, table.header, self._read)
        for row in table.rows(self._unassigned):
            label = NOBODY if self._label is None else row[self._label]
            if not names_somebody(label, self._unassigned):
                continue
            if label not in self._outs:
                self._outs[label] = Collector(self._file, self._clock, app=self._app, check=self._check)
            self._outs[label].counters.begin_row(self._unassigned)
            yield self._outs[label], row

    def readings(self) -> dict[str, Reading]:
        """Return one reading per label; raises UnreadableFile where there are rows and none is anybody's."""
        hand_over(self._unassigned, self._outs)
        return {label: out.reading() for label, out in self._outs.items()}

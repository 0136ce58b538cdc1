"""Tables of a known export: their mapping is part of the program, and reads those of its columns that are there."""

from dataclasses import dataclass

from client.biometrics.quality import QualityCounters
from client.biometrics.streams import Stream
from client.errors import UnreadableFile
from client.ingest.cells.time_columns import forms_of
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading
from client.ingest.known.date_form import forms_of_table
from client.ingest.known.decimal_sign import declared_decimal
from client.ingest.mapped_csv import NOBODY, read_mapped
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.mapping import RowFilter, StreamColumn, TimeColumn
from client.ingest.text_table import TextTable


def column(name: str, stream: Stream, unit: str | None = None, *, zero_is_missing: bool = False) -> StreamColumn:
    """Return one column of a known table."""
    return StreamColumn(column=name, stream=stream, unit=unit, sentinels=(0.0,) if zero_is_missing else ())


@dataclass(frozen=True, slots=True)
class KnownTable:
    """One kind of table. header: the columns by which it is known. columns: those that are read where they are there.

    athlete: the column of labels, for tables of many.
    """

    app: str
    header: tuple[str, ...]
    time: TimeColumn
    columns: tuple[StreamColumn, ...]
    athlete: str | None = None
    only: RowFilter | None = None

    def mapping(self, table: TextTable) -> CsvMapping:
        """Return the mapping of a table.

        Raises UnreadableFile where none of its columns is read, and where its dates do not tell day from month.
        """
        names = set(table.header) - table.repeated  # which of two columns is meant, nothing says
        streams: dict[Stream, StreamColumn] = {}
        for entry in self.columns:
            if entry.column in names:
                streams.setdefault(entry.stream, entry)
        if not streams:
            raise UnreadableFile(f"a table of {self.app} without a column that is read")
        time = self.time.model_copy(
            update={
                "format": self._form_of_days(table),
                "time_of_day": self.time.time_of_day if self.time.time_of_day in names else None,
                "zone_column": self.time.zone_column if self.time.zone_column in names else None,
            }
        )
        return CsvMapping(
            version=1,
            app=self.app,
            decimal=declared_decimal(table, [entry.column for entry in streams.values()]),
            athlete=self.athlete if self.athlete in names else None,
            time=time,
            only=self.only if self.only is not None and self.only.column in names else None,
            streams=tuple(streams.values()),
        )

    def _form_of_days(self, table: TextTable) -> str:
        """Return the form of the maker, or the one in which a spreadsheet saved the table again."""
        name = self.time.column
        seen = forms_of(name, (row[name] for row in table.rows(QualityCounters())))
        return forms_of_table({name: seen}).get(name, self.time.format)

    def read_many(self, file: InputFile, clock: LocalClock, table: TextTable) -> dict[str, Reading]:
        """Read a file into one reading per label."""
        return read_mapped(file, clock, self.mapping(table))

    def read(self, file: InputFile, clock: LocalClock, table: TextTable) -> Reading:
        """Read a file of one athlete; raises UnreadableFile for one without rows."""
        found = self.read_many(file, clock, table)
        if NOBODY not in found:
            raise UnreadableFile("it holds no rows")
        return found[NOBODY]

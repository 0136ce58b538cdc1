"""Which reader takes a table of wellness, meals, tests or health problems, told from its header."""

from client.ingest.nutrition import readers as nutrition
from client.ingest.reader import Reader
from client.ingest.text_table import TextTable
from client.ingest.wellness import readers as wellness

READERS: tuple[Reader, ...] = (*wellness.READERS, *nutrition.READERS)
_BY_HEADER = (*wellness.BY_HEADER, *nutrition.BY_HEADER)


def reader_of_table(table: TextTable) -> Reader | None:
    """Return the reader whose columns the table has, or None."""
    return next((reader for header, reader in _BY_HEADER if table.has(*header)), None)

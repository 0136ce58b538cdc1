"""Which reader takes a table of wellness, meals, tests or health problems, told from its header."""

from client.ingest.health_problems import readers as health_problems
from client.ingest.input_file import InputFile
from client.ingest.nutrition import readers as nutrition
from client.ingest.reader import Reader
from client.ingest.strength import readers as strength
from client.ingest.text_table import TextTable
from client.ingest.wellness import readers as wellness

READERS: tuple[Reader, ...] = (
    *wellness.READERS,
    *nutrition.READERS,
    *health_problems.READERS,
    *strength.READERS,
)
_BY_HEADER = (*wellness.BY_HEADER, *nutrition.BY_HEADER)


def reader_of_table(table: TextTable) -> Reader | None:
    """Return the reader whose columns the table has, or None."""
    known = next((reader for header, reader in _BY_HEADER if table.has(*header)), None)
    return known or health_problems.reader_of_table(table) or strength.reader_of_table(table)


def reader_of_recording(file: InputFile) -> Reader | None:
    """Return the reader of a recording as a table below lines of description, or None."""
    return strength.reader_of_recording(file)

"""Declarations of the readers of health problems (docs/ingest.md §1). All of it is of the category injury."""

from client.ingest.health_problems import availability_list, episode_log, ostrc
from client.ingest.reader import Reader
from client.ingest.text_table import TextTable

_OSTRC = Reader(
    "ostrc-h2",
    "OSTRC-H2 answers, CSV or workbook",
    "columns",
    "the four answers of a week",
    "which problem it was, comments",
    read_many=ostrc.read_answers,
    is_by_schema=True,
)
_LOG = Reader(
    "health-log",
    "injury and illness log, CSV or workbook",
    "columns",
    "onset, return and body area of each episode, days lost, days away",
    "diagnoses, mechanisms, notes",
    read_many=episode_log.read_log,
    is_by_schema=True,
)
_AVAILABILITY = Reader(
    "availability-list",
    "availability list, CSV or workbook",
    "columns",
    "availability, days lost, days away",
    "reasons, notes",
    read_many=availability_list.read_list,
    is_by_schema=True,
)
READERS = (_OSTRC, _LOG, _AVAILABILITY)


def reader_of_table(table: TextTable) -> Reader | None:
    """Return the reader of a table, told by names that columns of different makers share; None for another one."""
    for columns_of, reader in (
        (ostrc.columns_of, _OSTRC),
        (episode_log.columns_of, _LOG),
        (availability_list.columns_of, _AVAILABILITY),
    ):
        if columns_of(table.header) is not None:
            return reader
    return None

"""One file read, whoever asks: an import that stores what comes of it, or a preview that does not."""

from client.errors import NotUsed, UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import InputFile, Reading, check_is_data
from client.ingest.mapped_csv import NOBODY, read_mapped
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.text_table import find_table, may_hold_table

MAPPED = "mapped-csv"


def read_file(
    file: InputFile, clock: LocalClock, *, mapping: CsvMapping | None = None, player: str | None = None
) -> tuple[str, dict[str, Reading]]:
    """Return the reader's name and a reading per label of an athlete (`NOBODY` where the file names none).

    player: the only label that is wanted. Raises UnreadableFile or NotUsed.
    """
    check_is_data(file)
    if mapping is not None and _is_described(file, mapping):
        return MAPPED, read_mapped(file, clock, mapping)
    reader = reader_for(file)
    return reader.name, reader.readings(file, clock, label=player, nobody=NOBODY)


def _is_described(file: InputFile, mapping: CsvMapping) -> bool:
    """True when the mapping is meant for this file: a table that has its columns, or that no reader knows."""
    if not may_hold_table(file):
        return False
    if find_table(file, mapping.columns, mapping.delimiter) is not None:
        return True
    try:
        reader_for(file)
    except UnreadableFile:
        return True
    except NotUsed:
        return False
    return False

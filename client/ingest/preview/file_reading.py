"""One file read, whoever asks: an import that stores what comes of it, or a preview that does not."""

from client.errors import BadObservation, NotUsed, UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.format_registry import reader_for
from client.ingest.input_file import DAMAGES, InputFile, Reading, check_is_data
from client.ingest.mapped_csv import NOBODY, read_mapped
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.preview.proposal import can_propose
from client.ingest.reader import Reader
from client.ingest.text_table import find_table, may_hold_table

MAPPED = "mapped-csv"
IMPOSSIBLE_NUMBER = "it holds a number or a time that no device writes; export it again"
NOT_OF_ITS_KIND = "it is not written as files of its kind are, or is deeper or larger than any; export it again"


def read_file(
    file: InputFile, clock: LocalClock, *, mapping: CsvMapping | None = None, player: str | None = None
) -> tuple[str, dict[str, Reading]]:
    """Return the reader's name and a reading per label of an athlete (`NOBODY` where the file names none).

    player: the only label that is wanted. Raises UnreadableFile or NotUsed; whatever a reader did not expect of a
    file's numbers or of its depth is a reason to refuse that file, and no other.
    """
    try:
        return _read(file, clock, mapping, player)
    except DAMAGES:
        raise
    except (ArithmeticError, BadObservation) as error:
        raise UnreadableFile(IMPOSSIBLE_NUMBER) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise UnreadableFile(NOT_OF_ITS_KIND) from error


def _read(
    file: InputFile, clock: LocalClock, mapping: CsvMapping | None, player: str | None
) -> tuple[str, dict[str, Reading]]:
    check_is_data(file)
    if mapping is not None and _is_described(file, mapping):
        return MAPPED, read_mapped(file, clock, mapping)
    reader = _reader(file)
    return reader.name, reader.readings(file, clock, label=player, nobody=NOBODY)


def _reader(file: InputFile) -> Reader:
    """Return the reader of a file; of an unknown table it is said whether a mapping can be proposed."""
    try:
        return reader_for(file)
    except UnreadableFile as unknown:
        if unknown.is_unknown_table and can_propose(file):
            raise UnreadableFile(f"{unknown}, which --dry-run proposes", is_unknown_table=True) from unknown
        raise


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

"""What a brought file would give, as the person who brought it is shown it: rows, columns, reasons; nothing is stored.

Nothing of it is compared with what the vault holds: whether a value is stored already would tell what is stored.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Final

from client.biometrics.row_account import RowAccount
from client.biometrics.streams import SPECS, Stream
from client.errors import UnreadableFile
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile, Reading
from client.ingest.mapped_csv import NOBODY
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.preview.file_reading import read_file
from client.ingest.preview.rows_as_read import SHOWN, RowAsRead, first_rows
from client.ingest.results.clock_words import notes_of
from client.ingest.results.import_status import NO_ROWS, judged, together
from client.uploads.limits import MOST_LABELS
from client.vault.journal import FileStatus
from policies.vocabulary import Category, Role

MEDICAL_ALONE: Final = frozenset({Category.INJURY, Category.NUTRITION, Category.CYCLE})
"""Categories that staff bring only as the medical team; the athletes bring them themselves elsewhere."""
FOR_THE_MEDICAL_TEAM: Final = (
    "it holds records of injury, illness or nutrition; the medical team brings such files, or the athlete"
)


def is_brought_by(role: Role, stream: Stream) -> bool:
    """True for readings that staff of this role bring."""
    return role is Role.MEDICAL or SPECS[stream].category not in MEDICAL_ALONE


@dataclass(frozen=True, slots=True)
class ColumnAccount:
    """What became of the cells of one stream. refused, missing: by the word of the reason, as the report counts.

    kept_of: how many are kept by label of an athlete.
    """

    stream: Stream
    kept_of: Mapping[str, int]
    refused: Mapping[str, int]
    missing: int

    @property
    def kept(self) -> int:
        """How many are kept of all labels."""
        return sum(self.kept_of.values())


@dataclass(frozen=True, slots=True)
class FileContents:
    """What one file would give. rows_of, kept_of: rows, and those that give figures, by label of an athlete.

    A file that names none has the label "". shares_rows: its rows are points of which only summaries are kept.

    withheld: values of categories that this person's role does not bring, left out while reading.
    """

    reader: str
    status: FileStatus
    reason: str
    account: RowAccount
    notes: tuple[str, ...]
    rows_of: Mapping[str, int]
    kept_of: Mapping[str, int]
    shares_rows: bool
    rows: tuple[RowAsRead, ...]
    columns: tuple[ColumnAccount, ...]
    withheld: int


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as a reader took it, without what the role does not bring."""

    reader: str
    readings: Mapping[str, Reading]
    withheld: int


def read_for(role: Role, file: InputFile, clock: LocalClock, mapping: CsvMapping | None) -> ReadFile:
    """Read a file for a person of this role.

    Raises UnreadableFile or NotUsed, and UnreadableFile for a file that only the medical team brings.
    """
    reader, readings = read_file(file, clock, mapping=mapping)
    if len(readings) > MOST_LABELS:
        raise UnreadableFile(f"it names more than {MOST_LABELS} athletes; split it")
    kept = {label: _taken_by(role, one) for label, one in readings.items()}
    withheld = _values(readings) - _values(kept)
    if withheld and not _values(kept):
        raise UnreadableFile(FOR_THE_MEDICAL_TEAM)
    return ReadFile(reader, kept, withheld)


def contents(file: ReadFile) -> FileContents:
    """Return what is shown of a file that was read."""
    accounts = {label: one.ledger.account(one.rows_of, ()) for label, one in file.readings.items()}
    found = [judged(accounts[label], one.report) for label, one in file.readings.items()]
    status, reason = together([one for one, _ in found]), "; ".join(dict.fromkeys(why for _, why in found if why))
    if not file.readings:
        status, reason = "skipped", NO_ROWS
    total, nobodys = RowAccount(), _rows_of_nobody(file.readings)
    for account in accounts.values():
        total = total.plus(account)
    return FileContents(
        reader=file.reader,
        status=status,
        reason=reason,
        account=total,
        notes=notes_of((one.report for one in file.readings.values()), total),
        rows_of={label: accounts[label].rows - nobodys.get(label, 0) for label in sorted(file.readings)},
        kept_of={label: accounts[label].kept for label in sorted(file.readings)},
        shares_rows=any(one.ledger.shares_rows for one in file.readings.values()),
        rows=_first_rows(file.readings),
        columns=_columns(file.readings),
        withheld=file.withheld,
    )


def _rows_of_nobody(readings: Mapping[str, Reading]) -> dict[str, int]:
    """Return the rows that are counted under the first label and name no athlete; those of a file of one are theirs."""
    return {label: reading.of_file.rows for label, reading in islice(readings.items(), 1) if label != NOBODY}


def _values(readings: Mapping[str, Reading]) -> int:
    return sum(len(one.observations) for one in readings.values())


def _taken_by(role: Role, reading: Reading) -> Reading:
    taken = [
        (one, record)
        for one, record in zip(reading.observations, reading.records, strict=True)
        if is_brought_by(role, one.stream)
    ]
    return replace(reading, observations=tuple(one for one, _ in taken), records=tuple(record for _, record in taken))


def _first_rows(readings: Mapping[str, Reading]) -> tuple[RowAsRead, ...]:
    """The first rows of every athlete in turn, so that no athlete of a file hides the others."""
    found = [row for label, reading in sorted(readings.items()) for row in first_rows({label: reading})]
    return tuple(sorted(found, key=lambda row: row.row)[:SHOWN])


def _columns(readings: Mapping[str, Reading]) -> tuple[ColumnAccount, ...]:
    kept: dict[Stream, Counter[str]] = {}
    for label, reading in readings.items():
        for one in reading.observations:
            kept.setdefault(one.stream, Counter())[label] += 1
    return column_accounts(kept, [reading.report.details for reading in readings.values()])


def column_accounts(
    kept: Mapping[Stream, Mapping[str, int]], details: Iterable[Mapping[str, int]]
) -> tuple[ColumnAccount, ...]:
    """Return what became of each stream's cells. kept: how many readings, by label. details: counts of quality reports.

    Of a category that the medical team brings a refused cell is told only where readings of it are kept.
    """
    refused: dict[Stream, Counter[str]] = {}
    missing = Counter[Stream]()
    for code, number in chain.from_iterable(one.items() for one in details):
        kind, _, word = code.partition(":")
        stream = _stream_of(word)
        if stream is None or (SPECS[stream].category in MEDICAL_ALONE and stream not in kept):
            continue
        if kind == "dropped":
            reason = word.removesuffix(stream.value).rstrip("_")
            refused.setdefault(stream, Counter())[reason] += number
        elif kind in ("missing", "sentinel"):
            missing[stream] += number
    streams = [stream for stream in Stream if stream in kept or stream in refused or stream in missing]
    return tuple(ColumnAccount(one, kept.get(one, {}), dict(refused.get(one, {})), missing[one]) for one in streams)


def _stream_of(word: str) -> Stream | None:
    """The stream that a word of a report ends with; the longest, for one name may end with another."""
    found = [one for one in Stream if word == one.value or word.endswith(f"_{one.value}")]
    return max(found, key=lambda one: len(one.value), default=None)

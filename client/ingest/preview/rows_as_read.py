"""A file as it would be read: its reader, its rows by what would become of them, and ten of them with their values."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from client.biometrics.file_rows import RowPlace
from client.biometrics.observations import Observation
from client.biometrics.row_account import RowAccount
from client.errors import NotUsed, UnreadableFile
from client.ingest.archives.members import ArchiveMember, members
from client.ingest.clock import LocalClock
from client.ingest.input_file import DAMAGES, InputFile, Reading
from client.ingest.mapping import Mapping as CsvMapping
from client.ingest.preview.file_reading import MAPPED, read_file
from client.ingest.preview.proposal import MappingProposal, as_file, propose
from client.ingest.results.clock_words import notes_of
from client.ingest.results.file_answer import FileAnswer, lost_as_json, where_as_json
from client.ingest.results.import_result import ImportResult
from client.ingest.results.import_status import NO_ROWS, judged, together
from client.ingest.results.labels_not_taken import NOBODY_HERE
from client.ingest.text_table import may_hold_table
from client.vault.journal import FileStatus

NOT_TAKEN = "athlete_not_taken"
SHOWN = 10  # ours: rows that a person can compare with the file


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What storing a file in a rehearsal did. taken: the labels whose rows it stored."""

    results: list[ImportResult]
    taken: frozenset[str]


Rehearse = Callable[[InputFile, str, Mapping[str, Reading]], Rehearsal | None]


@dataclass(frozen=True, slots=True)
class RowAsRead:
    """One row. label: of its athlete in the file. readings: what it gives; refused: why it gives nothing, else "".

    row: its number among those of its athlete. place: where it stands in the file; None where it is no row of a table.
    """

    label: str
    row: int
    readings: tuple[Observation, ...]
    refused: str
    place: RowPlace | None = None

    @property
    def named(self) -> str:
        """Its row in the file, with the sheet where there are several; its number where it is no row of a table."""
        if self.place is None:
            return str(self.row)
        return f"{self.place.row} of sheet {self.place.sheet}" if self.place.sheet else str(self.place.row)


@dataclass(frozen=True, slots=True)
class FilePreview:
    """What an import would make of one file.

    results: of a rehearsed import, which knows whose rows these are and what is stored; None where none was rehearsed,
    and the rest is then as of a file that the vault has no row of yet.
    """

    file_name: str
    status: FileStatus
    reader: str
    reason: str
    account: RowAccount = field(default_factory=RowAccount)
    notes: tuple[str, ...] = ()
    rows: tuple[RowAsRead, ...] = ()
    proposal: MappingProposal | None = None
    results: tuple[ImportResult, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the file's entry of the answer."""
        mapping = None if self.proposal is None else self.proposal.mapping
        return {
            "file": self.file_name,
            "status": self.status,
            "reader": self.reader,
            "reason": self.reason,
            "rows": self.account.rows,
            "kept": self.account.kept,
            "dropped": dict(sorted(self.account.dropped.items())),
            "duplicates": self.account.duplicates,
            "where": where_as_json(self.account),
            "athletes": [one.athlete for one in self.results or () if one.athlete is not None],
            "would_add": None if self.results is None else sum(one.added for one in self.results),
            "would_replace": None if self.results is None else sum(one.replaced for one in self.results),
            "notes": list(self.notes),
            "lost": lost_as_json(self.results or ()),
            "mapping": None if mapping is None else mapping.model_dump(mode="json", exclude_defaults=True),
            "doubts": [] if self.proposal is None else list(self.proposal.doubts),
            "preview": [_row_as_json(row) for row in self.rows],
        }

    @property
    def mapping_text(self) -> str | None:
        """The proposed mapping as a file, where one was needed."""
        return None if self.proposal is None else as_file(self.proposal.mapping)


def preview(
    path: Path,
    clock: LocalClock,
    *,
    mapping: CsvMapping | None,
    player: str | None,
    rehearse: Rehearse | None = None,
    people: Collection[str] = (),
) -> list[FilePreview]:
    """Read a file, or those of an archive, and store nothing.

    Where no reader knows a table a mapping is proposed and tried. rehearse: stores what was read in a rehearsal of the
    vault (`Vault.rehearsal`), as an import would, and returns what that did, None where nobody said whose file it is;
    raises UnreadableFile or NotUsed where it would be refused. people: names of the node's athletes (`propose`).
    """
    return [_previewed(member, clock, mapping, player, rehearse, people) for member in members(path)]


def _previewed(
    member: ArchiveMember,
    clock: LocalClock,
    mapping: CsvMapping | None,
    player: str | None,
    rehearse: Rehearse | None,
    people: Collection[str],
) -> FilePreview:
    file, proposal, results = member.name, None, None if rehearse is None else ()
    try:
        file = member.opened()
        try:
            name, readings = read_file(file, clock, mapping=mapping, player=player)
        except UnreadableFile as unknown:
            proposal = proposed(file, unknown, people) if mapping is None else None
            if proposal is None:
                raise
            name, readings = read_file(file, clock, mapping=proposal.mapping, player=player)
    except NotUsed as error:
        return FilePreview(file.shown, "skipped", "", str(error), results=results)
    except UnreadableFile as error:
        reader = MAPPED if proposal else ""
        return FilePreview(file.shown, "quarantined", reader, str(error), proposal=proposal, results=results)
    except DAMAGES:
        damaged = "cannot be read to its end; copy or export it again"
        return FilePreview(file.shown, "quarantined", "", damaged, results=results)
    made = _made(file.shown, name, readings, proposal)
    return made if rehearse is None else _rehearsed(made, readings, lambda: rehearse(file, name, readings))


def _rehearsed(
    made: FilePreview, readings: Mapping[str, Reading], rehearse: Callable[[], Rehearsal | None]
) -> FilePreview:
    """Return what the import itself answers, beside the rows as read; those alone where none was rehearsed.

    A table that is only described yet is told as it would be read, also where no row of it is anybody's here.
    """
    try:
        done = rehearse()
        if done is None:
            return made
        answer = FileAnswer(done.results)
        if made.proposal is not None and answer.reason == NOBODY_HERE:
            notes = tuple(dict.fromkeys((*made.notes, *answer.notes)))
            return replace(made, notes=notes, results=tuple(answer.results))
    except NotUsed as error:
        return replace(made, status="skipped", reason=str(error), account=RowAccount(), notes=(), results=())
    except UnreadableFile as error:
        return replace(made, status="quarantined", reason=str(error), account=RowAccount(), notes=(), results=())
    return replace(
        made,
        status=answer.status,
        reason=answer.reason,
        account=answer.account,
        notes=tuple(answer.notes),
        results=tuple(answer.results),
        rows=tuple(_rows_taken(readings, done.taken)),
    )


def _rows_taken(readings: Mapping[str, Reading], taken: frozenset[str]) -> list[RowAsRead]:
    """Return the first rows that are stored, then such as are nobody's here or another one's, without their values."""
    own = first_rows({label: reading for label, reading in readings.items() if label in taken})
    others = first_rows({label: reading for label, reading in readings.items() if label not in taken})
    left_out = [replace(row, readings=(), refused=row.refused or NOT_TAKEN) for row in others]
    return [*own, *left_out][:SHOWN]


def proposed(file: InputFile, unknown: UnreadableFile, people: Collection[str] | None = None) -> MappingProposal | None:
    """Return a mapping for a file that was refused as a table of an unknown kind; None where that is not why.

    Raises UnreadableFile where none can be proposed.
    """
    if not (unknown.is_unknown_table and may_hold_table(file)):
        return None
    try:
        return propose(file, people)
    except UnreadableFile as none:
        raise none from unknown


def _made(name: str, reader: str, readings: Mapping[str, Reading], proposal: MappingProposal | None) -> FilePreview:
    accounts = {label: reading.ledger.account(reading.rows_of, ()) for label, reading in readings.items()}
    found = [judged(accounts[label], reading.report) for label, reading in readings.items()]
    status, reason = (together([one for one, _ in found]), "; ".join(dict.fromkeys(why for _, why in found if why)))
    if not readings:
        status, reason = "skipped", NO_ROWS
    total = RowAccount()
    for account in accounts.values():
        total = total.plus(account)
    notes = notes_of((reading.report for reading in readings.values()), total)
    return FilePreview(name, status, reader, reason, total, notes, tuple(first_rows(readings)), proposal)


def first_rows(readings: Mapping[str, Reading]) -> list[RowAsRead]:
    """Return the first rows of a file as they would be read, at most SHOWN, athlete by athlete.

    Of rows that share their readings, such as the points of a recording, each session or single reading is one line.
    """
    found: list[RowAsRead] = []
    for label, reading in readings.items():
        given = _in_lines(reading) if reading.ledger.shares_rows else _by_row(reading)
        found += [
            RowAsRead(label, row, tuple(held), "" if held else reading.ledger.reason_of(row), _place(reading, row))
            for row, held in given
        ]
    return found[:SHOWN]


def _place(reading: Reading, row: int) -> RowPlace | None:
    return None if reading.ledger.shares_rows else reading.ledger.places.of(row)


def _in_lines(reading: Reading) -> list[tuple[int, list[Observation]]]:
    """Return the readings of each session or moment, numbered from 1."""
    lines: dict[tuple[datetime, str], list[Observation]] = {}
    for one in reading.observations:
        if (one.start, one.entry) in lines or len(lines) < SHOWN:
            lines.setdefault((one.start, one.entry), []).append(one)
    return list(enumerate(lines.values(), start=1))


def _by_row(reading: Reading) -> list[tuple[int, list[Observation]]]:
    by_row: dict[int, list[Observation]] = {}
    for row, observation in zip(reading.rows_of, reading.observations, strict=True):
        by_row.setdefault(row, []).append(observation)
    first = sorted({*range(1, min(reading.ledger.rows, SHOWN) + 1), *by_row})[:SHOWN]
    return [(row, by_row.get(row, [])) for row in first]


def _row_as_json(row: RowAsRead) -> dict[str, Any]:
    return {
        "athlete": row.label or None,
        "row": row.row,
        "file_row": None if row.place is None else row.place.row,
        "sheet": None if row.place is None else row.place.sheet or None,
        "start": start_of(row),
        "day": row.readings[0].day.isoformat() if row.readings else None,
        "refused": row.refused or None,
        "values": [
            {"stream": one.stream.value, "value": shown_value(one), "unit": one.unit, "end": _local(one, is_end=True)}
            for one in row.readings
        ],
    }


def start_of(row: RowAsRead) -> str | None:
    """Return the local start of a row with its offset from UTC (RFC 3339), or None."""
    return _local(row.readings[0], is_end=False) if row.readings else None


def _local(one: Observation, *, is_end: bool) -> str:
    sign, minutes = "-" if one.offset_min < 0 else "+", abs(one.offset_min)
    moment = one.local(one.end if is_end else one.start)
    return f"{moment.isoformat(timespec='seconds')}{sign}{minutes // 60:02}:{minutes % 60:02}"


def shown_value(one: Observation) -> float | str:
    """Return the value of a reading; of a series how many numbers it has."""
    return f"{len(one.value)} values" if isinstance(one.value, tuple) else one.value

"""Rows that a source told before at another time: without a time of day and now with one, or by another mapping.

They are the same rows, and none may count twice (docs/ingest.md §2). Rows are told by their values: a file whose bytes
are the same has the same ones, and a later file that says the time of day of a stored day has that day's.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from client.biometrics.observations import Observation
from client.biometrics.sessions import OF_SESSIONS, TRIALS, has_only_a_date, has_source_id, session_of
from client.biometrics.stream_spec import Aggregation
from client.biometrics.streams import SPECS, Stream
from client.vault.records.former import FormerReading
from client.vault.records.held_record import HeldRecord

ADDING_UP: Final = OF_SESSIONS | TRIALS | {one for one, spec in SPECS.items() if spec.aggregation is Aggregation.SUM}
"""Streams of which a row that stands at two times changes the day's number."""
LEAST_SHARED: Final = 2  # ours: values by which a row of another file is known; a rating alone is many sessions'

FileRow = Mapping[Stream, Observation]


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A stored row. records: by stream."""

    records: Mapping[Stream, HeldRecord]

    @property
    def first(self) -> Observation:
        """One of its readings: all have its start and source."""
        return next(iter(self.records.values())).reading

    @property
    def counts(self) -> bool:
        """True where a value of it counts."""
        return any(one.counting is not None for one in self.records.values())

    @property
    def is_by_hand(self) -> bool:
        """True where a person voided or corrected something of it."""
        return any(one.is_by_hand for one in self.records.values())

    def is_of_file(self, sha256: str) -> bool:
        """True where a value of it came in this file."""
        return any(one.reading.source.file_sha256 == sha256 for one in self.records.values())


@dataclass(slots=True)
class ReadOtherwise:
    """What became of rows that were stored at other times.

    moved: by identity of a new reading, the same one at the time and place of the stored row that it is. set_aside:
    by key the stored readings which the file tells at another time now. rows: how many rows these were.
    beside: new rows that may be a stored one of their day, and count beside it. left: other rows that the file gave
    before and does not give as it is read now; they go on counting.
    """

    moved: dict[int, Observation] = field(default_factory=dict)
    set_aside: dict[bytes, Observation] = field(default_factory=dict)
    rows: int = 0
    beside: int = 0
    left: int = 0


def rows_of(readings: Iterable[Observation]) -> list[FileRow]:
    """Return the rows among the readings that could count twice; those with an id of their source are told by it."""
    rows: dict[object, dict[Stream, Observation]] = defaultdict(dict)
    for one in readings:
        if _can_stand_twice(one):
            rows[_row_of(one)][one.stream] = one
    return list(rows.values())


def stored_rows(
    counting: Mapping[bytes, Observation],
    former: Mapping[bytes, Sequence[FormerReading]],
    new: Sequence[FileRow],
    but: Collection[bytes],
) -> list[StoredRow]:
    """Return the stored rows of the sources or the file of new ones, of which something counts or was voided.

    but: keys of rows that are left out.
    """
    records = [HeldRecord(key, one, tuple(former.get(key, ()))) for key, one in counting.items()]
    gone = (HeldRecord(key, None, tuple(held)) for key, held in former.items() if key not in counting)
    records += [one for one in gone if one.is_by_hand]
    instruments, files = ({of(_first(row)) for row in new} for of in (_instrument, _file))
    rows: dict[object, dict[Stream, HeldRecord]] = defaultdict(dict)
    for one in records:
        reading = one.reading
        if _can_stand_twice(reading) and (_instrument(reading) in instruments or _file(reading) in files):
            rows[_row_of(reading)][reading.stream] = one
    return [StoredRow(row) for row in rows.values() if not any(one.key in but for one in row.values())]


def local_midnights(reading: Observation) -> list[datetime]:
    """Return when the day of a reading may have begun: on two days of the year that is an hour earlier or later."""
    local = reading.local(reading.start)
    midnight = reading.start - timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
    return [midnight.replace(microsecond=0) + timedelta(hours=step) for step in (0, -1, 1)]


def _can_stand_twice(reading: Observation) -> bool:
    return reading.stream in ADDING_UP and not has_source_id(reading)


def _instrument(reading: Observation) -> tuple[str, str]:
    return reading.source.app, reading.source.device


def _file(reading: Observation) -> str:
    return reading.source.file_sha256


def _row_of(reading: Observation) -> object:
    """Return what tells the row of a reading from all others: a session's readings are one row."""
    return session_of(reading) if reading.stream in OF_SESSIONS else (reading.stream, *session_of(reading))


def read_otherwise(new: Sequence[FileRow], held: Sequence[StoredRow], *, is_whole: bool) -> ReadOtherwise:
    """Match new rows with stored ones of their source that the file does not have at their own times.

    new: rows of one file of which nothing is stored. is_whole: all rows of the file were read, so that what it gave
    before is among them, whichever day they have now.
    """
    found, matching = ReadOtherwise(), _Matching(new, held)
    for row, one in matching.pairs(is_whole=is_whole):
        _settle(row, one, found)
    found.beside, found.left = matching.not_matched()
    return found


_Pairs = list[tuple[FileRow, StoredRow]]


class _Matching:
    """Pairs of a new row and a stored one, each in one pair at most."""

    def __init__(self, new: Sequence[FileRow], held: Sequence[StoredRow]) -> None:
        self._new, self._held = list(new), list(held)
        self._file = _first(new[0]).source.file_sha256 if new else ""

    def pairs(self, *, is_whole: bool) -> _Pairs:
        """Return which rows are the same.

        A file whose rows moved as a whole, as by another zone, moved all of them: where some did not, they are other
        rows, as those of another sheet, and only days that gained or lost a time of day are matched.
        """
        found = self._paired(_is_day_and_its_time)
        news, helds = list(self._new), list(self._held)
        moved = self._paired(_is_of_same_file_and_day)
        moved += self._paired(_is_of_same_file) if is_whole else []
        if self._new and any(one.is_of_file(self._file) for one in self._held):
            self._new, self._held = news, helds
            return found
        return found + moved

    def _paired(self, is_pair: Callable[[FileRow, StoredRow], bool]) -> _Pairs:
        by_value: dict[object, list[StoredRow]] = defaultdict(list)
        for one in self._held:
            for stream, record in one.records.items():
                for known in record.known_as:
                    by_value[stream, known.value].append(one)
        found, taken = list[tuple[FileRow, StoredRow]](), set[int]()
        for row in self._new:
            near = (one for stream, value in row.items() for one in by_value.get((stream, value.value), ()))
            free = (one for one in near if id(one) not in taken and _has_values(one, row) and is_pair(row, one))
            if (same := next(free, None)) is not None:
                taken.add(id(same))
                found.append((row, same))
        paired = {id(row) for row, _ in found}
        self._new = [row for row in self._new if id(row) not in paired]
        self._held = [one for one in self._held if id(one) not in taken]
        return found

    def not_matched(self) -> tuple[int, int]:
        """Return how many new rows may be a stored one of their day, and how many others the file gave before."""
        counting = [one for one in self._held if one.counts]
        days: dict[object, list[StoredRow]] = defaultdict(list)
        for one in counting:
            days[one.first.day].append(one)
        beside, asked = 0, set[int]()
        for row in self._new:
            near = [one for one in days[_first(row).day] if _is_other_half(row, one)]
            near = [one for one in near if set(one.records) & OF_SESSIONS and set(row) & OF_SESSIONS]
            beside += bool(near)
            asked.update(map(id, near))
        gone = [one for one in counting if id(one) not in asked and one.is_of_file(self._file)]
        return beside, len(gone)


def _settle(row: FileRow, held: StoredRow, found: ReadOtherwise) -> None:
    """Let the row with more to say stand: by a person's hand, with a time of day, with what the other does not have."""
    is_less = _is_dated(row) and not has_only_a_date(held.first)
    is_half = _is_dated(row) != has_only_a_date(held.first) and not set(held.records) <= set(row)
    if held.is_by_hand or is_less or is_half:
        found.moved.update({id(one): _moved(one, held) for one in row.values()})
    else:
        found.rows += 1
        found.set_aside.update({one.key: one.counting for one in held.records.values() if one.counting is not None})


def _moved(reading: Observation, held: StoredRow) -> Observation:
    record = held.records.get(reading.stream)
    to = held.first if record is None else record.reading
    end = to.start + (reading.end - reading.start) if record is None else to.end
    source = replace(to.source, file_sha256=reading.source.file_sha256)
    return replace(reading, start=to.start, end=end, offset_min=to.offset_min, entry=to.entry, source=source)


def _is_day_and_its_time(row: FileRow, held: StoredRow) -> bool:
    """True for one day, which one of the two has a time of; of another file more than one value must be the same."""
    if not _is_other_half(row, held):
        return False
    return _is_of_same_file(row, held) or len(set(row) & set(held.records)) >= LEAST_SHARED


def _is_other_half(row: FileRow, held: StoredRow) -> bool:
    """True for a row of the same source and day, where one of the two has a time of day."""
    if _instrument(_first(row)) != _instrument(held.first) or _first(row).day != held.first.day:
        return False
    return _is_dated(row) != has_only_a_date(held.first)


def _is_of_same_file(row: FileRow, held: StoredRow) -> bool:
    return held.is_of_file(_first(row).source.file_sha256)


def _is_of_same_file_and_day(row: FileRow, held: StoredRow) -> bool:
    return _is_of_same_file(row, held) and _first(row).day == held.first.day


def _has_values(held: StoredRow, row: FileRow) -> bool:
    """True where all that both have is the same."""
    shared = set(row) & set(held.records)
    return bool(shared) and all(
        any(one.value == row[stream].value for one in held.records[stream].known_as) for stream in shared
    )


def _first(row: FileRow) -> Observation:
    return next(iter(row.values()))


def _is_dated(row: FileRow) -> bool:
    return has_only_a_date(_first(row))

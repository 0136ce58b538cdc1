"""Which record a reading belongs to: rows of one file are different sessions, ids of the source say which is which.

The entry of a reading is the id that its source gives a record, or, among records of one start without such an id,
the place "#1", "#2" …; the first has none.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from client.biometrics.observations import PARTIAL_FILE, Observation
from client.biometrics.sessions import OF_SESSIONS, PLACE, TRIALS, has_only_a_date, has_source_id
from client.biometrics.streams import Stream

SourceRow = Mapping[Stream, Observation]
HeldRow = Mapping[Stream, Sequence[Observation]]
"""A stored row: by stream the value that counts, and what a person corrected, for its source still tells that."""
HeldRows = Callable[[Observation], Sequence[HeldRow]]
"""The stored rows that share the reading's start and source, in the order of their places; {} for an empty place."""


class SourceRecord(NamedTuple):
    """One record of a file. row, number: tell records apart. id: the source's own; is_unique: no other has it."""

    row: int
    number: int
    id: str = ""
    is_unique: bool = False


class _Group(NamedTuple):
    kind: str
    app: str
    device: str
    start: object


def told_apart(observations: Sequence[Observation], records: Sequence[SourceRecord]) -> tuple[Observation, ...]:
    """Give the readings of one file their entries. records: that of each reading.

    Records of one start are different ones, except where a time of day or an id shows one record twice.
    """
    groups: dict[_Group, dict[SourceRecord, list[int]]] = defaultdict(dict)
    for place, (observation, record) in enumerate(zip(observations, records, strict=True)):
        if record.id or _is_repeated(observation):
            groups[_group(observation, record.id)].setdefault(record, []).append(place)
    found = list(observations)
    for members in groups.values():
        numbers: dict[object, int] = {}
        for record, places in members.items():
            number = numbers.setdefault(_sameness(record, [observations[place] for place in places]), len(numbers))
            for place in places:
                found[place] = _entered(observations[place], record.id + place_of(number))
    return tuple(found)


def beside_held(observations: Sequence[Observation], held_rows: HeldRows) -> tuple[list[Observation], int]:
    """Move the places of one file's records to those of the stored rows that they repeat or correct.

    A row that equals a stored one is that one. Of the others, one that starts at the same time of day, or shares a
    value, corrects a stored row; the rest are new. Returns the readings, and how many new ones may be corrections.
    """
    groups: dict[_Group, dict[str, list[Observation]]] = defaultdict(lambda: defaultdict(list))
    for observation in observations:
        if is_placed(observation):
            groups[_group(observation, "")][observation.entry].append(observation)
    moves: dict[tuple[_Group, str], str] = {}
    unclear = 0
    for group, rows in groups.items():
        first = next(iter(rows.values()))[0]
        held = held_rows(first)
        row_values = [{one.stream: one for one in row} for row in rows.values()]
        places, doubtful = _assigned(row_values, held, is_dated=has_only_a_date(first))
        unclear += doubtful
        moves.update({(group, entry): place_of(place) for entry, place in zip(rows, places, strict=True)})
    moved = [_entered(one, moves[_group(one, ""), one.entry]) if is_placed(one) else one for one in observations]
    return moved, unclear


def _assigned(rows: Sequence[SourceRow], held: Sequence[HeldRow], *, is_dated: bool) -> tuple[list[int], int]:
    """Return the place of each row, and how many rows are neither a stored one nor surely another."""
    free = dict(enumerate(held))
    places: dict[int, int] = {}
    for fits in (_equals, _corrects if is_dated else _any):
        for index, row in enumerate(rows):
            place = None if index in places else next((p for p, one in free.items() if fits(row, one)), None)
            if place is not None:
                places[index] = place
                del free[place]
    fresh = [index for index in range(len(rows)) if index not in places]
    places.update({index: len(held) + number for number, index in enumerate(fresh)})
    return [places[index] for index in range(len(rows))], min(len(fresh), sum(map(bool, free.values())))


def _equals(row: SourceRow, held: HeldRow) -> bool:
    return all(_has(held, one) for one in row.values())


def _corrects(row: SourceRow, held: HeldRow) -> bool:
    """True where one value stayed, or either was cut off; a trial has one value, so that it corrects any."""
    is_cut_off = any(PARTIAL_FILE in one.quality for one in (*row.values(), *chain(*held.values())))
    return is_cut_off or set(row) <= TRIALS or any(_has(held, one) for one in row.values())


def _has(held: HeldRow, reading: Observation) -> bool:
    return any(one.value == reading.value for one in held.get(reading.stream, ()))


def _any(_: SourceRow, __: HeldRow) -> bool:
    return True


def _sameness(record: SourceRecord, readings: Sequence[Observation]) -> object:
    if record.is_unique:
        return record.id
    if not record.id and has_only_a_date(readings[0]):
        return record
    return frozenset((one.stream, one.value, one.start, one.end) for one in readings)


def _is_repeated(observation: Observation) -> bool:
    return observation.stream in OF_SESSIONS or observation.stream in TRIALS


def is_placed(observation: Observation) -> bool:
    """True for a reading that only its place among records of one start tells from others."""
    return _is_repeated(observation) and not has_source_id(observation)


def _group(observation: Observation, record_id: str) -> _Group:
    kind = "session" if observation.stream in OF_SESSIONS else observation.stream.value
    source = observation.source
    return _Group(
        f"id {record_id}" if record_id else kind, source.app, source.device, "" if record_id else observation.start
    )


def place_of(number: int) -> str:
    """Return the entry of the record with this number, counted from 0, among those of one start."""
    return f"{PLACE}{number}" if number else ""


def number_of_place(entry: str) -> int:
    """Return the number of a place, counted from 0 (`place_of`)."""
    return int(entry.removeprefix(PLACE) or 0)


def _entered(observation: Observation, entry: str) -> Observation:
    return observation if observation.entry == entry else replace(observation, entry=entry)

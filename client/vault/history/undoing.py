"""Undoing imports: what they alone brought goes, and what they had set aside comes back.

Readings that another import has as well stay. All of it is one transaction, so that a kill leaves all or nothing.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from client.biometrics.observations import BY_HAND, Observation
from client.biometrics.sessions import OF_SESSIONS
from client.errors import CannotCorrect
from client.vault.history.athlete_history import AthleteHistory
from client.vault.history.fold import RecordState
from client.vault.history.writing import RecordWriter
from client.vault.identity import is_placed, number_of_place
from client.vault.journal import SET_ASIDE, ImportRecord, file_mark, imports, record_import
from client.vault.records.claims import Claims, ImportClaims, fingerprint
from client.vault.records.sources import delete_unused_sources
from client.vault.set_aside import clear
from client.vault.store import Vault
from policies.vocabulary import AthleteId

States = Mapping[bytes, RecordState]


@dataclass(frozen=True, slots=True)
class UndonePart:
    """What undoing does for one athlete.

    imports: those that are undone, with repeats of the same file where these go too. removed: readings that no longer
    count. restored: readings of which a former value counts again. kept: other readings of these imports of which a
    value stays, since another import has it as well. not_counting: readings of theirs that did not count and go: not
    taken or replaced. by_hand: corrections and voidings that end with what they were about.
    """

    athlete: AthleteId
    imports: tuple[ImportRecord, ...]
    removed: int
    restored: int
    kept: int
    by_hand: int
    not_counting: int = 0


def preview_undo(vault: Vault, numbers: Iterable[int]) -> list[UndonePart]:
    """Return what undoing these imports would do; raises CannotCorrect for an import that is not there or undone."""
    return [_Undoing(vault, athlete, wanted).part() for athlete, wanted in _by_athlete(vault, numbers).items()]


def undo(
    vault: Vault, numbers: Iterable[int], *, at: datetime, who: str, with_repeats: bool = True
) -> list[UndonePart]:
    """Undo imports, all or none, and return what that did; raises CannotCorrect with nothing changed.

    with_repeats: other imports of the same file go too, whoever brought them; without, what they have stays.
    """
    with vault.transaction():
        wanted = _by_athlete(vault, numbers)
        found = [_Undoing(vault, athlete, these, with_repeats=with_repeats) for athlete, these in wanted.items()]
        for one in found:
            one.write(at, who)
    return [one.part() for one in found]


def undo_what_is_left(vault: Vault, numbers: Iterable[int], *, at: datetime, who: str) -> list[UndonePart]:
    """Undo those of the imports that are still there, alone; returns nothing where all of them are gone or undone."""
    with vault.transaction():
        left = [number for held in _open_of(vault, frozenset(numbers)).values() for number in held]
        return undo(vault, left, at=at, who=who, with_repeats=False)


def _open_of(vault: Vault, wanted: frozenset[int]) -> dict[AthleteId, frozenset[int]]:
    found: dict[AthleteId, frozenset[int]] = {}
    for one in vault.athletes():
        open_ = frozenset(record.number for record in imports(vault, one.athlete) if not record.is_undone)
        if open_ & wanted:
            found[one.athlete] = open_ & wanted
    return found


def _by_athlete(vault: Vault, numbers: Iterable[int]) -> dict[AthleteId, frozenset[int]]:
    wanted = frozenset(numbers)
    found = _open_of(vault, wanted)
    if missing := wanted - frozenset(number for held in found.values() for number in held):
        named = ", ".join(map(str, sorted(missing)))
        raise CannotCorrect(f"expected imports that are not undone yet, got {named}; see `homefield-node imports list`")
    return found


class _Outcome(Enum):
    """What undoing does to one record, by the count of `UndonePart` that it adds to."""

    REMOVED = "removed"
    RESTORED = "restored"
    KEPT = "kept"
    NOT_COUNTING = "not_counting"
    NONE = "none"


class _Undoing:
    """What undoing some imports of one athlete does; read inside the transaction that writes it."""

    def __init__(self, vault: Vault, athlete: AthleteId, numbers: frozenset[int], *, with_repeats: bool = True) -> None:
        self._vault, self._athlete = vault, athlete
        self._database, self._row, self._seal = vault.seal_of(athlete)
        records = imports(vault, athlete)
        with self._database.reading() as connection:
            self._history = AthleteHistory.read(connection, self._row, self._seal, records)
        self._undone = _with_repeats(records, self._history.claims, numbers) if with_repeats else numbers
        keys = self._history.keys_of(self._undone)
        self._before = {key: self._history.state(key) for key in keys}
        self._after = {key: self._history.state_without(key, self._undone) for key in keys}

    def part(self) -> UndonePart:
        """Count what goes, what comes back, and what stays."""
        found = Counter(self._outcome(key, self._before[key], after) for key, after in self._after.items())
        undone = tuple(record for number, record in self._history.imports.items() if number in self._undone)
        acts = sum(len(self._before[key].acts) - len(after.acts) for key, after in self._after.items())
        counts = {one.value: found[one] for one in _Outcome if one is not _Outcome.NONE}
        return UndonePart(self._athlete, undone, **counts, by_hand=max(acts, 0))

    def _outcome(self, key: bytes, before: RecordState, after: RecordState) -> "_Outcome":
        if before.counting is not None and after.counting is None:
            return _Outcome.REMOVED
        if after.counting is not None and not _is_equal(before.counting, after.counting):
            return _Outcome.RESTORED
        undone = self._history.values_of(key, self._undone)
        left = {fingerprint(self._history.seal, key, one) for one in after.values if BY_HAND not in one.quality}
        if undone & left:
            return _Outcome.KEPT
        is_by_hand = len(before.acts) > len(after.acts)  # counted as such
        return _Outcome.NOT_COUNTING if undone and not is_by_hand else _Outcome.NONE

    def write(self, at: datetime, who: str) -> None:
        """Store the records as they are without the imports, and note in the journal that these are undone."""
        with self._database.transaction() as connection:
            writer = RecordWriter(connection, self._row, self._seal)
            for key, after in self._after.items():
                if after != self._before[key]:
                    writer.write(key, after)
            writer.leave_places(_places_before_others(self._history, self._before, self._after))
            self._forget(connection)
        for number in sorted(self._undone):
            record = replace(self._history.imports[number], undone_at=at, undone_by=who, file_name="")
            record_import(self._vault, self._athlete, record)
        self._forget_set_aside()

    def _forget_set_aside(self) -> None:
        """Forget the files that were set aside, with their names and reasons."""
        refused = [record for number in self._undone if (record := self._history.imports[number]).status in SET_ASIDE]
        marks = frozenset(file_mark(self._seal, record.file_sha256) for record in refused)
        clear(self._vault, self._athlete, marks)

    def _forget(self, connection: sqlite3.Connection) -> None:
        claims = Claims(connection, self._row, self._seal)
        for number in self._undone:
            claims.delete(number)
        used = {reading.source for key, reading in self._history.counting.items() if key not in self._after}
        used |= {state.counting.source for state in self._after.values() if state.counting is not None}
        delete_unused_sources(connection, self._row, self._seal, used)


def without_repeats(vault: Vault, athlete: AthleteId, numbers: Iterable[int]) -> list[int]:
    """Return these imports without those that repeat an earlier import: undoing one would undo the earlier one too."""
    database, row, seal = vault.seal_of(athlete)
    with database.reading() as connection:
        claims = Claims(connection, row, seal).all()
    records, wanted = imports(vault, athlete), sorted(numbers)
    files = {record.file_sha256 for record in records if record.number in wanted}
    of_files = [record for record in records if record.file_sha256 in files]
    return [one for one in wanted if min(_with_repeats(of_files, claims, frozenset({one}))) >= wanted[0]]


def _with_repeats(
    records: Iterable[ImportRecord], claims: Mapping[int, ImportClaims], numbers: frozenset[int]
) -> frozenset[int]:
    """Add the imports of the same file that had the same records: they would keep everything that is to go.

    One that was refused and one that was stored, as with a mapping, are no repeats of each other.
    """
    records = list(records)
    undone = {_content(record): record.number for record in records if record.number in numbers}
    found = set(numbers)
    for record in records:
        first = undone.get(_content(record))
        if first is None or record.is_undone:
            continue
        held = [claims.get(number) for number in (first, record.number)]
        if any(one is None for one in held) or len({one.keys for one in held if one is not None}) == 1:
            found.add(record.number)
    return frozenset(found)


def _content(record: ImportRecord) -> tuple[str, bool]:
    return record.file_sha256, record.status in SET_ASIDE


def _places_before_others(history: AthleteHistory, before: States, after: States) -> list[bytes]:
    """Return the keys of records that are empty now, where a record at a later place of the same start is not."""
    last: dict[object, int] = {}
    kept = [after[key] if key in after else history.state(key) for key in history.keys]
    for state in kept:
        for reading in state.values:
            if is_placed(reading):
                last[_start_of(reading)] = max(last.get(_start_of(reading), 0), number_of_place(reading.entry))
    return [
        key
        for key, state in after.items()
        if state.is_empty and any(_is_before(reading, last) for reading in before[key].values)
    ]


def _is_before(reading: Observation, last: Mapping[object, int]) -> bool:
    return is_placed(reading) and number_of_place(reading.entry) < last.get(_start_of(reading), 0)


def _start_of(reading: Observation) -> object:
    kind = "session" if reading.stream in OF_SESSIONS else reading.stream
    return kind, reading.source.app, reading.source.device, reading.start


def _is_equal(one: Observation | None, other: Observation | None) -> bool:
    """True for the same reading, whichever file it came in."""
    return one is not None and other is not None and replace(one, source=other.source) == other

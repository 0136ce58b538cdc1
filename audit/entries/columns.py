"""The public fields of millions of entries in little memory: four bytes per field, and every value once.

Commitments and tags are not kept; whoever needs them reads the leaf from the log's files.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress
from typing import Any, Generic, TypeVar

from audit.entries.events import EventKind, LeafParts, parse_leaf, split_leaf
from audit.entries.filtering import Filter
from audit.errors import LogCorrupt, MalformedProof

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PublicFields:
    """What an entry says in public, apart from its commitment and tag; the members are those of `events.Entry`."""

    kind: EventKind
    org: str
    day: date
    policy_hash: str


@dataclass(frozen=True, slots=True)
class FieldCount:
    """How many entries have these fields, and the first and last index at which they stand."""

    fields: PublicFields
    count: int
    first_index: int
    last_index: int


class Column(Generic[T]):
    """One field of every entry. codes: per entry the place of its value in `values`."""

    __slots__ = ("_known", "codes", "values")

    def __init__(self) -> None:
        self.codes = array("I")
        self.values: list[T] = []
        # Places by the bytes that stand in a leaf for the value.
        self._known: dict[bytes, int] = {}

    def __getitem__(self, index: int) -> T:
        """Return the value of one entry; raises IndexError beyond the end."""
        return self.values[self.codes[index]]

    def copy(self) -> "Column[T]":
        """Return a column that can grow without changing this one."""
        other: Column[T] = Column()
        other.codes, other.values, other._known = array("I", self.codes), list(self.values), dict(self._known)
        return other

    def knows(self, written: bytes) -> bool:
        """Return whether a value was learnt for these bytes."""
        return written in self._known

    def knows_all(self, written: Iterable[bytes]) -> bool:
        """Return whether a value was learnt for each."""
        return self._known.keys() >= frozenset(written)

    def learn(self, written: bytes, value: T) -> None:
        """Take a value met for the first time."""
        if written not in self._known:
            self._known[written] = len(self.values)
            self.values.append(value)

    def extend(self, written: Iterable[bytes]) -> None:
        """Add one entry for each; all must be known."""
        self.codes.extend(map(self._known.__getitem__, written))

    def narrow(self, indices: Sequence[int], is_wanted: Callable[[T], bool]) -> Sequence[int]:
        """Return those of `indices` whose value is wanted; asks once per value, not once per entry."""
        chosen = [is_wanted(value) for value in self.values]
        if all(chosen):
            return indices
        return array("I", compress(indices, map(chosen.__getitem__, map(self.codes.__getitem__, indices))))


class EntryColumns:
    """The public fields of the entries 0 to len() - 1. Empty for a log of somebody else's format.

    Never changed once made: a `ColumnWriter` copies it and goes on from there.
    """

    __slots__ = ("_days", "_kinds", "_orgs", "_rules")

    def __init__(self, kinds: Column[EventKind], orgs: Column[str], days: Column[date], rules: Column[str]) -> None:
        """For `ColumnWriter` only: four columns of the same length."""
        self._kinds, self._orgs, self._days, self._rules = kinds, orgs, days, rules

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._kinds.codes)

    def __getitem__(self, index: int) -> PublicFields:
        """Return the fields of one entry; raises IndexError beyond the end."""
        return PublicFields(self._kinds[index], self._orgs[index], self._days[index], self._rules[index])

    def __iter__(self) -> Iterator[PublicFields]:
        """Yield the fields of every entry, in order."""
        return map(self.__getitem__, range(len(self)))

    def kind(self, index: int) -> EventKind:
        """Return what kind of event an entry is about."""
        return self._kinds[index]

    def org(self, index: int) -> str:
        """Return the organisation pseudonym of an entry's organisation."""
        return self._orgs[index]

    def day(self, index: int) -> date:
        """Return an entry's day."""
        return self._days[index]

    def policy_hash(self, index: int) -> str:
        """Return the hash of the rules in force, up to 64 hexadecimal digits; may be ""."""
        return self._rules[index]

    @property
    def orgs(self) -> tuple[str, ...]:
        """Every organisation's organisation pseudonym, in the order of first appearance."""
        return tuple(self._orgs.values)

    def select(self, is_wanted: Callable[[PublicFields], bool]) -> Sequence[int]:
        """Return the indices of the entries whose fields are wanted, ascending.

        `is_wanted` is asked once per combination of fields, not once per entry.
        """
        answers = _Answers(lambda at: is_wanted(self._fields_at(at)))
        return array("I", compress(range(len(self)), map(answers.__getitem__, self._combinations())))

    def select_by(self, wanted: Filter) -> Sequence[int]:
        """Return the indices of the entries that a filter selects, ascending; a tenth of a second for a million."""
        indices: Sequence[int] = range(len(self))
        indices = self._kinds.narrow(indices, wanted.wants_kind)
        indices = self._orgs.narrow(indices, wanted.wants_org)
        indices = self._days.narrow(indices, wanted.wants_day)
        return self._rules.narrow(indices, wanted.wants_rules)

    def organisations(self) -> list[str]:
        """Return every organisation pseudonym that an entry names, in alphabetical order."""
        return sorted(self._orgs.values)

    def counters(self) -> list[FieldCount]:
        """Return every combination of fields that occurs, with its count, in the order of first appearance.

        Takes about a second for a million entries; keep the result.
        """
        counts = Counter(self._combinations())
        last = dict(zip(self._combinations(), range(len(self)), strict=True))
        # Walked backwards, the first entry of a combination is the last to be put in.
        codes = (self._kinds.codes, self._orgs.codes, self._days.codes, self._rules.codes)
        first = dict(zip(zip(*map(reversed, codes), strict=True), range(len(self) - 1, -1, -1), strict=True))
        return [FieldCount(self[first[at]], count, first[at], last[at]) for at, count in counts.items()]

    def _combinations(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield for every entry the places of its four values."""
        return zip(self._kinds.codes, self._orgs.codes, self._days.codes, self._rules.codes, strict=True)

    def _fields_at(self, at: tuple[int, int, int, int]) -> PublicFields:
        kind, org, day, rules = at
        return PublicFields(
            self._kinds.values[kind], self._orgs.values[org], self._days.values[day], self._rules.values[rules]
        )


class _Answers(dict[tuple[int, int, int, int], bool]):
    """Remembers for each combination of fields whether it is wanted."""

    def __init__(self, ask: Callable[[tuple[int, int, int, int]], bool]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, at: tuple[int, int, int, int]) -> bool:
        self[at] = self._ask(at)
        return self[at]


class ColumnWriter:
    """Takes the leaves of a log in order and keeps their public fields; notices a log that is not ours."""

    def __init__(self, columns: EntryColumns | None = None, *, is_foreign: bool = False) -> None:
        """Go on after `columns`, which stays as it is; is_foreign: the entries before were not ours."""
        self._kinds: Column[EventKind] = columns._kinds.copy() if columns else Column()
        self._orgs: Column[str] = columns._orgs.copy() if columns else Column()
        self._days: Column[date] = columns._days.copy() if columns else Column()
        self._rules: Column[str] = columns._rules.copy() if columns else Column()
        self._is_foreign = is_foreign

    def finish(self) -> EntryColumns:
        """Return everything that was taken; nothing may be added after."""
        return EntryColumns(self._kinds, self._orgs, self._days, self._rules)

    def add(self, leaves: Sequence[bytes], *, first_index: int) -> None:
        """Take the leaves from `first_index` on; raises LogCorrupt where our entries and others are mixed."""
        ours = [parts for leaf in leaves if (parts := split_leaf(leaf)) is not None]
        if len(ours) == len(leaves) and self._learn(leaves, ours):
            self._extend(ours, first_index)
        else:
            self._add_one_by_one(leaves, first_index)

    def _add_one_by_one(self, leaves: Sequence[bytes], first_index: int) -> None:
        for index, leaf in enumerate(leaves, start=first_index):
            parts = split_leaf(leaf)
            if parts is not None and self._learn([leaf], [parts]):
                self._extend([parts], index)
            elif self._kinds.codes:
                raise LogCorrupt(f"entry {index} is not in the format of the entries before it")
            else:
                self._is_foreign = True

    def _extend(self, ours: Sequence[LeafParts], first_index: int) -> None:
        if self._is_foreign:
            raise LogCorrupt(f"entry {first_index} is in another format than the entries before it")
        if ours:
            for column, written in zip(self._in_order(), zip(*ours, strict=True), strict=True):
                column.extend(written)

    def _learn(self, leaves: Sequence[bytes], ours: Sequence[LeafParts]) -> bool:
        """Take values met for the first time; return False if one of the leaves is not ours after all."""
        written = zip(*ours, strict=True)
        if all(map(Column.knows_all, self._in_order(), written)):
            return True
        for leaf, parts in zip(leaves, ours, strict=True):
            if not all(map(Column.knows, self._in_order(), parts)):
                try:
                    entry = parse_leaf(leaf)
                except MalformedProof:
                    return False
                values = (entry.day, entry.kind, entry.org, entry.policy_hash)
                for column, part, value in zip(self._in_order(), parts, values, strict=True):
                    column.learn(part, value)
        return True

    def _in_order(self) -> tuple[Column[Any], ...]:
        """Return the columns in the order of `LeafParts`."""
        return self._days, self._kinds, self._orgs, self._rules

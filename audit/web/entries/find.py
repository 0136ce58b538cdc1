"""Finds the entries that the form asks for, newest first: by their public fields, or by looking through the files.

Commitments, tags and entry hashes are kept nowhere in memory. Looking for one reads the log's files from the newest
back, for a bounded time; where it stopped is part of the answer.
"""

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from audit.entries.columns import EntryColumns
from audit.entries.events import EventKind, parse_leaf
from audit.entries.filtering import Filter
from audit.errors import MalformedProof
from audit.tlog import tiles
from audit.verification.reader import TileReader
from audit.web.entries.filter_form import Wanted
from audit.web.entries.search_query import HashPrefix
from audit.web.verified.checked_log import Checked

LOOKS_FOR_S = 3.0
"""How long one page looks through files (our choice): a million entries in a local directory take about a second."""


@dataclass(frozen=True, slots=True)
class FoundEntries:
    """Entries, newest first.

    total: how many there are in all, None where they were not counted. searched_from: the lowest index looked at;
    whatever lies below it is not known.
    """

    indices: Sequence[int]
    total: int | None = None
    searched_from: int = 0


def find(
    checked: Checked,
    wanted: Wanted,
    *,
    before: int,
    limit: int,
    looks_for_s: float = LOOKS_FOR_S,
    timer: Callable[[], float] = time.monotonic,
) -> FoundEntries:
    """Return at most `limit` entries below index `before`, newest first; raises AuditError if files cannot be read."""
    search = wanted.search
    if search.number is None and not search.prefixes:
        return _by_fields(checked, wanted, before, limit)
    indices = [] if search.number is None else _by_number(checked, wanted, search.number, before)
    searched_from, deadline = 0, timer() + looks_for_s
    for start, hits in _by_hash(checked, search.prefixes, before):
        indices += [index for index in hits if index not in indices and wanted.chosen.selects(checked.columns[index])]
        if len(indices) >= limit or timer() >= deadline:
            searched_from = start
            break
    return FoundEntries(sorted(indices, reverse=True)[:limit], None, searched_from)


def _by_fields(checked: Checked, wanted: Wanted, before: int, limit: int) -> FoundEntries:
    matches = range(len(checked.columns)) if wanted.is_everything else _matches(checked.columns, wanted)
    end = bisect_left(matches, before)
    return FoundEntries(list(reversed(matches[max(0, end - limit) : end])), len(matches))


def _matches(columns: EntryColumns, wanted: Wanted) -> Sequence[int]:
    """Return every entry that filter and words select, ascending: column by column, which is fast."""
    fits = wanted.search.fits
    kinds = frozenset(kind for kind in EventKind if any(fits(kind, org) for org in columns.orgs))
    orgs = frozenset(org for org in columns.orgs if any(fits(kind, org) for kind in kinds))
    chosen = wanted.chosen
    found = columns.select_by(_Narrowed(chosen.kind, chosen.org, chosen.start, chosen.end, chosen.rules, kinds, orgs))
    if all(fits(kind, org) for kind in kinds for org in orgs):
        return found
    return [index for index in found if fits(columns.kind(index), columns.org(index))]


@dataclass(frozen=True, slots=True)
class _Narrowed(Filter):
    """A filter that also keeps to some kinds and organisations."""

    kinds: frozenset[EventKind] = frozenset()
    orgs: frozenset[str] = frozenset()

    def wants_kind(self, kind: EventKind) -> bool:
        return kind in self.kinds and Filter.wants_kind(self, kind)

    def wants_org(self, org: str) -> bool:
        return org in self.orgs and Filter.wants_org(self, org)


def _by_number(checked: Checked, wanted: Wanted, number: int, before: int) -> list[int]:
    is_there = number < min(before, len(checked.columns))
    return [number] if is_there and wanted.chosen.selects(checked.columns[number]) else []


def _by_hash(checked: Checked, prefixes: Sequence[HashPrefix], before: int) -> Iterator[tuple[int, list[int]]]:
    """Yield per bundle, from the newest back, its first index and the entries with such a hash, newest first."""
    size = min(before, len(checked.columns))
    if not prefixes or size == 0:
        return
    for place in range((size - 1) // tiles.WIDTH, -1, -1):
        start = place * tiles.WIDTH
        hits = {*_in_bundle(checked.reader, place, prefixes), *_in_tile(checked.reader, place, prefixes)}
        yield start, sorted((start + hit for hit in hits if start + hit < size), reverse=True)


def _in_bundle(reader: TileReader, place: int, prefixes: Sequence[HashPrefix]) -> Iterator[int]:
    """Yield where in a bundle an entry has a commitment or tag that begins so."""
    data, width = reader.file(tiles.tile_at(-1, place, reader.size))
    digits = [f"{prefix.value >> prefix.bits % 4:0{prefix.bits // 4}x}".encode() for prefix in prefixes]
    if not any(name + text in data for text in digits for name in (b'"c":"', b'"tag":"')):
        return
    for at, leaf in enumerate(tiles.decode_bundle(data, width)):
        try:
            entry = parse_leaf(leaf)
        except MalformedProof:
            continue
        if any(prefix.begins(entry.commitment) or prefix.begins(entry.tag) for prefix in prefixes):
            yield at


def _in_tile(reader: TileReader, place: int, prefixes: Sequence[HashPrefix]) -> Iterator[int]:
    """Yield where in a tile of entry hashes one begins so."""
    data, width = reader.file(tiles.tile_at(0, place, reader.size))
    if not any(prefix.whole_bytes in data for prefix in prefixes):
        return
    for at, leaf_hash in enumerate(tiles.split_hashes(data, width)):
        if any(prefix.begins(leaf_hash) for prefix in prefixes):
            yield at

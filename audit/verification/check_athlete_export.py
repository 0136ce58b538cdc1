"""Checks an athlete's own entries, from the file alone, and against the log itself that none is missing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.entries import commitments
from audit.entries.disclosure import Opening
from audit.entries.events import Entry, parse_leaf
from audit.errors import AuditError, LogCorrupt, ProofFailed
from audit.tlog import tlog_proof
from audit.tlog.checkpoint import parse_body
from audit.tlog.note import split_note
from audit.tlog.trust_policy import TrustedCheckpoint, TrustPolicy
from audit.verification.athlete_export import OwnEntries, OwnEntry
from audit.verification.sources import LogSource
from audit.verification.verified_details import check_is_whole, verified_details
from audit.verification.verify import OnProgress, VerifiedLog, verify_source

LOOK_AHEAD = 10_000
"""How many numbers beyond the last one are looked for in the log (our choice; it costs a tenth of a second)."""
_TAG = re.compile(rb'"tag":"([0-9a-f]{32})"')


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """One own entry whose tag, proof and opening are right. index: None while it waits; details: None if sealed."""

    number: int
    entry: Entry
    index: int | None
    details: Mapping[str, Any] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class CheckedOwn:
    """An athlete's own entries, every one checked. trusted: the checkpoint the list was made after, None if empty."""

    tag_key: bytes = field(repr=False)
    entries: tuple[CheckedEntry, ...]
    trusted: TrustedCheckpoint | None

    @property
    def proven(self) -> int:
        """How many stand in the log under a trusted checkpoint."""
        return sum(entry.index is not None for entry in self.entries)

    @property
    def sealed(self) -> int:
        """How many nobody can open any more."""
        return sum(entry.details is None for entry in self.entries)


@dataclass(frozen=True, slots=True)
class InLog:
    """What the log itself says: it is whole, it holds `found` of the entries, and `newer` ones since the file."""

    log: VerifiedLog
    found: int
    newer: int


def check_export(own: OwnEntries, policy: TrustPolicy) -> CheckedOwn:
    """Check numbers, tags, openings and proofs of a file; raises a child of AuditError that names the entry."""
    if [entry.number for entry in own.entries] != list(range(own.total)):
        raise LogCorrupt(f"expected the entries 1 to {own.total:,} in order, none missing, none twice")
    opened = _Opened(policy, own.origin)
    as_of = None if _is_empty(own.checkpoint) else opened.trusted(own.checkpoint)
    checked = tuple(_checked(entry, own.tag_key, opened) for entry in own.entries)
    places = [entry.index for entry in checked if entry.index is not None]
    if len(set(places)) < len(places):
        raise LogCorrupt("expected each entry at a place of its own; two stand at the same")
    return CheckedOwn(own.tag_key, checked, as_of)


def check_in_log(
    own: CheckedOwn, source: LogSource, policy: TrustPolicy, *, on_progress: OnProgress | None = None
) -> InLog:
    """Verify the whole log and find every own entry in it; raises LogCorrupt if one is missing or was left out.

    An entry under this key that stood in the log before the file was made, and is not in the file, was left out.
    """
    wanted = {commitments.tag(own.tag_key, n).hex().encode(): n for n in range(len(own.entries) + LOOK_AHEAD)}
    places: dict[int, tuple[int, bytes]] = {}

    def look(first: int, leaves: Sequence[bytes]) -> None:
        for index, leaf in enumerate(leaves, start=first):
            found = _TAG.search(leaf)
            if found and (number := wanted.get(found[1])) is not None:
                if number in places:
                    raise LogCorrupt(f"the log holds two entries with your number {number + 1:,}")
                places[number] = (index, leaf)

    known = own.trusted.note if own.trusted else None
    log = verify_source(source, policy, known=known, on_progress=on_progress, on_entries=look)
    for entry in own.entries:
        _check_place(entry, places.get(entry.number))
    before = own.trusted.checkpoint.size if own.trusted else 0
    later = [index for number, (index, _) in places.items() if number >= len(own.entries)]
    left_out = sum(index < before for index in later)
    if left_out:
        raise LogCorrupt(f"the log holds {left_out:,} more entries under your key than the file: they were left out")
    return InLog(log, len(places) - len(later), len(later))


def _check_place(own: CheckedEntry, place: tuple[int, bytes] | None) -> None:
    """Raise LogCorrupt unless the log holds this entry where the file says, or nowhere while it waits."""
    index, leaf = place or (None, own.entry.leaf())
    if leaf != own.entry.leaf() or own.index not in (None, index):
        raise LogCorrupt(f"entry {own.number + 1:,} of the file does not stand at its place in this log")


class _Opened:
    """Opens each checkpoint once."""

    def __init__(self, policy: TrustPolicy, origin: str) -> None:
        self._policy = policy
        self._origin = origin
        self._held: dict[bytes, TrustedCheckpoint] = {}

    def trusted(self, checkpoint: bytes) -> TrustedCheckpoint:
        if checkpoint not in self._held:
            trusted = self._policy.open(checkpoint)
            if trusted.checkpoint.origin != self._origin:
                raise ProofFailed("the checkpoint is of another log than the file says")
            self._held[checkpoint] = trusted
        return self._held[checkpoint]


def _checked(own: OwnEntry, tag_key: bytes, opened: _Opened) -> CheckedEntry:
    try:
        entry = parse_leaf(own.leaf)
        if entry.tag != commitments.tag(tag_key, own.number):
            raise ProofFailed("its tag is not the one that your key makes for this number")
        if isinstance(own.opening, Opening):
            check_is_whole(own.opening)
        details = None if own.opening is None else verified_details(own.opening, entry)
        if details is not None:
            _check_agreement(entry, own.number, details)
        if own.proof is not None:
            checkpoint = opened.trusted(own.proof.checkpoint).checkpoint
            tlog_proof.verify(own.proof.hashes, leaf=own.leaf, index=own.proof.index, checkpoint=checkpoint)
    except AuditError as error:
        raise type(error)(f"entry {own.number + 1:,}: {error}") from error
    index = own.proof.index if own.proof else None
    return CheckedEntry(own.number, entry, index, details)


def _check_agreement(entry: Entry, number: int, details: Mapping[str, Any]) -> None:
    """Raise ProofFailed if the sealed details contradict what the entry says in public."""
    says = (details.get("kind", entry.kind.value), details.get("number", number))
    if says != (entry.kind.value, number):
        raise ProofFailed("its sealed details are of another kind or number than the entry says")
    if not str(details.get("at", entry.day.isoformat())).startswith(entry.day.isoformat()):
        raise ProofFailed("its sealed details are of another day than the entry says")


def _is_empty(checkpoint: bytes) -> bool:
    """Return whether a checkpoint is of an empty log, which says nothing and needs no witness."""
    return parse_body(split_note(checkpoint)[0]).size == 0

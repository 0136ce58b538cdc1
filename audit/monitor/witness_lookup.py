"""Asks witnesses what they have seen of a log, and compares it with what the log shows here.

A log can show each reader a history of its own, but not without its witnesses: they cosign one.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum

import httpx

from audit.cosigning import witness_client
from audit.cosigning.cosigner import by_address
from audit.errors import AuditError, ProofFailed, SourceUnavailable
from audit.monitor.alarms import Alarm, AlarmKind, Misbehaved
from audit.monitor.consistency import Mark, authentic_root
from audit.tlog.checkpoint import Checkpoint, parse_body
from audit.tlog.note import open_note
from audit.tlog.note_keys import Verifier
from audit.tlog.trust_policy import Cosignature, KnownWitness, TrustPolicy
from audit.verification.sources import LogSource

MOST_THREADS = 8


class WitnessStatus(StrEnum):
    """How what a witness shows stands to what the log shows."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    BEHIND = "behind"
    AHEAD = "ahead"
    NOTHING = "shows nothing"
    UNREACHABLE = "unreachable"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class WitnessView:
    """What one witness shows, under its names in the policy.

    seen: its checkpoint, None if it showed none that can be used; `note` is the same, signed. is_vouching: it has
    cosigned the very checkpoint that the log shows, whatever it has seen since.
    """

    names: tuple[str, ...]
    status: WitnessStatus
    seen: Checkpoint | None = None
    note: bytes | None = None
    is_vouching: bool = False


class WitnessLookup:
    """Asks every witness of a policy that has an address for the last checkpoint it cosigned."""

    def __init__(self, policy: TrustPolicy, *, client: httpx.Client, timeout_s: float = 10.0) -> None:
        """Raises MalformedPolicy for an address that may not be used."""
        self._log_keys = [log.verifier for log in policy.logs]
        self._witnesses = by_address(policy)
        self._client = client
        self._timeout_s = timeout_s

    def views(self, now: Checkpoint, *, cosigned: Sequence[Cosignature] = ()) -> list[WitnessView]:
        """Return what each witness shows, compared by size with what the log shows `now`, which these have cosigned."""
        if not self._witnesses:
            return []
        vouching = {cosignature.witness for cosignature in cosigned}
        with ThreadPoolExecutor(min(MOST_THREADS, len(self._witnesses)), thread_name_prefix="witness") as threads:
            views = list(threads.map(lambda url: self._view(url, self._witnesses[url], now), self._witnesses))
        return [
            replace(view, is_vouching=view.status is WitnessStatus.AGREES or not vouching.isdisjoint(view.names))
            for view in views
        ]

    def _view(self, url: str, known: Sequence[KnownWitness], now: Checkpoint) -> WitnessView:
        names = tuple(witness.name for witness in known)
        deadline = time.monotonic() + self._timeout_s
        try:
            note = witness_client.latest_checkpoint(self._client, url, now.origin, deadline=deadline)
        except SourceUnavailable:
            return WitnessView(names, WitnessStatus.UNREACHABLE)
        if note is None:
            return WitnessView(names, WitnessStatus.NOTHING)
        try:
            seen = self._opened(note, [witness.verifier for witness in known], now.origin)
        except AuditError:
            return WitnessView(names, WitnessStatus.UNUSABLE)
        return WitnessView(names, _standing(seen, now), seen, note)

    def _opened(self, note: bytes, keys: Sequence[Verifier], origin: str) -> Checkpoint:
        """Return the checkpoint of a note that log and witness have both signed; raises a child of AuditError."""
        log_keys = [key for key in self._log_keys if key.name == origin]
        opened = open_note(note, [*log_keys, *keys])
        names = {(key.name, key.key_id) for key in keys}
        by_witness = [one for one in opened.signatures if (one.name, one.key_id) in names]
        checkpoint = parse_body(opened.text)
        if not by_witness or len(by_witness) == len(opened.signatures) or checkpoint.origin != origin:
            raise ProofFailed("expected a checkpoint of this log, signed by it and by the witness")
        return checkpoint


def _standing(seen: Checkpoint, now: Checkpoint) -> WitnessStatus:
    if seen.size != now.size:
        return WitnessStatus.AHEAD if seen.size > now.size else WitnessStatus.BEHIND
    return WitnessStatus.AGREES if seen.root == now.root else WitnessStatus.DISAGREES


def check_behind(view: WitnessView, source: LogSource, now: Checkpoint) -> None:
    """Check that what a witness saw is the beginning of what the log shows; raises Misbehaved, SourceUnavailable."""
    seen = view.seen
    if seen is None or view.status is WitnessStatus.AHEAD or seen.size == 0:
        return
    root = now.root if seen.size == now.size else authentic_root(source, seen.size, now)
    if root is None:
        raise Misbehaved(AlarmKind.WRONG_FILE, f"the tiles do not show the root of the first {seen.size} entries")
    if root != seen.root:
        raise Misbehaved(
            AlarmKind.SPLIT_VIEW,
            f"the witness {view.names[0]} holds another root for {seen.size} entries",
            held_by_witness=view.note,
        )


def awaited_for_too_long(
    awaited: Sequence[tuple[Checkpoint, bytes]], policy: TrustPolicy, *, now_s: int, max_age_s: int
) -> Alarm | None:
    """Return an alarm for the longest awaited of what witnesses have seen and the log does not show here yet.

    For a short time that is in order: a log has its checkpoint cosigned before it publishes it. What counts is when a
    witness saw it, however new what both show by now is: they may grow, one behind the other.
    awaited: checkpoints that the log has signed. policy: one that accepts them without witnesses.
    """
    sightings = [(_seen_by(note, policy, now_s), seen.size, note) for seen, note in awaited]
    (at_s, by), size, note = min(sightings, default=((now_s, ""), 0, b""))
    if now_s - at_s <= max_age_s:
        return None
    detail = f"{by} saw {size} entries {now_s - at_s} s ago"
    return Alarm(AlarmKind.WITNESS_AHEAD, detail, {"held-by-witness.note": note})


def _seen_by(note: bytes, policy: TrustPolicy, now_s: int) -> tuple[int, str]:
    """Return when a checkpoint was cosigned first, and by whom; or when it was signed, if no such witness is known."""
    # Here the note comes from a witness, and only one of the log's keys is asked for.
    trusted = replace(policy, needs_every_log_key=False).open(note)
    stated = [(one.timestamp_s, f"the witness {one.witness}") for one in trusted.cosignatures if one.timestamp_s]
    return min(stated, default=(trusted.signed_at_s or now_s, "a witness"))


def awaited_mark(view: WitnessView) -> Mark | None:
    """Return what the log must have when it gets as far as this witness."""
    if view.status is not WitnessStatus.AHEAD or view.seen is None or view.note is None:
        return None
    return Mark(view.seen, view.note, f"the witness {view.names[0]}")

"""Watches a log: each check goes on from the last checkpoint that was verified, and reads what is new.

From time to time everything is read again: a file that was right once can be changed later.

The core takes a source of files and a state, and returns a state and what is wrong; it writes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from audit.errors import BrokenState, MalformedProof, ProofFailed, QuorumNotMet, UnknownSigner
from audit.monitor.alarms import MAX_AGE_S, PASSING, REREAD_AFTER_S, Alarm, AlarmKind, Misbehaved
from audit.monitor.consistency import ConsistencyCheck, EntryWatch, Mark, authentic_root
from audit.monitor.state import MOST_AWAITED, MonitorState
from audit.monitor.witness_lookup import WitnessLookup, WitnessView, awaited_for_too_long, awaited_mark, check_behind
from audit.tlog.checkpoint import CHECKPOINT, Checkpoint
from audit.tlog.trust_policy import NONE, TrustedCheckpoint, TrustPolicy
from audit.verification.read_ahead import reading_ahead
from audit.verification.sources import LogSource
from chassis.clock import Clock
from chassis.remote_time import apart, tolerated
from policies.snapshot import CLOCK_TOLERANCE

ATTEMPTS = 3
PAUSE_S = 2.0
"""What looks wrong is looked at again: a checkpoint may be cached for seconds, and a log grows while it is read."""


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one check.

    checkpoint: what the log showed, None if it could not be believed. state: what to go on from, None if nothing was
    ever verified. is_first: there was no state, so that this history was taken on trust. is_whole: every entry was
    read, from the first on.
    """

    at: datetime
    checkpoint: Checkpoint | None
    state: MonitorState | None
    new_entries: int = 0
    is_first: bool = False
    alarms: tuple[Alarm, ...] = ()
    witnesses: tuple[WitnessView, ...] = ()
    is_whole: bool = False


class Monitor:
    """Checks one log under one policy.

    known: a checkpoint kept from earlier, as a signed note, from which the log must have grown. max_age_s: a log that
    shows nothing new for so long is stale. reread_after_s: after so long every entry is read again, from the first on.
    witnesses: who else is asked, if anybody.
    """

    def __init__(
        self,
        source: LogSource,
        policy: TrustPolicy,
        *,
        clock: Clock,
        pause: Callable[[float], object],
        max_age_s: int = MAX_AGE_S,
        reread_after_s: int = REREAD_AFTER_S,
        witnesses: WitnessLookup | None = None,
        known: bytes | None = None,
    ) -> None:
        """Raises a child of AuditError if `known` is not a checkpoint by the log's keys."""
        self.source = source
        self.policy = policy
        self.clock = clock
        self.max_age_s = max_age_s
        self.reread_after_s = reread_after_s
        self.witnesses = witnesses
        # A log's own signatures are enough to compare two of its checkpoints.
        self.unwitnessed = replace(policy, quorum=NONE)
        self.known = Mark(self.unwitnessed.open(known).checkpoint, known, "you") if known is not None else None
        self._pause = pause

    def check(self, state: MonitorState | None, *, is_whole: bool = False) -> Check:
        """Check the log once, going on from `state`; `is_whole`: read every entry again, whether or not it is time.

        Raises SourceUnavailable if the log cannot be reached: then nothing is known, good or bad. Raises
        BrokenState if `state` or the known checkpoint is about another log.
        """
        for _ in range(ATTEMPTS - 1):
            check = _Look(self, state, is_whole=is_whole).check()
            if all(alarm.kind in PASSING for alarm in check.alarms):
                return check
            self._pause(PAUSE_S)
        return _Look(self, state, is_whole=is_whole).check()


class _Look:
    """One look at a log, with what has been found so far."""

    def __init__(self, monitor: Monitor, state: MonitorState | None, *, is_whole: bool) -> None:
        self._monitor = monitor
        self._source = monitor.source
        self._state = state
        self._at = monitor.clock()
        self._is_whole = is_whole or self._is_reading_due()
        self._note: bytes | None = None
        self._now: Checkpoint | None = None
        self._views: list[WitnessView] = []

    def check(self) -> Check:
        try:
            return self._check()
        except Misbehaved as error:
            alarm = self._with_notes(error.alarm)
        return Check(self._at, self._now, self._state, 0, self._state is None, (alarm,), tuple(self._views))

    def _check(self) -> Check:
        trusted = self._open()
        now = self._now = trusted.checkpoint
        self._compare_with_kept(now)
        self._check_quorum(trusted)
        if self._monitor.witnesses:
            self._views = self._monitor.witnesses.views(now, cosigned=trusted.cosignatures)
        entries, edge = self._follow(now)
        for view in self._views:
            check_behind(view, self._source, now)
        state = self._next_state(trusted, entries, edge)
        grown = now.size - (self._state.checkpoint.size if self._state else 0)
        alarms = tuple(map(self._with_notes, self._about_time(trusted, state)))
        return Check(self._at, now, state, grown, self._state is None, alarms, tuple(self._views), self._is_whole)

    def _open(self) -> TrustedCheckpoint:
        """Read the checkpoint and verify the log's own signatures."""
        self._note = self._source.read(CHECKPOINT)
        if self._note is None:
            raise Misbehaved(AlarmKind.MISSING_FILE, "expected the file checkpoint, found none")
        try:
            return self._monitor.unwitnessed.open(self._note)
        except MalformedProof as error:
            raise Misbehaved(AlarmKind.MALFORMED_CHECKPOINT, str(error)) from error
        except (UnknownSigner, ProofFailed) as error:
            raise Misbehaved(AlarmKind.BAD_SIGNATURE, str(error)) from error

    def _compare_with_kept(self, now: Checkpoint) -> None:
        kept = self._state.checkpoint if self._state else None
        for held in (kept, self._monitor.known.checkpoint if self._monitor.known else None):
            if held is None:
                continue
            if held.origin != now.origin:
                raise BrokenState(f"expected the log {held.origin}, got {now.origin}")
            if held.size > now.size:
                raise Misbehaved(AlarmKind.ROLLBACK, f"expected at least {held.size} entries, got {now.size}")
            if held.size == now.size and held.root != now.root:
                raise Misbehaved(AlarmKind.SPLIT_VIEW, f"two roots for {now.size} entries")

    def _check_quorum(self, trusted: TrustedCheckpoint) -> None:
        if trusted.checkpoint.size == 0:
            return  # an empty tree says nothing; a log publishes its first one alone
        try:
            self._monitor.policy.open(trusted.note)
        except QuorumNotMet as error:
            raise Misbehaved(AlarmKind.QUORUM_MISSING, str(error)) from error

    def _follow(self, now: Checkpoint) -> tuple[EntryWatch, tuple[bytes, ...]]:
        """Verify everything between the state and the checkpoint."""
        state = self._state
        entries = EntryWatch(state.is_foreign if state else None)
        size, edge = (state.checkpoint.size, state.edge) if state else (0, ())
        with reading_ahead(self._source, size, now.size) as source:
            growth = ConsistencyCheck(source, size, edge, entries)
            if now.size > size:
                growth.reach(now, [mark for mark in self._marks() if size < mark.checkpoint.size <= now.size])
        known = self._monitor.known
        if known and 0 < known.checkpoint.size <= size:
            self._check_known(known, now)
        if size and self._is_whole:
            self._read_again(now, entries)
        return entries, growth.edge

    def _is_reading_due(self) -> bool:
        """Whether everything was read too long ago; also if that lies in the future, for then a clock was wrong."""
        read_at_s = self._state.whole_at_s if self._state else None
        return read_at_s is None or not 0 <= self._now_s - read_at_s < self._monitor.reread_after_s

    def _read_again(self, now: Checkpoint, entries: EntryWatch) -> None:
        """Verify every file from the first entry on: the tree has only grown, and its files may yet have changed."""
        with reading_ahead(self._source, 0, now.size) as source:
            ConsistencyCheck(source, 0, (), EntryWatch(entries.is_foreign)).reach(now)

    def _check_known(self, known: Mark, now: Checkpoint) -> None:
        size = known.checkpoint.size
        if authentic_root(self._source, size, now) != known.checkpoint.root:
            raise Misbehaved(AlarmKind.HISTORY_CHANGED, f"the tree does not continue the {size} entries you kept")

    def _marks(self) -> list[Mark]:
        """Return every checkpoint that the tree must have on its way; raises Misbehaved if two contradict."""
        state, known = self._state, self._monitor.known
        marks = [Mark(checkpoint, note, "a witness") for checkpoint, note in (state.awaited if state else ())]
        marks += [mark for view in self._views if (mark := awaited_mark(view))]
        roots: dict[int, Mark] = {}
        for mark in marks:
            rival = roots.setdefault(mark.checkpoint.size, mark)
            if rival.checkpoint.root != mark.checkpoint.root:
                raise Misbehaved(
                    AlarmKind.SPLIT_VIEW,
                    f"witnesses hold two roots for {mark.checkpoint.size} entries",
                    held_by_witness=rival.note,
                    held_by_another=mark.note,
                )
        return [*roots.values(), *([known] if known else [])]

    def _next_state(self, trusted: TrustedCheckpoint, entries: EntryWatch, edge: tuple[bytes, ...]) -> MonitorState:
        now, state = trusted.checkpoint, self._state
        has_grown = state is None or now.size > state.checkpoint.size
        has_heartbeats = entries.has_heartbeat or (state is not None and state.has_heartbeats)
        is_alive = state is None or (entries.has_heartbeat if has_heartbeats else has_grown)
        awaited = [(mark.checkpoint, mark.note) for mark in self._marks() if mark.checkpoint.size > now.size]
        return MonitorState(
            note=trusted.note,
            checkpoint=now,
            edge=edge,
            is_foreign=entries.is_foreign,
            has_heartbeats=has_heartbeats,
            alive_at_s=self._now_s if is_alive or state is None else state.alive_at_s,
            awaited=tuple(awaited[:MOST_AWAITED]),
            whole_at_s=self._now_s if self._is_whole or state is None else state.whole_at_s,
        )

    def _about_time(self, trusted: TrustedCheckpoint, state: MonitorState) -> Sequence[Alarm]:
        now_s, most_s = self._now_s, self._monitor.max_age_s
        alarms = [awaited_for_too_long(state.awaited, self._monitor.unwitnessed, now_s=now_s, max_age_s=most_s)]
        skew = timedelta(seconds=now_s - trusted.signed_at_s)
        if skew < -CLOCK_TOLERANCE:
            words = apart(skew, own="the monitor's clock", other="the log's")
            alarms.append(Alarm(AlarmKind.DATED_AHEAD, f"the newest checkpoint is dated ahead: {words}; {tolerated()}"))
        alarms.append(_stale(trusted, state, now_s=now_s, most_s=most_s))
        return [alarm for alarm in alarms if alarm]

    def _with_notes(self, alarm: Alarm) -> Alarm:
        """Add the checkpoint that was shown, and the ones that were kept."""
        known = self._monitor.known
        notes = {
            "shown.note": self._note,
            "kept.note": self._state.note if self._state else None,
            "known.note": known.note if known else None,
        }
        return replace(alarm, evidence={**{name: data for name, data in notes.items() if data}, **alarm.evidence})

    @property
    def _now_s(self) -> int:
        return int(self._at.timestamp())


def _stale(trusted: TrustedCheckpoint, state: MonitorState, *, now_s: int, most_s: int) -> Alarm | None:
    """Return an alarm if neither the times that were signed nor the entries show that the log is alive."""
    stated = [trusted.signed_at_s, *(cosignature.timestamp_s for cosignature in trusted.cosignatures)]
    # A time in the future proves nothing about the present.
    believable = [time_s for time_s in stated if 0 < time_s <= now_s + CLOCK_TOLERANCE.total_seconds()]
    if believable and now_s - max(believable) > most_s:
        return Alarm(AlarmKind.STALE, f"the newest checkpoint was signed {now_s - max(believable)} s ago")
    if now_s - state.alive_at_s > most_s:
        what = "heartbeat" if state.has_heartbeats else "entry"
        return Alarm(AlarmKind.STALE, f"no new {what} for {now_s - state.alive_at_s} s")
    return None

"""Keeps one log verified while pages are served: in the background, never twice at once, and never forgetting.

A first verification of a million entries takes many seconds, so that no request waits for it. Later ones verify what
was added, and from time to time everything again.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from audit.entries.columns import EntryColumns, FieldCount
from audit.errors import AuditError, SourceUnavailable, StillChecking
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.reader import TileReader
from audit.verification.sources import LogSource
from audit.verification.verify import VerifiedLog, extend, read_checkpoint, verify_source
from audit.web.verified.checked_log import Checked, Progress, VerifiedCheckpoint
from chassis.clock import Clock

PATIENCE_S = 2.0
"""How long one request waits for a verification (our choice)."""
RECHECK_AFTER = timedelta(seconds=60)
SHARE = 20
"""Everything is verified again after a minute, but at most a twentieth of the time is spent on it (our choices)."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """A verification that ended badly: why, when, the checkpoint served then, and the newest one that was whole."""

    error: AuditError
    at: datetime
    note: bytes | None
    kept: VerifiedCheckpoint | None


class LogVerdict(Enum):
    """What the newest verification found."""

    WHOLE = auto()
    CHECKING = auto()
    OUT_OF_REACH = auto()
    NOT_WHOLE = auto()


@dataclass(frozen=True, slots=True)
class WatchStatus:
    """The newest verdict, with size and time of the newest verification that ended well."""

    verdict: LogVerdict
    size: int | None
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Good:
    log: VerifiedLog
    at: datetime
    whole_at: datetime
    counters: tuple[FieldCount, ...]


class LogWatch:
    """One log, its newest verdict, and the thread that works on the next one."""

    def __init__(
        self,
        source: LogSource,
        policy: TrustPolicy,
        *,
        clock: Clock,
        timer: Callable[[], float] = time.monotonic,
        patience_s: float | None = None,
    ) -> None:
        self._source = source
        self._policy = policy
        self._clock = clock
        self._timer = timer
        self._patience_s = PATIENCE_S if patience_s is None else patience_s
        # Guards everything below, and is notified when a verification ends.
        self._changed = threading.Condition()
        self._progress: Progress | None = None  # of the verification that runs; None when none does
        self._good: _Good | None = None  # stays after a failure, so that a shorter log is never accepted later
        self._first: VerifiedCheckpoint | None = None
        self._failure: Failure | None = None
        self._sightings: dict[str, int] = {}
        self._took = timedelta()
        # How often an entry's own proof has failed, and how many of these doubts a whole check has settled.
        self._doubts = 0
        self._settled = 0

    def start(self) -> None:
        """Begin the first verification now, so that the first visitor need not wait for it."""
        with self._changed:
            if self._progress is None and self._good is None:
                self._begin(None)

    def check(self) -> Checked:
        """Return the verified log.

        Raises StillChecking while there is nothing to show yet, and another child of AuditError if the log is not
        whole or cannot be reached.
        """
        note = read_checkpoint(self._source)
        with self._changed:
            if self._progress is None and self._needs_work(note):
                self._begin(note)
            self._changed.wait_for(lambda: self._progress is None, timeout=self._patience_for(note))
            if self._failure is not None:
                raise self._failure.error.with_traceback(None)  # one object for many requests: it must not grow
            running = self._progress
            if self._good is None or (running is not None and not self._shows(note)):
                raise StillChecking(*(running.done, running.total) if running else (0, 0))
            return self._checked(self._good, running)

    def _shows(self, note: bytes) -> bool:
        """Whether the newest verdict is about this checkpoint, and nothing speaks against it. The lock is held."""
        is_current = self._good is not None and self._good.log.checkpoint == note
        return is_current and self._failure is None and self._doubts == self._settled

    def _patience_for(self, note: bytes) -> float:
        """How long to wait for what runs: not at all for a long check if a verdict can be shown. The lock is held."""
        return 0.0 if self._shows(note) and self._took.total_seconds() > self._patience_s else self._patience_s

    def failure(self) -> Failure | None:
        """Return why the log is not shown, if it is not."""
        with self._changed:
            return self._failure

    def distrust(self) -> None:
        """Show nothing before the whole log has been verified again: an entry's own proof has failed."""
        with self._changed:
            self._doubts += 1

    def status(self) -> WatchStatus:
        """Return the newest verdict for a health check, without starting or awaiting anything."""
        with self._changed:
            good = self._good
            return WatchStatus(self._verdict(), good.log.size if good else None, good.at if good else None)

    def _verdict(self) -> LogVerdict:
        if self._failure is not None:
            is_away = isinstance(self._failure.error, SourceUnavailable)
            return LogVerdict.OUT_OF_REACH if is_away else LogVerdict.NOT_WHOLE
        return LogVerdict.WHOLE if self._good else LogVerdict.CHECKING

    def _checked(self, good: _Good, running: Progress | None) -> Checked:
        first = self._first or _seen(good)
        reader, sightings = TileReader(self._source, good.log.size), dict(self._sightings)
        return Checked(
            good.log, good.at, good.whole_at, first, sightings, good.counters, self._source, reader, recheck=running
        )

    def _needs_work(self, note: bytes) -> bool:
        if self._doubts > self._settled:
            return True
        if self._failure is not None:
            is_old = not timedelta(0) <= self._clock() - self._failure.at < min(self._took * SHARE, RECHECK_AFTER)
            return is_old or self._failure.note != note or isinstance(self._failure.error, SourceUnavailable)
        return self._good is None or self._good.log.checkpoint != note or self._is_due(self._good)

    def _is_due(self, good: _Good) -> bool:
        return not timedelta(0) <= self._clock() - good.whole_at < max(self._took * SHARE, RECHECK_AFTER)

    def _begin(self, note: bytes | None) -> None:
        """Start a verification in a thread. The lock is held."""
        good = self._good
        is_whole = good is None or self._failure is not None or self._doubts > self._settled or self._is_due(good)
        self._progress = Progress()
        arguments = (note, None if is_whole else good, self._doubts)
        threading.Thread(target=self._work, args=arguments, daemon=True).start()

    def _work(self, note: bytes | None, start: _Good | None, doubts: int) -> None:
        """Verify, and keep the outcome. start: what only has to be extended. doubts: how many there are by now."""
        began, error, good = self._timer(), None, None
        try:
            good = self._extended(start) if start else self._verified()
        except AuditError as problem:
            error = problem
        except Exception as problem:  # whatever it is: the pages must say that nothing is known, and not wait for ever
            logger.exception("the verification of the log ended in a fault")
            error = SourceUnavailable(f"the check ended with {type(problem).__name__}")
        with self._changed:
            if good is not None:
                self._remember(good)
            if not start or error:
                self._took = timedelta(seconds=self._timer() - began)
            self._settled = doubts
            kept = _seen(self._good) if self._good else None
            self._failure = Failure(error, self._clock(), note, kept) if error else None
            self._progress = None
            self._changed.notify_all()

    def _verified(self) -> _Good:
        known = self._good.log.checkpoint if self._good else None
        log = verify_source(self._source, self._policy, known=known, on_progress=self._report)
        now = self._clock()
        return _Good(log, now, now, tuple(log.columns.counters()))

    def _extended(self, start: _Good) -> _Good:
        try:
            log = extend(start.log, self._source, self._policy, on_progress=self._report)
        except SourceUnavailable:
            raise
        except AuditError:
            return (
                self._verified()
            )  # whatever is wrong, the whole check says so better; and it may have been a moment's
        return _Good(log, self._clock(), start.whole_at, _counted_on(start, log.columns))

    def _report(self, done: int, total: int) -> None:
        self._progress = Progress(done, total)

    def _remember(self, good: _Good) -> None:
        self._good = good
        self._first = self._first or _seen(good)
        for cosignature in good.log.trusted.cosignatures:
            newest = max(self._sightings.get(cosignature.witness, 0), cosignature.timestamp_s)
            self._sightings[cosignature.witness] = newest


def _counted_on(start: _Good, columns: EntryColumns) -> tuple[FieldCount, ...]:
    """Return the counters of all entries from that of the first ones: counting everything takes a second a million."""
    counted = {part.fields: part for part in start.counters}
    for index in range(len(start.log.columns), len(columns)):
        fields = columns[index]
        old = counted.get(fields)
        counted[fields] = FieldCount(fields, old.count + 1 if old else 1, old.first_index if old else index, index)
    return tuple(counted.values())


def _seen(good: _Good) -> VerifiedCheckpoint:
    return VerifiedCheckpoint(good.at, good.log.size, good.log.checkpoint)

"""The writer of the log: acknowledges an entry once it is durable, and publishes all that wait at one moment.

An acknowledged entry waits in a private journal. A publication (`Log.publish`, called at a fixed schedule by
`audit.writer.schedule`) shuffles everything that waits together with a heartbeat, makes that order durable, signs the
grown tree, has it cosigned and makes it public. So the order inside a publication says nothing, and an entry has
a place in the log only from its publication on.

One object owns a log directory, guarded against other processes by a lock file. `<directory>` holds only what is
public; `<directory>.state` beside it holds the lock, the journal, sequenced batches, the writer's state, and an
index that can be thrown away.
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

from audit.durable.storage import PRIVATE_FOLDER, Disk, FileStore, reason_of, sole_writer, unavailable
from audit.errors import LogCorrupt, LogUnavailable, MalformedProof, SourceUnavailable
from audit.tlog import merkle, tiles
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note_keys import Signer
from audit.tlog.tlog_proof import TlogProof
from audit.writer.backlog import Backlog
from audit.writer.leaf_index import LeafIndex
from audit.writer.pending_journal import PendingJournal
from audit.writer.publisher import AsksWitnesses, Published, Publisher
from audit.writer.recovery import recover
from audit.writer.sequenced_batches import BatchFiles
from chassis.clock import Clock, utc_now

LOCK = "lock"
INDEX = "index.sqlite3"
HIGH_WATER_MARK = 65_536
"""Entries in the journal beyond which a publication is due before its time (our choice): about 20 MB of memory."""
MOST_DELAY_S = 86_400
"""How long an entry may wait before the log accepts no more (our choice): a day, as witnesses may be down."""


class Log:
    """An append-only log in a directory. Open it with `Log.open`; close it, or use it as a context manager.

    Safe for any number of threads: appends share their writes, and go on while a publication waits for witnesses.
    """

    def __init__(
        self,
        directory: Path,
        signers: Sequence[Signer],
        disk: Disk,
        clock: Clock,
        heartbeat: Callable[[datetime], bytes] | None,
        cosigner: AsksWitnesses | None,
        most_delay_s: int,
    ) -> None:
        """For `Log.open` only: nothing is read or locked yet."""
        self._clock = clock
        self._heartbeat = heartbeat
        self._most_delay_s = most_delay_s
        self._state = FileStore(directory.with_name(f"{directory.name}.state"), disk, mode=PRIVATE_FOLDER)
        self._batch_files = BatchFiles(self._state)
        self._backlog = Backlog(PendingJournal(self._state, now_s=self._now_s), self._batch_files)
        self._publisher = Publisher(
            directory, state=self._state, disk=disk, signers=signers, cosigner=cosigner, clock=clock
        )
        self._index = LeafIndex(self._state.directory / INDEX)
        self._held = contextlib.ExitStack()
        # One publication at a time; held also while the log is opened and closed.
        self._publishing = threading.Lock()
        # Replaced whole under _publishing, read without it; None while the log is not open.
        self._current: Published | None = None
        # Both written under _publishing. The first is for good, the second until a publication succeeds.
        self._contradiction: str | None = None
        self._failure: str | None = None
        self._on_high_water_mark: Callable[[], None] | None = None
        self._is_state_missing = False

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        signers: Sequence[Signer],
        disk: Disk | None = None,
        clock: Clock = utc_now,
        heartbeat: Callable[[datetime], bytes] | None = None,
        cosigner: AsksWitnesses | None = None,
        most_delay_s: int = MOST_DELAY_S,
    ) -> "Log":
        """Open the log in `directory`, making an empty one if there is none.

        signers: the log's keys, all of one name, which is the log's origin; the first is Ed25519. heartbeat:
        makes the entry that every publication holds. most_delay_s: how long an entry may wait for publication.

        Takes over whatever an earlier process left behind. Raises LogUnavailable if the directory cannot be
        written or another writer holds it, LogCorrupt if what is stored contradicts itself, and MalformedPolicy
        for signers that are not of one log.
        """
        log = cls(Path(directory), signers, disk or Disk(), clock, heartbeat, cosigner, most_delay_s)
        try:
            with unavailable(), log._publishing:
                log._recover()
        except BaseException:
            log.close()
            raise
        return log

    @property
    def origin(self) -> str:
        """The log's name, first line of its checkpoints."""
        return self._publisher.origin

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The keys with which readers verify this log."""
        return self._publisher.vkeys

    @property
    def vkey(self) -> str:
        """The first of the keys, Ed25519."""
        return self.vkeys[0]

    @property
    def size(self) -> int:
        """Number of entries under the published checkpoint."""
        return self._published().edge.size

    @property
    def checkpoint(self) -> Checkpoint:
        """The published checkpoint."""
        return self._published().checkpoint

    @property
    def sequenced_size(self) -> int:
        """Number of entries of the largest tree that this log can have signed: published ones and those in order."""
        batches = self._backlog.batches
        return batches[-1].end if batches else self.size

    @property
    def pending(self) -> int:
        """Number of entries that are acknowledged and not yet published."""
        self._published()
        return len(self._backlog)

    @property
    def oldest_waits_s(self) -> int:
        """For how many seconds the oldest entry has waited for publication; 0 if none waits."""
        oldest_s = self._backlog.oldest_s
        return 0 if oldest_s is None else max(self._now_s() - oldest_s, 0)

    @property
    def act(self) -> int:
        """The largest act number that was acknowledged; 0 if the caller of `append_many` never gave one."""
        return self._backlog.act

    @property
    def is_state_missing(self) -> bool:
        """Whether the writer's own note of how far it came was missing when the log was opened."""
        return self._is_state_missing

    @property
    def has_problem(self) -> str | None:
        """Why appends are refused at present, in one sentence; None if they are not."""
        return self._refusal() or self._backlog.problem

    @property
    def needs_publication(self) -> bool:
        """Whether no entry is accepted until a publication succeeds: the disk refused one, or one entry is late."""
        is_open = self._current is not None and self._contradiction is None
        return is_open and (self._failure is not None or self._is_late())

    def append_many(self, leaves: Sequence[bytes], *, act: int = 0) -> list[bytes]:
        """Return the entries' leaf hashes (32 bytes each) in the order given, once the entries are durable.

        act: the running number of what they record, for a caller that counts; kept with them in private.
        They get their places with the next publication. Raises LogUnavailable if they cannot be made durable or
        the log accepts none at present; whoever asked must give no answer. Raises MalformedProof, changing
        nothing, for an entry longer than 65,535 bytes.
        """
        leaves = [bytes(leaf) for leaf in leaves]
        if any(len(leaf) > tiles.MAX_ENTRY for leaf in leaves):
            raise MalformedProof(f"expected entries of at most {tiles.MAX_ENTRY} bytes")
        self._check_accepting()
        if leaves:
            self._backlog.append(leaves, act=act)
            self._check_high_water_mark()
        return [merkle.leaf_hash(leaf) for leaf in leaves]

    def note_act(self, act: int) -> None:
        """Make it durable that acts up to this number were recorded, and make a missing private state again.

        For a recovery, which knows it from elsewhere: the caller's database. Without need for it nothing is written.
        Raises LogUnavailable.
        """
        if act <= self.act and not self._is_state_missing:
            return
        with unavailable(), self._publishing:
            self._publisher.note_act(self._published(), self._backlog.batches, act)
            self._backlog.note_act(act)
            self._is_state_missing = False

    def check_durable(self) -> None:
        """Return if an entry could be made durable now, for an answer that needs no entry of its own.

        Writes a group of no entries, durably. Raises LogUnavailable as `append_many` would.
        """
        self._check_accepting()
        self._backlog.append([], act=0)

    def publish(self) -> Checkpoint:
        """Publish everything that waits, with one heartbeat if the log has any, and return the checkpoint.

        Without anything to publish the checkpoint stays as it is. Raises QuorumNotMet if too few witnesses
        answered and LogUnavailable if the disk failed: everything waits for the next call. Raises LogCorrupt if a
        witness contradicts this log, which then refuses everything until it is repaired and opened again.
        """
        with self._publishing:
            current = self._published()
            if self._contradiction is not None:
                raise LogCorrupt(self._contradiction)
            try:
                return self._publish(current)
            except LogCorrupt as error:
                self._contradiction = f"the log is stopped: {error}"
                raise
            except (OSError, SourceUnavailable) as error:
                self._failure = f"the log cannot be published: {reason_of(error)}"
                raise LogUnavailable(self._failure) from error

    def call_when_crowded(self, on_high_water_mark: Callable[[], None]) -> None:
        """Have this called after each append while more than 65,536 entries wait for a place in the order."""
        self._on_high_water_mark = on_high_water_mark
        self._check_high_water_mark()

    def is_pending(self, leaf_hash: bytes) -> bool:
        """Return whether an entry is acknowledged and waits for publication.

        To find an entry ask this first and `index_of` second: it may be published in between.
        """
        return leaf_hash in self._backlog

    def pending_leaves(self) -> tuple[bytes, ...]:
        """Return the entries that wait for publication; their order says nothing."""
        return self._backlog.leaves()

    def index_of(self, leaf_hash: bytes) -> int | None:
        """Return the place of a published entry, of equal ones the first; None while it waits or if it is unknown."""
        with unavailable():
            return self._index.find(leaf_hash, self._published().reader)

    def leaf(self, index: int) -> bytes:
        """Return the bytes of one published entry; raises MalformedProof if the log has no such index."""
        with unavailable():
            return self._published().reader.leaf(index)

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """Return the inclusion proof of one entry under the published checkpoint."""
        with unavailable():
            return self._published().reader.inclusion_proof(index)

    def proof_text(self, index: int) -> str:
        """Return the .tlog-proof file of one entry."""
        with unavailable():
            published = self._published()
            return TlogProof(index, published.reader.inclusion_proof(index), published.note).text

    def checkpoint_text(self) -> str:
        """Return the published checkpoint as a signed note."""
        return self._published().note.decode()

    def close(self) -> None:
        """Let go of the lock, after a publication that is under way; what waits is published by whoever opens next."""
        with self._publishing:
            self._backlog.close()
            self._index.close()
            self._current = None
            self._held.close()

    def __enter__(self) -> "Log":
        """Return this log."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the log."""
        self.close()

    def _recover(self) -> None:
        self._publisher.files.establish()
        self._state.establish()
        self._held.enter_context(sole_writer(self._state.directory / LOCK))
        found = recover(self._publisher, self._state, self._batch_files, now_s=self._now_s())
        self._backlog.take_over(found.batches, found.covers, act=found.act)
        self._is_state_missing = not found.is_noted
        self._current = found.published
        self._index.follow(found.published.reader)

    def _publish(self, current: Published) -> Checkpoint:
        self._backlog.sequence(current.edge.size, self._next_heartbeat())
        batches = self._backlog.batches
        if not batches and current.is_fully_signed:
            return current.checkpoint
        published, growth = self._publisher.publish(current, batches)
        # First public, then indexed, then no longer waiting: an entry is at no moment unknown.
        self._current, self._failure = published, None
        try:
            self._index.follow(published.reader)
        finally:  # whatever happens, what is public is never published again
            self._backlog.drop(batches)
        self._publisher.drop_partials(growth)
        return published.checkpoint

    def _next_heartbeat(self) -> bytes | None:
        """Return one for the publication; None while witnesses are only asked again, perhaps for days: it holds one.

        After the disk failed a new batch takes the place of the one that perhaps is there, so it needs its heartbeat.
        """
        is_whole = self._failure is None and self._backlog.batches and not self._backlog.unsequenced
        is_asked_again = is_whole and self._is_late()
        return None if self._heartbeat is None or is_asked_again else self._heartbeat(self._clock())

    def _published(self) -> Published:
        if self._current is None:
            raise LogUnavailable("this log has been closed")
        return self._current

    def _check_accepting(self) -> None:
        refusal = self._refusal()
        if refusal is not None:
            raise LogUnavailable(refusal)

    def _refusal(self) -> str | None:
        if self._current is None:
            return "this log has been closed"
        late = f"the log accepts no more: an entry has waited for publication for over {self._most_delay_s} s"
        return self._contradiction or self._failure or (late if self._is_late() else None)

    def _is_late(self) -> bool:
        oldest_s = self._backlog.oldest_s
        return oldest_s is not None and self._now_s() - oldest_s > self._most_delay_s

    def _check_high_water_mark(self) -> None:
        if self._on_high_water_mark is not None and self._backlog.unsequenced > HIGH_WATER_MARK:
            self._on_high_water_mark()

    def _now_s(self) -> int:
        return int(self._clock().timestamp())

"""Everything that is acknowledged and not yet published: the pending journal, and behind it the sequenced batches."""

import threading
from collections.abc import Sequence

from audit.writer.pending_journal import PendingJournal
from audit.writer.sequenced_batches import Batch, BatchFiles, shuffled


class Backlog:
    """What waits, in memory and on disk. Appending is safe for any number of threads; one thread publishes."""

    def __init__(self, journal: PendingJournal, batch_files: BatchFiles) -> None:
        """Nothing is read or written yet."""
        self._journal = journal
        self._files = batch_files
        # Makes the step from journal to batch one step for whoever looks.
        self._lock = threading.Lock()
        # Replaced whole under _lock; only the publishing thread does.
        self._batches: tuple[Batch, ...] = ()

    @property
    def batches(self) -> tuple[Batch, ...]:
        """The batches to publish next, in order."""
        return self._batches

    @property
    def unsequenced(self) -> int:
        """Number of entries in the journal."""
        return len(self._journal)

    @property
    def oldest_s(self) -> int | None:
        """POSIX time since when the oldest entry waits; None if none does."""
        times = [self._journal.oldest_s, *(batch.oldest_s for batch in self._batches)]
        return min((at_s for at_s in times if at_s is not None), default=None)

    @property
    def problem(self) -> str | None:
        """Why the last append was refused by the disk; None if it was not."""
        return self._journal.problem

    def __len__(self) -> int:
        """Number of entries that wait."""
        with self._lock:
            return len(self._journal) + sum(len(batch.leaves) for batch in self._batches)

    def __contains__(self, leaf_hash: object) -> bool:
        """Return whether an entry with this leaf hash waits."""
        with self._lock:
            return leaf_hash in self._journal or any(leaf_hash in batch.hashes for batch in self._batches)

    def leaves(self) -> tuple[bytes, ...]:
        """Return what waits; the order says nothing about where it will stand."""
        with self._lock:
            return (*(leaf for batch in self._batches for leaf in batch.leaves), *self._journal.entries())

    @property
    def act(self) -> int:
        """The largest act number that was acknowledged; 0 if nothing had one."""
        return self._journal.act

    def note_act(self, act: int) -> None:
        """Go on above this number, which the caller has made durable in the writer's state."""
        self._journal.note_act(act)

    def take_over(self, batches: Sequence[Batch], covers: int, *, act: int) -> None:
        """Go on from what an earlier process left; act: the newest published one. Raises OSError or LogCorrupt."""
        self._batches = tuple(batches)
        self._journal.recover(covers, act=max([act, *(batch.act for batch in batches)]))

    def append(self, leaves: Sequence[bytes], *, act: int) -> None:
        """Return once the entries and the number of their act are durable; raises LogUnavailable."""
        self._journal.append(leaves, act=act)

    def sequence(self, size: int, heartbeat: bytes | None) -> None:
        """Fix the order of everything that waits, and of the heartbeat if there is one; raises OSError.

        size: of the published tree. After an error everything waits as before, and nothing may be signed over
        the batch that perhaps is on disk; the next one takes its place.
        """
        with self._journal.paused() as held:
            leaves = [*held.entries, *([] if heartbeat is None else [heartbeat])]
            if not leaves:
                return
            start = self._batches[-1].end if self._batches else size
            batch = Batch(start, held.covers, held.oldest_s, shuffled(leaves), held.act)
            self._files.write(batch)
            with self._lock:
                self._batches = (*self._batches, batch)
                held.forget()

    def drop(self, batches: Sequence[Batch]) -> None:
        """Forget batches that are published."""
        with self._lock:
            self._batches = self._batches[len(batches) :]
        self._files.remove([batch.start for batch in batches])

    def close(self) -> None:
        """Refuse what comes; what waits stays on disk."""
        self._journal.close()

"""Entries that are acknowledged and not yet sequenced: durable in a private segment, in the order they came.

Group commit: threads that append at the same time share one write and one fsync; the first of them does the
work for all. Exactly one segment counts, that with the highest number: a new one restates everything that waits.
A segment of which a write or an fsync failed is never written, read or believed again; the next append begins a
new one. So whether a refused entry is in the journal is settled before the next one is accepted.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from audit.durable.storage import FileStore, reason_of
from audit.errors import LogCorrupt, LogUnavailable
from audit.tlog import merkle
from audit.writer.journal_segments import Segment, encode_group, encode_header, parse_segment

FOLDER = "pending"
SUFFIX = ".journal"


@dataclass(slots=True)
class _Request:
    """One call of `append`, waiting for its group to be written."""

    entries: Sequence[bytes]
    act: int
    is_settled: bool = False
    error: Exception | None = None


@dataclass(slots=True)
class _Live:
    """The segment that is being written: all its bytes up to `length` are durable."""

    number: int
    length: int


@dataclass(frozen=True, slots=True)
class Held:
    """The journal standing still: what waits, since when (POSIX time), which segments hold it at most, newest act."""

    entries: tuple[bytes, ...]
    oldest_s: int
    covers: int
    act: int
    forget: Callable[[], None] = field(repr=False)


class PendingJournal:
    """The journal of one writer. Safe for any number of threads."""

    def __init__(self, files: FileStore, *, now_s: Callable[[], int]) -> None:
        """now_s: POSIX time. Nothing is read or written yet."""
        self._files = files
        self._now_s = now_s
        self._changed = threading.Condition()
        # Guarded by _changed.
        self._queue: list[_Request] = []
        self._is_busy = False
        self._is_paused = False
        self._is_closed = False
        self._entries: list[bytes] = []
        self._hashes: set[bytes] = set()
        self._oldest_s: int | None = None
        self._act = 0
        self._problem: str | None = None
        # Touched only by the thread for which _is_busy or _is_paused was set.
        self._live: _Live | None = None
        # A file of this number may exist, left by an attempt that failed; nothing acknowledged is in it.
        self._next = 1
        # Why nothing may be added: what was to take over all that waits failed, and perhaps is on disk all the same.
        # It would make this journal void, and with it whatever was added.
        self._doubt: OSError | None = None

    @property
    def problem(self) -> str | None:
        """Why the last append was refused; None if it was not."""
        return self._problem

    @property
    def oldest_s(self) -> int | None:
        """POSIX time since when the oldest entry waits; None if none does."""
        return self._oldest_s

    @property
    def act(self) -> int:
        """The largest act number of what was ever acknowledged here; 0 if nothing had one."""
        return self._act

    def note_act(self, act: int) -> None:
        """Go on above this number, which the caller has made durable in another place."""
        with self._changed:
            self._act = max(self._act, act)

    def __len__(self) -> int:
        """Number of entries that wait."""
        return len(self._entries)

    def __contains__(self, leaf_hash: object) -> bool:
        """Return whether an entry with this leaf hash waits."""
        return leaf_hash in self._hashes

    def entries(self) -> tuple[bytes, ...]:
        """Return what waits, in the order it came."""
        with self._changed:
            return tuple(self._entries)

    def append(self, entries: Sequence[bytes], *, act: int = 0) -> None:
        """Return once the entries are durable, or if there are none, once it is sure that they could be.

        act: the number of the act that the entries record, durable with them; 0 if the caller counts none.
        Raises LogUnavailable. After a refusal they may stand in the journal until the next append or the next
        start, which settles it.
        """
        request = _Request(entries, act)
        group = self._join(request)
        if group:
            self._lead(group)
        if request.error is not None:
            reason = reason_of(request.error)
            raise LogUnavailable(f"the log cannot make entries durable: {reason}") from request.error

    def recover(self, covers: int, *, act: int = 0) -> None:
        """Take over what an earlier process left behind; segments up to number `covers` are void.

        act: the largest act number of what is no longer in the journal.

        Raises OSError, and LogCorrupt for damage that no crash can bring about. What is found is made durable
        again before anybody hears of it: the earlier process may have died before its fsync.
        """
        numbers = segment_numbers(self._files)
        newest, self._act = max(numbers, default=0), act
        self._next = max(newest, covers) + 1
        if newest > covers:
            found = _read(self._files, newest)
            if found.entries:
                self._restate(found.entries, found.oldest_s, found.act)
                self._remember(found.entries, found.oldest_s, found.act)
        self._drop_void()

    @contextlib.contextmanager
    def paused(self) -> Iterator[Held]:
        """Keep appends waiting while the block writes what waits to another place, and makes the journal forget it.

        If that fails with an OSError, appends are refused until a later block succeeds.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._is_paused)
            self._is_paused = True
            self._changed.wait_for(lambda: not self._is_busy)
        try:
            yield Held(tuple(self._entries), self._oldest_s or self._now_s(), self._next, self._act, self._forget)
        except OSError as error:
            self._doubt = error
            raise
        finally:
            with self._changed:
                self._is_paused = False
                self._changed.notify_all()

    def close(self) -> None:
        """Refuse what comes, once the write that is under way has ended."""
        with self._changed:
            self._is_closed = True
            self._changed.wait_for(lambda: not self._is_busy and not self._queue)

    def _join(self, request: _Request) -> list[_Request]:
        """Wait until the request is settled, or until it falls to this thread to settle all that wait: return them."""
        with self._changed:
            if self._is_closed:
                raise LogUnavailable("this log has been closed")
            self._queue.append(request)
            self._changed.wait_for(lambda: request.is_settled or not (self._is_busy or self._is_paused))
            if request.is_settled:
                return []
            self._is_busy = True
            group, self._queue = self._queue, []
            return group

    def _lead(self, group: list[_Request]) -> None:
        entries = [entry for request in group for entry in request.entries]
        act = max(self._act, *(request.act for request in group))
        error: Exception | None = OSError("the write was cut off")
        try:
            now_s = self._now_s()
            self._write(entries, now_s, act)
            error = None
        except OSError as failure:
            error = failure
        finally:
            # Also when something else was raised: nobody may be left waiting.
            with self._changed:
                self._is_busy = False
                self._problem = None if error is None else f"an entry could not be made durable: {reason_of(error)}"
                for request in group:
                    request.is_settled, request.error = True, error
                if error is None:
                    self._remember(entries, now_s, act)
                self._changed.notify_all()

    def _write(self, entries: list[bytes], now_s: int, act: int) -> None:
        if self._doubt is not None:
            raise self._doubt
        live, self._live = self._live, None  # believed again only if the write succeeds
        if live is None:
            oldest_s = now_s if self._oldest_s is None else self._oldest_s
            self._restate([*self._entries, *entries], oldest_s, act)
            return
        data = encode_group(live.number, live.length, entries, at_s=now_s, act=act)
        self._files.append(_path(live.number), data, at=live.length)
        self._live = _Live(live.number, live.length + len(data))

    def _restate(self, entries: Sequence[bytes], oldest_s: int, act: int) -> None:
        """Begin a new segment that holds everything; the ones before it are void from then on."""
        number, header = self._next, encode_header(self._next)
        data = header + encode_group(number, len(header), entries, at_s=oldest_s, act=act)
        self._files.write({_path(number): data})
        self._live, self._next = _Live(number, len(data)), number + 1
        self._drop_void()

    def _remember(self, entries: Sequence[bytes], oldest_s: int, act: int) -> None:
        self._act = max(self._act, act)
        if entries and self._oldest_s is None:
            self._oldest_s = oldest_s
        self._entries += entries
        self._hashes.update(map(merkle.leaf_hash, entries))

    def _forget(self) -> None:
        """Drop everything that waits: it is durable in another place, which says which segments it covers."""
        with self._changed:
            self._entries, self._hashes, self._oldest_s = [], set(), None
        self._live, self._next, self._doubt = None, self._next + 1, None
        self._drop_void()

    def _drop_void(self) -> None:
        """Remove every segment but the one that counts. Void ones that stay harm nobody, so no error leaves here."""
        kept = None if self._live is None else _name(self._live.number)
        with contextlib.suppress(OSError):
            names = [name for name in self._files.names(FOLDER) if name.endswith(SUFFIX) and name != kept]
            self._files.remove(f"{FOLDER}/{name}" for name in names)


def segment_numbers(files: FileStore) -> list[int]:
    """Return the numbers of the segments that are there, lowest first; raises OSError."""
    stems = [name.removesuffix(SUFFIX) for name in files.names(FOLDER) if name.endswith(SUFFIX)]
    return sorted(int(stem) for stem in stems if stem.isascii() and stem.isdigit())


def _read(files: FileStore, number: int) -> Segment:
    data = files.read(_path(number))
    if data is None:
        raise LogCorrupt(f"segment {number} of the pending entries is gone")
    return parse_segment(data, number)


def _path(number: int) -> str:
    return f"{FOLDER}/{_name(number)}"


def _name(number: int) -> str:
    return f"{number:010d}{SUFFIX}"

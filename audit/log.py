"""The writer of the log: appends entries and answers only when they are durable and under a signed checkpoint.

One object owns a log directory, guarded against other processes by a lock file and against other threads by
`_lock`. Each append writes, in this order: bundles, tiles, the writer's own state, the checkpoint. Readers start
from the checkpoint and so never see a half-written append. `<directory>` holds only what is public;
`<directory>.state` beside it holds the lock and the state, which can be rebuilt from the checkpoint.
"""

import contextlib
import json
import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from audit import tiles
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.edge import Edge, Growth
from audit.errors import AuditError, LogCorrupt, LogUnavailable, MalformedProof, SourceUnavailable
from audit.note import Signer
from audit.reader import TileReader
from audit.recovery import leftovers, newest_consistent
from audit.sources import DirectorySource
from audit.storage import Disk, FileStore, sole_writer
from audit.tlog_proof import TlogProof
from policies.canonical import canonical_bytes

logger = logging.getLogger(__name__)

CHECKPOINT = "checkpoint"
STATE = "tree.json"
LOCK = "lock"


@dataclass(frozen=True, slots=True)
class _Published:
    """What readers may rely on: the edge, the signed checkpoint over it, and a reader of that size."""

    edge: Edge
    note: bytes
    reader: TileReader


class Log:
    """An append-only log in a directory. Open it with `Log.open`; close it, or use it as a context manager."""

    def __init__(self, directory: Path, *, signer: Signer, origin: str, disk: Disk) -> None:
        """For `Log.open` only: nothing is read or locked yet."""
        self._origin = origin
        self._signer = signer
        self._source = DirectorySource(directory)
        self._files = FileStore(directory, disk)
        self._state = FileStore(directory.with_name(f"{directory.name}.state"), disk)
        self._held = contextlib.ExitStack()
        # Guards _is_sound and every write below the two directories.
        self._lock = threading.Lock()
        # False after a failed append: the disk may be ahead of what was published, and is looked at afresh.
        self._is_sound = False
        # Replaced whole under _lock, read without it; None while the log is not open.
        self._current: _Published | None = None

    @classmethod
    def open(cls, directory: Path, *, signer: Signer, origin: str, disk: Disk | None = None) -> "Log":
        """Open the log in `directory`, making an empty one if there is none.

        Recovers whatever an earlier process left behind. Raises LogUnavailable if the directory cannot be
        written or another writer holds it, and LogCorrupt if what is stored contradicts its checkpoint.
        """
        log = cls(Path(directory), signer=signer, origin=origin, disk=disk or Disk())
        try:
            log._acquire()
            with _unavailable(), log._lock:
                log._recover()
        except BaseException:
            log.close()
            raise
        return log

    @property
    def size(self) -> int:
        """Number of entries under the published checkpoint."""
        return self._published().edge.size

    @property
    def origin(self) -> str:
        """The log's name, first line of its checkpoints."""
        return self._origin

    @property
    def vkey(self) -> str:
        """The key with which readers verify this log."""
        return self._signer.vkey

    def append_many(self, leaves: Sequence[bytes]) -> list[int]:
        """Append entries and return their indices, once they are durable and under a published checkpoint.

        Raises LogUnavailable if that cannot be done; the entries may then stand in the log or not, and whoever
        asked must give no answer. Raises MalformedProof, changing nothing, for an entry longer than 65,535 bytes.
        """
        leaves = [bytes(leaf) for leaf in leaves]
        if any(len(leaf) > tiles.MAX_ENTRY for leaf in leaves):
            raise MalformedProof(f"expected entries of at most {tiles.MAX_ENTRY} bytes")
        with self._lock, _unavailable():
            if self._published() and not self._is_sound:
                self._recover()
            start = self._published().edge.size
            if leaves:
                self._is_sound = False
                self._append(leaves)
                self._is_sound = True
            return list(range(start, start + len(leaves)))

    def checkpoint_text(self) -> str:
        """Return the published checkpoint as a signed note."""
        return self._published().note.decode()

    def leaf(self, index: int) -> bytes:
        """Return the bytes of one entry; raises MalformedProof if the log has no such index."""
        with _unavailable():
            return self._published().reader.leaf(index)

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """Return the inclusion proof of one entry under the published checkpoint."""
        with _unavailable():
            return self._published().reader.inclusion_proof(index)

    def proof_text(self, index: int) -> str:
        """Return the .tlog-proof file of one entry."""
        with _unavailable():
            published = self._published()
            return TlogProof(index, published.reader.inclusion_proof(index), published.note).text

    def close(self) -> None:
        """Let go of the lock; the log can then be opened again, here or elsewhere."""
        with self._lock:
            self._current, self._is_sound = None, False
            self._held.close()

    def __enter__(self) -> "Log":
        """Return this log."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the log."""
        self.close()

    def _acquire(self) -> None:
        with _unavailable():
            self._files.directory.mkdir(parents=True, exist_ok=True)
            self._state.directory.mkdir(mode=0o700, exist_ok=True)
            self._held.enter_context(sole_writer(self._state.directory / LOCK))

    def _published(self) -> _Published:
        if self._current is None:
            raise LogUnavailable("this log has been closed")
        return self._current

    def _append(self, leaves: Sequence[bytes]) -> None:
        edge, growth = self._published().edge.append(leaves)
        self._files.write({tile.path: data for tile, data in growth.bundles.items()})
        self._files.write({tile.path: data for tile, data in growth.tiles.items()})
        self._state.write({STATE: _state_bytes(edge)})
        self._publish(edge)
        self._drop_partials(growth)

    def _publish(self, edge: Edge) -> None:
        """Sign and write the checkpoint: the moment from which the entries count as appended."""
        checkpoint = Checkpoint(self._origin, edge.size, edge.frontier.root())
        note = checkpoint.signed([self._signer])
        self._files.write({CHECKPOINT: note})
        self._current = _Published(edge, note, TileReader(self._source, edge.size))

    def _drop_partials(self, growth: Growth) -> None:
        """Remove partial tiles that have become full; readers fall back to the full ones."""
        for tile in growth.completed:
            directory = self._files.directory / f"{tile.full_path}.p"
            if directory.is_dir():
                names = [f"{tile.full_path}.p/{path.name}" for path in directory.iterdir()]
                self._files.remove([*names, f"{tile.full_path}.p"])

    def _recover(self) -> None:
        """Find the newest consistent state on disk, publish it, and clear away what lies beyond it."""
        note = self._files.read(CHECKPOINT)
        if note is None:
            self._refuse_to_start_over()
            self._publish(Edge())
        else:
            checkpoint = self._open(note)
            edge = newest_consistent(self._source, checkpoint, self._stored_state())
            self._files.remove(leftovers(self._source, edge.size))
            self._current = _Published(edge, note, TileReader(self._source, edge.size))
            if edge.size > checkpoint.size:
                logger.warning("finished an interrupted append", extra={"from": checkpoint.size, "to": edge.size})
                self._publish(edge)
        self._is_sound = True

    def _open(self, note: bytes) -> Checkpoint:
        try:
            checkpoint = open_checkpoint(note, self._signer.verifier)
        except AuditError as error:
            raise LogCorrupt("the stored checkpoint is not one that this log's key signed") from error
        if checkpoint.origin != self._origin:
            raise LogCorrupt("the stored checkpoint is of another log")
        return checkpoint

    def _refuse_to_start_over(self) -> None:
        if (self._state.directory / STATE).exists() or next(self._source.paths(), None) is not None:
            raise LogCorrupt("the log has files but no checkpoint; put the checkpoint back before anything else")

    def _stored_state(self) -> tuple[int, bytes] | None:
        """Return size and root as the writer last noted them; None if the note is absent or unreadable."""
        try:
            value = json.loads(self._state.read(STATE) or b"null")
            return int(value["size"]), bytes.fromhex(value["root"])
        except (ValueError, TypeError, KeyError):
            return None


def _state_bytes(edge: Edge) -> bytes:
    return canonical_bytes({"root": edge.frontier.root().hex(), "size": edge.size})


@contextlib.contextmanager
def _unavailable() -> Iterator[None]:
    """Turn every failure of the disk into LogUnavailable."""
    try:
        yield
    except (OSError, SourceUnavailable) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise LogUnavailable(f"the log cannot be read or written: {reason}") from error

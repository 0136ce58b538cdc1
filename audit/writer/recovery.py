"""What a writer does first: find what its files prove, and what an interrupted process left to be finished."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from audit.durable.storage import TEMPORARY, FileStore
from audit.errors import AuditError, LogCorrupt, MalformedProof
from audit.tlog import merkle, tiles
from audit.tlog.checkpoint import CHECKPOINT, Checkpoint
from audit.verification.reader import TileReader
from audit.verification.sources import DirectorySource
from audit.writer.pending_journal import segment_numbers
from audit.writer.publisher import Published, Publisher
from audit.writer.right_edge import RightEdge, load_edge
from audit.writer.sequenced_batches import Batch, BatchFiles
from audit.writer.tree_state import STATE, TreeState, parse_state

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecoveredState:
    """What is published, the batches to publish next, and up to which number journal segments are void.

    act: the largest act number that the writer's state names. is_noted: the writer's own note of how far it came is
    there, or nothing was ever published.
    """

    published: Published
    batches: tuple[Batch, ...]
    covers: int
    act: int = 0
    is_noted: bool = True


def recover(publisher: Publisher, state_files: FileStore, batch_files: BatchFiles, *, now_s: int) -> RecoveredState:
    """Find where the log stands, and begin it if there is nothing. now_s: POSIX time.

    The checkpoint says what is published; what a crash cut off is in the batches behind it. Both are made durable
    again before anything relies on them: the earlier process may have died before it had forced their names to
    disk, and a power cut could still take them away. Raises OSError, and LogCorrupt where files contradict each
    other as no crash can bring about.
    """
    note = publisher.files.read(CHECKPOINT)
    if note is None:
        _refuse_to_start_over(publisher, state_files, batch_files)
        return RecoveredState(publisher.begin(), (), 0)
    published = _published(publisher, note)
    batches = batch_files.after(published.edge.size)
    state = parse_state(state_files.read(STATE))
    if state is not None:
        batches = agreed(publisher.source, published.edge, batches, state, now_s=now_s)
    publisher.files.write({CHECKPOINT: note})
    for batch in batches:
        batch_files.write(batch)
    publisher.files.remove(leftovers(publisher.source, published.edge.size))
    batch_files.remove([start for start in batch_files.starts() if start < published.edge.size])
    covers = max([state.covers if state else 0, *(batch.covers for batch in batches)])
    is_noted = state is not None or not published.edge.size
    return RecoveredState(published, batches, covers, state.act if state else 0, is_noted)


def leftovers(source: DirectorySource, size: int) -> list[str]:
    """Return paths below tile/ that a log of `size` entries does not need: half-written, beyond its end, outgrown."""
    return [path for path in source.paths() if not _is_needed(path, size)]


def _is_needed(path: str, size: int) -> bool:
    if path.rpartition("/")[2].startswith(TEMPORARY):
        return False
    try:
        tile = tiles.parse_path(path)
    except MalformedProof:
        return True  # not ours to remove
    stands = tiles.stored_tile(tile, size)
    if stands is None:
        return False
    return tile == stands if stands.is_full else tile.width <= stands.width


def _refuse_to_start_over(publisher: Publisher, state_files: FileStore, batch_files: BatchFiles) -> None:
    has_public = next(publisher.source.paths(), None) is not None
    if has_public or state_files.read(STATE) is not None or batch_files.starts() or segment_numbers(state_files):
        raise LogCorrupt("the log has files but no checkpoint; put the checkpoint back before anything else")


def _published(publisher: Publisher, note: bytes) -> Published:
    try:
        trusted = publisher.policy.open(note)
    except AuditError as error:
        raise LogCorrupt("the stored checkpoint is not one that this log's key signed") from error
    checkpoint = trusted.checkpoint
    edge = proven_edge(publisher.source, checkpoint)
    is_fully_signed = len(trusted.signed_by) == len(publisher.vkeys)
    return publisher.published(checkpoint, edge, note, is_fully_signed=is_fully_signed)


def proven_edge(source: DirectorySource, checkpoint: Checkpoint) -> RightEdge:
    """Return the edge of a published log, which leads to the checkpoint's root; raises LogCorrupt."""
    edge = load_edge(TileReader(source, checkpoint.size))
    if edge.frontier.root() != checkpoint.root:
        raise LogCorrupt("the log's tiles do not lead to its root")
    if edge.hashes and tuple(merkle.leaf_hash(entry) for entry in edge.entries) != edge.hashes[0]:
        raise LogCorrupt("the log's last bundle does not match its tile")
    return edge


def agreed(
    source: DirectorySource, edge: RightEdge, batches: Sequence[Batch], state: TreeState, *, now_s: int
) -> tuple[Batch, ...]:
    """Return the batches to publish next; raises LogCorrupt if the writer once was further, or elsewhere.

    An older state is no contradiction: the checkpoint proves itself.
    """
    grown, roots = edge, {edge.size: edge.frontier.root()}
    for batch in batches:
        grown, _ = grown.append(batch.leaves)
        roots[grown.size] = grown.frontier.root()
    if state.size < edge.size or roots.get(state.size) == state.root:
        return tuple(batches)
    if state.version == 1 and not batches:
        return _interrupted_append(source, edge, state, now_s=now_s)
    raise LogCorrupt(
        f"the log's state is at size {state.size:,}, its checkpoint at {edge.size:,}, and nothing leads from one to "
        "the other: an older checkpoint was put back, or sequenced entries are lost; put the newest log back, from a "
        "mirror if there is one"
    )


def _interrupted_append(source: DirectorySource, edge: RightEdge, state: TreeState, *, now_s: int) -> tuple[Batch, ...]:
    """Return what the writer of before was appending when it stopped, as a batch, or nothing unless all is there.

    It wrote tiles and state before the checkpoint, and a reader may have seen that checkpoint before a power cut
    took it away. Going on to the same tree keeps its promise; what is not whole was never shown to anybody.
    """
    reader = TileReader(source, state.size)
    try:
        leaves = tuple(reader.leaf(index) for index in range(edge.size, state.size))
    except (LogCorrupt, MalformedProof):
        return ()
    grown, _ = edge.append(leaves)
    if grown.frontier.root() != state.root:
        return ()
    logger.warning("going on with an append of an earlier version", extra={"entries": len(leaves)})
    return (Batch(edge.size, 0, now_s, leaves),)

"""The files of a log and of its writer's private state, of one moment, taken beside the running writer.

The caller keeps appends waiting; a publication may be under way all the same, so that files count only if nothing
changed while they were read. Full tiles never change and are left where they are.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audit.durable.storage import TEMPORARY, Disk, FileStore
from audit.errors import AuditError, LogCorrupt, SourceUnavailable
from audit.tlog import tiles
from audit.tlog.checkpoint import CHECKPOINT, Checkpoint
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.reader import TileReader
from audit.verification.sources import DirectorySource
from audit.verification.verify import read_checkpoint
from audit.writer.journal_segments import parse_segment
from audit.writer.pending_journal import FOLDER as PENDING
from audit.writer.pending_journal import SUFFIX as SEGMENT
from audit.writer.pending_journal import segment_numbers
from audit.writer.recovery import agreed, proven_edge
from audit.writer.sequenced_batches import FOLDER as SEQUENCED
from audit.writer.sequenced_batches import BatchFiles
from audit.writer.state_check import PrivateState
from audit.writer.tree_state import STATE, parse_state


@dataclass(frozen=True, slots=True)
class LogPosition:
    """How far a stored log is. published: entries under its checkpoint; sequenced: of the largest tree that it can have
    signed; act: the newest act number that its private state names, 0 where there is none.
    """

    published: int = 0
    sequenced: int = 0
    act: int = 0

    def is_behind(self, other: "LogPosition") -> bool:
        """True if the other holds a larger tree, or the same one with more of it published, or with more acts."""
        return (self.sequenced, self.published, self.act) < (other.sequenced, other.published, other.act)


def state_directory(directory: Path) -> Path:
    """Return where the writer of the log in `directory` keeps its private state."""
    return directory.with_name(f"{directory.name}.state")


def position(directory: Path, policy: TrustPolicy) -> LogPosition:
    """Return how far the log in `directory` is; raises a child of AuditError if its checkpoint is not by the log."""
    checkpoint = policy.open(read_checkpoint(DirectorySource(directory))).checkpoint
    files = FileStore(state_directory(directory), Disk())
    tree, batches = parse_state(files.read(STATE)), BatchFiles(files).after(checkpoint.size)
    covers = max([tree.covers if tree else 0, *(batch.covers for batch in batches)])
    acts = [tree.act if tree else 0, *(batch.act for batch in batches)]
    newest = max(segment_numbers(files), default=0)
    if newest > covers:
        acts.append(parse_segment(files.read(f"{PENDING}/{newest:010d}{SEGMENT}") or b"", newest).act)
    end = batches[-1].end if batches else checkpoint.size
    return LogPosition(checkpoint.size, max(end, tree.size if tree else 0), max(acts))


def refuse_contradiction(directory: Path, policy: TrustPolicy) -> Checkpoint:
    """Return the checkpoint of a log that its writer could go on with; raises LogCorrupt as `Log.open` would."""
    source, files = DirectorySource(directory), FileStore(state_directory(directory), Disk())
    checkpoint = policy.open(read_checkpoint(source)).checkpoint
    edge, tree = proven_edge(source, checkpoint), parse_state(files.read(STATE))
    if tree is not None:
        agreed(source, edge, BatchFiles(files).after(checkpoint.size), tree, now_s=0)
    return checkpoint


def refuse_another_history(one: Path, other: Path, policy: TrustPolicy) -> None:
    """Return if one of two published logs is the beginning of the other; raises LogCorrupt."""
    found = []
    for directory in (one, other):
        source = DirectorySource(directory)
        checkpoint = policy.open(read_checkpoint(source)).checkpoint
        found.append((checkpoint.size, checkpoint.root, source))
    (size, root, _), (larger, _, source) = sorted(found, key=lambda log: log[0])
    if TileReader(source, larger).frontier(size).root() != root:
        raise LogCorrupt("the two logs are no continuation of one another although one key signed both")


def copy_log(directory: Path, policy: TrustPolicy, *, into: Path, name: str) -> Mapping[str, Path] | None:
    """Return where to read each file of the log and of its state, by its place below folders `name` and `name`.state.

    into: a folder for copies of what changes. None if something changed meanwhile: ask again. Raises a child of
    AuditError for a checkpoint that is not by the log, and OSError.
    """
    shutil.rmtree(into, ignore_errors=True)
    source = DirectorySource(directory)
    state = PrivateState(directory, source)
    before = state.fingerprint()
    note = read_checkpoint(source)
    try:
        size = policy.open(note).checkpoint.size
        found = {f"{name}/{path}": directory / path for path in _full_tiles(size)}
        found |= _copied(directory, _changing(size), into / name)
        found |= _copied(state.directory, _private(state.directory), state_directory(into / name))
    except FileNotFoundError:
        return None
    return found if state.fingerprint() == before else None


def _full_tiles(size: int) -> list[str]:
    return [tile.path for tile in tiles.tiles_of(size) if tile.is_full]


def _changing(size: int) -> list[str]:
    return [CHECKPOINT, *(tile.path for tile in tiles.tiles_of(size) if not tile.is_full)]


def _private(directory: Path) -> list[str]:
    files = FileStore(directory, Disk())
    names = [f"{folder}/{name}" for folder in (PENDING, SEQUENCED) for name in files.names(folder)]
    state = [STATE] if (directory / STATE).exists() else []
    return [*state, *(name for name in names if not name.rpartition("/")[2].startswith(TEMPORARY))]


def _copied(directory: Path, paths: list[str], into: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in paths:
        to = into / path
        to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(directory / path, to)  # with its mode: what is public stays so
        found[f"{into.name}/{path}"] = to
    return found


def readable_position(directory: Path, policy: TrustPolicy) -> LogPosition | None:
    """Return how far the log in `directory` is, None if there is no log; raises SourceUnavailable if nobody can say."""
    if not (directory / CHECKPOINT).exists():
        state = state_directory(directory)
        if (directory.is_dir() and any(directory.iterdir())) or (state.is_dir() and _private(state)):
            raise SourceUnavailable(
                f"{directory} or its .state folder holds files, but there is no checkpoint; put back the files of the "
                "log that were published, or move both folders away"
            )
        return None
    try:
        return position(directory, policy)
    except AuditError as error:
        raise SourceUnavailable(f"{directory} cannot be read as this service's log; move it away: {error}") from error

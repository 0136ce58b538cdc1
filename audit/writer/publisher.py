"""One publication: compute the tree, sign it, have it cosigned, and write bundles, tiles, state and checkpoint."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from audit.cosigning.witness_session import ConsistencyProof
from audit.durable.storage import Disk, FileStore
from audit.errors import LogUnavailable
from audit.tlog.checkpoint import CHECKPOINT, Checkpoint
from audit.tlog.note import sign_note
from audit.tlog.note_keys import Signer
from audit.tlog.trust_policy import KnownLog, TrustPolicy
from audit.verification.reader import TileReader
from audit.verification.sources import DirectorySource
from audit.writer.right_edge import AppendedTiles, RightEdge
from audit.writer.sequenced_batches import Batch
from audit.writer.tree_state import STATE, TreeState, parse_state
from chassis.clock import Clock


class AsksWitnesses(Protocol):
    """Who asks the witnesses (`audit.cosigning.cosigner`)."""

    def cosign(self, note: bytes, checkpoint: Checkpoint, proof: ConsistencyProof) -> bytes:
        """Return the note with cosignatures.

        Raises QuorumNotMet, and LogCorrupt if a witness has seen a larger tree or another root of this log.
        """
        ...


@dataclass(frozen=True, slots=True)
class Published:
    """What readers may rely on: the edge, the signed checkpoint over it, and a reader of that size.

    is_fully_signed: every key of the log has signed; a log that got a second key has an older checkpoint.
    """

    checkpoint: Checkpoint
    edge: RightEdge
    note: bytes
    reader: TileReader
    is_fully_signed: bool = True


class Publisher:
    """Turns sequenced batches into a publication. One at a time: the caller holds a lock."""

    def __init__(
        self,
        directory: Path,
        *,
        state: FileStore,
        disk: Disk,
        signers: Sequence[Signer],
        cosigner: AsksWitnesses | None,
        clock: Clock,
    ) -> None:
        """Raises MalformedPolicy unless there is at least one signer and all have one name, the log's."""
        self.vkeys = tuple(signer.vkey for signer in signers)
        verifiers = [known.verifier for known in TrustPolicy.of_keys(self.vkeys).logs]
        self.origin = signers[0].name
        # A checkpoint from before a key was added counts: one key of the log is enough to believe our own disk.
        self.policy = TrustPolicy(tuple(map(KnownLog, verifiers)))
        self.files = FileStore(directory, disk)
        self.source = DirectorySource(directory)
        self._state = state
        self._signers = tuple(signers)
        self._cosigner = cosigner
        self._clock = clock

    def begin(self) -> Published:
        """Publish the empty tree, which needs no witness: it says nothing."""
        edge = RightEdge()
        checkpoint = self._checkpoint(edge)
        note = self._sign(checkpoint)
        self.files.write({CHECKPOINT: note})
        return self.published(checkpoint, edge, note)

    def publish(self, current: Published, batches: Sequence[Batch]) -> tuple[Published, AppendedTiles]:
        """Publish the tree that continues the current one by these batches.

        The batches are durable, so that no crash can lead to another tree of this size than the one signed here.
        Raises OSError, SourceUnavailable, QuorumNotMet, or LogCorrupt if a witness contradicts. Whatever was
        raised, the same call with the same batches, or with more behind them, may be made again.
        """
        leaves = [leaf for batch in batches for leaf in batch.leaves]
        edge, growth = current.edge.append(leaves) if leaves else (current.edge, AppendedTiles({}, {}))
        checkpoint = self._checkpoint(edge)
        note = self._sign(checkpoint)
        if self._cosigner is not None and edge.size:
            note = self._cosigned(self._cosigner, note, checkpoint, growth)
        self.files.write({tile.path: data for tile, data in growth.bundles.items()})
        self.files.write({tile.path: data for tile, data in growth.tiles.items()})
        if batches:
            newest = max(batch.covers for batch in batches), max(batch.act for batch in batches)
            state = TreeState(edge.size, checkpoint.root, *newest)
            self._state.write({STATE: state.data})
        self.files.write({CHECKPOINT: note})
        return self.published(checkpoint, edge, note), growth

    def note_act(self, current: Published, batches: Sequence[Batch], act: int) -> None:
        """Write the state with this act number, or a larger one that it has; a missing state is made again.

        batches: what waits behind the current tree. Raises OSError.
        """
        covers = max((batch.covers for batch in batches), default=0)
        state = parse_state(self._state.read(STATE)) or TreeState(current.edge.size, current.checkpoint.root, covers)
        self._state.write({STATE: replace(state, act=max(state.act, act)).data})

    def published(
        self, checkpoint: Checkpoint, edge: RightEdge, note: bytes, *, is_fully_signed: bool = True
    ) -> Published:
        """Return what readers may rely on, now that it is on disk."""
        return Published(checkpoint, edge, note, TileReader(self.source, edge.size), is_fully_signed)

    def drop_partials(self, growth: AppendedTiles) -> None:
        """Remove partial tiles that have become full; readers fall back to the full ones, so no error matters."""
        for tile in growth.completed:
            folder = f"{tile.full_path}.p"
            with contextlib.suppress(OSError):
                names = self.files.names(folder)
                self.files.remove([f"{folder}/{name}" for name in names] + [folder] * bool(names))

    def _checkpoint(self, edge: RightEdge) -> Checkpoint:
        return Checkpoint(self.origin, edge.size, edge.frontier.root())

    def _sign(self, checkpoint: Checkpoint) -> bytes:
        return sign_note(checkpoint.body, self._signers, timestamp_s=int(self._clock().timestamp()))

    def _cosigned(self, cosigner: AsksWitnesses, note: bytes, checkpoint: Checkpoint, growth: AppendedTiles) -> bytes:
        reader = TileReader(_Grown(self.source, growth), checkpoint.size)

        def proof(old_size: int) -> tuple[bytes, ...]:
            return () if old_size in (0, checkpoint.size) else reader.consistency_proof(old_size)

        cosigned = cosigner.cosign(note, checkpoint, proof)
        if not cosigned.startswith(note):  # what goes to disk must be what was signed, or the log cannot be opened
            raise LogUnavailable("expected the checkpoint back with cosignatures below it, got something else")
        return cosigned


class _Grown:
    """The public files as they will be: those on disk, and in memory those that a publication adds."""

    def __init__(self, source: DirectorySource, growth: AppendedTiles) -> None:
        self._source = source
        self._added = {tile.path: data for tile, data in (*growth.bundles.items(), *growth.tiles.items())}

    def read(self, path: str) -> bytes | None:
        """Return a file, or None if there is none."""
        return self._added.get(path) or self._source.read(path)

    def paths(self) -> Iterator[str] | None:
        """Return None: nobody lists what is not public yet."""
        return None

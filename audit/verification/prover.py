"""Finds an entry in a log and proves it: the file that its owner can check for ever, without us."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from audit.errors import LogCorrupt, MalformedProof
from audit.tlog import tiles, tlog_proof
from audit.tlog.tiles import Tile
from audit.tlog.tlog_proof import TlogProof
from audit.tlog.trust_policy import TrustedCheckpoint, TrustPolicy
from audit.verification.reader import TileReader
from audit.verification.sources import LogSource
from audit.verification.tile_hasher import hash_leaves
from audit.verification.verify import OnProgress, VerifiedLog, read_checkpoint, verify_source


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry's bytes, and the proof that it stands in the log under a trusted checkpoint; verified."""

    leaf: bytes
    proof: TlogProof
    trusted: TrustedCheckpoint

    @property
    def index(self) -> int:
        """Where the entry stands."""
        return self.proof.index


def prove_entry(
    source: LogSource, policy: TrustPolicy, index: int, *, trusted: TrustedCheckpoint | None = None
) -> ProvenEntry:
    """Return the proven entry at `index`, from its own tiles alone; raises a child of AuditError.

    trusted: the checkpoint to lead to; by default the log's present one.
    """
    trusted = trusted or policy.open(read_checkpoint(source))
    reader = TileReader(source, trusted.checkpoint.size)
    return prove_from(reader, trusted, index)


def prove_from(reader: TileReader, trusted: TrustedCheckpoint, index: int) -> ProvenEntry:
    """Return the proven entry at `index` of the tree that `reader` reads; raises a child of AuditError."""
    leaf = reader.leaf(index)
    proof = TlogProof(index, reader.inclusion_proof(index), trusted.note)
    tlog_proof.verify(proof.hashes, leaf=leaf, index=index, checkpoint=trusted.checkpoint)
    return ProvenEntry(leaf, proof, trusted)


def proven_leaves(
    reader: TileReader, trusted: TrustedCheckpoint, indices: Iterable[int]
) -> Iterator[tuple[int, bytes]]:
    """Yield each index, which ascend, with its leaf; raises a child of AuditError where one cannot be proven.

    One inclusion proof per bundle is enough: its lower hashes are made from all hashes of the tile, so that the whole
    tile is proven with it, and with the tile the bundle.
    """
    for number, of_bundle in groupby(indices, key=lambda index: index // tiles.WIDTH):
        bundle = tiles.tile_at(-1, number, reader.size)
        prove_from(reader, trusted, number * tiles.WIDTH)
        leaves = reader.entries(bundle)
        if hash_leaves(leaves) != b"".join(reader.hashes(Tile(0, bundle.index, bundle.width))):
            raise LogCorrupt(f"{bundle.path} does not hold the entries of its tile")
        for index in of_bundle:
            yield index, leaves[index % tiles.WIDTH]


def find_entry(
    source: LogSource, policy: TrustPolicy, is_sought: Callable[[bytes], bool], *, on_progress: OnProgress | None = None
) -> tuple[VerifiedLog, int]:
    """Verify the whole log and return it with the index of the first entry that is sought.

    Raises MalformedProof if there is none, and as `verify_log` does if the log is not whole.
    """
    found: list[int] = []

    def look(first: int, leaves: Sequence[bytes]) -> None:
        if not found:
            found.extend(index for index, leaf in enumerate(leaves, start=first) if is_sought(leaf))

    log = verify_source(source, policy, on_progress=on_progress, on_entries=look)
    if not found:
        raise MalformedProof(f"the log is whole, and none of its {log.size:,} entries is the one you look for")
    return log, found[0]

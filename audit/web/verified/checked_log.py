"""A verified log as the pages use it: what is known about the whole, and the proof of each entry as it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from audit.entries.columns import EntryColumns, FieldCount
from audit.errors import AuditError
from audit.tlog import merkle, tlog_proof
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.trust_policy import TrustedCheckpoint
from audit.verification.reader import TileReader
from audit.verification.sources import LogSource
from audit.verification.verify import VerifiedLog, read_checkpoint


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a verification is: entries done, of how many."""

    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class VerifiedCheckpoint:
    """A checkpoint that was verified, when, and how large it was."""

    at: datetime
    size: int
    note: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """A log that is whole, with a source to go back to for single proofs.

    at: when its newest entries were verified; whole_at: when every entry was, from the first on.
    first: the first checkpoint that these pages verified; the log has grown from it.
    sightings: per witness the POSIX time of the newest cosignature seen, in whichever checkpoint it stood.
    counters: every combination of public fields with its count. recheck: a new verification of the whole, if one runs.
    """

    log: VerifiedLog
    at: datetime
    whole_at: datetime
    first: VerifiedCheckpoint
    sightings: Mapping[str, int]
    counters: tuple[FieldCount, ...]
    source: LogSource
    reader: TileReader
    recheck: Progress | None = None

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.log.size

    @property
    def columns(self) -> EntryColumns:
        """The public fields of every entry."""
        return self.log.columns

    @property
    def trusted(self) -> TrustedCheckpoint:
        """The checkpoint with everyone who has signed it."""
        return self.log.trusted

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that everything was verified against."""
        return self.log.trusted.checkpoint

    def proof(self, index: int) -> tuple[bytes, ...]:
        """Return an entry's inclusion proof, verified just now from the stored files; raises AuditError."""
        hashes = self.reader.inclusion_proof(index)
        tlog_proof.verify(hashes, leaf=self.reader.leaf(index), index=index, checkpoint=self.checkpoint)
        return hashes

    def steps(self, index: int) -> list[merkle.ProofStep]:
        """Return the hashing from an entry up to the root, step by step; raises AuditError."""
        hashes, leaf = self.proof(index), merkle.leaf_hash(self.reader.leaf(index))
        return merkle.inclusion_steps(leaf_hash=leaf, index=index, size=self.size, proof=hashes)

    def state(self, index: int) -> str:
        """Return "proven", or "broken" if the entry's own proof fails while the log stands still.

        Raises AuditError if the log has been published anew meanwhile: then its files are those of another size.
        """
        try:
            self.proof(index)
        except AuditError:
            if not self.is_current():
                raise
            return "broken"
        return "proven"

    def is_current(self) -> bool:
        """Return whether the log's checkpoint is still the one verified here; raises AuditError if it has none."""
        return read_checkpoint(self.source) == self.log.checkpoint

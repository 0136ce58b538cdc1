"""The log as the auditor's pages use it: verified whole on load, and entry by entry as it is shown."""

import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit import merkle, tlog_proof
from audit.checkpoint import Checkpoint
from audit.errors import AuditError
from audit.events import Entry, parse_leaf
from audit.note import Verifier
from audit.reader import TileReader
from audit.sources import Source
from audit.verify import VerifiedLog, read_checkpoint, verify_source

RECHECK_AFTER = timedelta(seconds=60)
"""A whole verification counts for as long as the checkpoint is the same, and at most this long (our choice)."""
PARSED_LEAVES = 200_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A log that was whole at `at`, with a reader that goes back to the stored files for single proofs."""

    log: VerifiedLog
    at: datetime
    reader: TileReader

    @property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint that everything was verified against."""
        return Checkpoint(self.log.origin, self.log.size, self.log.root)

    def proof(self, index: int) -> tuple[bytes, ...]:
        """Return an entry's inclusion proof, verified just now from the stored files; raises AuditError."""
        hashes = self.reader.inclusion_proof(index)
        tlog_proof.verify(hashes, leaf=self.reader.leaf(index), index=index, checkpoint=self.checkpoint)
        return hashes

    def steps(self, index: int) -> list[merkle.Step]:
        """Return the hashing from an entry up to the root, step by step."""
        hashes, leaf = self.proof(index), merkle.leaf_hash(self.reader.leaf(index))
        return merkle.inclusion_steps(leaf_hash=leaf, index=index, size=self.log.size, proof=hashes)

    def state(self, index: int) -> str:
        """Return "proven", or "broken" if the entry's own proof fails."""
        try:
            self.proof(index)
        except AuditError:
            return "broken"
        return "proven"


class LogChecker:
    """Verifies a log when asked, and remembers the result for an unchanged checkpoint."""

    def __init__(self, source: Source, verifier: Verifier, *, clock: Callable[[], datetime]) -> None:
        self._source = source
        self._verifier = verifier
        self._clock = clock
        self._parse: Callable[[bytes], Entry] = functools.lru_cache(maxsize=PARSED_LEAVES)(parse_leaf)
        # Guards _last, and lets only one request at a time do the work.
        self._lock = threading.Lock()
        self._last: tuple[VerifiedLog, datetime] | None = None

    def check(self) -> Checked:
        """Return the verified log; raises a child of AuditError if it is not whole or cannot be reached."""
        with self._lock:
            note = read_checkpoint(self._source)
            if self._last is None or self._last[0].checkpoint != note or self._is_old(self._last[1]):
                self._last = None
                log = verify_source(self._source, self._verifier, parse=self._parse)
                self._last = (log, self._clock())
            log, at = self._last
            return Checked(log, at, TileReader(self._source, log.size))

    def _is_old(self, at: datetime) -> bool:
        return self._clock() - at >= RECHECK_AFTER

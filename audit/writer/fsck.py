"""Checks a log where it lives: its public files, and beside them what its writer keeps in private.

Changes nothing, and works beside a running writer: what contradicts itself counts only if it stands still.
"""

import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from audit.errors import SourceUnavailable
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.reader import TileReader
from audit.verification.sources import DirectorySource
from audit.verification.verify import (
    PATIENCE_S,
    PAUSE_S,
    OnProgress,
    VerifiedLog,
    extend,
    read_checkpoint,
    verify_source,
)
from audit.writer.index_check import check_index, rebuild_index
from audit.writer.recovery import leftovers
from audit.writer.state_check import PrivateReport, PrivateState


@dataclass(frozen=True, slots=True)
class FsckReport:
    """What was found in a log that is whole in public.

    private: what its writer keeps, None if that is not here. leftovers: public files that the next start removes.
    """

    log: VerifiedLog
    private: PrivateReport | None
    leftovers: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """True unless something contradicts something else."""
        return self.private is None or not self.private.problems


def fsck(
    directory: Path,
    policy: TrustPolicy,
    *,
    on_progress: OnProgress | None = None,
    rebuild: bool = False,
    patience_s: float = PATIENCE_S,
) -> FsckReport:
    """Check the log in a directory, and its private state if that is beside it.

    rebuild: throw the index away and make a new one; no writer may run then. patience_s: how long we wait for a
    writer that is in the middle of something. Raises a child of AuditError if the public log is not whole, cannot
    be read, or if the index cannot be made anew.
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise SourceUnavailable(f"expected the directory of a log, got {directory}")
    source = DirectorySource(directory)
    state = PrivateState(directory, source)
    verified = verify_source(source, policy, on_progress=on_progress, explains=state.explains, patience_s=patience_s)
    private = None
    if state.directory.is_dir():
        if rebuild:
            rebuild_index(state.directory, TileReader(source, verified.size))
        verified, private = _settled(state, source, policy, verified, patience_s)
        index = check_index(state.directory, TileReader(source, verified.size))
        private = replace(
            private,
            notes=(*private.notes, *filter(None, [index.note])),
            problems=(*private.problems, *filter(None, [index.problem])),
        )
    return FsckReport(verified, private, _leftovers(source, policy, verified.size))


def _leftovers(source: DirectorySource, policy: TrustPolicy, size: int) -> tuple[str, ...]:
    """Return the public files that nobody needs; what a running writer has just put in place is none of them."""
    found = leftovers(source, size)
    now = policy.open(read_checkpoint(source)).checkpoint.size
    return tuple(found if now == size else leftovers(source, now))


def _settled(
    state: PrivateState, source: DirectorySource, policy: TrustPolicy, verified: VerifiedLog, patience_s: float
) -> tuple[VerifiedLog, PrivateReport]:
    """Check until nothing is wrong, or until what is wrong has not changed while we looked."""
    pause, deadline = threading.Event(), time.monotonic() + patience_s
    while True:
        before = state.fingerprint()
        verified = extend(verified, source, policy)
        found = state.check(verified)
        if not found.problems or state.fingerprint() == before:
            return verified, found
        if time.monotonic() >= deadline:
            raise SourceUnavailable("the log's private files change faster than they can be checked; try again")
        pause.wait(PAUSE_S)

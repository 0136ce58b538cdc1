"""What the consent service needs of the public log, and the log as a second process sees it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from audit.errors import LogUnavailable
from audit.tlog.checkpoint import CHECKPOINT
from audit.tlog.trust_policy import TrustedCheckpoint, TrustPolicy
from audit.verification.reader import TileReader
from audit.verification.sources import DirectorySource


class AppendingLog(Protocol):
    """What transactions and pages need of `audit.writer.log.Log`."""

    @property
    def size(self) -> int:
        """Number of published entries."""
        ...

    @property
    def act(self) -> int:
        """Running number of the newest act that was acknowledged; 0 if none had one."""
        ...

    def append_many(self, leaves: Sequence[bytes], *, act: int) -> list[bytes]:
        """Return the leaf hashes once the entries and their act's number are durable; raises LogUnavailable."""
        ...

    def note_act(self, act: int) -> None:
        """Make it durable that acts up to this number were recorded; raises LogUnavailable."""
        ...

    def check_durable(self) -> None:
        """Return if an entry could be made durable now; raises LogUnavailable."""
        ...

    def index_of(self, leaf_hash: bytes) -> int | None:
        """Return the place of a published entry; None while it waits, or if there is no such entry."""
        ...

    def is_pending(self, leaf_hash: bytes) -> bool:
        """True for an entry that is acknowledged and waits for its publication."""
        ...

    def pending_leaves(self) -> tuple[bytes, ...]:
        """Return the leaves of everything that waits."""
        ...

    def leaf(self, index: int) -> bytes:
        """Return one published leaf."""
        ...

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """Return the inclusion proof of one entry under the published checkpoint."""
        ...

    def proof_text(self, index: int) -> str:
        """Return the .tlog-proof file of one published entry."""
        ...

    def checkpoint_text(self) -> str:
        """Return the published checkpoint as a signed note."""
        ...


class PublishedLog:
    """The log as a second process sees it: what is public can be read, nothing can be appended."""

    def __init__(self, directory: Path, policy: TrustPolicy) -> None:
        self._source = DirectorySource(directory)
        self._policy = policy

    @property
    def size(self) -> int:
        """Number of published entries."""
        return self._trusted().checkpoint.size

    @property
    def act(self) -> int:
        """Refuse: the number is private to the writer."""
        raise LogUnavailable("this program does not hold the log")

    def append_many(self, leaves: Sequence[bytes], *, act: int) -> list[bytes]:
        """Refuse."""
        raise LogUnavailable("this program may not write the log; the running service does")

    def note_act(self, act: int) -> None:
        """Refuse."""
        raise LogUnavailable("this program may not write the log; the running service does")

    def check_durable(self) -> None:
        """Refuse."""
        raise LogUnavailable("this program may not write the log; the running service does")

    def index_of(self, leaf_hash: bytes) -> int | None:
        """Refuse: only the service keeps an index."""
        raise LogUnavailable("this program does not hold the log")

    def is_pending(self, leaf_hash: bytes) -> bool:
        """Refuse."""
        raise LogUnavailable("this program does not hold the log")

    def pending_leaves(self) -> tuple[bytes, ...]:
        """Refuse."""
        raise LogUnavailable("this program does not hold the log")

    def leaf(self, index: int) -> bytes:
        """Return one published leaf."""
        return TileReader(self._source, self.size).leaf(index)

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """Refuse."""
        raise LogUnavailable("this program does not hold the log")

    def proof_text(self, index: int) -> str:
        """Refuse."""
        raise LogUnavailable("this program does not hold the log")

    def checkpoint_text(self) -> str:
        """Return the published checkpoint as a signed note."""
        return self._trusted().note.decode()

    def _trusted(self) -> TrustedCheckpoint:
        note = self._source.read(CHECKPOINT)
        if note is None:
            raise LogUnavailable("the log has no checkpoint; put its folder back from a backup")
        return self._policy.open(note)

"""What the log proves of one entry now: that it stands there, under a checkpoint that the trust policy accepts."""

from collections.abc import Callable
from dataclasses import dataclass

from audit.errors import AuditError, LogCorrupt, MalformedProof, ProofFailed, QuorumNotMet
from audit.tlog import merkle, tlog_proof
from audit.tlog.trust_policy import TrustedCheckpoint, TrustPolicy
from consent.athlete.values import ProofState
from consent.storage.log_access import AppendingLog

IsOwn = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class EntryStatus:
    """Where an entry stands in the log, or None, and what the log proves of it."""

    index: int | None
    proof: ProofState


class Proofs:
    """Proves entries one by one, and opens each checkpoint once. Made anew for every page."""

    def __init__(self, log: AppendingLog, policy: TrustPolicy) -> None:
        self._log = log
        self._policy = policy
        self._opened: dict[str, TrustedCheckpoint] = {}
        self._waiting: dict[bytes, bytes] = {}

    def of(self, leaf_hash: bytes, index: int | None, is_own: IsOwn) -> EntryStatus:
        """Return how the log stands to the entry with this hash.

        index: its place where it is noted already. is_own: whether a leaf is what the athlete's details say. An
        entry waits until it is published under a checkpoint that enough witnesses have cosigned.
        """
        log = self._log
        if index is None and (leaf := self._waiting_leaf(leaf_hash)) is not None:
            return EntryStatus(None, _state_of_waiting(leaf, is_own))
        # Asked in this order, because an entry may be published in between.
        index = log.index_of(leaf_hash) if index is None else index
        try:
            self._check(leaf_hash, index, is_own)
        except QuorumNotMet:
            return EntryStatus(index, ProofState.WAITING)
        except AuditError:
            return EntryStatus(index, ProofState.NOT_PROVEN)
        return EntryStatus(index, ProofState.PROVEN)

    def _waiting_leaf(self, leaf_hash: bytes) -> bytes | None:
        """Return the leaf of an entry that waits now; None for any other."""
        if not self._log.is_pending(leaf_hash):
            return None
        if leaf_hash not in self._waiting:
            self._waiting = {merkle.leaf_hash(leaf): leaf for leaf in self._log.pending_leaves()}
        return self._waiting.get(leaf_hash)

    def _check(self, leaf_hash: bytes, index: int | None, is_own: IsOwn) -> None:
        if index is None:
            raise LogCorrupt("the entry neither waits nor stands in the log")
        leaf = self._log.leaf(index)
        if merkle.leaf_hash(leaf) != leaf_hash or not is_own(leaf):
            raise LogCorrupt("the log holds another entry at this place")
        note = self._log.checkpoint_text()
        try:
            self._check_under(note, leaf, index)
        except (MalformedProof, ProofFailed):
            newer = self._log.checkpoint_text()
            if newer == note:
                raise
            self._check_under(newer, leaf, index)  # a publication came between checkpoint and proof

    def _check_under(self, note: str, leaf: bytes, index: int) -> None:
        if note not in self._opened:
            self._opened[note] = self._policy.open(note.encode())
        checkpoint = self._opened[note].checkpoint
        tlog_proof.verify(self._log.inclusion_proof(index), leaf=leaf, index=index, checkpoint=checkpoint)


def _state_of_waiting(leaf: bytes, is_own: IsOwn) -> ProofState:
    """An entry that waits must be the athlete's own already now: until it is published somebody else's would pass."""
    try:
        return ProofState.WAITING if is_own(leaf) else ProofState.NOT_PROVEN
    except AuditError:
        return ProofState.NOT_PROVEN

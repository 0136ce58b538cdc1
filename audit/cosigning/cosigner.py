"""The log's side of witnessing: asks all witnesses of a policy at once, and keeps the countersignatures that hold.

No witness is trusted: one that lies, stalls or speaks nonsense costs its own countersignature and nothing else. Only a
checkpoint that this log's own key signed can stop the log.
"""

import queue
import threading
import time
from collections.abc import Sequence

import httpx

from audit.cosigning import witness_client
from audit.cosigning.witness_session import ConsistencyProof, CosigningResult, Task, WitnessLine, WitnessReport
from audit.errors import LogCorrupt, QuorumNotMet
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note import split_note, write_note
from audit.tlog.note_keys import NoteSignature
from audit.tlog.trust_policy import KnownWitness, TrustPolicy
from chassis.clock import Clock, utc_now

TIMEOUT_S = 10.0
GRACE_S = 2.0
"""How long the other witnesses are waited for once the quorum is met (our choice): one that is down delays little."""


class Cosigner:
    """Asks the witnesses of a policy that have an address. Safe for several threads; they take turns."""

    def __init__(
        self,
        policy: TrustPolicy,
        *,
        client: httpx.Client | None = None,
        timeout_s: float = TIMEOUT_S,
        grace_s: float = GRACE_S,
        clock: Clock = utc_now,
    ) -> None:
        """Raises MalformedPolicy for an address that is neither https nor on this machine."""
        self._policy = policy
        self._timeout_s = timeout_s
        self._grace_s = grace_s
        self._client = client = client or witness_client.new_client(timeout_s)
        log_keys = [log.verifier for log in policy.logs]
        self._lines = [WitnessLine(url, keys, log_keys, client, clock) for url, keys in by_address(policy).items()]
        # One checkpoint at a time.
        self._turn = threading.Lock()

    def cosign(self, note: bytes, checkpoint: Checkpoint, proof: ConsistencyProof) -> bytes:
        """Return the note with the countersignatures of the policy's witnesses over exactly this checkpoint.

        proof: consistency proof from an older size, above 0 and below the checkpoint's, to the checkpoint; called
        by one thread at a time. Raises QuorumNotMet, or LogCorrupt if a witness holds a checkpoint by this log's own
        key that this log contradicts: its state was lost or put back, or there are two of it.
        """
        text, signatures = split_note(note)
        with self._turn:
            task = Task(note, text, checkpoint, _in_turn(proof, checkpoint.size), time.monotonic() + self._timeout_s)
            outcomes = self._ask_all(task)
        contradiction = next((one.contradiction for one in outcomes if one.contradiction), None)
        if contradiction:
            raise LogCorrupt(contradiction)
        gained = [signature for one in outcomes for signature in one.signatures]
        if not self._is_met(gained):
            fewest, got, known = self._policy.counters(self._names(gained))
            raise QuorumNotMet(
                f"expected countersignatures by at least {fewest} of {known} witnesses, got {got}: "
                + "; ".join(f"{one.names[0]}: {one.problem}" for one in self.report() if one.problem)
            )
        return write_note(text, [*signatures, *gained])

    def report(self) -> tuple[WitnessReport, ...]:
        """Return how each witness has answered lately, in the order of the policy."""
        return tuple(line.report() for line in self._lines)

    def close(self) -> None:
        """Let go of the connections; a witness that is still being asked is not waited for."""
        self._client.close()

    def _ask_all(self, task: Task) -> list[CosigningResult]:
        """Ask every witness in a thread of its own; return what came until the deadline, or soon after the quorum."""
        done: queue.SimpleQueue[CosigningResult] = queue.SimpleQueue()
        for line in self._lines:
            # A daemon: a witness that never ends its answer must not keep the program from ending.
            threading.Thread(target=line.ask, args=(task, done), daemon=True, name="cosign").start()
        outcomes: list[CosigningResult] = []
        until = task.deadline
        while len(outcomes) < len(self._lines):
            if self._is_met([signature for one in outcomes for signature in one.signatures]):
                until = min(until, time.monotonic() + self._grace_s)
            try:
                outcomes.append(done.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                break
        return outcomes

    def _is_met(self, signatures: Sequence[NoteSignature]) -> bool:
        return self._policy.is_met_by(self._names(signatures))

    def _names(self, signatures: Sequence[NoteSignature]) -> list[str]:
        found = {(signature.name, signature.key_id) for signature in signatures}
        return [
            witness.name
            for witness in self._policy.witnesses
            if (witness.verifier.name, witness.verifier.key_id) in found
        ]


def by_address(policy: TrustPolicy) -> dict[str, list[KnownWitness]]:
    """Return the policy's witnesses by address: one that signs with two keys stands there twice and is asked once.

    Raises MalformedPolicy for an address that may not be used.
    """
    found: dict[str, list[KnownWitness]] = {}
    for witness in policy.witnesses:
        if witness.url is not None:
            found.setdefault(witness_client.check_address(witness.url), []).append(witness)
    return found


def _in_turn(proof: ConsistencyProof, size: int) -> ConsistencyProof:
    """Return `proof` for several threads: one computes at a time, and each old size once."""
    lock = threading.Lock()
    known: dict[int, tuple[bytes, ...]] = {0: (), size: ()}

    def remembered(old_size: int) -> tuple[bytes, ...]:
        with lock:
            if old_size not in known:
                known[old_size] = proof(old_size)
            return known[old_size]

    return remembered

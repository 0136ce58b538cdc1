"""The line from a log to one witness: the whole conversation over one checkpoint, and what is remembered of it."""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx

from audit.cosigning import witness_client
from audit.cosigning.witness_client import Countersigned, OtherSize
from audit.errors import AuditError, ProofFailed
from audit.tlog import merkle
from audit.tlog.checkpoint import Checkpoint, parse_body
from audit.tlog.note import open_note, parse_signature_lines, write_note
from audit.tlog.note_keys import NoteSignature, Verifier
from audit.tlog.trust_policy import KnownWitness
from chassis.clock import Clock

logger = logging.getLogger(__name__)

MOST_REQUESTS = 4
"""The first, and three more after learning the size that the witness knows: another program may ask it meanwhile."""

ConsistencyProof = Callable[[int], tuple[bytes, ...]]
"""Consistency proof from an older size to the tree that is to be cosigned; empty from 0 and from its own size."""


@dataclass(frozen=True, slots=True)
class Task:
    """One checkpoint to be countersigned: its note and text, and until when (on the monotonic clock)."""

    note: bytes
    text: str
    checkpoint: Checkpoint
    proof: ConsistencyProof
    deadline: float


@dataclass(frozen=True, slots=True)
class CosigningResult:
    """What came of asking one witness: signatures that verify, or why this log must stop."""

    signatures: tuple[NoteSignature, ...] = ()
    contradiction: str | None = None


@dataclass(frozen=True, slots=True)
class WitnessReport:
    """How one witness has answered lately.

    names: as in the policy, several if it signs with several keys. is_late: it has not countersigned the newest
    checkpoint. problem: why not. contradiction: the note of a checkpoint by the log's own key that the log contradicts.
    """

    names: tuple[str, ...]
    url: str
    last_at: datetime | None = None
    last_size: int | None = None
    is_late: bool = False
    problem: str | None = None
    contradiction: bytes | None = None


class WitnessLine:
    """One witness, by its address, with the keys that the policy knows for it."""

    def __init__(
        self,
        url: str,
        known: Sequence[KnownWitness],
        log_keys: Sequence[Verifier],
        client: httpx.Client,
        clock: Clock,
    ) -> None:
        self._url = url
        self._names = tuple(witness.name for witness in known)
        self._keys = [witness.verifier for witness in known]
        self._log_keys = log_keys
        self._client = client
        self._clock = clock
        # Held while the witness is being asked: one that hangs is asked nothing new until its request has ended.
        self._busy = threading.Lock()
        # The size that the witness knew last, so that the first request is the right one. Guarded by _busy.
        self._size = 0
        # Guards what follows.
        self._told = threading.Lock()
        self._newest: Task | None = None
        self._done: tuple[Task, datetime] | None = None
        self._problem: str | None = None
        self._contradiction: bytes | None = None

    def ask(self, task: Task, done: "queue.SimpleQueue[CosigningResult]") -> None:
        """Have one checkpoint countersigned and put the outcome, whatever it is, into `done`."""
        with self._told:
            self._newest, self._problem = task, "has not answered yet"
        outcome = CosigningResult()
        try:
            outcome = self._ask(task)
        except AuditError as error:
            self._note_problem(task, str(error))
        except Exception as error:
            # Nothing that a witness sends may take the log down; the class says enough to look for it.
            logger.warning("asking a witness failed", extra={"error": type(error).__name__})
            self._note_problem(task, f"cannot be asked: {type(error).__name__}")
        finally:
            done.put(outcome)

    def report(self) -> WitnessReport:
        """Return how the witness has answered lately."""
        with self._told:
            done = self._done
            return WitnessReport(
                names=self._names,
                url=self._url,
                last_at=done[1] if done else None,
                last_size=done[0].checkpoint.size if done else None,
                is_late=self._newest is not (done[0] if done else None),
                problem=self._problem,
                contradiction=self._contradiction,
            )

    def _ask(self, task: Task) -> CosigningResult:
        if not self._busy.acquire(blocking=False):
            raise ProofFailed("is still busy with an earlier checkpoint")
        try:
            signatures = self._converse(task)
        except _Contradicted as error:
            with self._told:
                self._problem, self._contradiction = str(error), error.note
            logger.error("a witness contradicts this log", extra={"witness": self._names[0]})
            return CosigningResult(contradiction=f"the witness {self._names[0]} {error}")
        finally:
            self._busy.release()
        with self._told:
            self._done = (task, self._clock())
            if self._newest is task:
                self._problem = None
        return CosigningResult(signatures)

    def _converse(self, task: Task) -> tuple[NoteSignature, ...]:
        old_size = self._size if self._size <= task.checkpoint.size else 0
        for _ in range(MOST_REQUESTS):
            reply = witness_client.add_checkpoint(
                self._client,
                self._url,
                old_size=old_size,
                proof=task.proof(old_size),
                note=task.note,
                deadline=task.deadline,
            )
            if isinstance(reply, Countersigned):
                signatures = self._verified(reply.lines, task)
                self._size = task.checkpoint.size
                return signatures
            if not isinstance(reply, OtherSize):
                self._look_for_contradiction(task)
                raise ProofFailed(f"refused with status {reply.status}")
            if reply.size > task.checkpoint.size:
                self._look_for_contradiction(task)
                raise ProofFailed(f"says that this log had {reply.size} entries already, and does not show that")
            old_size = self._size = reply.size
        raise ProofFailed("names another size each time it is asked")

    def _verified(self, lines: str, task: Task) -> tuple[NoteSignature, ...]:
        """Return the lines by this witness's known keys; one of them that does not verify spoils the answer."""
        opened = open_note(write_note(task.text, parse_signature_lines(lines)), self._keys)
        times = {(key.name, key.key_id): key for key in self._keys}
        for signature in opened.signatures:
            if times[signature.name, signature.key_id].time_of(signature.signature) == 0:
                raise ProofFailed("countersigned without a time")
        return opened.signatures

    def _look_for_contradiction(self, task: Task) -> None:
        """Raise _Contradicted if the witness can show a checkpoint by our own key that does not go with this one.

        What it merely says counts for nothing: a witness that lies must not be able to stop the log.
        """
        origin = task.checkpoint.origin
        note = witness_client.latest_checkpoint(self._client, self._url, origin, deadline=task.deadline)
        if note is None:
            return
        held = parse_body(open_note(note, [key for key in self._log_keys if key.name == origin]).text)
        if held.origin != origin or goes_with(held, task):
            return
        raise _Contradicted(
            f"holds a checkpoint of {held.size} entries, signed by this log, that does not go with the "
            f"{task.checkpoint.size} entries here: this log was put back, or there are two of it",
            note,
        )

    def _note_problem(self, task: Task, problem: str) -> None:
        with self._told:
            if self._newest is task:
                self._problem = problem


class _Contradicted(ProofFailed):
    """The witness holds a checkpoint by our own key that our log contradicts."""

    def __init__(self, message: str, note: bytes) -> None:
        super().__init__(message)
        self.note = note


def goes_with(held: Checkpoint, task: Task) -> bool:
    """Return whether a checkpoint is of the same history as the task's: the same, or one that it has grown from."""
    now = task.checkpoint
    if held.size in (0, now.size):
        return held.size == 0 or held.root == now.root
    if held.size > now.size:
        return False
    proof = task.proof(held.size)  # a disk that cannot be read contradicts nothing: its error is passed on
    try:
        merkle.verify_consistency(size1=held.size, root1=held.root, size2=now.size, root2=now.root, proof=proof)
    except AuditError:
        return False
    return True

"""A witness: countersigns a log's checkpoint after checking that the log has only grown (C2SP tlog-witness v1.0.0).

The rules are pure functions; `Witness` applies them to one record per log, which changes only while it is held.
"""

import logging
from dataclasses import dataclass
from http import HTTPStatus

from audit.errors import AuditError, MalformedProof, ProofFailed
from audit.tlog import merkle
from audit.tlog.canonical_base64 import decode_base64, encode_base64
from audit.tlog.checkpoint import Checkpoint, parse_body, parse_size
from audit.tlog.note import Note, open_note, split_note, write_note
from audit.tlog.note_keys import Algorithm, Verifier
from audit.witness.config import WatchedLog, WitnessConfig
from audit.witness.evidence import EvidenceKind, WitnessEvidence
from audit.witness.store import CosignedCheckpoint, Record, WitnessStore
from chassis.clock import Clock

logger = logging.getLogger(__name__)

MAX_BODY = 256 * 1024
"""Longest request in bytes (our choice); a checkpoint with 16 signatures of 5 kB and a proof takes about 85 kB."""
MAX_PROOF = 63
PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"
"""The specification's own type, sent exactly so."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One request to add a checkpoint; none of its signatures has been verified.

    has_wrong_root: the note states size 0 with a root that no empty tree has; `checkpoint` has the right one.
    """

    old_size: int
    proof: tuple[bytes, ...]
    note: bytes
    checkpoint: Checkpoint
    has_wrong_root: bool = False


@dataclass(frozen=True, slots=True)
class WitnessResponse:
    """What a request is answered with: HTTP status, body, and type of the body."""

    status: HTTPStatus
    body: str
    content_type: str = PLAIN


@dataclass(frozen=True, slots=True)
class Watched:
    """One log as this witness knows it: the last checkpoint it countersigned, and evidence against the log."""

    log: WatchedLog
    seen: CosignedCheckpoint | None
    evidence: tuple[WitnessEvidence, ...]


def parse_submission(body: bytes) -> Submission:
    """Parse the body of an add-checkpoint request; raises MalformedProof."""
    if len(body) > MAX_BODY:
        raise MalformedProof(f"expected a request of at most {MAX_BODY} bytes")
    head, blank, note = bytes(body).partition(b"\n\n")
    if not blank:
        raise MalformedProof("expected the old size, a proof, a blank line and a checkpoint")
    first, *proof = _ascii(head).split("\n")
    if not first.startswith("old "):
        raise MalformedProof("expected a first line: old and a size")
    if len(proof) > MAX_PROOF:
        raise MalformedProof(f"expected at most {MAX_PROOF} lines of proof, got {len(proof)}")
    old_size = parse_size(first.removeprefix("old "))
    text, _ = split_note(note)
    checkpoint, has_wrong_root = _checkpoint(text)
    return Submission(old_size, tuple(_hash(line) for line in proof), note, checkpoint, has_wrong_root)


def judge(submission: Submission, seen: Checkpoint | None) -> WitnessResponse | None:
    """Return why this checkpoint may not follow the one seen last, or None if it may.

    seen: the checkpoint that was countersigned last, None before the first; its size is then 0.
    """
    new, size = submission.checkpoint, seen.size if seen else 0
    if submission.old_size != size:
        return WitnessResponse(HTTPStatus.CONFLICT, f"{size}\n", SIZE)
    if submission.has_wrong_root:
        return _unproven("expected the root of the empty tree for a checkpoint of size 0")
    if contradicts(seen, new):
        return WitnessResponse(HTTPStatus.CONFLICT, "this witness has countersigned another root for the same size\n")
    if size in (0, new.size):
        return _unproven("expected no proof from size 0 or between equal sizes") if submission.proof else None
    old_root = seen.root if seen else merkle.EMPTY_ROOT
    try:
        merkle.verify_consistency(size1=size, root1=old_root, size2=new.size, root2=new.root, proof=submission.proof)
    except AuditError as error:
        return _unproven(str(error))
    return None


def contradicts(seen: Checkpoint | None, new: Checkpoint) -> bool:
    """Return whether two checkpoints of one log cannot both be true: one size, two roots."""
    return seen is not None and seen.size == new.size and seen.root != new.root


class Witness:
    """Answers requests to countersign. Safe for many threads: each log's record is held from check to answer."""

    def __init__(self, config: WitnessConfig, store: WitnessStore, *, clock: Clock) -> None:
        self.config = config
        self._store = store
        self._clock = clock
        self._logs = {log.origin: log for log in config.logs}

    def add_checkpoint(self, body: bytes) -> WitnessResponse:
        """Countersign the submitted checkpoint, or say why not.

        Raises LogUnavailable if the record could not be made durable, and BrokenState if it cannot be read:
        nothing is countersigned then.
        """
        try:
            submission = parse_submission(body)
        except MalformedProof as error:
            return _refusal(HTTPStatus.BAD_REQUEST, str(error))
        log = self._logs.get(submission.checkpoint.origin)
        if log is None:
            return _refusal(HTTPStatus.NOT_FOUND, "this witness does not watch a log of that origin")
        try:
            # Lines by keys that are not the log's are ignored; one by a key of the log must verify.
            signed = open_note(submission.note, _verifiers(submission, log))
            _check_covered(submission.checkpoint, signed, log)
        except AuditError as error:
            return _refusal(HTTPStatus.FORBIDDEN, str(error))
        if submission.old_size > submission.checkpoint.size:
            return _refusal(HTTPStatus.BAD_REQUEST, "expected an old size up to the size of the checkpoint")
        with self._store.held(log) as record:
            return self._decide(record, submission, signed)

    def latest(self, log_id: str) -> bytes | None:
        """Return the checkpoint countersigned last, as a note with the log's signatures and our own; None if none is.

        Raises LogUnavailable while it is not known whether it is durable, and BrokenState.
        """
        log = next((log for log in self.config.logs if log.log_id == log_id), None)
        seen = self._store.latest(log) if log else None
        return seen.note if seen else None

    def watched(self) -> list[Watched]:
        """Return every log with what is known about it; raises LogUnavailable or BrokenState."""
        return [Watched(log, self._store.latest(log), self._store.evidence(log)) for log in self.config.logs]

    def _decide(self, record: Record, submission: Submission, signed: Note) -> WitnessResponse:
        seen, new = record.seen, submission.checkpoint
        refusal = judge(submission, seen.checkpoint if seen else None)
        if refusal is None:
            return self._cosign(record, new, signed)
        if seen and contradicts(seen.checkpoint, new):
            self._keep(record, EvidenceKind.SPLIT_VIEW, new, signed)
        elif seen and refusal.status is HTTPStatus.UNPROCESSABLE_ENTITY:
            self._keep(record, EvidenceKind.UNPROVEN, new, signed)
        return refusal

    def _cosign(self, record: Record, new: Checkpoint, signed: Note) -> WitnessResponse:
        timestamp_s = self._timestamp_s(record.seen)
        own = [signer.sign(signed.text, timestamp_s=timestamp_s) for signer in self.config.signers]
        # Durable first: a countersignature that leaves this program is never newer than the record of it.
        record.replace(CosignedCheckpoint(new, write_note(signed.text, [*signed.signatures, *own]), timestamp_s))
        return WitnessResponse(HTTPStatus.OK, "".join(f"{signature.line}\n" for signature in own))

    def _timestamp_s(self, seen: CosignedCheckpoint | None) -> int:
        """The time now, but never before an earlier statement: a clock set back must not make us contradict it."""
        return max(int(self._clock().timestamp()), seen.timestamp_s if seen else 1)

    def _keep(self, record: Record, kind: EvidenceKind, new: Checkpoint, signed: Note) -> None:
        try:
            record.keep_evidence(kind, new, write_note(signed.text, signed.signatures))
        except OSError as error:
            # The refusal stands without it, and it must reach the log.
            logger.error("evidence could not be kept", extra={"kind": kind.value, "error": type(error).__name__})


def _checkpoint(text: str) -> tuple[Checkpoint, bool]:
    """Parse a checkpoint; True with it if it states a wrong root for size 0, which has an answer of its own."""
    lines = text.split("\n")
    if len(lines) > 3 and lines[1] == "0" and _hash(lines[2]) != merkle.EMPTY_ROOT:
        lines[2] = encode_base64(merkle.EMPTY_ROOT)
        return parse_body("\n".join(lines)), True
    return parse_body(text), False


def _verifiers(submission: Submission, log: WatchedLog) -> list[Verifier]:
    """The log's keys; without ML-DSA-44, which signs no impossible checkpoint, where one is to be refused as such."""
    return [key for key in log.verifiers if not submission.has_wrong_root or key.algorithm is Algorithm.ED25519]


def _check_covered(checkpoint: Checkpoint, signed: Note, log: WatchedLog) -> None:
    """Raise ProofFailed for extension lines that no signature covers: ML-DSA-44 leaves them out, we would sign them."""
    covering = {verifier.key_id for verifier in log.verifiers if verifier.algorithm is Algorithm.ED25519}
    if checkpoint.extensions and not any(signature.key_id in covering for signature in signed.signatures):
        raise ProofFailed("expected extension lines under an Ed25519 signature of the log")


def _refusal(status: HTTPStatus, reason: str) -> WitnessResponse:
    return WitnessResponse(status, f"{reason}\n")


def _unproven(reason: str) -> WitnessResponse:
    return _refusal(HTTPStatus.UNPROCESSABLE_ENTITY, reason)


def _ascii(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedProof("expected old size and proof in ASCII") from error


def _hash(line: str) -> bytes:
    value = decode_base64(line)
    if len(value) != merkle.HASH_SIZE:
        raise MalformedProof(f"expected hashes of {merkle.HASH_SIZE} bytes in the proof")
    return value

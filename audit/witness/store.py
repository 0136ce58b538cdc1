"""What a witness remembers: per log the checkpoint that it countersigned last, on the disk before anybody sees it.

A record is the signed note itself, so it proves that this witness wrote it. One process owns the folder, by its lock
file; in it one thread at a time holds a log's record from the check to the durable change.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from audit.durable.storage import reason_of
from audit.errors import AuditError, BrokenState, LogUnavailable
from audit.tlog.checkpoint import Checkpoint, parse_body
from audit.tlog.note import MAX_BYTES, open_note
from audit.tlog.note_keys import Signer
from audit.witness.config import WatchedLog, WitnessConfig
from audit.witness.evidence import EvidenceKind, WitnessEvidence, keep_evidence, list_evidence
from chassis.errors import LockHeld
from chassis.files.lock import exclusive_lock
from chassis.files.replace_file import replace_durably

FOLDER = "records"
LOCK = "lock"

Replace = Callable[[Path, bytes], None]


@dataclass(frozen=True, slots=True)
class CosignedCheckpoint:
    """A checkpoint this witness countersigned: with the note (the log's signatures and our own) and the time stated."""

    checkpoint: Checkpoint
    note: bytes
    timestamp_s: int


@dataclass(slots=True)
class _Slot:
    """One log's record. `lock` guards file and fields; `seen` is replaced whole, so that reading it needs no lock."""

    log: WatchedLog
    path: Path
    lock: threading.Lock = field(default_factory=threading.Lock)
    seen: CosignedCheckpoint | None = None
    # What stands in the file may be newer than `seen` and not durable: nothing is answered until it is settled.
    is_settled: bool = False


class Record:
    """One log's record while it is held."""

    def __init__(self, store: "WitnessStore", slot: _Slot) -> None:
        self._store = store
        self._slot = slot

    @property
    def seen(self) -> CosignedCheckpoint | None:
        """The checkpoint countersigned last, or None before the first."""
        return self._slot.seen

    def replace(self, seen: CosignedCheckpoint) -> None:
        """Make `seen` the record, durably; raises LogUnavailable, after which nothing is known until it is settled."""
        self._slot.is_settled = False
        self._store.write(self._slot.path, seen.note)
        self._slot.seen, self._slot.is_settled = seen, True

    def keep_evidence(self, kind: EvidenceKind, shown: Checkpoint, note: bytes) -> None:
        """Keep a checkpoint that does not go with the record; raises OSError."""
        held = self._slot.seen
        if held is not None:
            self._store.keep(self._slot.log, kind, shown, (held.note, note))


class WitnessStore:
    """The folder of a running witness. Open it with `WitnessStore.open`; close it, or use it as a context manager."""

    def __init__(self, directory: Path, config: WitnessConfig, *, replace: Replace) -> None:
        """For `WitnessStore.open` only: nothing is read or locked yet."""
        self._directory = directory
        self._signers = config.signers
        self._replace = replace
        self._held = contextlib.ExitStack()
        # Set with every slot's lock held, read with the one that is to be used.
        self._is_closed = False
        self._slots = {log.origin: _Slot(log, record_path(directory, log)) for log in config.logs}

    @classmethod
    def open(cls, directory: Path, config: WitnessConfig, *, replace: Replace = replace_durably) -> "WitnessStore":
        """Take the folder and read every record; `replace` writes one file durably or raises OSError.

        Raises LogUnavailable if another process holds the folder or the disk fails, BrokenState for a record that
        is missing or not ours: a witness that forgot what it signed must not sign.
        """
        store = cls(directory, config, replace=replace)
        try:
            store._held.enter_context(sole_witness(directory))
            for slot in store._slots.values():
                with slot.lock:
                    store._settle(slot)
        except BaseException:
            store.close()
            raise
        return store

    @contextlib.contextmanager
    def held(self, log: WatchedLog) -> Iterator[Record]:
        """Hold a log's record; raises LogUnavailable or BrokenState if it cannot be relied on."""
        slot = self._slots[log.origin]
        with slot.lock:
            if self._is_closed:
                raise LogUnavailable("this witness has been stopped")
            if not slot.is_settled:
                self._settle(slot)
            yield Record(self, slot)

    def latest(self, log: WatchedLog) -> CosignedCheckpoint | None:
        """Return what was countersigned last and is durable, or None before the first."""
        return self._slots[log.origin].seen

    def evidence(self, log: WatchedLog) -> tuple[WitnessEvidence, ...]:
        """Return what is kept against a log."""
        return list_evidence(self._directory, log)

    def write(self, path: Path, data: bytes) -> None:
        """Replace one file durably; raises LogUnavailable."""
        try:
            self._replace(path, data)
        except OSError as error:
            raise LogUnavailable(f"the witness cannot keep its record: {reason_of(error).lower()}") from error

    def keep(self, log: WatchedLog, kind: EvidenceKind, shown: Checkpoint, notes: tuple[bytes, bytes]) -> None:
        """Keep evidence against a log; raises OSError."""
        keep_evidence(self._directory, log, kind, shown, notes, replace=self._replace)

    def close(self) -> None:
        """Let go of the folder once nobody holds a record; none can be held after that."""
        with contextlib.ExitStack() as idle:
            for slot in self._slots.values():
                idle.enter_context(slot.lock)
            self._is_closed = True
            self._held.close()

    def __enter__(self) -> "WitnessStore":
        """Return this store."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the store."""
        self.close()

    def _settle(self, slot: _Slot) -> None:
        """Read a record and write it anew: what a half-failed write left visible may not be durable yet."""
        seen = read_record(slot.path, slot.log, self._signers)
        self.write(slot.path, seen.note if seen else b"")
        slot.seen, slot.is_settled = seen, True


@contextlib.contextmanager
def sole_witness(directory: Path) -> Iterator[None]:
    """Hold a witness's folder; raises LogUnavailable if another program does."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(exclusive_lock(directory / LOCK))
        except LockHeld as error:
            raise LogUnavailable("this witness is running already; only one program may use its folder") from error
        except OSError as error:
            raise LogUnavailable(f"cannot lock the witness's folder: {type(error).__name__}") from error
        yield


def record_path(directory: Path, log: WatchedLog) -> Path:
    """Return where a log's record stands."""
    return directory / FOLDER / f"{log.log_id}.note"


def begin_record(directory: Path, log: WatchedLog) -> None:
    """Make the empty record of a log that is watched from now on; one that is there stays. Raises OSError."""
    path = record_path(directory, log)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.exists():
        replace_durably(path, b"")


def read_record(path: Path, log: WatchedLog, signers: tuple[Signer, ...]) -> CosignedCheckpoint | None:
    """Read a record; None is one that was begun and never written. Raises BrokenState if it is missing or not ours."""
    try:
        with path.open("rb") as file:
            note = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BrokenState(f"cannot read what was countersigned for {log.origin}; without it nothing may be") from error
    return parse_record(note, log, signers) if note else None


def parse_record(note: bytes, log: WatchedLog, signers: tuple[Signer, ...]) -> CosignedCheckpoint:
    """Return what a stored note says, if every key of this witness has signed it; raises BrokenState."""
    verifiers = [signer.verifier for signer in signers]
    try:
        opened = open_note(note, verifiers)
        checkpoint = parse_body(opened.text)
    except AuditError as error:
        raise BrokenState(f"the record of what was countersigned for {log.origin} is damaged: {error}") from error
    if checkpoint.origin != log.origin or len(opened.signatures) < len(verifiers):
        raise BrokenState(f"the record of {log.origin} is not one that this witness signed with all its keys")
    first = next(one for one in opened.signatures if one.key_id == verifiers[0].key_id)
    return CosignedCheckpoint(checkpoint, note, verifiers[0].time_of(first.signature))

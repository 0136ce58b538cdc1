"""One publication: heartbeat, signatures, witnesses, and what the log refuses when they do not answer or object."""

import errno
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit.cosigning.witness_session import ConsistencyProof
from audit.errors import LogCorrupt, LogUnavailable, QuorumNotMet
from audit.tlog import merkle
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.merkle import leaf_hash
from audit.tlog.note_keys import Signer
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.verification.verify import verify_log
from audit.writer.leaf_index import LeafIndex
from audit.writer.log import Log
from tests.audit.writer.faulty_disks import QuickDisk, StrictWitness

OpenLog = Callable[..., Log]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def test_every_publication_holds_exactly_one_heartbeat(open_log: OpenLog) -> None:
    beats: list[bytes] = []

    def beat(now: datetime) -> bytes:
        assert now == NOON
        beats.append(b"beat %d" % len(beats))
        return beats[-1]

    log = open_log(heartbeat=beat, clock=Clock())
    assert log.publish().size == 1
    log.append_many([b"entry"])
    assert log.publish().size == 3
    assert log.publish().size == 4

    assert sorted(map(log.leaf, range(4))) == [*sorted(beats), b"entry"]
    assert len(beats) == 3


def test_the_signature_states_when_it_was_made(open_log: OpenLog, signers: tuple[Signer, Signer]) -> None:
    log = open_log(signers=signers, clock=Clock())
    log.append_many([b"entry"])
    log.publish()

    trusted = TrustPolicy.of_keys(log.vkeys).open(log.checkpoint_text().encode())
    assert trusted.signed_at_s == int(NOON.timestamp())


def test_the_quorum_is_under_the_published_checkpoint(open_log: OpenLog, tmp_path: Path) -> None:
    witness = StrictWitness()
    log = open_log(cosigner=witness)
    lines = f"log {log.vkey}\nwitness w {witness.signer.vkey}\nquorum w\n"
    policy = parse_policy(lines.encode())
    for count in (1, 300, 2):
        log.append_many([b"%d %d" % (count, at) for at in range(count)])
        log.publish()

        assert verify_log(tmp_path / "log", policy).size == log.size
    assert sorted(witness.seen) == [1, 301, 303]


def test_without_a_quorum_nothing_public_changes_and_the_next_publication_holds_all(open_log: OpenLog) -> None:
    witness = StrictWitness([True, False, False])
    log = open_log(cosigner=witness, heartbeat=lambda now: b"beat")
    log.publish()
    before = log.checkpoint_text()

    for waiting in (2, 4):
        log.append_many([b"entry"])
        with pytest.raises(QuorumNotMet):
            log.publish()
        assert (log.checkpoint_text(), log.size, log.pending) == (before, 1, waiting)
        assert log.is_pending(leaf_hash(b"entry"))
        assert log.has_problem is None

    assert log.publish().size == 6
    assert log.pending == 0


def test_every_tree_that_a_witness_sees_extends_the_one_before(open_log: OpenLog) -> None:
    """The witness checks each proof; here its answers are lost again and again."""
    witness = StrictWitness([False, False, True, False, True])
    log = open_log(cosigner=witness)
    for count in (255, 1, 1, 600, 3):
        log.append_many([b"%d %d" % (count, at) for at in range(count)])
        try:
            log.publish()
        except QuorumNotMet:
            continue

    assert sorted(witness.seen) == [255, 256, 257, 857, 860]
    assert log.size == 860


def test_a_proof_can_be_had_from_any_older_size(open_log: OpenLog) -> None:
    roots: dict[int, bytes] = {}

    class AskingCosigner:
        def cosign(self, note: bytes, new: Checkpoint, proof: ConsistencyProof) -> bytes:
            roots[new.size] = new.root
            assert proof(0) == proof(new.size) == ()
            for size, root in roots.items():
                merkle.verify_consistency(size1=size, root1=root, size2=new.size, root2=new.root, proof=proof(size))
            return note

    log = open_log(cosigner=AskingCosigner())
    for count in (1, 2, 253, 1, 511, 7):
        log.append_many([b"%d %d" % (count, at) for at in range(count)])
        log.publish()
    assert log.size == 775


def test_a_witness_that_contradicts_stops_the_log_for_good(open_log: OpenLog) -> None:
    witness = StrictWitness()
    witness.seen[1_000] = bytes(32)
    log = open_log(cosigner=witness)
    log.append_many([b"kept"])

    with pytest.raises(LogCorrupt, match="a witness knows 1000 entries"):
        log.publish()
    witness.seen.clear()

    with pytest.raises(LogUnavailable, match="the log is stopped: a witness knows 1000 entries"):
        log.append_many([b"refused"])
    with pytest.raises(LogCorrupt, match="the log is stopped"):
        log.publish()
    assert log.has_problem is not None
    assert (log.size, log.pending_leaves()) == (0, (b"kept",))


def test_a_cosigner_that_returns_another_note_is_not_believed(open_log: OpenLog) -> None:
    class Forger:
        def cosign(self, *_: object) -> bytes:
            return b"another note\n"

    log = open_log(cosigner=Forger())
    before = log.checkpoint_text()
    log.append_many([b"kept"])

    with pytest.raises(LogUnavailable, match="something else"):
        log.publish()
    assert (log.checkpoint_text(), log.pending) == (before, 1)


def test_entries_that_wait_too_long_stop_the_log_until_they_are_published(open_log: OpenLog) -> None:
    clock, witness = Clock(), StrictWitness([False, False])
    log = open_log(clock=clock, cosigner=witness, most_delay_s=3_600)
    log.append_many([b"in time"])
    with pytest.raises(QuorumNotMet):
        log.publish()
    clock.now += timedelta(seconds=3_600)
    log.append_many([b"just in time"])

    clock.now += timedelta(seconds=1)
    with pytest.raises(LogUnavailable, match="waited for publication for over 3600 s"):
        log.append_many([b"refused"])
    with pytest.raises(QuorumNotMet):
        log.publish()
    assert log.has_problem is not None

    assert log.publish().size == 2
    assert log.has_problem is None
    log.append_many([b"taken"])


def test_a_log_says_when_it_needs_a_publication_and_tries_again_with_the_same_heartbeat(open_log: OpenLog) -> None:
    clock, witness = Clock(), StrictWitness([False] * 5)
    log = open_log(clock=clock, cosigner=witness, most_delay_s=3_600, heartbeat=lambda now: b"beat")
    log.append_many([b"entry"])
    assert not log.needs_publication

    clock.now += timedelta(seconds=3_601)
    for _ in range(5):
        assert log.needs_publication
        with pytest.raises(QuorumNotMet):
            log.publish()

    assert log.publish().size == 2
    assert not log.needs_publication
    log.close()
    assert not log.needs_publication


def test_a_contradiction_is_not_tried_again(open_log: OpenLog) -> None:
    clock, witness = Clock(), StrictWitness()
    witness.seen[1_000] = bytes(32)
    log = open_log(clock=clock, cosigner=witness, most_delay_s=3_600)
    log.append_many([b"kept"])
    with pytest.raises(LogCorrupt):
        log.publish()

    clock.now += timedelta(days=2)

    assert not log.needs_publication


def test_a_disk_that_refused_a_publication_is_tried_again(open_log: OpenLog) -> None:
    class FullOnce:
        """A witness is asked after the batch is durable; here the disk fails in its place, once."""

        is_full = True

        def cosign(self, note: bytes, *_: object) -> bytes:
            if self.is_full:
                raise OSError(errno.ENOSPC, "No space left on device")
            return note

    disk = FullOnce()
    log = open_log(cosigner=disk)
    log.append_many([b"kept"])
    with pytest.raises(LogUnavailable, match="No space"):
        log.publish()
    assert log.needs_publication

    disk.is_full = False
    log.publish()

    assert not log.needs_publication


def test_what_is_public_is_never_published_again_whatever_fails_behind_it(
    open_log: OpenLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = open_log()
    log.append_many([b"entry"])

    def fails(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(LeafIndex, "follow", fails)
        with pytest.raises(MemoryError):
            log.publish()

    assert (log.publish().size, log.pending) == (1, 0)


def test_how_long_an_entry_waits_is_remembered_across_restarts(open_log: OpenLog) -> None:
    clock = Clock()
    for is_sequenced in (False, True):
        with open_log(clock=clock, cosigner=StrictWitness([False])) as log:
            log.append_many([b"entry"])
            if is_sequenced:
                with pytest.raises(QuorumNotMet):
                    log.publish()
        clock.now += timedelta(seconds=50_000)

    log = open_log(clock=clock)
    assert log.has_problem is not None
    assert log.publish().size == 2
    assert log.has_problem is None


def test_a_log_that_gets_a_second_key_is_signed_anew(
    open_log: OpenLog, signers: tuple[Signer, Signer], tmp_path: Path
) -> None:
    with open_log() as log:
        log.append_many([b"entry"])
        log.publish()

    log = open_log(signers=signers)
    assert log.publish().size == 1

    assert verify_log(tmp_path / "log", TrustPolicy.of_keys(log.vkeys)).size == 1
    assert log.publish().size == 1


class DoubtfulDisk(QuickDisk):
    """Fails while it makes the first batch durable, though the batch is there; `meanwhile` runs just before."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile: Callable[[], None] | None = meanwhile

    def sync_directory(self, path: Path) -> None:
        if path.name == "sequenced" and self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            meanwhile()
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().sync_directory(path)


@pytest.mark.parametrize("is_mended", [False, True])
def test_an_append_during_a_publication_that_fails_is_not_lost_with_it(open_log: OpenLog, is_mended: bool) -> None:
    """The failed batch may be on disk and make the journal void; what comes in meanwhile must not be accepted."""
    refused: list[bool] = []

    def append() -> None:
        with pytest.raises(LogUnavailable):
            log.append_many([b"in between"])
        refused.append(True)

    def meanwhile() -> None:
        worker.start()
        while not log._backlog._journal._queue:
            threading.Event().wait(0.001)

    worker = threading.Thread(target=append)
    log = open_log(disk=DoubtfulDisk(meanwhile))
    log.append_many([b"kept"])
    with pytest.raises(LogUnavailable):
        log.publish()
    worker.join()
    assert refused == [True]

    if is_mended:
        log.publish()
        log.append_many([b"taken"])
    log.close()
    again = open_log()
    again.publish()
    assert sorted(again.leaf(index) for index in range(again.size)) == [b"kept", b"taken"][: 1 + is_mended]

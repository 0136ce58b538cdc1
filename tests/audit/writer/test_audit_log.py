"""The writer as its callers see it: durable at once, public at the next publication, one writer, clear refusals."""

import errno
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.entries.events import Entry
from audit.errors import LogCorrupt, LogUnavailable, MalformedPolicy, MalformedProof
from audit.tlog.merkle import leaf_hash
from audit.tlog.note_keys import Signer
from audit.tlog.tlog_proof import verify_proof
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.verify import verify_log
from audit.writer.log import Log
from tests.audit.writer.faulty_disks import FailingDisk
from tests.waiting import HANG_S

OpenLog = Callable[..., Log]
NewEntry = Callable[..., Entry]
BATCHES = (1, 255, 1, 3, 300)


def leaves(new_entry: NewEntry, count: int) -> list[bytes]:
    return [new_entry().leaf() for _ in range(count)]


def test_a_new_log_is_empty_and_verifies(open_log: OpenLog, tmp_path: Path) -> None:
    log = open_log()

    assert (log.size, log.pending, log.has_problem) == (0, 0, None)
    assert verify_log(tmp_path / "log", TrustPolicy.of_keys(log.vkeys)).size == 0


def test_an_entry_waits_until_it_is_published(open_log: OpenLog) -> None:
    log = open_log()

    (placed,) = log.append_many([b"entry"])

    assert placed == leaf_hash(b"entry")
    assert (log.size, log.pending, log.is_pending(placed), log.index_of(placed)) == (0, 1, True, None)
    assert log.pending_leaves() == (b"entry",)

    assert log.publish().size == 1

    assert (log.size, log.pending, log.is_pending(placed), log.index_of(placed)) == (1, 0, False, 0)
    assert log.pending_leaves() == ()


def test_published_entries_have_places_and_proofs(open_log: OpenLog, new_entry: NewEntry) -> None:
    log = open_log()
    written: list[bytes] = []
    for count in BATCHES:
        batch = leaves(new_entry, count)
        placed = log.append_many(batch)
        log.publish()
        assert {log.index_of(one) for one in placed} == set(range(len(written), len(written) + count))
        written += batch

        for leaf in {written[0], written[len(written) // 2], written[-1]}:
            index = log.index_of(leaf_hash(leaf))
            assert index is not None
            assert log.leaf(index) == leaf
            verify_proof(log.proof_text(index), leaf=leaf, policy=TrustPolicy.of_keys(log.vkeys))


def test_both_keys_sign_every_checkpoint(open_log: OpenLog, signers: tuple[Signer, Signer], tmp_path: Path) -> None:
    log = open_log(signers=signers)
    log.append_many([b"entry"])
    log.publish()

    assert log.vkeys == tuple(signer.vkey for signer in signers)
    assert log.vkey == log.vkeys[0]
    trusted = TrustPolicy.of_keys(log.vkeys).open((tmp_path / "log" / "checkpoint").read_bytes())
    assert len(trusted.signed_by) == 2


def test_signers_are_of_one_log(tmp_path: Path, signer: Signer) -> None:
    for signers in ([], [signer, Signer.generate("another.example")]):
        with pytest.raises(MalformedPolicy):
            Log.open(tmp_path / "log", signers=signers)


def test_equal_entries_stand_once_each_and_the_first_is_found(open_log: OpenLog) -> None:
    log = open_log()
    for _ in range(2):
        assert len(log.append_many([b"same", b"same"])) == 2
        log.publish()

    assert log.size == 4
    assert log.index_of(leaf_hash(b"same")) == 0


def test_nothing_to_publish_changes_nothing(open_log: OpenLog) -> None:
    log = open_log()
    before = log.checkpoint_text()

    assert log.append_many([]) == []
    assert log.publish().size == 0
    assert log.checkpoint_text() == before


def test_an_index_beyond_the_end_is_an_error(open_log: OpenLog) -> None:
    log = open_log()
    log.append_many([b"waits"])
    for ask in (log.leaf, log.inclusion_proof, log.proof_text):
        for index in (-1, 0, 5):
            with pytest.raises(MalformedProof):
                ask(index)


def test_an_entry_that_does_not_fit_is_refused_and_changes_nothing(open_log: OpenLog) -> None:
    log = open_log()

    with pytest.raises(MalformedProof):
        log.append_many([b"fine", b"x" * 65_536])

    assert log.pending == 0
    log.append_many([b"x" * 65_535])
    assert log.publish().size == 1


def test_only_one_writer_at_a_time(open_log: OpenLog) -> None:
    log = open_log()
    with pytest.raises(LogUnavailable, match="another program"):
        open_log()

    log.close()
    open_log()


def test_a_closed_log_answers_nothing(open_log: OpenLog) -> None:
    log = open_log()
    log.close()

    for ask in (lambda: log.append_many([b"entry"]), log.publish, log.checkpoint_text, lambda: log.index_of(bytes(32))):
        with pytest.raises(LogUnavailable, match="closed"):
            ask()
    assert log.has_problem == "this log has been closed"


def test_outgrown_partial_tiles_are_removed(open_log: OpenLog, new_entry: NewEntry, tmp_path: Path) -> None:
    log = open_log()
    for count in (100, 100, 100):
        log.append_many(leaves(new_entry, count))
        log.publish()

    found = {path.relative_to(tmp_path / "log").as_posix() for path in (tmp_path / "log").rglob("*") if path.is_file()}
    assert found == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    }


def test_what_is_private_is_for_the_owner_alone(open_log: OpenLog, tmp_path: Path) -> None:
    open_log().append_many([b"entry"])

    assert stat.S_IMODE((tmp_path / "log.state").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "log").iterdir()] == ["checkpoint"]


def test_folders_above_the_log_are_made(tmp_path: Path, signer: Signer) -> None:
    with Log.open(tmp_path / "a" / "b" / "log", signers=[signer]) as log:
        assert log.size == 0


def test_another_key_does_not_open_the_log(open_log: OpenLog, tmp_path: Path, signer: Signer) -> None:
    open_log().close()

    for other in (Signer.generate(signer.name), Signer(f"{signer.name}x", signer.seed)):
        with pytest.raises(LogCorrupt, match="not one that this log's key signed"):
            Log.open(tmp_path / "log", signers=[other])


def test_a_path_that_is_no_directory_is_unavailable(tmp_path: Path, signer: Signer) -> None:
    (tmp_path / "file").write_text("not a directory")

    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(LogUnavailable):
            Log.open(path, signers=[signer])


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS], ids=errno.errorcode.get)
def test_a_disk_that_takes_no_entry_is_a_clear_refusal(open_log: OpenLog, number: int) -> None:
    disk = FailingDisk(0, number)
    log = open_log(disk=disk)
    log.append_many([b"kept"])

    disk.at = disk.done + 1
    with pytest.raises(LogUnavailable) as refusal:
        log.append_many([b"refused"])
    assert refusal.value.__cause__.errno == number  # type: ignore[union-attr]
    assert str(refusal.value).startswith("the log cannot make entries durable: ")
    assert log.has_problem is not None
    assert log.pending == 1

    disk.mend()
    log.append_many([b"taken"])
    assert log.has_problem is None
    assert set(log.pending_leaves()) == {b"kept", b"taken"}


def test_whether_entries_can_be_made_durable_is_found_out_by_writing(open_log: OpenLog) -> None:
    disk = FailingDisk(0, errno.ENOSPC)
    log = open_log(disk=disk, most_delay_s=-1)
    before = disk.done
    log.check_durable()
    log.check_durable()
    assert disk.done > before
    assert (log.pending, log.has_problem) == (0, None)

    disk.at = disk.done + 1
    with pytest.raises(LogUnavailable, match="No space left on device"):
        log.check_durable()
    disk.mend()
    log.check_durable()
    log.close()
    with open_log() as log:
        assert (log.pending, log.publish().size) == (0, 0)


def test_a_failed_publication_refuses_entries_until_one_succeeds(open_log: OpenLog) -> None:
    disk = FailingDisk(0, errno.ENOSPC)
    log = open_log(disk=disk)
    log.append_many([b"kept"])

    disk.at = disk.done + 1
    with pytest.raises(LogUnavailable, match="cannot be published: No space left on device"):
        log.publish()
    disk.mend()
    with pytest.raises(LogUnavailable, match="cannot be published"):
        log.append_many([b"refused"])
    assert (log.size, log.pending) == (0, 1)

    assert log.publish().size == 1
    assert log.has_problem is None
    log.append_many([b"taken"])


def test_threads_append_while_others_publish(open_log: OpenLog, tmp_path: Path) -> None:
    """Every entry that was acknowledged stands in the log exactly once, and is at no moment unknown."""
    log, start = open_log(), threading.Barrier(9)
    acknowledged: list[bytes] = []
    unknown: list[bytes] = []

    def work(name: int) -> None:
        start.wait()
        for at in range(40):
            batch = [b"%d %d %d" % (name, at, nth) for nth in range(1 + at % 3)]
            for placed in log.append_many(batch):
                if not log.is_pending(placed) and log.index_of(placed) is None:
                    unknown.append(placed)
            acknowledged.extend(batch)

    workers = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for worker in workers:
        worker.start()
    start.wait()
    while any(worker.is_alive() for worker in workers):
        log.publish()
    for worker in workers:
        worker.join()
    log.publish()

    assert len(acknowledged) == 8 * (14 * 1 + 13 * 2 + 13 * 3)
    assert unknown == []
    assert sorted(log.leaf(index) for index in range(log.size)) == sorted(acknowledged)
    assert verify_log(tmp_path / "log", TrustPolicy.of_keys(log.vkeys)).size == len(acknowledged)


def test_a_publication_under_way_keeps_no_append_waiting(open_log: OpenLog) -> None:
    asked, answer = threading.Event(), threading.Event()

    class SlowCosigner:
        def cosign(self, note: bytes, *_: object) -> bytes:
            asked.set()
            assert answer.wait(HANG_S)
            return note

    log = open_log(cosigner=SlowCosigner())
    log.append_many([b"first"])
    publication = threading.Thread(target=log.publish)
    publication.start()
    assert asked.wait(HANG_S)

    log.append_many([b"second"])
    assert (log.size, log.pending) == (0, 2)
    answer.set()
    publication.join()
    assert (log.size, log.pending) == (1, 1)

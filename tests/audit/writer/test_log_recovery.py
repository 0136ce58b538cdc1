"""What a writer makes of the files that another left behind: it goes on, or says what does not fit."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.errors import LogCorrupt, QuorumNotMet
from audit.tlog.merkle import leaf_hash
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.verify import verify_log
from audit.writer.log import Log
from tests.audit.writer.faulty_disks import StrictWitness

OpenLog = Callable[..., Log]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "log.state"


@pytest.fixture
def check(tmp_path: Path) -> Callable[[Log, int], None]:
    """Return a function that verifies the log of this test and compares its size."""

    def verify(log: Log, size: int) -> None:
        assert log.size == size
        assert verify_log(tmp_path / "log", TrustPolicy.of_keys(log.vkeys)).size == size

    return verify


def entries(count: int, name: str = "entry") -> list[bytes]:
    return [b"%s %d" % (name.encode(), at) for at in range(count)]


def flip(path: Path, at: int = -5) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_a_reopened_log_goes_on_where_it_was(
    open_log: OpenLog, tmp_path: Path, check: Callable[[Log, int], None]
) -> None:
    with open_log() as log:
        log.append_many(entries(300))
        log.publish()
        checkpoint = log.checkpoint_text()
        log.append_many(entries(2, "waits"))

    with open_log() as log:
        assert log.checkpoint_text() == checkpoint
        assert log.pending_leaves() == tuple(entries(2, "waits"))
        log.append_many(entries(1, "new"))
        log.publish()
        check(log, 303)
    policy = TrustPolicy.of_keys(log.vkeys)
    assert verify_log(tmp_path / "log", policy, known=checkpoint.encode()).size == 303


def test_sequenced_batches_are_published_by_the_next_process_in_their_order(
    open_log: OpenLog, check: Callable[[Log, int], None], state: Path
) -> None:
    witness = StrictWitness([False, False])
    with open_log(cosigner=witness) as log:
        for name in ("first", "second"):
            log.append_many(entries(200, name))
            with pytest.raises(QuorumNotMet):
                log.publish()
        log.append_many(entries(5, "third"))
    assert len(list((state / "sequenced").iterdir())) == 2

    with open_log(cosigner=witness) as log:
        assert log.pending == 405
        assert log.is_pending(leaf_hash(b"first 7"))
        log.publish()
        check(log, 405)
        assert all(log.leaf(index).startswith(b"first") for index in range(200))
        assert all(log.leaf(index).startswith(b"second") for index in range(200, 400))
    assert not list((state / "sequenced").iterdir())


def test_a_batch_that_is_published_already_is_not_published_twice(
    open_log: OpenLog, check: Callable[[Log, int], None], state: Path, tmp_path: Path
) -> None:
    with open_log(cosigner=StrictWitness([False])) as log:
        log.append_many(entries(3))
        with pytest.raises(QuorumNotMet):
            log.publish()
        shutil.copytree(state, tmp_path / "kept")
        log.publish()
        shutil.copytree(tmp_path / "kept" / "sequenced", state / "sequenced", dirs_exist_ok=True)

    with open_log() as log:
        assert log.pending == 0
        log.append_many(entries(1, "new"))
        log.publish()
        check(log, 4)


def test_a_journal_that_came_back_is_not_published_twice(
    open_log: OpenLog, check: Callable[[Log, int], None], state: Path, tmp_path: Path
) -> None:
    with open_log() as log:
        log.append_many(entries(3))
        shutil.copytree(state / "pending", tmp_path / "kept")
        log.publish()
    shutil.copytree(tmp_path / "kept", state / "pending", dirs_exist_ok=True)

    with open_log() as log:
        assert log.pending == 0
        check(log, 3)


def test_a_log_opens_without_its_state(open_log: OpenLog, check: Callable[[Log, int], None], state: Path) -> None:
    with open_log() as log:
        log.append_many(entries(300))
        log.publish()
    shutil.rmtree(state)

    with open_log() as log:
        log.append_many(entries(1, "new"))
        log.publish()
        check(log, 301)
        assert log.index_of(leaf_hash(b"entry 7")) is not None


def test_a_log_without_its_checkpoint_is_not_started_over(open_log: OpenLog, tmp_path: Path) -> None:
    with open_log() as log:
        log.append_many(entries(3))
    (tmp_path / "log" / "checkpoint").unlink()

    with pytest.raises(LogCorrupt, match="no checkpoint"):
        open_log()


def test_an_older_checkpoint_that_was_put_back_is_noticed(open_log: OpenLog, tmp_path: Path) -> None:
    checkpoint = tmp_path / "log" / "checkpoint"
    with open_log() as log:
        log.append_many(entries(3))
        log.publish()
        older = checkpoint.read_bytes()
        log.append_many(entries(3, "later"))
        log.publish()
    checkpoint.write_bytes(older)

    with pytest.raises(LogCorrupt, match="state is at size 6, its checkpoint at 3"):
        open_log()


def test_sequenced_entries_that_are_lost_are_noticed(open_log: OpenLog, state: Path) -> None:
    with open_log(cosigner=StrictWitness([False, False])) as log:
        for name in ("first", "second"):
            log.append_many(entries(3, name))
            with pytest.raises(QuorumNotMet):
                log.publish()
    (state / "sequenced" / f"{0:020d}.batch").unlink()

    with pytest.raises(LogCorrupt, match="expected sequenced entries from 0 on"):
        open_log()


@pytest.mark.parametrize("at", [0, 20, 60, -1])
def test_a_damaged_batch_does_not_open(open_log: OpenLog, state: Path, at: int) -> None:
    with open_log(cosigner=StrictWitness([False])) as log:
        log.append_many(entries(3))
        with pytest.raises(QuorumNotMet):
            log.publish()
    flip(state / "sequenced" / f"{0:020d}.batch", at)

    with pytest.raises(LogCorrupt, match="sequenced entries is damaged"):
        open_log()


@pytest.mark.parametrize("path", ["tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"])
def test_a_damaged_edge_does_not_open(open_log: OpenLog, tmp_path: Path, path: str) -> None:
    with open_log() as log:
        log.append_many(entries(300))
        log.publish()
    flip(tmp_path / "log" / path)

    with pytest.raises(LogCorrupt):
        open_log()


KILLED = """
import sys
from pathlib import Path
from audit.writer.log import Log
from audit.tlog.note_keys import Signer
log = Log.open(Path(sys.argv[1]), signers=[Signer("log.example/2026", bytes(range(32)))])
for start in range(0, 1_000_000, 7):
    log.append_many([b"%d" % at for at in range(start, start + 7)])
    print(start + 7, flush=True)
    if start % 3 == 0:
        log.publish()
"""


def test_a_killed_process_leaves_a_log_with_everything_it_acknowledged(
    open_log: OpenLog, tmp_path: Path, check: Callable[[Log, int], None]
) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = 0
    with process.stdout:
        for line in process.stdout:
            acknowledged = int(line)
            if acknowledged > 300:
                process.send_signal(signal.SIGKILL)
    process.wait()

    log = open_log()
    check(log, log.size)
    size = log.publish().size
    check(log, size)
    assert size >= acknowledged > 300
    assert {log.leaf(index) for index in range(size)} == {b"%d" % at for at in range(size)}

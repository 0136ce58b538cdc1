"""The writer: durable appends, one writer, recovery from every crash, and a clear no when the disk fails."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.errors import LogCorrupt, LogUnavailable, MalformedProof
from audit.events import Entry
from audit.log import Log
from audit.note import Signer
from audit.storage import Disk
from audit.tlog_proof import verify_proof
from audit.verify import verify_log

OpenLog = Callable[..., Log]
NewEntry = Callable[..., Entry]
BATCHES = (1, 255, 1, 3, 300)


def leaves(new_entry: NewEntry, count: int) -> list[bytes]:
    return [new_entry().leaf() for _ in range(count)]


def test_a_new_log_is_empty_and_verifies(open_log: OpenLog, tmp_path: Path, signer: Signer) -> None:
    log = open_log()

    assert log.size == 0
    assert verify_log(tmp_path / "log", signer.vkey).size == 0


def test_entries_get_consecutive_indices_and_proofs(open_log: OpenLog, new_entry: NewEntry, signer: Signer) -> None:
    log, written = open_log(), []
    for count in BATCHES:
        batch = leaves(new_entry, count)
        assert log.append_many(batch) == list(range(len(written), len(written) + count))
        written += batch

        for index in {0, len(written) // 2, len(written) - 1}:
            assert log.leaf(index) == written[index]
            verify_proof(log.proof_text(index), leaf=written[index], verifier=signer.verifier)


def test_an_empty_append_changes_nothing(open_log: OpenLog) -> None:
    log = open_log()
    before = log.checkpoint_text()

    assert log.append_many([]) == []
    assert log.checkpoint_text() == before


def test_an_index_beyond_the_end_is_an_error(open_log: OpenLog) -> None:
    log = open_log()
    for ask in (log.leaf, log.inclusion_proof, log.proof_text):
        for index in (-1, 0, 5):
            with pytest.raises(MalformedProof):
                ask(index)


def test_an_entry_that_does_not_fit_is_refused_and_changes_nothing(open_log: OpenLog) -> None:
    log = open_log()

    with pytest.raises(MalformedProof):
        log.append_many([b"fine", b"x" * 65_536])

    assert log.size == 0
    assert log.append_many([b"x" * 65_535]) == [0]


def test_a_reopened_log_goes_on_where_it_was(
    open_log: OpenLog, new_entry: NewEntry, tmp_path: Path, signer: Signer
) -> None:
    with open_log() as log:
        log.append_many(leaves(new_entry, 300))
        checkpoint = log.checkpoint_text()

    with open_log() as log:
        assert log.checkpoint_text() == checkpoint
        assert log.append_many(leaves(new_entry, 2)) == [300, 301]
    assert verify_log(tmp_path / "log", signer.vkey, known=checkpoint.encode()).size == 302


def test_a_log_opens_without_its_state(open_log: OpenLog, new_entry: NewEntry, tmp_path: Path) -> None:
    with open_log() as log:
        log.append_many(leaves(new_entry, 300))
    (tmp_path / "log.state" / "tree.json").unlink()

    assert open_log().append_many(leaves(new_entry, 1)) == [300]


def test_only_one_writer_at_a_time(open_log: OpenLog) -> None:
    log = open_log()
    with pytest.raises(LogUnavailable, match="another program"):
        open_log()

    log.close()
    open_log()


def test_a_closed_log_answers_nothing(open_log: OpenLog, new_entry: NewEntry) -> None:
    log = open_log()
    log.close()

    with pytest.raises(LogUnavailable):
        log.append_many(leaves(new_entry, 1))
    with pytest.raises(LogUnavailable):
        log.checkpoint_text()


def test_outgrown_partial_tiles_are_removed(open_log: OpenLog, new_entry: NewEntry, tmp_path: Path) -> None:
    log = open_log()
    for count in (100, 100, 100):
        log.append_many(leaves(new_entry, count))

    found = {path.relative_to(tmp_path / "log").as_posix() for path in (tmp_path / "log").rglob("*") if path.is_file()}
    assert found == {
        "checkpoint",
        "tile/0/000",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/44",
    }


def test_threads_may_append_at_once(open_log: OpenLog, new_entry: NewEntry, tmp_path: Path, signer: Signer) -> None:
    log, indices = open_log(), []

    def work() -> None:
        for _ in range(5):
            indices.extend(log.append_many(leaves(new_entry, 3)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(indices) == list(range(60))
    assert verify_log(tmp_path / "log", signer.vkey).size == 60


def test_another_key_or_origin_does_not_open_the_log(open_log: OpenLog, tmp_path: Path, signer: Signer) -> None:
    open_log().close()

    with pytest.raises(LogCorrupt):
        Log.open(tmp_path / "log", signer=Signer.generate(signer.name), origin=signer.name)
    with pytest.raises(LogCorrupt):
        Log.open(tmp_path / "log", signer=signer, origin="another.example")


def test_a_log_without_its_checkpoint_is_not_started_over(
    open_log: OpenLog, new_entry: NewEntry, tmp_path: Path
) -> None:
    with open_log() as log:
        log.append_many(leaves(new_entry, 3))
    (tmp_path / "log" / "checkpoint").unlink()

    with pytest.raises(LogCorrupt, match="no checkpoint"):
        open_log()


@pytest.mark.parametrize("path", ["tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"])
def test_a_damaged_edge_does_not_open(open_log: OpenLog, new_entry: NewEntry, tmp_path: Path, path: str) -> None:
    with open_log() as log:
        log.append_many(leaves(new_entry, 300))
    file = tmp_path / "log" / path
    data = bytearray(file.read_bytes())
    data[5] ^= 1
    file.write_bytes(data)

    with pytest.raises(LogCorrupt):
        open_log()


class FailingDisk(Disk):
    """Fails at the n-th operation and, until mended, at every one after it; a file may be left half-written."""

    def __init__(self, fail_at: int, *, number: int = errno.EIO) -> None:
        self.done = 0
        self.fail_at = fail_at
        self._number = number

    def _step(self) -> None:
        self.done += 1
        if self.fail_at and self.done >= self.fail_at:
            raise OSError(self._number, os.strerror(self._number))

    def create(self, path: Path, data: bytes) -> None:
        try:
            self._step()
        except OSError:
            path.write_bytes(data[: len(data) // 2])
            raise
        super().create(path, data)

    def rename(self, path: Path, to: Path) -> None:
        self._step()
        super().rename(path, to)

    def make_directory(self, path: Path) -> None:
        self._step()
        super().make_directory(path)

    def sync_directory(self, path: Path) -> None:
        self._step()
        super().sync_directory(path)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)


def append_until_failure(log: Log, new_entry: NewEntry, acknowledged: list[bytes]) -> None:
    """Append the batches; stop at the first failure. `acknowledged` holds what was answered with an index."""
    for count in BATCHES:
        batch = leaves(new_entry, count)
        try:
            log.append_many(batch)
        except LogUnavailable:
            return
        acknowledged += batch


def count_operations(tmp_path: Path, signer: Signer, new_entry: NewEntry) -> int:
    disk = FailingDisk(0)
    with Log.open(tmp_path / "counted", signer=signer, origin=signer.name, disk=disk) as log:
        append_until_failure(log, new_entry, [])
    return disk.done


def check_nothing_lost(log: Log, directory: Path, signer: Signer, acknowledged: list[bytes]) -> None:
    assert log.size >= len(acknowledged)
    assert verify_log(directory, signer.vkey).size == log.size
    assert all(log.leaf(index) == leaf for index, leaf in enumerate(acknowledged))


def test_a_crash_before_any_write_loses_nothing(tmp_path: Path, signer: Signer, new_entry: NewEntry) -> None:
    operations = count_operations(tmp_path, signer, new_entry)
    assert operations > 60

    for fail_at in range(1, operations + 1):
        directory, acknowledged = tmp_path / f"crash-{fail_at}" / "log", []
        try:
            log = Log.open(directory, signer=signer, origin=signer.name, disk=FailingDisk(fail_at))
        except LogUnavailable:
            pass
        else:
            append_until_failure(log, new_entry, acknowledged)
            log.close()

        with Log.open(directory, signer=signer, origin=signer.name) as again:
            check_nothing_lost(again, directory, signer, acknowledged)
            again.append_many(leaves(new_entry, 2))
            check_nothing_lost(again, directory, signer, acknowledged)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_full_or_read_only_disk_is_refused_until_it_is_mended(
    tmp_path: Path, signer: Signer, new_entry: NewEntry, number: int
) -> None:
    operations = count_operations(tmp_path, signer, new_entry)

    for fail_at in range(10, operations, 3):
        directory, acknowledged = tmp_path / f"full-{fail_at}" / "log", []
        disk = FailingDisk(fail_at, number=number)
        with Log.open(directory, signer=signer, origin=signer.name, disk=disk) as log:
            append_until_failure(log, new_entry, acknowledged)
            published = log.checkpoint_text()
            # Cleaning up after an acknowledged append may fail without anyone being refused.
            if disk.done >= fail_at and len(acknowledged) < sum(BATCHES):
                with pytest.raises(LogUnavailable):
                    log.append_many(leaves(new_entry, 1))
            assert all(log.leaf(index) == leaf for index, leaf in enumerate(acknowledged))

            disk.fail_at = 0
            start = log.append_many(leaves(new_entry, 1))[0]
            assert start >= len(acknowledged)
            check_nothing_lost(log, directory, signer, acknowledged)
        verify_log(directory, signer.vkey, known=published.encode())


class PowerCut(Exception):
    """The machine lost power."""


class ForgetfulDisk(Disk):
    """Loses power at the n-th operation, and with it every name that no sync_directory had forced to disk."""

    def __init__(self, cut_at: int) -> None:
        self.done = 0
        self._cut_at = cut_at
        self._undo: list[tuple[Path, Callable[[], None]]] = []

    def _step(self) -> None:
        self.done += 1
        if self.done == self._cut_at:
            for _, undo in reversed(self._undo):
                undo()
            raise PowerCut

    def create(self, path: Path, data: bytes) -> None:
        self._step()
        super().create(path, data)
        self._undo.append((path.parent, lambda: path.unlink(missing_ok=True)))

    def rename(self, path: Path, to: Path) -> None:
        self._step()
        before = to.read_bytes() if to.exists() else None
        super().rename(path, to)
        self._undo.append((to.parent, lambda: to.unlink() if before is None else to.write_bytes(before) and None))

    def make_directory(self, path: Path) -> None:
        self._step()
        is_new = not path.exists()
        super().make_directory(path)
        if is_new:
            self._undo.append((path.parent, path.rmdir))

    def sync_directory(self, path: Path) -> None:
        self._step()
        super().sync_directory(path)
        self._undo = [(parent, undo) for parent, undo in self._undo if parent != path]


def test_a_power_cut_that_forgets_unsynced_names_loses_nothing(
    tmp_path: Path, signer: Signer, new_entry: NewEntry
) -> None:
    operations = count_operations(tmp_path, signer, new_entry)

    for cut_at in range(1, operations, 2):
        directory, acknowledged = tmp_path / f"cut-{cut_at}" / "log", []
        disk = ForgetfulDisk(cut_at)
        log = None
        try:
            log = Log.open(directory, signer=signer, origin=signer.name, disk=disk)
            for count in BATCHES:
                batch = leaves(new_entry, count)
                log.append_many(batch)
                acknowledged += batch
        except PowerCut:
            pass
        if log is not None:
            log.close()

        with Log.open(directory, signer=signer, origin=signer.name) as again:
            check_nothing_lost(again, directory, signer, acknowledged)


def test_a_path_that_is_no_directory_is_unavailable(tmp_path: Path, signer: Signer) -> None:
    (tmp_path / "file").write_text("not a directory")

    with pytest.raises(LogUnavailable):
        Log.open(tmp_path / "file", signer=signer, origin=signer.name)
    with pytest.raises(LogUnavailable):
        Log.open(tmp_path / "file" / "below", signer=signer, origin=signer.name)


KILLED = """
import sys
from pathlib import Path
from audit.log import Log
from audit.note import Signer
log = Log.open(Path(sys.argv[1]), signer=Signer("log.example/2026", bytes(range(32))), origin="log.example/2026")
while True:
    print(log.append_many([b"%d" % at for at in range(log.size, log.size + 7)])[-1], flush=True)
"""


def test_a_killed_process_leaves_a_log_with_everything_it_acknowledged(
    tmp_path: Path, signer: Signer, open_log: OpenLog
) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    last = -1
    with process.stdout:
        for line in process.stdout:
            last = int(line)
            if last > 150:
                process.send_signal(signal.SIGKILL)
    process.wait()

    log = open_log()
    assert log.size > last > 150
    assert all(log.leaf(index) == b"%d" % index for index in range(log.size))
    assert verify_log(tmp_path / "log", signer.vkey).is_foreign

"""A witness's memory: never older than what it has signed, whatever the disk, the threads and the operator do."""

import itertools
import os
import random
import signal
import stat
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pytest

from audit.errors import BrokenState, LogUnavailable
from audit.tlog.checkpoint import parse_body
from audit.tlog.note import split_note
from audit.witness.config import (
    SECRET,
    create_witness,
    read_config,
    watched_log,
)
from audit.witness.store import WitnessStore, parse_record, read_record, record_path
from audit.witness.witness import SIZE, Witness
from chassis.files import replace_file
from tests.audit.grown_log import NOW_S, WITNESS, GrownLog, verify_cosignatures

LOG = GrownLog.of(512)


def now() -> datetime:
    return datetime.fromtimestamp(NOW_S, UTC)


def stored_size(folder: Path) -> int:
    """The size in the record as it stands on the disk."""
    config = read_config(folder)
    seen = read_record(record_path(folder, config.logs[0]), config.logs[0], config.signers)
    return seen.checkpoint.size if seen else 0


def test_what_was_countersigned_is_remembered_after_a_restart(folder: Path) -> None:
    config = read_config(folder)
    with WitnessStore.open(folder, config) as store:
        Witness(config, store, clock=now).add_checkpoint(LOG.request(0, 5))

    with WitnessStore.open(folder, config) as store:
        witness = Witness(config, store, clock=now)
        assert witness.add_checkpoint(LOG.request(0, 9)).body == "5\n"
        assert witness.add_checkpoint(LOG.request(5, 9)).status == HTTPStatus.OK


def test_secrets_are_for_the_operator_alone(folder: Path) -> None:
    assert stat.S_IMODE((folder / SECRET).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    seed = (folder / SECRET).read_text().strip()
    others = [path for path in folder.rglob("*") if path.is_file() and path.name != SECRET]
    assert all(seed not in path.read_text() for path in others)
    assert seed not in repr(read_config(folder))


def test_only_one_program_uses_the_folder(folder: Path) -> None:
    config = read_config(folder)
    with WitnessStore.open(folder, config):
        with pytest.raises(LogUnavailable, match="running already"):
            WitnessStore.open(folder, config)
        program = "import pathlib, sys, audit.witness.store as w\nwith w.sole_witness(pathlib.Path(sys.argv[1])): pass"
        command = [sys.executable, "-c", program, str(folder)]
        other = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "running already" in other.stderr
    WitnessStore.open(folder, config).close()


def test_a_closed_witness_signs_nothing(folder: Path) -> None:
    config = read_config(folder)
    store = WitnessStore.open(folder, config)
    store.close()
    store.close()

    with pytest.raises(LogUnavailable, match="stopped"):
        Witness(config, store, clock=now).add_checkpoint(LOG.request(0, 5))


class FailingDisk:
    """Writes until told to fail: before anything, or after the new file is in place but perhaps not durable."""

    def __init__(self) -> None:
        self.fails: str | None = None

    def __call__(self, path: Path, data: bytes) -> None:
        if self.fails == "before":
            raise OSError(28, "No space left on device")
        replace_file.replace_durably(path, data)
        if self.fails == "after":
            raise OSError(5, "Input/output error")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_witness_whose_disk_fails_signs_nothing_and_goes_on_from_what_is_true(folder: Path, moment: str) -> None:
    config, disk = read_config(folder), FailingDisk()
    with WitnessStore.open(folder, config, replace=disk) as store:
        witness = Witness(config, store, clock=now)
        witness.add_checkpoint(LOG.request(0, 5))
        log_id = config.logs[0].log_id
        before = witness.latest(log_id)

        disk.fails = moment
        for _ in range(2):
            with pytest.raises(LogUnavailable, match="cannot keep its record"):
                witness.add_checkpoint(LOG.request(5, 9))
            assert witness.latest(log_id) == before  # what is not durable is shown to nobody
        disk.fails = None
        answer = witness.add_checkpoint(LOG.request(5, 9))

        if moment == "after":
            assert (answer.content_type, answer.body) == (SIZE, "9\n")
            answer = witness.add_checkpoint(LOG.request(9, 9))
        assert verify_cosignatures(answer.body, LOG.note(9), config.vkeys) == [NOW_S, NOW_S]
    assert stored_size(folder) == 9


def test_evidence_that_cannot_be_kept_does_not_turn_the_refusal_into_a_signature(folder: Path) -> None:
    config, disk = read_config(folder), FailingDisk()
    with WitnessStore.open(folder, config, replace=disk) as store:
        witness = Witness(config, store, clock=now)
        witness.add_checkpoint(LOG.request(0, 5))
        disk.fails = "before"

        assert witness.add_checkpoint(GrownLog.of(5, fork="!").request(5)).status == HTTPStatus.CONFLICT
        assert witness.watched()[0].evidence == ()


def test_threads_that_hammer_never_roll_it_back(folder: Path) -> None:
    """As litewitness' race test: whoever is first wins, and no size is ever countersigned after a larger one."""
    config, signed, sizes = read_config(folder), [], threading.Lock()
    with WitnessStore.open(folder, config, replace=lambda path, data: path.write_bytes(data) and None) as store:
        witness = Witness(config, store, clock=now)

        def hammer(seed: int) -> None:
            seeded = random.Random(seed)
            for _ in range(60):
                seen = store.latest(config.logs[0])
                old = seen.checkpoint.size if seen else 0
                new = min(64, old + seeded.randrange(4))
                answer = witness.add_checkpoint(LOG.request(old, new))
                if answer.status == HTTPStatus.OK:
                    with sizes:
                        signed.append((old, new))
                else:
                    assert answer.content_type == SIZE

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(hammer, range(8)))
        final = store.latest(config.logs[0])

    assert final is not None
    assert stored_size(folder) == final.checkpoint.size == max(new for _, new in signed)
    steps = sorted({(old, new) for old, new in signed if new > old})
    assert all(one[1] == two[0] for one, two in itertools.pairwise(steps))  # one chain: nobody went back, nobody forked


def test_two_rival_histories_in_a_race_never_both_get_a_signature(folder: Path) -> None:
    config = read_config(folder)
    fork = GrownLog.of(64, fork="!", forked_at=20)
    together = threading.Barrier(2)
    with WitnessStore.open(folder, config, replace=lambda path, data: path.write_bytes(data) and None) as store:
        witness = Witness(config, store, clock=now)
        witness.add_checkpoint(LOG.request(0, 20))

        def race(log: GrownLog) -> HTTPStatus:
            together.wait()
            return witness.add_checkpoint(log.request(20, 40)).status

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(race, (LOG, fork))) == [HTTPStatus.OK, HTTPStatus.CONFLICT]


KILLED_AT = range(1, 61)
CALLS = ("open", "fdopen", "fsync", "close")


def die_at(number: int) -> None:
    """Make the numbered system call of those that write a record the last one of this process."""
    count = itertools.count(1)

    def counted(call: Callable[..., object]) -> Callable[..., object]:
        def deadly(*args: object, **options: object) -> object:
            if next(count) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **options)

        return deadly

    for name in CALLS:
        setattr(replace_file.os, name, counted(getattr(os, name)))
    Path.replace = counted(Path.replace)  # type: ignore[method-assign,assignment]


def witness_until_killed(folder: Path, number: int, answers: int) -> None:
    """In a child process: countersign step by step, telling each answer through a pipe, until killed."""
    config = read_config(folder)
    store = WitnessStore.open(folder, config)
    witness = Witness(config, store, clock=now)
    last = store.latest(config.logs[0])
    size = last.checkpoint.size if last else 0
    write = os.write
    die_at(number)
    while size < 512:
        if witness.add_checkpoint(LOG.request(size, size + 1)).status == HTTPStatus.OK:
            size += 1
            write(answers, struct.pack(">H", size))


def test_killed_at_any_moment_the_record_is_never_older_than_what_was_answered(folder: Path) -> None:
    told = 0
    for number in KILLED_AT:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                witness_until_killed(folder, number, writing)
            finally:
                os._exit(7)
        os.close(writing)
        with os.fdopen(reading, "rb") as answers:
            answered = answers.read()
        _, status = os.waitpid(child, 0)

        assert os.WIFSIGNALED(status), number
        told = max([told, *(size for (size,) in struct.iter_unpack(">H", answered))])
        assert told <= stored_size(folder) <= told + 1
        told = stored_size(folder)
    assert told > 20
    config = read_config(folder)
    with WitnessStore.open(folder, config) as store:
        assert Witness(config, store, clock=now).add_checkpoint(LOG.request(told)).status == HTTPStatus.OK


def test_a_record_of_someone_else_or_of_another_log_is_not_believed(folder: Path, tmp_path: Path) -> None:
    config = read_config(folder)
    with WitnessStore.open(folder, config) as store:
        Witness(config, store, clock=now).add_checkpoint(LOG.request(0, 5))
    path = record_path(folder, config.logs[0])
    note = path.read_bytes()
    stranger = create_witness(tmp_path / "w2", WITNESS)
    other = watched_log(GrownLog(origin="other.example").vkeys)

    assert parse_record(note, config.logs[0], config.signers).checkpoint == parse_body(split_note(note)[0])
    with pytest.raises(BrokenState):
        parse_record(note, config.logs[0], stranger.signers)
    with pytest.raises(BrokenState):
        parse_record(note, other, config.signers)
    with pytest.raises(BrokenState):
        parse_record(LOG.note(5), config.logs[0], config.signers)
    without_last_line = note[: note[:-1].rindex(b"\n") + 1]
    with pytest.raises(BrokenState, match="all its keys"):
        parse_record(without_last_line, config.logs[0], config.signers)


def test_a_damaged_record_stops_the_witness(folder: Path) -> None:
    config = read_config(folder)
    with WitnessStore.open(folder, config) as store:
        Witness(config, store, clock=now).add_checkpoint(LOG.request(0, 5))
    path, seeded = record_path(folder, config.logs[0]), random.Random(1)
    good = path.read_bytes()
    own = good.index(WITNESS.encode())
    for _ in range(200):
        at = seeded.randrange(own, len(good))
        path.write_bytes(good[:at] + bytes([good[at] ^ 1 << seeded.randrange(8)]) + good[at + 1 :])
        with pytest.raises(BrokenState):
            WitnessStore.open(folder, config)
    for size in (1, own, len(good) - 1):
        path.write_bytes(good[:size])
        with pytest.raises(BrokenState):
            WitnessStore.open(folder, config)

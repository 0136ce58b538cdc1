"""The pending journal: group commit, torn tails, damage, and files that are never believed again."""

import errno
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.durable.storage import Disk, FileStore
from audit.errors import LogCorrupt, LogUnavailable
from audit.writer.journal_segments import encode_group, encode_header, parse_segment
from audit.writer.pending_journal import PendingJournal
from tests.audit.writer.faulty_disks import FailingDisk, QuickDisk
from tests.waiting import HANG_S

NOW_S = 1_795_000_000
Reopen = Callable[..., PendingJournal]


@pytest.fixture
def reopen(tmp_path: Path) -> Reopen:
    """Return a function that opens this test's journal as the next process would."""

    def opened(disk: Disk | None = None, *, covers: int = 0) -> PendingJournal:
        journal = PendingJournal(FileStore(tmp_path, disk or QuickDisk()), now_s=lambda: NOW_S)
        journal.recover(covers)
        return journal

    return opened


def segments(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "pending").iterdir())


def test_entries_are_found_by_the_next_process_in_their_order(reopen: Reopen) -> None:
    journal = reopen()
    for batch in ([b"one"], [b"two", b""], [b"three"]):
        journal.append(batch)
    assert len(journal) == 4

    for _ in range(3):
        journal = reopen()
        assert journal.entries() == (b"one", b"two", b"", b"three")
        assert journal.oldest_s == NOW_S


def test_what_was_covered_is_forgotten(reopen: Reopen, tmp_path: Path) -> None:
    journal = reopen()
    journal.append([b"one"])
    with journal.paused() as held:
        assert held.entries == (b"one",)
        held.forget()
    assert (len(journal), journal.oldest_s, segments(tmp_path)) == (0, None, [])

    journal.append([b"two"])
    assert reopen(covers=held.covers).entries() == (b"two",)


def test_a_covered_segment_that_came_back_is_void(reopen: Reopen, tmp_path: Path) -> None:
    journal = reopen()
    journal.append([b"one"])
    (segment,) = segments(tmp_path)
    data = segment.read_bytes()
    with journal.paused() as held:
        held.forget()
    segment.write_bytes(data)

    assert reopen(covers=held.covers).entries() == ()
    assert segments(tmp_path) == []


def test_a_pause_keeps_appends_waiting(reopen: Reopen) -> None:
    journal, done = reopen(), threading.Event()

    def append() -> None:
        journal.append([b"late"])
        done.set()

    worker = threading.Thread(target=append)
    with journal.paused() as held:
        worker.start()
        assert not done.wait(0.05)
        held.forget()
    assert done.wait(HANG_S)
    worker.join()
    assert journal.entries() == (b"late",)


class SlowDisk(QuickDisk):
    """Holds the first write until the others have queued up behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_writing, self.go_on = threading.Event(), threading.Event()
        self.appended = 0

    def append(self, path: Path, data: bytes, *, at: int) -> None:
        self.appended += 1
        self.is_writing.set()
        assert self.go_on.wait(HANG_S)
        super().append(path, data, at=at)


def test_threads_that_append_at_once_share_one_write(reopen: Reopen) -> None:
    disk = SlowDisk()
    journal = reopen(disk)
    journal.append([b"first of the segment"])
    workers = [threading.Thread(target=journal.append, args=([b"%d" % name],)) for name in range(20)]
    workers[0].start()
    assert disk.is_writing.wait(HANG_S)
    for worker in workers[1:]:
        worker.start()
    while len(journal._queue) < 19:  # each of them on its way into the queue
        threading.Event().wait(0.001)
    disk.go_on.set()
    for worker in workers:
        worker.join()

    assert disk.appended == 2
    assert len(reopen()) == 21


def test_a_failed_group_is_refused_to_every_thread_of_it(reopen: Reopen) -> None:
    disk = FailingDisk(0, errno.ENOSPC)
    journal, refused = reopen(disk), []
    journal.append([b"kept"])
    disk.at = disk.done + 1

    def append() -> None:
        with pytest.raises(LogUnavailable, match="cannot make entries durable: No space left on device"):
            journal.append([b"refused"])
        refused.append(True)

    workers = [threading.Thread(target=append) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(refused) == 8
    assert journal.entries() == (b"kept",)


@pytest.mark.parametrize("is_late", [False, True], ids=["half written", "written whole"])
def test_a_file_that_failed_is_never_believed_again(reopen: Reopen, tmp_path: Path, is_late: bool) -> None:
    disk = FailingDisk(0, stays=False, is_late=is_late)
    journal = reopen(disk)
    journal.append([b"kept"])
    (spoilt,) = segments(tmp_path)
    disk.at = disk.done + 1
    with pytest.raises(LogUnavailable):
        journal.append([b"refused"])
    disk.mend()
    data = spoilt.read_bytes()

    journal.append([b"taken"])

    assert spoilt not in segments(tmp_path)
    spoilt.write_bytes(data)  # as if its removal had been forgotten in a power cut
    assert reopen().entries() == (b"kept", b"taken")


def test_a_torn_tail_is_dropped_wherever_it_was_torn(reopen: Reopen, tmp_path: Path) -> None:
    journal = reopen()
    journal.append([b"one"])
    (segment,) = segments(tmp_path)
    whole = segment.stat().st_size
    journal.append([b"two", b"three"])
    data = segment.read_bytes()

    for length in range(whole, len(data)):
        for tail in (b"", bytes(len(data) - length)):  # cut off, or blocks that were never written
            for path in segments(tmp_path):
                path.unlink()
            segment.write_bytes(data[:length] + tail)
            journal = reopen()
            assert journal.entries() == (b"one",)
            journal.append([b"four"])
            assert reopen().entries() == (b"one", b"four")


def test_damage_in_the_middle_is_not_taken_for_a_torn_tail(reopen: Reopen, tmp_path: Path) -> None:
    journal = reopen()
    for entry in (b"one", b"two", b"three"):
        journal.append([entry])
    (segment,) = segments(tmp_path)
    data = segment.read_bytes()
    last = len(data) - (len(encode_group(1, 0, [b"three"], at_s=NOW_S)))

    for at in range(last):
        segment.write_bytes(data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :])
        with pytest.raises(LogCorrupt):
            reopen()


def test_a_block_of_an_older_segment_behind_the_end_is_no_group(reopen: Reopen, tmp_path: Path) -> None:
    journal = reopen()
    journal.append([b"one"])
    (segment,) = segments(tmp_path)
    end = segment.stat().st_size
    for number, at in ((7, end), (1, end + 1)):
        stale = encode_group(number, at, [b"published long ago"], at_s=NOW_S)
        assert parse_segment(segment.read_bytes() + stale, 1).entries == (b"one",)


@given(st.lists(st.lists(st.binary(max_size=40), max_size=4), min_size=1, max_size=4), st.integers(1, 2**63))
def test_groups_are_read_as_they_were_written(groups: list[list[bytes]], number: int) -> None:
    data = encode_header(number)
    for at_s, entries in enumerate(groups, start=NOW_S):
        data += encode_group(number, len(data), entries, at_s=at_s)

    found = parse_segment(data, number)

    assert found.entries == tuple(entry for entries in groups for entry in entries)
    assert found.length == len(data)
    times = [at_s for at_s, entries in enumerate(groups, start=NOW_S) if entries]
    assert found.oldest_s == min(times, default=0)


@given(st.binary(max_size=300), st.integers(0, 2))
def test_no_file_is_too_strange_to_be_read(junk: bytes, whole: int) -> None:
    start = encode_header(1)
    for _ in range(whole):
        start += encode_group(1, len(start), [b"entry"], at_s=NOW_S)
    try:
        assert len(parse_segment(start + junk, 1).entries) == whole
    except LogCorrupt:
        assert whole == 0

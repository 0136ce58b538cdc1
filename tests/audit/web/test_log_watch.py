"""Verification in the background: nothing waits for it, nothing is verified twice at once, nothing is forgotten."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from audit.errors import LogCorrupt, QuorumNotMet, SourceUnavailable, StillChecking
from audit.verification.sources import DirectorySource, LogSource
from audit.web.verified.checked_log import Checked
from audit.web.verified.watch import LogVerdict, LogWatch, WatchStatus
from tests.waiting import HANG_S, wait_until

Watch = Callable[..., LogWatch]


class GatedSource:
    """A log's files of which one cannot be read before the gate opens; counts how often each was read."""

    def __init__(self, inner: LogSource, held: str) -> None:
        self.inner = inner
        self.held = held
        self.gate = threading.Event()
        self.reached = threading.Event()
        self.reads: list[str] = []

    def read(self, path: str) -> bytes | None:
        self.reads.append(path)
        if path == self.held:
            self.reached.set()
            assert self.gate.wait(HANG_S)
        return self.inner.read(path)

    def paths(self) -> Iterator[str] | None:
        return self.inner.paths()


class Unplugged:
    """Files that cannot be reached while `is_out`."""

    def __init__(self, inner: LogSource) -> None:
        self.inner = inner
        self.is_out = False

    def read(self, path: str) -> bytes | None:
        if self.is_out:
            raise SourceUnavailable("the cable is out")
        return self.inner.read(path)

    def paths(self) -> Iterator[str] | None:
        return self.inner.paths()


def settled(watch: LogWatch) -> Checked:
    """The first verdict, however long it takes: a check that outlasts the patience goes on by itself."""
    with contextlib.suppress(StillChecking):
        watch.check()
    wait_until(lambda: watch.status().verdict is LogVerdict.WHOLE)
    return watch.check()


@pytest.fixture
def long_log(static_log, entry):
    return static_log.publish([entry() for _ in range(600)])


@pytest.fixture
def gated(long_log) -> GatedSource:
    """A log whose second bundle of entries is held back."""
    return GatedSource(DirectorySource(long_log.directory), "tile/entries/001")


def test_a_long_first_check_tells_how_far_it_is(watched: Watch, gated: GatedSource) -> None:
    watch = watched(gated, patience_s=0)
    with pytest.raises(StillChecking):
        watch.check()
    assert gated.reached.wait(HANG_S)

    with pytest.raises(StillChecking) as caught:
        watch.check()

    assert (caught.value.done, caught.value.total) == (256, 600)
    assert watch.status() == WatchStatus(LogVerdict.CHECKING, None, None)
    gated.gate.set()


def test_many_visitors_cause_one_check(watched: Watch, gated: GatedSource) -> None:
    watch, sizes = watched(gated, patience_s=HANG_S), []
    visitors = [threading.Thread(target=lambda: sizes.append(watch.check().size)) for _ in range(6)]
    watch.start()
    for visitor in visitors:
        visitor.start()
    gated.gate.set()
    for visitor in visitors:
        visitor.join(HANG_S)

    assert sizes == [600] * 6
    assert gated.reads.count("tile/entries/000") == 1


def test_growth_is_verified_without_reading_the_old_again(watched: Watch, gated: GatedSource, long_log, entry) -> None:
    gated.gate.set()
    watch = watched(gated)
    watch.check()
    gated.reads.clear()
    long_log.publish([entry() for _ in range(300)])

    checked = watch.check()

    assert checked.size == 900
    assert sorted(map(repr, checked.counters)) == sorted(map(repr, checked.columns.counters()))
    assert "tile/entries/000" not in gated.reads
    assert "tile/entries/001" not in gated.reads


def test_everything_is_checked_again_after_a_while(watched: Watch, gated: GatedSource, clock) -> None:
    gated.gate.set()
    watch = watched(gated)
    watch.check()
    watch.check()
    assert gated.reads.count("tile/entries/000") == 1

    clock.now += timedelta(seconds=60)

    assert watch.check().whole_at == clock.now
    assert gated.reads.count("tile/entries/000") == 2


def test_a_log_that_takes_long_is_checked_less_often(watched: Watch, gated: GatedSource, clock) -> None:
    gated.gate.set()
    ticks = iter([0.0, 30.0, 100.0, 130.0])
    watch = watched(gated, patience_s=60.0, timer=lambda: next(ticks))
    first = watch.check()

    clock.now += timedelta(seconds=599)
    assert watch.check().whole_at == first.whole_at
    clock.now += timedelta(seconds=1)
    assert watch.check().whole_at == clock.now


def test_the_old_verdict_stands_with_its_date_while_a_new_check_runs(watched: Watch, gated: GatedSource, clock) -> None:
    gated.gate.set()
    watch = watched(gated, patience_s=2.0)
    first = settled(watch).whole_at
    gated.gate.clear()
    gated.reached.clear()
    clock.now += timedelta(hours=1)
    watch.check()
    assert gated.reached.wait(HANG_S)

    checked = watch.check()

    assert checked.whole_at == first
    assert checked.recheck is not None
    assert checked.recheck.total == 600
    gated.gate.set()


def test_nobody_waits_for_a_check_that_is_known_to_take_long(watched: Watch, gated: GatedSource, clock) -> None:
    gated.gate.set()
    ticks = iter([0.0, 3 * HANG_S, 6 * HANG_S, 9 * HANG_S])
    watch = watched(gated, patience_s=2 * HANG_S, timer=lambda: next(ticks))
    watch.check()
    gated.gate.clear()
    gated.reached.clear()
    clock.now += timedelta(hours=10)

    began = time.monotonic()
    checked = watch.check()

    assert time.monotonic() - began < HANG_S
    assert checked.recheck is not None
    gated.gate.set()


def test_damage_to_old_entries_is_found_by_the_next_whole_check(watched: Watch, long_log, clock) -> None:
    watch = watched()
    watch.check()
    long_log.damage(-1)
    assert watch.check().size == 600

    clock.now += timedelta(seconds=60)

    with pytest.raises(LogCorrupt):
        watch.check()
    assert watch.status().verdict is LogVerdict.NOT_WHOLE


def test_a_failed_proof_has_the_whole_log_checked_at_once(watched: Watch, long_log) -> None:
    watch = watched()
    watch.check()
    long_log.damage(-1)
    watch.distrust()

    with pytest.raises(LogCorrupt):
        watch.check()


def test_what_is_in_doubt_is_not_shown_while_it_is_checked(watched: Watch, gated: GatedSource) -> None:
    gated.gate.set()
    watch = watched(gated, patience_s=1.0)
    settled(watch)
    gated.gate.clear()
    watch.distrust()

    with pytest.raises(StillChecking):
        watch.check()
    gated.gate.set()


def test_a_log_that_shrank_is_never_accepted_again(watched: Watch, static_log, entry, clock) -> None:
    watch = watched()
    static_log.publish([entry() for _ in range(20)])
    watch.check()
    del static_log.leaves[10:]
    static_log.publish()

    for _ in range(3):
        with pytest.raises(LogCorrupt, match="smaller"):
            watch.check()
        clock.now += timedelta(hours=1)
    failure = watch.failure()
    assert failure is not None
    assert failure.kept is not None
    assert failure.kept.size == 20
    assert failure.note == (static_log.directory / "checkpoint").read_bytes()


def test_a_log_that_was_mended_is_shown_again(watched: Watch, long_log, clock) -> None:
    watch = watched()
    long_log.damage(-1)
    with pytest.raises(LogCorrupt):
        watch.check()
    long_log.damage(-1)

    clock.now += timedelta(seconds=60)

    assert watch.check().size == 600
    assert watch.failure() is None


def test_too_few_witnesses_are_no_reason_to_forget_the_last_verdict(
    watched: Watch, static_log, entry, witnesses
) -> None:
    watch = watched()
    static_log.publish([entry()])
    watch.check()
    static_log.publish([entry()], witnesses=witnesses[:1])
    with pytest.raises(QuorumNotMet):
        watch.check()

    static_log.publish([], witnesses=witnesses)

    assert watch.check().size == 2


def test_files_out_of_reach_are_no_verdict_and_tried_again_at_once(watched: Watch, long_log) -> None:
    source = Unplugged(DirectorySource(long_log.directory))
    watch = watched(source)
    source.is_out = True
    with pytest.raises(SourceUnavailable):
        watch.check()

    source.is_out = False

    assert watch.check().size == 600


def test_an_unexpected_fault_ends_the_check_and_not_the_pages(
    watched: Watch, long_log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours")

    watch = watched()
    monkeypatch.setattr("audit.web.verified.watch.verify_source", fail)
    with pytest.raises(SourceUnavailable, match="RuntimeError"):
        watch.check()
    assert "a fault of ours" in caplog.text
    monkeypatch.undo()

    assert watch.check().size == 600

"""The crash evidence of the writer: every operation on the disk killed, failed or forgotten, one by one.

After each, the log is opened again and must be whole: nothing acknowledged is lost or doubled, the checkpoint has
not shrunk, and a witness that remembers every tree it was shown finds each of them to extend the one before.
"""

import contextlib
import errno
import itertools
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from audit.durable.storage import Disk
from audit.errors import LogUnavailable, QuorumNotMet
from audit.tlog import tiles
from audit.tlog.merkle import leaf_hash
from audit.tlog.note_keys import Signer
from audit.tlog.tlog_proof import verify_proof
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.reader import TileReader
from audit.verification.sources import DirectorySource
from audit.verification.verify import verify_source
from audit.writer.log import Log
from tests.audit.writer.faulty_disks import (
    DyingDisk,
    FailingDisk,
    ForgetfulDisk,
    Killed,
    Memory,
    PowerCut,
    QuickDisk,
    StrictWitness,
)
from tests.scale import sampled

SCENE: tuple[int, ...] = (1, 3, 0, 247, 2, 0, 0, 1, 0, 5, 4, 0)
"""Entries to append, one call each; 0 is a publication. The tree outgrows its first tile on the way."""
ANSWERS = [True, False]
"""The witness's answer to the second publication is lost, so that two batches wait for the third."""
FAMILIES = 10
"""Tests below that play the scene once for every operation on the disk: for some of them here, for each in a drill."""
IN_GATE = 20


@dataclass
class Story:
    """One log through a disaster, and what its callers were promised."""

    directory: Path
    signer: Signer
    witness: StrictWitness = field(default_factory=lambda: StrictWitness(list(ANSWERS)))
    acknowledged: list[bytes] = field(default_factory=list)
    written: int = 0
    published: int = 0
    beats: int = 0

    def open(self, disk: Disk) -> Log:
        return Log.open(self.directory, signers=[self.signer], disk=disk, heartbeat=self._beat, cosigner=self.witness)

    def _beat(self, _now: object) -> bytes:
        self.beats += 1
        return b"beat %d" % self.beats

    def play(self, log: Log) -> None:
        """Append and publish; what is refused was promised to nobody."""
        for count in SCENE:
            try:
                self._act(log, count)
            except (LogUnavailable, QuorumNotMet):
                continue

    def _act(self, log: Log, count: int) -> None:
        if count == 0:
            self.published = log.publish().size
            return
        leaves = [b"entry %d" % (self.written + at) for at in range(count)]
        self.written += count
        assert log.append_many(leaves) == [leaf_hash(leaf) for leaf in leaves]
        self.acknowledged += leaves

    def check_kept(self, log: Log) -> None:
        """What was promised is there, exactly once."""
        assert log.size >= self.published
        held = [*self.public_leaves(log.size), *log.pending_leaves()]
        assert len(held) == len(set(held)), "an entry stands in the log twice"
        assert set(self.acknowledged) <= set(held), "an acknowledged entry is lost"
        assert all(log.is_pending(leaf_hash(leaf)) for leaf in log.pending_leaves())

    def public_leaves(self, size: int) -> Iterator[bytes]:
        reader = TileReader(DirectorySource(self.directory), size)
        for index in range(-(-size // tiles.WIDTH)):
            yield from reader.entries(tiles.tile_at(-1, index, size))

    def check_whole(self, log: Log) -> None:
        """The public files verify, with nothing beside them that the checkpoint does not explain."""
        policy = TrustPolicy.of_keys(log.vkeys)
        assert verify_source(DirectorySource(self.directory), policy, patience_s=0).size == log.size

    def check_goes_on(self, log: Log) -> None:
        """The log publishes, takes more and publishes again, and everything that was promised becomes public."""
        self.check_kept(log)
        self.witness.answers.clear()
        for count in (0, 2, 0):
            self._act(log, count)
        self.check_kept(log)
        self.check_whole(log)
        assert log.pending == 0
        assert log.has_problem is None
        policy = TrustPolicy.of_keys(log.vkeys)
        for leaf in (*self.acknowledged[:2], *self.acknowledged[-2:]):
            index = log.index_of(leaf_hash(leaf))
            assert index is not None
            verify_proof(log.proof_text(index), leaf=leaf, policy=policy)

    def check_next_process(self) -> None:
        """Whoever opens the log next finds it whole, and it goes on."""
        with self.open(QuickDisk()) as log:
            self.check_kept(log)
            self.check_whole(log)
            self.check_goes_on(log)


NewStory = Callable[[], Story]


@pytest.fixture
def new_story(signer: Signer) -> Iterator[NewStory]:
    """Return a function that begins a story; in memory where that can be had, since no process here really dies."""
    memory, count = Path("/dev/shm"), itertools.count()
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield lambda: Story(Path(folder) / str(next(count)) / "log", signer)


def counted(new_story: NewStory) -> QuickDisk:
    """Play the scene when nothing goes wrong."""
    story, disk = new_story(), QuickDisk()
    with story.open(disk) as log:
        story.play(log)
        story.check_kept(log)
        story.check_whole(log)
    assert len(story.acknowledged) == sum(SCENE)
    return disk


@pytest.fixture
def operations(new_story: NewStory) -> int:
    """How often the scene changes the disk, from an empty folder on."""
    return counted(new_story).done


def every_operation(operations: int) -> Sequence[int]:
    """The number of each operation at which something may go wrong, from 1 on."""
    return sampled(range(1, operations + 1), IN_GATE)


def die(story: Story, disk: Disk, how: type[BaseException]) -> None:
    """Play until the disk ends it."""
    with pytest.raises(how), story.open(disk) as log:  # to close a log writes nothing
        story.play(log)


def test_the_points_are_enough(operations: int) -> None:
    assert operations * FAMILIES >= 300


def test_killed_in_the_middle_of_every_operation(new_story: NewStory, operations: int) -> None:
    for at in every_operation(operations):
        story = new_story()
        die(story, DyingDisk(at), Killed)
        story.check_next_process()


@pytest.mark.parametrize("rng", [None, random.Random(3)], ids=["everything", "the newest"])
def test_a_power_cut_at_every_operation(new_story: NewStory, operations: int, rng: random.Random | None) -> None:
    for at in every_operation(operations):
        story = new_story()
        die(story, ForgetfulDisk(at, Memory(), rng=rng), PowerCut)
        story.check_next_process()


def test_a_power_cut_while_recovering_from_a_kill(new_story: NewStory) -> None:
    """The first process dies where names are visible and not durable; the next must not build upon them."""
    cuts = list(itertools.product(counted(new_story).syncs, range(6, 36, 3)))
    for at, cut_at in sampled(cuts, 2 * IN_GATE + 1):
        story, memory = new_story(), Memory()
        die(story, ForgetfulDisk(at, memory, is_kill=True), Killed)
        die(story, ForgetfulDisk(cut_at, memory), PowerCut)
        story.check_next_process()


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EROFS], ids=errno.errorcode.get)
def test_a_failing_disk_is_refused_until_it_is_mended(new_story: NewStory, operations: int, number: int) -> None:
    for at in every_operation(operations):
        story, disk = new_story(), FailingDisk(at, number)
        play_through(story, disk)
        story.check_next_process()


@pytest.mark.parametrize("is_late", [False, True], ids=["before its effect", "after its effect"])
def test_a_single_failure_is_got_over(new_story: NewStory, operations: int, is_late: bool) -> None:
    for at in every_operation(operations):
        story, disk = new_story(), FailingDisk(at, stays=False, is_late=is_late)
        play_through(story, disk)
        story.check_next_process()


@pytest.mark.parametrize("is_late", [False, True], ids=["before its effect", "after its effect"])
def test_a_crash_after_a_failure_loses_nothing(new_story: NewStory, operations: int, is_late: bool) -> None:
    for at in every_operation(operations):
        story, disk = new_story(), FailingDisk(at, stays=False, is_late=is_late)
        with contextlib.suppress(LogUnavailable), story.open(disk) as log:
            story.play(log)
        story.check_next_process()


def play_through(story: Story, disk: FailingDisk) -> None:
    """Play on the failing disk; once it is repaired, the same process goes on by itself."""
    try:
        log = story.open(disk)
    except LogUnavailable:
        disk.mend()
        log = story.open(disk)
    with log:
        story.play(log)
        if disk.is_down:
            with pytest.raises(LogUnavailable):
                log.append_many([b"refused"])
            assert log.has_problem
        story.check_kept(log)
        disk.mend()
        story.check_goes_on(log)

"""Random lives of a log, checked against a model: appends, publications, failing disks, crashes, lost answers.

The model is what was promised: which entries were acknowledged, how far publications came, and every tree that the
witness was shown.
"""

import errno
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from audit.durable.storage import Disk
from audit.errors import LogUnavailable, QuorumNotMet
from audit.tlog.merkle import leaf_hash
from audit.tlog.note_keys import Signer
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.sources import DirectorySource
from audit.verification.verify import verify_source
from audit.writer.log import Log
from tests.audit.writer.faulty_disks import (
    ChangingDisk,
    DyingDisk,
    FailingDisk,
    ForgetfulDisk,
    Killed,
    Memory,
    PowerCut,
    StrictWitness,
)
from tests.scale import fuzzed

SIGNER = Signer("log.example/2026", bytes(range(32)))


class LifeOfALog(RuleBasedStateMachine):
    """One log directory with its processes, one after another."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
        self.directory = self.folder / "log"
        self.witness = StrictWitness()
        self.acknowledged: set[bytes] = set()
        self.refused: set[bytes] = set()
        self.published = 0
        self.count = 0
        self.disk = ChangingDisk()
        self.log: Log | None = None

    @initialize()
    def begin(self) -> None:
        self.open()

    def open(self) -> None:
        self.log = Log.open(
            self.directory, signers=[SIGNER], disk=self.disk, heartbeat=self.beat, cosigner=self.witness
        )

    def beat(self, _now: object) -> bytes:
        self.count += 1
        return b"beat %d" % self.count

    def attempt(self, act: str, leaves: list[bytes]) -> None:
        """Append or publish; a crash ends the process, and the next one begins on a disk that works."""
        assert self.log is not None
        self.refused |= set(leaves)
        try:
            if act == "append":
                self.log.append_many(leaves)
                self.refused -= set(leaves)
                self.acknowledged |= set(leaves)
            else:
                self.published = self.log.publish().size
        except (LogUnavailable, QuorumNotMet):
            return
        except (Killed, PowerCut):
            self.restart()

    @rule(count=st.integers(1, 90))
    def append(self, count: int) -> None:
        self.count += count
        self.attempt("append", [b"entry %d" % (self.count - at) for at in range(count)])

    @rule(answers=st.booleans())
    def publish(self, answers: bool) -> None:
        self.witness.answers = [answers]
        self.attempt("publish", [])

    @rule(at=st.integers(1, 30), number=st.sampled_from([errno.EIO, errno.ENOSPC, errno.EROFS]), is_late=st.booleans())
    def let_one_operation_fail(self, at: int, number: int, is_late: bool) -> None:
        self.change_disk(FailingDisk(at, number, stays=False, is_late=is_late))

    @rule(at=st.integers(1, 30))
    def let_the_disk_fail_until_mended(self, at: int) -> None:
        self.change_disk(FailingDisk(at))

    @rule()
    def mend_the_disk(self) -> None:
        self.change_disk(FailingDisk(0))

    @rule(at=st.integers(1, 30))
    def let_the_process_be_killed(self, at: int) -> None:
        self.change_disk(DyingDisk(at))

    @rule(at=st.integers(1, 30))
    def let_the_power_be_cut(self, at: int) -> None:
        self.change_disk(ForgetfulDisk(at, Memory()))

    def change_disk(self, disk: Disk) -> None:
        """The running process gets another disk under the same files."""
        self.disk.now = disk

    @rule()
    def restart(self) -> None:
        assert self.log is not None
        self.log.close()
        self.disk = ChangingDisk()
        self.open()
        policy = TrustPolicy.of_keys([SIGNER.vkey])
        assert verify_source(DirectorySource(self.directory), policy, patience_s=0).size == self.log.size

    @precondition(lambda self: self.log is not None)
    @rule()
    def lose_the_index(self) -> None:
        assert self.log is not None
        self.log._index.close()
        (self.folder / "log.state" / "index.sqlite3").unlink(missing_ok=True)

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        if self.log is None:
            return
        assert self.log.size >= self.published
        held = [*map(self.log.leaf, range(self.log.size)), *self.log.pending_leaves()]
        entries = {leaf for leaf in held if leaf.startswith(b"entry")}
        assert len(held) == len(set(held)) == self.log.size + self.log.pending
        assert self.acknowledged <= entries <= self.acknowledged | self.refused

    def teardown(self) -> None:
        if self.log is not None:
            self.restart()
            self.witness.answers = []
            self.attempt("publish", [])
            assert self.log.pending == 0
            for leaf in self.acknowledged:
                index = self.log.index_of(leaf_hash(leaf))
                assert index is not None
                assert self.log.leaf(index) == leaf
            self.log.close()
        shutil.rmtree(self.folder)


TestLifeOfALog = LifeOfALog.TestCase
TestLifeOfALog.settings = settings(fuzzed(40), stateful_step_count=30)

"""Disks that fail, die or forget, and a witness that remembers: what the writer's crash tests are made of."""

import errno
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from audit.cosigning.witness_session import ConsistencyProof
from audit.durable.storage import Disk
from audit.errors import LogCorrupt, QuorumNotMet
from audit.tlog import merkle
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note_keys import Algorithm, Signer

Act = Callable[[], None]


class Killed(BaseException):
    """The process was killed: nothing after this runs."""


class PowerCut(BaseException):
    """The machine lost power."""


class QuickDisk(Disk):
    """Does everything but force it to disk, and counts: these tests' processes do not really die.

    done: operations so far. syncs: which of them force names to disk, so that before each there is a name to forget.
    """

    def __init__(self) -> None:
        self.done = 0
        self.syncs: list[int] = []

    def step(self, act: Act, _torn: Act) -> None:
        """One operation; `_torn` does a part of it."""
        self.done += 1
        act()

    def create(self, path: Path, data: bytes) -> None:
        self.step(lambda: _write(path, data), lambda: _write(path, data[: len(data) // 2]))

    def append(self, path: Path, data: bytes, *, at: int) -> None:
        def put(part: bytes) -> None:
            with path.open("r+b") as file:
                file.seek(at)
                file.write(part)

        self.step(lambda: put(data), lambda: put(data[: len(data) // 2]))

    def rename(self, path: Path, to: Path) -> None:
        self.step(lambda: Disk.rename(self, path, to), _nothing)

    def make_directory(self, path: Path, *, mode: int = 0o777) -> None:
        self.step(lambda: path.mkdir(mode=mode, exist_ok=True), _nothing)

    def sync_directory(self, path: Path) -> None:
        self.syncs.append(self.done + 1)
        self.step(lambda: None if path.is_dir() else _missing(), _nothing)

    def remove(self, path: Path) -> None:
        self.step(lambda: Disk.remove(self, path), _nothing)


class DyingDisk(QuickDisk):
    """Kills the process in the middle of the n-th operation."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def step(self, act: Act, torn: Act) -> None:
        self.done += 1
        if self.done == self.at:
            torn()
        if self.done >= self.at:
            raise Killed
        act()


class FailingDisk(QuickDisk):
    """Fails at the n-th operation, and with `stays` at all later ones until repaired.

    is_late: the operation takes effect and fails all the same, as when only its last step went wrong.
    """

    def __init__(self, at: int, number: int = errno.EIO, *, stays: bool = True, is_late: bool = False) -> None:
        super().__init__()
        self.at, self._number, self._stays, self._is_late = at, number, stays, is_late

    @property
    def is_down(self) -> bool:
        """Whether everything fails from now on."""
        return self._stays and bool(self.at) and self.done >= self.at

    def mend(self) -> None:
        """From now on everything works."""
        self.at = 0

    def step(self, act: Act, torn: Act) -> None:
        self.done += 1
        if self.at and (self.done == self.at or (self.done > self.at and self._stays)):
            act() if self._is_late else torn()
            raise OSError(self._number, os.strerror(self._number))
        act()


class Memory:
    """What a machine would forget in a power cut: names that no sync_directory has forced to disk, oldest first."""

    def __init__(self) -> None:
        self.undo: list[tuple[Path, Act]] = []

    def cut(self, rng: random.Random | None) -> None:
        """Forget all of it, or with `rng` only what came after some moment."""
        kept = rng.randrange(len(self.undo) + 1) if rng else 0
        for _, undo in reversed(self.undo[kept:]):
            undo()
        self.undo.clear()


class ForgetfulDisk(QuickDisk):
    """Loses power in the middle of the n-th operation, and with it what `memory` holds.

    is_kill: only the process dies; the machine goes on, and may lose power later.
    """

    def __init__(self, at: int, memory: Memory, *, rng: random.Random | None = None, is_kill: bool = False) -> None:
        super().__init__()
        self.at, self._memory, self._rng, self._is_kill = at, memory, rng, is_kill

    def step(self, act: Act, torn: Act) -> None:
        self.done += 1
        if self.done >= self.at:
            torn()
            if self._is_kill:
                raise Killed
            self._memory.cut(self._rng)
            raise PowerCut
        act()

    def create(self, path: Path, data: bytes) -> None:
        undo = _restoring(path)
        super().create(path, data)
        self._memory.undo.append((path.parent, undo))

    def rename(self, path: Path, to: Path) -> None:
        back, undo = _restoring(path), _restoring(to)
        super().rename(path, to)
        self._memory.undo += [(to.parent, undo), (path.parent, back)]

    def make_directory(self, path: Path, *, mode: int = 0o777) -> None:
        is_new = not path.exists()
        super().make_directory(path, mode=mode)
        if is_new:
            self._memory.undo.append((path.parent, lambda: shutil.rmtree(path, ignore_errors=True)))

    def remove(self, path: Path) -> None:
        undo = path.mkdir if path.is_dir() else _restoring(path)
        super().remove(path)
        self._memory.undo.append((path.parent, undo))

    def sync_directory(self, path: Path) -> None:
        super().sync_directory(path)
        # With a directory that is gone for good, what was in it is gone too.
        kept = [(parent, undo) for parent, undo in self._memory.undo if parent != path]
        self._memory.undo = [(parent, undo) for parent, undo in kept if parent.parent != path or parent.is_dir()]


class ChangingDisk(Disk):
    """Whatever disk it is `now`; a quick one at first."""

    def __init__(self) -> None:
        self.now: Disk = QuickDisk()

    def create(self, path: Path, data: bytes) -> None:
        self.now.create(path, data)

    def append(self, path: Path, data: bytes, *, at: int) -> None:
        self.now.append(path, data, at=at)

    def rename(self, path: Path, to: Path) -> None:
        self.now.rename(path, to)

    def make_directory(self, path: Path, *, mode: int = 0o777) -> None:
        self.now.make_directory(path, mode=mode)

    def sync_directory(self, path: Path) -> None:
        self.now.sync_directory(path)

    def remove(self, path: Path) -> None:
        self.now.remove(path)


class StrictWitness:
    """Outlives every crash of the log, and cosigns only what extends the largest tree it was ever shown.

    answers: scripted; False loses the answer after the witness has taken note, the worst moment. Default: True.
    """

    def __init__(self, answers: list[bool] | None = None) -> None:
        self.signer = Signer("witness.example/1", bytes(range(64, 96)), Algorithm.ED25519_COSIGNATURE)
        self.answers = answers or []
        self.seen: dict[int, bytes] = {}

    def cosign(self, note: bytes, checkpoint: Checkpoint, proof: ConsistencyProof) -> bytes:
        newest = max(self.seen, default=0)
        if checkpoint.size < newest or self.seen.get(checkpoint.size, checkpoint.root) != checkpoint.root:
            raise LogCorrupt(f"a witness knows {newest} entries, or another root; got {checkpoint.size}")
        if newest:
            merkle.verify_consistency(
                size1=newest,
                root1=self.seen[newest],
                size2=checkpoint.size,
                root2=checkpoint.root,
                proof=proof(newest),
            )
        self.seen[checkpoint.size] = checkpoint.root
        if self.answers and not self.answers.pop(0):
            raise QuorumNotMet("expected 1 witness, got 0")
        line = self.signer.sign(checkpoint.body, timestamp_s=1_800_000_000).line
        return note + f"{line}\n".encode()


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _nothing() -> None:
    """An operation that is cut off before it begins."""


def _missing() -> None:
    raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))


def _restoring(path: Path) -> Act:
    before = path.read_bytes() if path.is_file() else None
    return lambda: path.unlink(missing_ok=True) if before is None else _write(path, before)

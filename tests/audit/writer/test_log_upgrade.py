"""A log that the version before left behind, finished or not, opens and goes on."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.durable.storage import Disk, FileStore
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.merkle import leaf_hash
from audit.tlog.note import sign_note
from audit.tlog.note_keys import Signer
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.verify import verify_log
from audit.writer.log import Log
from audit.writer.right_edge import RightEdge
from policies.canonical import canonical_bytes

OpenLog = Callable[..., Log]
Check = Callable[[Log, int], None]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Return a function that verifies the log of this test and compares its size."""

    def verify(log: Log, size: int) -> None:
        assert log.size == size
        assert verify_log(tmp_path / "log", TrustPolicy.of_keys(log.vkeys)).size == size

    return verify


def entries(count: int, name: str) -> list[bytes]:
    return [b"%s %d" % (name.encode(), at) for at in range(count)]


class OlderWriter:
    """Writes a log as version 1 did: each append at once, state {root, size}, a checkpoint by one key."""

    def __init__(self, directory: Path, signer: Signer) -> None:
        self.files = FileStore(directory, Disk())
        self.state = FileStore(directory.with_name(f"{directory.name}.state"), Disk())
        self.signer, self.edge = signer, RightEdge()
        self.checkpoint()

    def tiles(self, leaves: list[bytes]) -> None:
        self.edge, growth = self.edge.append(leaves)
        self.files.write({tile.path: data for tile, data in (*growth.bundles.items(), *growth.tiles.items())})
        value = {"root": self.edge.frontier.root().hex(), "size": self.edge.size}
        self.state.write({"tree.json": canonical_bytes(value)})

    def checkpoint(self) -> None:
        checkpoint = Checkpoint(self.signer.name, self.edge.size, self.edge.frontier.root())
        self.files.write({"checkpoint": sign_note(checkpoint.body, [self.signer])})


def test_a_log_of_the_version_before_goes_on(
    open_log: OpenLog, tmp_path: Path, signers: tuple[Signer, Signer], check: Check
) -> None:
    older = OlderWriter(tmp_path / "log", signers[0])
    for name in ("a", "b"):
        older.tiles(entries(200, name))
        older.checkpoint()
    known = (tmp_path / "log" / "checkpoint").read_bytes()

    with open_log(signers=signers) as log:
        assert (log.size, log.pending) == (400, 0)
        assert log.index_of(leaf_hash(b"b 7")) == 207
        log.append_many(entries(200, "c"))
        log.publish()
        check(log, 600)
    assert verify_log(tmp_path / "log", TrustPolicy.of_keys([signers[0].vkey]), known=known).size == 600


def test_an_append_that_the_version_before_did_not_finish_is_finished(
    open_log: OpenLog, tmp_path: Path, signer: Signer, check: Check
) -> None:
    older = OlderWriter(tmp_path / "log", signer)
    older.tiles(entries(200, "a"))
    older.checkpoint()
    older.tiles(entries(100, "b"))
    promised = older.edge.frontier.root()

    with open_log(clock=lambda: datetime(2026, 11, 24, tzinfo=UTC)) as log:
        assert (log.size, log.pending) == (200, 100)
        assert log.publish().root == promised
        check(log, 300)


def test_an_append_of_which_the_version_before_lost_a_part_never_was(
    open_log: OpenLog, tmp_path: Path, signer: Signer, check: Check
) -> None:
    older = OlderWriter(tmp_path / "log", signer)
    older.tiles(entries(200, "a"))
    older.checkpoint()
    older.tiles(entries(100, "b"))
    (tmp_path / "log" / "tile" / "entries" / "001.p" / "44").unlink()

    with open_log() as log:
        assert (log.size, log.pending) == (200, 0)
        check(log, 200)
        log.append_many(entries(100, "c"))
        log.publish()
        check(log, 300)

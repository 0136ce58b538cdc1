"""fsck: the public log and what its writer keeps in private, beside a running writer and after every kind of damage."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from audit.durable.storage import Disk
from audit.entries.events import Entry
from audit.errors import LogCorrupt, LogUnavailable, QuorumNotMet, SourceUnavailable
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.sources import open_source
from audit.verification.verify import verify_source
from audit.writer.fsck import FsckReport, fsck
from audit.writer.log import INDEX, Log
from audit.writer.sequenced_batches import Batch, encode_batch, parse_batch
from audit.writer.tree_state import TreeState, parse_state

NewEntry = Callable[..., Entry]
Open = Callable[..., Log]


Check = Callable[..., FsckReport]
Leaves = Callable[[int], list[bytes]]


class NoQuorum:
    """Witnesses that never answer."""

    def cosign(self, note: bytes, checkpoint: object, proof: object) -> bytes:
        raise QuorumNotMet("expected 2 witnesses, got 0")


def test_a_log_is_clean_at_every_stage_of_its_life(open_log: Open, leaves: Leaves, check: Check) -> None:
    log = open_log()
    assert check().is_clean

    log.append_many(leaves(300))
    waiting = check()
    log.publish()
    published = check()
    log.close()
    closed = check()

    assert waiting.private is not None
    assert published.private is not None
    assert (waiting.log.size, waiting.private.pending, waiting.is_clean) == (0, 300, True)
    assert (published.log.size, published.private.pending, published.private.notes) == (300, 0, ())
    assert closed.is_clean
    assert closed.leftovers == ()


def test_batches_that_wait_for_witnesses_are_counted(open_log: Open, leaves: Leaves, check: Check) -> None:
    log = open_log(cosigner=NoQuorum())
    log.append_many(leaves(5))
    with pytest.raises(QuorumNotMet):
        log.publish()
    log.append_many(leaves(2))

    report = check()

    assert report.is_clean
    assert report.private is not None
    assert (report.log.size, report.private.sequenced, report.private.pending) == (0, 5, 2)
    assert "wait for a publication" in report.private.notes[0]


class StopsBefore(Disk):
    """A disk that fails for good when a file of this name is to come into its place."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.is_armed = False

    def rename(self, path: Path, to: Path) -> None:
        if self.is_armed and to.name == self._name:
            raise OSError(5, "Input/output error")
        super().rename(path, to)


@pytest.mark.parametrize("stage", ["001", "000", "tree.json", "checkpoint"])
def test_a_publication_that_was_cut_off_is_no_damage(
    open_log: Open, leaves: Leaves, check: Check, trust: TrustPolicy, tmp_path: Path, stage: str
) -> None:
    disk = StopsBefore(stage)
    log = open_log(disk=disk)
    log.append_many(leaves(250))
    log.publish()
    log.append_many(leaves(400))
    disk.is_armed = True
    with pytest.raises(LogUnavailable):
        log.publish()
    log.close()

    report = check()

    assert report.is_clean
    assert report.log.size == 250
    assert report.private is not None
    assert report.private.sequenced == 400
    # Whoever sees only the public files cannot tell this from a checkpoint that was put back.
    if stage != "000":
        with pytest.raises(LogCorrupt, match="interrupted"):
            verify_source(open_source(tmp_path / "log"), trust, patience_s=0)
    open_log().publish()
    assert check().log.size == 650


def test_a_checkpoint_that_was_put_back_is_found(open_log: Open, leaves: Leaves, check: Check, tmp_path: Path) -> None:
    log = open_log()
    log.append_many(leaves(10))
    log.publish()
    old = {path: path.read_bytes() for path in (tmp_path / "log").rglob("*") if path.is_file()}
    log.append_many(leaves(10))
    log.publish()
    log.close()
    # The whole public directory is put back, so that it is whole by itself.
    for path in (tmp_path / "log").rglob("*"):
        if path.is_file() and path not in old:
            path.unlink()
    for path, data in old.items():
        path.write_bytes(data)

    report = check()

    assert not report.is_clean
    assert report.private is not None
    assert "put back" in report.private.problems[0]


def newest(directory: Path) -> Path:
    return max(directory.iterdir())


def test_damage_to_entries_that_wait_is_found(open_log: Open, leaves: Leaves, check: Check, tmp_path: Path) -> None:
    log = open_log()
    log.append_many(leaves(3))
    log.append_many(leaves(3))
    log.close()
    segment = newest(tmp_path / "log.state" / "pending")
    data = bytearray(segment.read_bytes())

    segment.write_bytes(data[:-1])
    torn = check()
    data[100] ^= 1
    segment.write_bytes(data)
    broken = check()

    # The last group may have been cut off by a crash before anybody was told; the first may not.
    assert torn.is_clean
    assert torn.private is not None
    assert torn.private.pending == 3
    assert broken.private is not None
    assert "damaged" in broken.private.problems[0]


@pytest.mark.parametrize("damage", ["flip", "missing", "shifted", "other entries"])
def test_damage_to_sequenced_entries_is_found(
    open_log: Open, leaves: Leaves, check: Check, tmp_path: Path, damage: str
) -> None:
    disk = StopsBefore("checkpoint")
    log = open_log(disk=disk)
    disk.is_armed = True
    log.append_many(leaves(3))
    with pytest.raises(LogUnavailable):
        log.publish()
    log.close()
    file = newest(tmp_path / "log.state" / "sequenced")
    batch = parse_batch(file.read_bytes())

    if damage == "flip":
        data = bytearray(file.read_bytes())
        data[-1] ^= 1
        file.write_bytes(data)
    elif damage == "missing":
        file.unlink()
    elif damage == "shifted":
        file.with_name(f"{7:020d}.batch").write_bytes(encode_batch(Batch(7, 1, 0, batch.leaves)))
        file.unlink()
    else:
        file.write_bytes(encode_batch(Batch(0, batch.covers, 0, batch.leaves[::-1])))

    # The tiles of the cut-off publication are there, and nothing explains them any more.
    with pytest.raises(LogCorrupt, match="beyond the checkpoint"):
        check()


def test_a_missing_state_is_worth_a_note(open_log: Open, leaves: Leaves, check: Check, tmp_path: Path) -> None:
    log = open_log()
    log.append_many(leaves(3))
    log.publish()
    log.close()
    (tmp_path / "log.state" / "tree.json").write_bytes(b"{")

    report = check()

    assert report.is_clean
    assert report.private is not None
    assert "put back unseen" in report.private.notes[0]


def test_a_state_that_is_ahead_of_everything_is_found(
    open_log: Open, leaves: Leaves, check: Check, tmp_path: Path
) -> None:
    log = open_log()
    log.append_many(leaves(3))
    log.publish()
    log.close()
    file = tmp_path / "log.state" / "tree.json"
    state = parse_state(file.read_bytes())
    assert state is not None
    for changed in (TreeState(4, state.root, state.covers), TreeState(3, bytes(32), state.covers)):
        file.write_bytes(changed.data)

        assert not check().is_clean


def test_leftovers_are_listed_and_left_alone(open_log: Open, leaves: Leaves, check: Check, tmp_path: Path) -> None:
    log = open_log()
    log.append_many(leaves(3))
    log.publish()
    log.close()
    public = tmp_path / "log" / "tile" / "0" / ".new-000"
    private = tmp_path / "log.state" / "pending" / "0000000001.journal"
    public.write_bytes(b"half")
    private.write_bytes(b"old")

    report = check()

    assert report.is_clean
    assert report.private is not None
    assert report.leftovers == ("tile/0/.new-000",)
    assert report.private.leftovers == ("pending/0000000001.journal",)
    assert public.exists()
    assert private.exists()


@pytest.fixture
def indexed(open_log: Open, leaves: Leaves, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A closed log of 300 entries, two of them equal, and a connection to its index."""
    with open_log() as log:
        twice = leaves(1)
        log.append_many([*leaves(298), *twice, *twice])
        log.publish()
    with closing(sqlite3.connect(tmp_path / "log.state" / INDEX, isolation_level=None)) as index:
        yield index


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE place SET place = place + 1 WHERE place = (SELECT max(place) FROM place)",
        "UPDATE place SET place = (SELECT min(place) FROM place WHERE place > 0) WHERE place = 0",
        "DELETE FROM place WHERE place IN (SELECT place FROM place ORDER BY place LIMIT 1)",
        "UPDATE covered SET root = zeroblob(32)",
        "UPDATE covered SET size = 299",
        "DROP TABLE place",
    ],
)
def test_an_index_that_does_not_agree_is_found_and_made_anew(
    indexed: sqlite3.Connection, check: Check, damage: str
) -> None:
    assert check().is_clean
    indexed.execute(damage)
    indexed.close()

    damaged = check()
    mended = check(rebuild=True)

    assert damaged.private is not None
    assert mended.private is not None
    assert damaged.private.problems or damaged.private.notes
    assert (mended.private.problems, mended.private.notes) == ((), ())


def test_an_index_that_is_behind_or_absent_is_worth_a_note(
    indexed: sqlite3.Connection, check: Check, tmp_path: Path
) -> None:
    indexed.execute("DELETE FROM place")
    indexed.execute("DELETE FROM covered")
    indexed.close()
    behind = check()
    (tmp_path / "log.state" / INDEX).unlink()
    absent = check()
    (tmp_path / "log.state" / INDEX).write_bytes(b"not a database, but as long as one could be" * 100)
    damaged = check()

    assert behind.is_clean
    assert absent.is_clean
    assert not damaged.is_clean
    assert behind.private is not None
    assert "300 entries behind" in behind.private.notes[0]
    assert absent.private is not None
    assert "no index" in absent.private.notes[0]


def test_the_index_is_not_made_anew_under_a_running_writer(open_log: Open, leaves: Leaves, check: Check) -> None:
    log = open_log()
    log.append_many(leaves(3))
    log.publish()

    with pytest.raises(LogUnavailable, match="another program"):
        check(rebuild=True)
    assert check().is_clean


def test_a_copy_without_private_state_is_checked_as_far_as_it_goes(
    open_log: Open, leaves: Leaves, trust: TrustPolicy, tmp_path: Path
) -> None:
    with open_log() as log:
        log.append_many(leaves(3))
        log.publish()
    (tmp_path / "log").rename(tmp_path / "copy")

    assert fsck(tmp_path / "copy", trust).private is None
    with pytest.raises(SourceUnavailable):
        fsck(tmp_path / "nowhere", trust)

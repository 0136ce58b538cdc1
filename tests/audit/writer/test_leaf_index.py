"""The index from leaf hash to place: made anew whenever it is missing, damaged, behind or of another log."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.errors import LogUnavailable
from audit.tlog.merkle import leaf_hash
from audit.tlog.note_keys import Signer
from audit.writer.log import Log

OpenLog = Callable[..., Log]
COUNT = 700


@pytest.fixture
def index_file(tmp_path: Path) -> Path:
    return tmp_path / "log.state" / "index.sqlite3"


def fill(log: Log, name: str = "entry", count: int = COUNT) -> list[bytes]:
    placed = log.append_many([b"%s %d" % (name.encode(), at) for at in range(count)])
    log.publish()
    return placed


def check(log: Log, placed: list[bytes]) -> None:
    for one in placed:
        index = log.index_of(one)
        assert index is not None
        assert leaf_hash(log.leaf(index)) == one
    assert log.index_of(leaf_hash(b"never appended")) is None


def test_every_entry_is_found(open_log: OpenLog) -> None:
    log = open_log()
    placed = [one for name in ("a", "b", "c") for one in fill(log, name, 300)]

    check(log, placed)


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 100, None], ids=["empty", "junk", "missing"])
def test_an_index_that_is_no_index_is_made_anew(open_log: OpenLog, index_file: Path, damage: bytes | None) -> None:
    with open_log() as log:
        placed = fill(log)
    if damage is None:
        index_file.unlink()
    else:
        index_file.write_bytes(damage)

    check(open_log(), placed)


def test_an_index_with_damaged_pages_is_made_anew(open_log: OpenLog, index_file: Path) -> None:
    with open_log() as log:
        placed = fill(log)
    data = bytearray(index_file.read_bytes())
    for page in range(4096, len(data), 4096):
        data[page : page + 200] = bytes(200)
    index_file.write_bytes(data)

    check(open_log(), placed)


def change(index_file: Path, statement: str) -> None:
    with sqlite3.connect(index_file) as connection:
        connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE place SET place = place + 1",
        "UPDATE covered SET root = zeroblob(32)",
        "UPDATE covered SET size = 600",
        "UPDATE covered SET size = 1000000",
        "DROP TABLE place",
    ],
)
def test_an_index_that_says_something_else_is_made_anew(open_log: OpenLog, index_file: Path, statement: str) -> None:
    with open_log() as log:
        placed = fill(log)
    change(index_file, statement)

    check(open_log(), placed)


def test_an_index_of_another_log_is_made_anew(
    open_log: OpenLog, index_file: Path, tmp_path: Path, signer: Signer
) -> None:
    with open_log() as log:
        placed = fill(log)
    with Log.open(tmp_path / "other", signers=[signer]) as other:
        fill(other)  # the same entries, in another order
    index_file.write_bytes((tmp_path / "other.state" / index_file.name).read_bytes())

    check(open_log(), placed)


def test_an_index_that_is_behind_catches_up(open_log: OpenLog, index_file: Path) -> None:
    with open_log() as log:
        placed = fill(log, "a")
        kept = index_file.read_bytes()
        placed += fill(log, "b")
    index_file.write_bytes(kept)

    check(open_log(), placed)


def test_without_any_index_the_log_takes_entries_and_says_so(open_log: OpenLog, index_file: Path) -> None:
    with open_log() as log:
        fill(log)
    index_file.unlink()
    index_file.mkdir()

    log = open_log()
    (placed,) = log.append_many([b"taken all the same"])
    assert log.publish().size == COUNT + 1
    with pytest.raises(LogUnavailable, match="the index of the log cannot be"):
        log.index_of(placed)

    index_file.rmdir()
    assert log.index_of(placed) == COUNT

"""What a command took away for good is in no file of the vault, also while the node has the vault open."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client.settings import load_settings
from client.vault import database

Run = Callable[..., tuple[int, str, str]]
SESSIONS = "end_date_time,activity_names,perceived_exertion,duration_min\n2026-03-01T17:30:00Z,run,5,75\n"
AWAY = pytest.mark.parametrize(
    ("content", "table", "words"),
    [(SESSIONS, "observation", ("imports", "undo", 1)), ("a,b\n1,2\n", "quarantine", ("quarantine", "clear"))],
)


@pytest.fixture
def beside(node_of_one: Path) -> Iterator[sqlite3.Connection]:
    """The connection of another program, which does nothing."""
    with contextlib.closing(sqlite3.connect(load_settings(node_of_one).vault_path)) as connection:
        connection.execute("SELECT count(*) FROM athlete").fetchone()
        yield connection


def brought(run: Run, node: Path, content: str, folder: Path) -> None:
    (folder / "a.csv").write_text(content)
    run("ingest", node, folder / "a.csv", "--athlete", 7)


@AWAY
def test_no_sealed_byte_of_what_went_is_left(
    run: Run,
    node_of_one: Path,
    beside: sqlite3.Connection,
    tmp_path: Path,
    content: str,
    table: str,
    words: tuple[object, ...],
) -> None:
    brought(run, node_of_one, content, tmp_path)
    path = load_settings(node_of_one).vault_path
    sealed = [row[0] for row in beside.execute(f"SELECT sealed FROM {table}")]

    def on_disk() -> bytes:
        return b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))

    assert sealed
    assert all(one in on_disk() for one in sealed)

    code, _, err = run(words[0], words[1], node_of_one, *words[2:], "--yes")

    assert (code, err) == (0, "")
    assert not any(one[:32] in on_disk() for one in sealed)


@AWAY
def test_it_is_said_that_another_program_keeps_them(
    run: Run,
    node_of_one: Path,
    beside: sqlite3.Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str,
    table: str,
    words: tuple[object, ...],
) -> None:
    monkeypatch.setattr(database, "_BUSY_S", 0.05)  # how long it waits for the other program
    brought(run, node_of_one, content, tmp_path)
    beside.execute("BEGIN")
    beside.execute(f"SELECT count(*) FROM {table}").fetchone()

    code, _, err = run(words[0], words[1], node_of_one, *words[2:], "--yes")

    assert (code, "sealed bytes of what was deleted stay in its log" in err) == (0, True)

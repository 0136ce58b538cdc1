"""Versions of a SQLite file: each step once, all or nothing, and references hold afterwards."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.errors import CannotMigrate
from chassis.storage.schema_steps import Schema, statements
from chassis.storage.sqlite_file import connect

FIRST = statements("""
CREATE TABLE IF NOT EXISTS club (number INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS player (number INTEGER PRIMARY KEY, club INTEGER NOT NULL REFERENCES club ON DELETE CASCADE);
CREATE TRIGGER IF NOT EXISTS club_stays BEFORE DELETE ON club WHEN old.number = 1
  BEGIN SELECT RAISE(ABORT, 'this one stays; always'); END;
""")
REBUILT = statements("""
DROP TRIGGER club_stays;
CREATE TABLE club_2 (number INTEGER PRIMARY KEY, name TEXT NOT NULL, town TEXT NOT NULL DEFAULT '');
INSERT INTO club_2 (number, name) SELECT number, name FROM club;
DROP TABLE club;
ALTER TABLE club_2 RENAME TO club;
""")
OLD = Schema("league", [FIRST])
NEW = Schema("league", [FIRST, REBUILT])


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A file with foreign keys on, two clubs and three players, of version 1."""
    opened = connect(tmp_path / "there" / "a.sqlite3", "foreign_keys=ON")
    OLD.bring_up(opened)
    opened.execute("INSERT INTO club VALUES (1, 'Eastmere'), (2, 'Norrvik')")
    opened.execute("INSERT INTO player VALUES (1, 1), (2, 1), (3, 2)")
    yield opened
    opened.close()


def rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """All rows of a table."""
    return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


def test_a_table_is_rebuilt_and_nothing_that_refers_to_it_is_lost(connection: sqlite3.Connection) -> None:
    found = NEW.bring_up(connection)

    assert found == 1
    assert rows(connection, "club") == [(1, "Eastmere", ""), (2, "Norrvik", "")]
    assert rows(connection, "player") == [(1, 1), (2, 1), (3, 2)]
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO player VALUES (4, 9)")


def test_each_step_runs_once(connection: sqlite3.Connection) -> None:
    ran: list[int] = []
    schema = Schema("league", [FIRST, REBUILT, lambda _: ran.append(3)])

    first, second = schema.bring_up(connection), schema.bring_up(connection)

    assert (first, second, ran) == (1, 3, [3])


def test_a_step_that_fails_changes_nothing(connection: sqlite3.Connection) -> None:
    def fail(_: sqlite3.Connection) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        Schema("league", [FIRST, REBUILT, fail]).bring_up(connection)

    assert rows(connection, "club") == [(1, "Eastmere"), (2, "Norrvik")]
    assert rows(connection, "schema_version") == [("league", 1)]
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert NEW.bring_up(connection) == 1


def test_a_step_that_would_leave_a_reference_to_nothing_changes_nothing(connection: sqlite3.Connection) -> None:
    lossy = statements("DELETE FROM club WHERE number = 2;")

    with pytest.raises(CannotMigrate, match="rows of player would refer to rows of club"):
        Schema("league", [FIRST, lossy]).bring_up(connection)

    assert len(rows(connection, "club")) == 2


def test_a_file_of_a_newer_program_is_refused_and_left_as_it_is(connection: sqlite3.Connection) -> None:
    NEW.bring_up(connection)

    with pytest.raises(CannotMigrate, match="version 2 of its league, and this program knows versions up to 1"):
        OLD.bring_up(connection)

    assert rows(connection, "schema_version") == [("league", 2)]


def test_components_in_one_file_have_versions_of_their_own(connection: sqlite3.Connection) -> None:
    other = Schema("squad", [statements("CREATE TABLE IF NOT EXISTS squad (one INTEGER);")])

    other.bring_up(connection)
    NEW.bring_up(connection)

    assert rows(connection, "schema_version") == [("league", 2), ("squad", 1)]


def test_a_current_file_opens_while_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite3"
    writing, opening = connect(path), connect(path, busy_s=0.0)
    OLD.bring_up(writing)
    writing.execute("BEGIN IMMEDIATE")

    assert OLD.bring_up(opening) == 1

    writing.execute("ROLLBACK")
    writing.close()
    opening.close()


def test_a_statement_without_an_end_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="semicolon"):
        statements("CREATE TABLE a (b INTEGER)")


def test_the_file_and_its_folder_are_private(tmp_path: Path) -> None:
    path = tmp_path / "there" / "a.sqlite3"

    connect(path).close()

    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)

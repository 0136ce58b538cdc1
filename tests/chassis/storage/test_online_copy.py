"""A copy of a SQLite database is of the moment that was held, whatever is written while it is made."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from chassis.errors import BadBackup, CannotBackUp
from chassis.storage.online_copy import SqliteCopy, check_sqlite, refuse_in_use
from chassis.storage.sqlite_file import connect


@pytest.fixture
def database(tmp_path: Path) -> sqlite3.Connection:
    """A database as the programs open it, with some pages."""
    opened = connect(tmp_path / "x.sqlite3")
    opened.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY, body BLOB)")
    opened.executemany("INSERT INTO entry VALUES (?, ?)", [(number, b"x" * 4_000) for number in range(100)])
    return opened


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as copy:
        return int(copy.execute("SELECT count(*) FROM entry").fetchone()[0])


def test_writers_wait_only_while_the_moment_is_held(database: sqlite3.Connection, tmp_path: Path) -> None:
    database.execute("PRAGMA busy_timeout=0")
    with closing(SqliteCopy(tmp_path / "x.sqlite3")) as copy:
        with copy.held(), pytest.raises(sqlite3.OperationalError, match="locked"):
            database.execute("INSERT INTO entry VALUES (1000, x'00')")

        database.execute("INSERT INTO entry VALUES (1001, x'00')")  # waits for nobody
        copy.copy(tmp_path / "copy.sqlite3")

    assert count(tmp_path / "copy.sqlite3") == 100
    assert (tmp_path / "copy.sqlite3").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.sqlite3"]
    check_sqlite(tmp_path / "copy.sqlite3")
    database.close()


def test_what_is_written_between_two_steps_of_the_copy_is_not_in_it(
    database: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.storage.online_copy._PAGES_AT_ONCE", 7)
    steps = []

    def write(done: int, total: int) -> None:
        steps.append((done, total))
        database.execute("INSERT INTO entry (body) VALUES (?)", (b"y" * 9_000,))

    with closing(SqliteCopy(tmp_path / "x.sqlite3")) as copy:
        with copy.held():
            pass
        copy.copy(tmp_path / "copy.sqlite3", write)

    assert len(steps) > 10
    assert count(tmp_path / "copy.sqlite3") == 100
    assert count(tmp_path / "x.sqlite3") == 100 + len(steps)
    database.close()


def test_a_moment_can_be_fixed_again(database: sqlite3.Connection, tmp_path: Path) -> None:
    with closing(SqliteCopy(tmp_path / "x.sqlite3")) as copy:
        with copy.held():
            pass
        database.execute("INSERT INTO entry VALUES (1001, x'00')")
        with copy.held():
            pass
        assert copy.value("SELECT max(number) FROM entry") == 1001
    database.close()


def test_a_missing_or_damaged_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotBackUp, match="is missing"):
        SqliteCopy(tmp_path / "x.sqlite3")
    (tmp_path / "x.sqlite3").write_bytes(b"not a database, but long enough to be looked at" * 100)

    with closing(SqliteCopy(tmp_path / "x.sqlite3")) as copy, pytest.raises(CannotBackUp, match="damaged"), copy.held():
        pass
    with pytest.raises(BadBackup, match="does not open"):
        check_sqlite(tmp_path / "x.sqlite3")


def test_a_damaged_page_is_found(database: sqlite3.Connection, tmp_path: Path) -> None:
    database.close()
    with (tmp_path / "x.sqlite3").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)

    with pytest.raises(BadBackup, match="nothing was put back"):
        check_sqlite(tmp_path / "x.sqlite3")


def test_a_database_that_a_program_has_open_is_in_use(database: sqlite3.Connection, tmp_path: Path) -> None:
    with pytest.raises(BadBackup, match="in use; stop the program first"):
        refuse_in_use(tmp_path / "x.sqlite3")

    database.close()
    refuse_in_use(tmp_path / "x.sqlite3")
    refuse_in_use(tmp_path / "not-there")
    assert [path.name for path in tmp_path.iterdir()] == ["x.sqlite3"]

"""Opening a database once more in a program takes nothing from the connections that the program has already."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from chassis.storage.sqlite_file import connect

OPEN_AND_CLOSE = """
import contextlib, sqlite3, sys
with contextlib.closing(sqlite3.connect(sys.argv[1])) as found:
    print(found.execute("SELECT count(*) FROM kept").fetchone()[0])
"""


def seen_by_another_program(path: Path) -> int:
    done = subprocess.run([sys.executable, "-c", OPEN_AND_CLOSE, path], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_what_is_stored_after_a_second_opening_is_seen_by_every_program(tmp_path: Path) -> None:
    path = tmp_path / "held.sqlite3"
    with contextlib.closing(connect(path)) as first:
        first.execute("CREATE TABLE kept (one INTEGER)")
        first.execute("INSERT INTO kept VALUES (1)")
        connect(path).close()
        assert seen_by_another_program(path) == 1

        first.execute("INSERT INTO kept VALUES (2)")

        assert (tmp_path / "held.sqlite3-wal").exists(), (
            "the log of writes was deleted under the program that writes it"
        )
        assert seen_by_another_program(path) == 2


def test_the_file_is_its_owners_alone_from_its_first_moment(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        connect(tmp_path / "new.sqlite3").close()
    finally:
        os.umask(before)

    assert (tmp_path / "new.sqlite3").stat().st_mode & 0o777 == 0o600

"""Versions of a SQLite file that is read without an object-relational mapper: each step once, in order, all or nothing.

A file may hold the tables of several components; the table `schema_version` notes the version of each. Files of the
first release have no such table, so the first step of a component creates what it needs only where it is missing.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from chassis.errors import CannotMigrate

Step = Callable[[sqlite3.Connection], object]
"""One change from a version to the next. It runs inside a transaction, with foreign keys off."""

_TABLE: Final = "CREATE TABLE IF NOT EXISTS schema_version (component TEXT PRIMARY KEY, version INTEGER NOT NULL)"


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of one component: `steps[n]` brings it from version n to n + 1."""

    component: str
    steps: Sequence[Step]

    @property
    def newest(self) -> int:
        """The version that this program writes."""
        return len(self.steps)

    def bring_up(self, connection: sqlite3.Connection) -> int:
        """Apply the missing steps in one transaction; returns the version that was found, 0 for none.

        Raises CannotMigrate for a file of a newer program or one whose references no longer hold afterwards; then,
        as after any other error of a step, nothing was changed. The connection begins no transactions by itself.
        """
        if self._version(connection) == self.newest:
            return self.newest  # the usual case needs no writing lock, which an import may hold for a while
        (enforced,) = connection.execute("PRAGMA foreign_keys").fetchone()
        connection.execute("PRAGMA foreign_keys=OFF")  # inside a transaction it would have no effect
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                found = self._apply(connection)
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
        finally:
            connection.execute(f"PRAGMA foreign_keys={'ON' if enforced else 'OFF'}")
        return found

    def _apply(self, connection: sqlite3.Connection) -> int:
        connection.execute(_TABLE)
        found = self._version(connection)
        if found > self.newest:
            raise CannotMigrate(
                f"this file has version {found} of its {self.component}, and this program knows versions up to "
                f"{self.newest}; use the newer program"
            )
        for step in self.steps[found:]:
            step(connection)
        if found < self.newest:
            connection.execute(
                "INSERT OR REPLACE INTO schema_version (component, version) VALUES (?, ?)",
                (self.component, self.newest),
            )
            check_references(connection)
        return found

    def _version(self, connection: sqlite3.Connection) -> int:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'").fetchone():
            return 0
        query = "SELECT version FROM schema_version WHERE component = ?"
        row = connection.execute(query, (self.component,)).fetchone()
        return int(row[0]) if row else 0


def statements(script: str) -> Step:
    """Return a step of plain statements, separated by lines that end with a semicolon."""
    parts: list[str] = []
    text = ""
    for line in script.splitlines():
        text += f"{line}\n"
        if sqlite3.complete_statement(text):  # knows the semicolons inside a trigger
            parts.append(text)
            text = ""
    if text.strip():
        raise ValueError("expected every statement to end with a semicolon")

    def run(connection: sqlite3.Connection) -> None:
        for part in parts:
            connection.execute(part)

    return run


def check_references(connection: sqlite3.Connection) -> None:
    """Raise CannotMigrate if a row refers to one that is not there; foreign keys were off while steps ran."""
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise CannotMigrate(f"rows of {broken[0]} would refer to rows of {broken[2]} that are missing")

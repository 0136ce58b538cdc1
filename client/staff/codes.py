"""One-time sign-in codes of a node: their digests in the staff's file, in a table for each kind of person."""

import hashlib
from datetime import datetime
from typing import Literal

from chassis.clock import Clock
from chassis.sign_in.codes import OneTimeCodes, StoredCode
from client.staff.database import StaffFile


class CodeRows:
    """The codes of one table of the staff's file."""

    def __init__(self, file: StaffFile, table: Literal["staff_code", "athlete_code"]) -> None:
        self._file = file
        self._table = table

    def add(self, code: StoredCode) -> None:
        """Keep a code."""
        with self._file.transaction() as connection:
            row = (code.digest, code.person, code.expires.isoformat())
            connection.execute(f"INSERT INTO {self._table} (digest, person, expires) VALUES (?,?,?)", row)  # noqa: S608 constant

    def find(self, digest: str) -> StoredCode | None:
        """Return the code with this digest."""
        query = f"SELECT digest, person, expires FROM {self._table} WHERE digest = ?"  # noqa: S608 constant
        with self._file.reading() as connection:
            row = connection.execute(query, (digest,)).fetchone()
        return None if row is None else StoredCode(row[0], row[1], datetime.fromisoformat(row[2]))

    def take(self, digest: str) -> bool:
        """Remove a code; True for the one caller who did."""
        with self._file.transaction() as connection:
            statement = f"DELETE FROM {self._table} WHERE digest = ?"  # noqa: S608 constant
            return connection.execute(statement, (digest,)).rowcount == 1

    def drop_of(self, person: str) -> int:
        """Remove every code of a person and return how many there were."""
        with self._file.transaction() as connection:
            statement = f"DELETE FROM {self._table} WHERE person = ?"  # noqa: S608 constant
            return connection.execute(statement, (person,)).rowcount

    def drop_expired(self, now: datetime) -> None:
        """Remove the codes that have ended."""
        with self._file.transaction() as connection:
            rows = connection.execute(f"SELECT digest, expires FROM {self._table}").fetchall()  # noqa: S608 constant
            over = [(digest,) for digest, expires in rows if datetime.fromisoformat(expires) <= now]
            connection.executemany(f"DELETE FROM {self._table} WHERE digest = ?", over)  # noqa: S608 constant


def staff_codes(file: StaffFile, *, clock: Clock) -> OneTimeCodes:
    """Return the codes of this node; the label keeps codes of other programs from opening anything here."""

    def digest(plain: str) -> str:
        return hashlib.sha256(b"homefield node staff code " + plain.encode()).hexdigest()

    return OneTimeCodes(CodeRows(file, "staff_code"), digest=digest, clock=clock)


def athlete_codes(file: StaffFile, *, clock: Clock) -> OneTimeCodes:
    """Return the codes with which athletes sign in to their own site at this node."""

    def digest(plain: str) -> str:
        return hashlib.sha256(b"homefield node athlete code " + plain.encode()).hexdigest()

    return OneTimeCodes(CodeRows(file, "athlete_code"), digest=digest, clock=clock)

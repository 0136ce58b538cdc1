"""One-time sign-in codes of the club's staff: their digests in the staff's file."""

import hashlib
from datetime import datetime

from chassis.clock import Clock
from chassis.sign_in.codes import OneTimeCodes, StoredCode
from client.staff.database import StaffFile


class StaffCodeRows:
    """The codes in the staff's file."""

    def __init__(self, file: StaffFile) -> None:
        self._file = file

    def add(self, code: StoredCode) -> None:
        """Keep a code."""
        with self._file.transaction() as connection:
            row = (code.digest, code.person, code.expires.isoformat())
            connection.execute("INSERT INTO staff_code (digest, person, expires) VALUES (?,?,?)", row)

    def find(self, digest: str) -> StoredCode | None:
        """Return the code with this digest."""
        query = "SELECT digest, person, expires FROM staff_code WHERE digest = ?"
        with self._file.reading() as connection:
            row = connection.execute(query, (digest,)).fetchone()
        return None if row is None else StoredCode(row[0], row[1], datetime.fromisoformat(row[2]))

    def take(self, digest: str) -> bool:
        """Remove a code; True for the one caller who did."""
        with self._file.transaction() as connection:
            return connection.execute("DELETE FROM staff_code WHERE digest = ?", (digest,)).rowcount == 1

    def drop_of(self, person: str) -> int:
        """Remove every code of a person and return how many there were."""
        with self._file.transaction() as connection:
            return connection.execute("DELETE FROM staff_code WHERE person = ?", (person,)).rowcount

    def drop_expired(self, now: datetime) -> None:
        """Remove the codes that have ended."""
        with self._file.transaction() as connection:
            rows = connection.execute("SELECT digest, expires FROM staff_code").fetchall()
            over = [(digest,) for digest, expires in rows if datetime.fromisoformat(expires) <= now]
            connection.executemany("DELETE FROM staff_code WHERE digest = ?", over)


def staff_codes(file: StaffFile, *, clock: Clock) -> OneTimeCodes:
    """Return the codes of this node; the label keeps codes of other programs from opening anything here."""

    def digest(plain: str) -> str:
        return hashlib.sha256(b"homefield node staff code " + plain.encode()).hexdigest()

    return OneTimeCodes(StaffCodeRows(file), digest=digest, clock=clock)

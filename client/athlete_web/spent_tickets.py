"""Which tickets were used at this node, kept on disk: what was used before a restart opens nothing after it.

A ticket lives two minutes, and its id is kept for a day: no clock that is set back by less brings it to life again.
"""

from datetime import datetime, timedelta
from typing import Final

from client.staff.database import StaffFile
from policies.sign_in.ticket import Ticket

KEPT: Final = timedelta(days=1)


class SpentTickets:
    """The ids of used tickets in the staff's file."""

    def __init__(self, file: StaffFile) -> None:
        self._file = file

    def spend(self, ticket: Ticket, *, now: datetime) -> bool:
        """Note that a ticket is used; True for the one caller who was first, however many come at once."""
        until = (ticket.expires + KEPT).isoformat()
        with self._file.transaction() as connection:
            rows = connection.execute("SELECT ticket, until FROM spent_ticket").fetchall()
            over = [(one,) for one, kept in rows if datetime.fromisoformat(kept) <= now]
            connection.executemany("DELETE FROM spent_ticket WHERE ticket = ?", over)
            statement = "INSERT OR IGNORE INTO spent_ticket (ticket, until) VALUES (?,?)"
            return connection.execute(statement, (ticket.id, until)).rowcount == 1

"""Who may fill in forms on which shared tablet, each by a PIN of their own on it.

A tablet is a browser that holds a random id; what is kept of id and PINs are digests, so that whoever reads the file
can try no PIN. The fifth wrong one deletes a PIN: its athlete joins again with a code.
"""

from chassis.sign_in.pin import pin_digest, same_pin
from chassis.sign_in.sessions import MOST_PIN_TRIES, session_digest
from client.staff.database import StaffFile
from policies.vocabulary import AthleteId

MOST_ON_ONE = 200  # ours: a club's athletes many times over


class TabletPins:
    """The PINs in the staff's file."""

    def __init__(self, file: StaffFile) -> None:
        self._file = file

    def put(self, tablet: str, athlete: AthleteId, pin: str) -> None:
        """Set an athlete's PIN on a tablet, in place of an earlier one. tablet: the id that its browser holds."""
        row = (session_digest(tablet), athlete, pin_digest(pin, tablet))
        with self._file.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO tablet_pin (tablet, person, pin, tries) VALUES (?, ?, ?, 0)", row
            )

    def athletes(self, tablet: str | None) -> list[AthleteId]:
        """Return who has a PIN on a tablet."""
        query = "SELECT person FROM tablet_pin WHERE tablet = ? ORDER BY person LIMIT ?"
        with self._file.reading() as connection:
            rows = connection.execute(query, (session_digest(tablet or ""), MOST_ON_ONE)).fetchall()
        return [AthleteId(person) for (person,) in rows]

    def is_right(self, tablet: str | None, athlete: AthleteId, pin: str) -> bool:
        """True for the athlete's PIN on this tablet. The fifth wrong one in a row deletes it."""
        if not tablet:
            return False
        place = (session_digest(tablet), athlete)
        with self._file.transaction() as connection:  # counted before it is compared, so that no two tries are one
            connection.execute("UPDATE tablet_pin SET tries = tries + 1 WHERE tablet = ? AND person = ?", place)
            query = "SELECT pin, tries FROM tablet_pin WHERE tablet = ? AND person = ?"
            row = connection.execute(query, place).fetchone()
            if row is None:
                return False
            is_right = row[1] <= MOST_PIN_TRIES and same_pin(row[0], pin, tablet)
            if is_right:
                connection.execute("UPDATE tablet_pin SET tries = 0 WHERE tablet = ? AND person = ?", place)
            elif row[1] >= MOST_PIN_TRIES:
                connection.execute("DELETE FROM tablet_pin WHERE tablet = ? AND person = ?", place)
        return is_right

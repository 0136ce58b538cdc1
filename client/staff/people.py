"""Who is on the club's staff: name, role, and the squads whose athletes they may see."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from client.errors import BadNodeSettings, UnknownPerson
from client.squads import checked_squad
from client.staff.database import StaffFile
from policies.vocabulary import PersonId, Role

STAFF_ROLES = (Role.COACH, Role.MEDICAL)
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class StaffPerson:
    """A person of the club's staff. squads: one or more; athletes of other squads do not exist for them."""

    person: PersonId
    name: str
    role: Role
    squads: frozenset[str]


def person_of(name: str) -> PersonId:
    """Return the id under which athletes find this person in their log."""
    return PersonId(f"staff-{hashlib.sha256(name.strip().encode()).hexdigest()[:12]}")


def staff_person(name: str, role: Role, squads: Iterable[str]) -> StaffPerson:
    """Return the person; raises BadNodeSettings for a name, role or squad that cannot be."""
    plain, held = name.strip(), frozenset(checked_squad(squad) for squad in squads)
    if role not in STAFF_ROLES:
        raise BadNodeSettings("expected the role coach or medical")
    if not 0 < len(plain) <= LONGEST_NAME or not plain.isprintable():
        raise BadNodeSettings(f"expected a name of 1 to {LONGEST_NAME} printable characters")
    if not held:
        raise BadNodeSettings("expected at least one squad")
    return StaffPerson(person_of(plain), plain, role, held)


class StaffPeople:
    """The list of staff."""

    def __init__(self, file: StaffFile) -> None:
        self._file = file

    def put(self, one: StaffPerson) -> None:
        """Add a person, or change their role and squads; whatever was open for them ends."""
        with self._file.transaction() as connection:
            _remove(connection, one.person)
            row = (one.person, one.name, one.role.value, json.dumps(sorted(one.squads)))
            connection.execute("INSERT INTO staff_person (person, name, role, squads) VALUES (?,?,?,?)", row)

    def remove(self, person: PersonId) -> None:
        """Remove a person with their codes and sessions, all at one moment."""
        with self._file.transaction() as connection:
            _remove(connection, person)

    def find(self, person: str) -> StaffPerson | None:
        """Return the person with this id."""
        query = "SELECT person, name, role, squads FROM staff_person WHERE person = ?"
        with self._file.reading() as connection:
            row = connection.execute(query, (person,)).fetchone()
        return None if row is None else _person(*row)

    def named(self, name: str) -> StaffPerson:
        """Return the person of this name; raises UnknownPerson."""
        found = self.find(person_of(name))
        if found is None:
            raise UnknownPerson(
                "there is nobody of this name on the staff; see `homefield-node staff list`, or add them with "
                "`homefield-node staff add`"
            )
        return found

    def every(self) -> list[StaffPerson]:
        """Return everybody, by name."""
        with self._file.reading() as connection:
            rows = connection.execute("SELECT person, name, role, squads FROM staff_person").fetchall()
        return sorted((_person(*row) for row in rows), key=lambda one: (one.name.casefold(), one.person))


def _remove(connection: sqlite3.Connection, person: PersonId) -> None:
    for statement in (
        "DELETE FROM staff_person WHERE person = ?",
        "DELETE FROM staff_code WHERE person = ?",
        "DELETE FROM staff_session WHERE person = ?",
    ):
        connection.execute(statement, (person,))


def _person(person: str, name: str, role: str, squads: str) -> StaffPerson:
    return StaffPerson(PersonId(person), name, Role(role), frozenset(json.loads(squads)))

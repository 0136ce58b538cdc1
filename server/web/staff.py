"""Who works with the coordinator's pages: a person, their role, and the club of a front office."""

import json
from dataclasses import dataclass

from chassis.sign_in.csrf import csrf_token
from server.errors import BadCoordinatorSettings
from server.web.staff_role import StaffRole


@dataclass(frozen=True, slots=True)
class LeagueStaff:
    """A person: name as shown, role, and the club of a front office (empty for an operator)."""

    person: str
    role: StaffRole
    club: str = ""

    def __post_init__(self) -> None:
        if (self.role is StaffRole.FRONT_OFFICE) != bool(self.club):
            raise BadCoordinatorSettings("a front office belongs to one club, an operator to none")
        if not 0 < len(self.person.strip()) <= 60 or not self.person.isprintable():
            raise BadCoordinatorSettings("expected a name of 1 to 60 printable characters")

    @property
    def label(self) -> str:
        """How the header names them."""
        return f"{self.person}, {'squad planning' if self.role is StaffRole.FRONT_OFFICE else 'operator'}"

    @property
    def home(self) -> str:
        """Their first page."""
        return "/squad" if self.role is StaffRole.FRONT_OFFICE else "/campaigns"

    @property
    def key(self) -> str:
        """What codes and sessions name them by: two of one name at different places are two."""
        return json.dumps([self.person, self.role.value, self.club])

    @classmethod
    def of_key(cls, key: str) -> "LeagueStaff":
        """Return the person of a key."""
        person, role, club = json.loads(key)
        return cls(person, StaffRole(role), club)


@dataclass(frozen=True, slots=True)
class StaffRequest:
    """A signed-in browser."""

    staff: LeagueStaff
    csrf: str

    @classmethod
    def of(cls, staff: LeagueStaff, held: str) -> "StaffRequest":
        """Return the request of a session. held: its id."""
        return cls(staff, csrf_token(held))

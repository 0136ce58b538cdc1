"""Who looks at the node's pages: a person of the staff who is signed in, or a persona of the demo."""

from dataclasses import dataclass

from chassis.sign_in.csrf import csrf_token
from client.staff.people import StaffPerson
from policies.vocabulary import PersonId, Purpose, Role

ROLE_NAMES = {Role.COACH: "performance coach", Role.MEDICAL: "medical team"}
ROLE_GROUPS = {Role.COACH: "performance coaches", Role.MEDICAL: "the medical team"}
# The purpose follows from the role (policies: coaches plan training, medical staff care).
PURPOSES = {Role.COACH: Purpose.TRAINING, Role.MEDICAL: Purpose.CARE}


def named_with_role(name: str, role: Role) -> str:
    """Return who of the staff it was and what they are; of an athlete's own word there is nothing to add."""
    return f"{name}, {ROLE_NAMES[role].lower()}" if role in ROLE_NAMES else name


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person of the club who is signed in. squads: athletes of any other do not exist for them."""

    person: PersonId
    name: str
    role: Role
    squads: frozenset[str]
    csrf: str

    @classmethod
    def of(cls, one: StaffPerson, held: str) -> "Viewer":
        """Return the viewer of a session. held: its id."""
        return cls(one.person, one.name, one.role, one.squads, csrf_token(held))

    @property
    def label(self) -> str:
        """How the header names them."""
        return f"{self.name}, {ROLE_NAMES[self.role]}"

    @property
    def purpose(self) -> Purpose:
        """What this role uses data for."""
        return PURPOSES[self.role]

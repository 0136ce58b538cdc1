"""Signing in at the node: a one-time code with a PIN for this device, or a persona while the demo runs on loopback."""

from collections.abc import Callable
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.sign_in.attempts import Attempts, attempt_keys
from chassis.sign_in.codes import OneTimeCodes
from chassis.sign_in.sessions import Sessions
from client.coaching.auto_apply import BY_ITSELF
from client.staff.codes import staff_codes
from client.staff.database import StaffFile
from client.staff.people import StaffPeople, StaffPerson
from client.staff.sessions import staff_sessions
from client.web.viewer import Viewer
from policies.vocabulary import PersonId, Role

DEMO = "demo"
PERSONAS = {
    "coach": (PersonId("demo-coach"), "Robin Dale", Role.COACH),
    "medical": (PersonId("demo-medical"), "Mika Stone", Role.MEDICAL),
}


@dataclass(frozen=True, slots=True)
class StaffSignIn:
    """Opens, finds and ends sessions of the staff. squads: every squad of the club, which demo personas see."""

    people: StaffPeople
    codes: OneTimeCodes
    sessions: Sessions
    attempts: Attempts
    squads: Callable[[], frozenset[str]]
    demo: bool

    @classmethod
    def over(cls, file: StaffFile, *, clock: Clock, squads: Callable[[], frozenset[str]], demo: bool) -> "StaffSignIn":
        """Return it over the staff's file."""
        codes, sessions = staff_codes(file, clock=clock), staff_sessions(file, clock=clock)
        return cls(StaffPeople(file), codes, sessions, Attempts(clock), squads, demo)

    def viewer(self, held: str | None) -> Viewer | None:
        """Return who the session's id belongs to; None if it is unknown, ended or locked, or they were removed."""
        session = self.sessions.find(held)
        if session is None or held is None:
            return None
        one = self._persona(session.person) if session.facts == DEMO else self.people.find(session.person)
        return None if one is None else Viewer.of(one, held)

    def name_of(self, person: PersonId) -> str:
        """Return the name of a person of the staff; who has left is said to be one of them, without a name."""
        if person == BY_ITSELF:
            return "applied by itself because the athlete asked for it"
        one = self._persona(person) or self.people.find(person)
        return "somebody of the staff who left" if one is None else one.name

    def everybody(self) -> list[StaffPerson]:
        """Return who may sign in, by name; in the demo the personas as well."""
        personas = [one for known, _, _ in PERSONAS.values() if (one := self._persona(known)) is not None]
        return sorted([*self.people.every(), *personas], key=lambda one: (one.name.casefold(), one.person))

    def is_locked(self, held: str | None) -> bool:
        """True for a session that waits for its PIN."""
        session = self.sessions.locked(held)
        return session is not None and self.people.find(session.person) is not None

    def with_code(
        self, code: str, pin: str, *, address: str | None, replaces: str | None, before: Callable[[StaffPerson], None]
    ) -> str | None:
        """Spend a code and return the new session's id; None for a code that opens nothing.

        before: called with the person while the code still stands; if it raises, the code is not used up.
        Raises TooManyTries before anything is looked up.
        """
        tries = attempt_keys(code, address)
        self.attempts.check(tries)
        found = self.codes.find(code)
        one = None if found is None else self.people.find(found.person)
        if found is not None and one is not None:
            before(one)
            if self.codes.spend(found):
                return self.sessions.begin(one.person, pin=pin, replaces=replaces)
        self.attempts.count(tries)
        return None

    def as_persona(self, persona: str, *, replaces: str | None, before: Callable[[StaffPerson], None]) -> str | None:
        """Return a new session's id for a persona of the demo; None where there is none."""
        if not self.demo or persona not in PERSONAS:
            return None
        one = self._persona(PERSONAS[persona][0])
        if one is None:
            return None
        before(one)
        return self.sessions.begin(one.person, facts=DEMO, replaces=replaces)

    def _persona(self, person: str) -> StaffPerson | None:
        """The persona with this id, who sees every squad; nobody once the node runs without the demo."""
        for known, name, role in PERSONAS.values() if self.demo else ():
            if known == person:
                return StaffPerson(known, name, role, self.squads())
        return None

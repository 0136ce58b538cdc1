"""Signing in at the league's pages: a one-time code, or a persona while the demo runs on loopback."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from chassis.clock import Clock
from chassis.sign_in.attempts import Attempts, attempt_keys
from chassis.sign_in.codes import OneTimeCodes
from chassis.sign_in.sessions import Sessions
from server.web.sign_in_rows import league_codes, league_sessions
from server.web.staff import LeagueStaff, StaffRequest

DEMO = "demo"


@dataclass(frozen=True, slots=True)
class LeagueSignIn:
    """Opens, finds and ends sessions of the league's staff."""

    codes: OneTimeCodes
    sessions: Sessions
    attempts: Attempts
    demo: bool

    @classmethod
    def over(cls, engine: Engine, *, clock: Clock, demo: bool) -> "LeagueSignIn":
        """Return it over the coordinator's database."""
        codes, sessions = league_codes(engine, clock=clock), league_sessions(engine, clock=clock)
        return cls(codes, sessions, Attempts(clock), demo)

    def find(self, held: str | None) -> StaffRequest | None:
        """Return who the session's id belongs to; None if it is unknown, ended, or of a demo that is over."""
        session = self.sessions.find(held)
        if session is None or held is None or (session.facts == DEMO and not self.demo):
            return None
        return StaffRequest.of(LeagueStaff.of_key(session.person), held)

    def with_code(
        self, code: str, *, address: str | None, replaces: str | None, before: Callable[[LeagueStaff], None]
    ) -> tuple[str, LeagueStaff] | None:
        """Spend a code; returns the new session's id and whose it is, or None for a code that opens nothing.

        before: called with the person while the code still stands; if it raises, the code is not used up.
        Raises TooManyTries before anything is looked up.
        """
        tries = attempt_keys(code, address)
        self.attempts.check(tries)
        found = self.codes.find(code)
        if found is not None:
            staff = LeagueStaff.of_key(found.person)
            before(staff)  # no transaction is open, so that a slow answer keeps no one from the database
            if self.codes.spend(found):
                return self.sessions.begin(staff.key, replaces=replaces), staff
        self.attempts.count(tries)
        return None

    def as_persona(self, staff: LeagueStaff, *, replaces: str | None) -> str:
        """Return a new session's id for a persona of the demo."""
        return self.sessions.begin(staff.key, facts=DEMO, replaces=replaces)

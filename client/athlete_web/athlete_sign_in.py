"""Signing in to the athlete's own site: by a one-time code from the club's desk."""

from collections.abc import Callable
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.sign_in.attempts import Attempts, attempt_keys
from chassis.sign_in.codes import OneTimeCodes
from chassis.sign_in.sessions import Sessions
from client.athlete_web.viewer import AthleteViewer
from client.errors import VaultError
from client.staff.codes import athlete_codes
from client.staff.database import StaffFile
from client.staff.sessions import athlete_sessions
from client.vault.store import Athlete, Vault
from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class AthleteSignIn:
    """Opens, finds and ends sessions of athletes; those of staff are in another table and under another cookie."""

    vault: Vault
    codes: OneTimeCodes
    sessions: Sessions
    attempts: Attempts

    @classmethod
    def over(cls, file: StaffFile, *, vault: Vault, clock: Clock) -> "AthleteSignIn":
        """Return it over the file of who may sign in."""
        return cls(vault, athlete_codes(file, clock=clock), athlete_sessions(file, clock=clock), Attempts(clock))

    def viewer(self, held: str | None) -> AthleteViewer | None:
        """Return who the session's id belongs to; None if it is unknown or ended, or the athlete is erased."""
        session = self.sessions.find(held)
        one = None if session is None else self._athlete(session.person)
        return None if one is None or held is None else AthleteViewer.of(one, held)

    def with_code(
        self, code: str, *, address: str | None, replaces: str | None, before: Callable[[AthleteId], None]
    ) -> str | None:
        """Spend a code and return the new session's id; None for a code that opens nothing.

        before: called with the athlete while the code still stands; if it raises, the code is not used up.
        Raises TooManyTries before anything is looked up.
        """
        tries = attempt_keys(code, address)
        self.attempts.check(tries)
        found = self.codes.find(code)
        one = None if found is None else self._athlete(found.person)
        if found is not None and one is not None:
            before(one.athlete)
            if self.codes.spend(found):
                return self.sessions.begin(one.athlete, replaces=replaces)
        self.attempts.count(tries)
        return None

    def _athlete(self, person: str) -> Athlete | None:
        try:
            return self.vault.athlete(AthleteId(person))
        except VaultError:
            return None

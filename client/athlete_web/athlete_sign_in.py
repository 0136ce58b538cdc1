"""Signing in to the athlete's own site: by a ticket from the portal, or by a one-time code from the club."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chassis.clock import Clock
from chassis.sign_in.attempts import Attempts, attempt_keys
from chassis.sign_in.codes import OneTimeCodes
from chassis.sign_in.sessions import Sessions
from client.athlete_web.pending_sign_ins import PendingSignIns
from client.athlete_web.spent_tickets import SpentTickets
from client.athlete_web.viewer import AthleteViewer
from client.errors import VaultError
from client.staff.codes import athlete_codes
from client.staff.database import StaffFile
from client.staff.sessions import athlete_sessions
from client.vault.store import Athlete, Vault
from policies.vocabulary import AthleteId

ON_TABLET: Final = "tablet"
TABLET_LASTS: Final = timedelta(minutes=10)
"""Ours: long enough for every form of a day, short enough for a tablet that is put down."""


@dataclass(frozen=True, slots=True)
class AthleteSignIn:
    """Opens, finds and ends sessions of athletes; those of staff are in another table and under another cookie."""

    vault: Vault
    codes: OneTimeCodes
    sessions: Sessions
    attempts: Attempts
    tickets: SpentTickets
    pending: PendingSignIns
    clock: Clock

    @classmethod
    def over(cls, file: StaffFile, *, vault: Vault, clock: Clock) -> "AthleteSignIn":
        """Return it over the file of who may sign in."""
        codes, sessions = athlete_codes(file, clock=clock), athlete_sessions(file, clock=clock)
        return cls(vault, codes, sessions, Attempts(clock), SpentTickets(file), PendingSignIns(clock), clock)

    def viewer(self, held: str | None) -> AthleteViewer | None:
        """Return who the session's id belongs to; None if it is unknown or ended, or the athlete is erased."""
        session = self.sessions.find(held)
        is_on_tablet = session is not None and session.facts == ON_TABLET
        if session is not None and is_on_tablet and self.clock() - session.began >= TABLET_LASTS:
            self.sessions.end(held)
            return None
        one = None if session is None else self.athlete(session.person)
        return None if one is None or held is None else AthleteViewer.of(one, held, is_on_tablet=is_on_tablet)

    def with_code(
        self,
        code: str,
        *,
        address: str | None,
        replaces: str | None,
        before: Callable[[AthleteId], None],
        facts: str = "",
    ) -> str | None:
        """Spend a code and return the new session's id; None for a code that opens nothing.

        before: called with the athlete while the code still stands; if it raises, the code is not used up.
        facts: `ON_TABLET` on a tablet that several share. Raises TooManyTries before anything is looked up.
        """
        tries = attempt_keys(code, address)
        self.attempts.check(tries)
        found = self.codes.find(code)
        one = None if found is None else self.athlete(found.person)
        if found is not None and one is not None:
            before(one.athlete)
            if self.codes.spend(found):
                return self.sessions.begin(one.athlete, facts=facts, replaces=replaces)
        self.attempts.count(tries)
        return None

    def athlete(self, person: str) -> Athlete | None:
        """Return the athlete with this id; None if this node does not hold them, or no longer."""
        try:
            return self.vault.athlete(AthleteId(person))
        except VaultError:
            return None

"""The consent service's decisions, noted for the athlete as they are asked: what is not noted is not shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from audit.entries.details.base import Details
from chassis.clock import Clock
from client.access_records.looks import Looks, asked_of
from client.consent_client import Question, Ruling
from client.web.access import ConsentDecisions
from policies.snapshot import ConsentSnapshot
from policies.vocabulary import Action, AthleteId, PersonId, Purpose, Role


@dataclass(frozen=True, slots=True)
class NotedDecisions:
    """Asks the service, then keeps who asked of whom. held: the athletes of this node."""

    service: ConsentDecisions
    looks: Looks
    held: Callable[[], frozenset[AthleteId]]
    clock: Clock
    zone: tzinfo

    def snapshot(self) -> ConsentSnapshot:
        """Return the fresh signed snapshot of this club."""
        return self.service.snapshot()

    def decisions(
        self, *, person: str, role: Role, action: Action, purpose: Purpose, questions: Sequence[Question]
    ) -> tuple[Ruling, ...]:
        """Decide and log one page's questions together, and note them here; raises JournalError where it cannot."""
        rulings = self.service.decisions(person=person, role=role, action=action, purpose=purpose, questions=questions)
        asked = asked_of(((ruling.athlete, ruling.allowed) for ruling in rulings), self.held())
        if asked:
            now = self.clock()
            self.looks.note(PersonId(person), role, asked, at=now, day=now.astimezone(self.zone).date())
        return rulings

    def event(self, details: Details) -> None:
        """Log an event of this club."""
        self.service.event(details)

"""A node's plans with whom they can be for: the journal's rows, the squads, the groups and the athletes by name."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from client.coaching.journal import CoachingJournal
from client.planning.effective import OwnPlan, narrowest
from client.planning.groups import PlanGroups
from client.planning.plan_for import EVERYONE, PlanFor, in_order, reaching
from client.planning.records import AT_TERMINAL, PlanRecords, PlanSave
from client.settings import NodeSettings
from client.vault.store import Athlete, Vault
from policies.vocabulary import AthleteId


@dataclass(frozen=True, slots=True)
class Planner:
    """The plans of one node."""

    vault: Vault
    records: PlanRecords
    groups: PlanGroups

    @classmethod
    def over(cls, vault: Vault, journal: CoachingJournal) -> "Planner":
        """Return the plans of a node whose journal is open."""
        return cls(vault, PlanRecords(journal.file), PlanGroups(journal.file))

    def everybody(self) -> list[PlanFor]:
        """Return whom a plan can be for: everyone, each squad, each group, each athlete."""
        people = self.vault.athletes()
        return [EVERYONE, *self.of_people(people)]

    def of_people(self, people: Sequence[Athlete]) -> list[PlanFor]:
        """Return the squads and groups that these athletes are in, and each of them."""
        groups = self.groups.of([one.athlete for one in people])
        squads = {PlanFor(one.squad) for one in people}
        named = {PlanFor(one.squad, groups[one.athlete]) for one in people if one.athlete in groups}
        return in_order({*squads, *named, *(PlanFor(athlete=one.athlete) for one in people)})

    def own_plan(self, athlete: AthleteId, first: date, last: date) -> OwnPlan:
        """Return what counts for one athlete from `first` to `last`, both included."""
        group = self.groups.of([athlete]).get(athlete, "")
        plans = reaching(athlete, self.vault.athlete(athlete).squad, group)
        return OwnPlan(narrowest(self.records.in_effect(first, last, plans), plans))

    def name_of(self, whom: PlanFor) -> str:
        """Return how a table of the terminal names them."""
        if whom.athlete is not None:
            return self.vault.athlete(whom.athlete).name
        return whom.group or whom.squad or "everyone"


@contextmanager
def planner(settings: NodeSettings, vault: Vault) -> Iterator[Planner]:
    """Open the journal of a node for its plans; it is closed afterwards."""
    journal = CoachingJournal(settings.journal_path, lambda athlete: vault.seal_of(athlete)[2])
    try:
        yield Planner.over(vault, journal)
    finally:
        journal.close()


def terminal_save(at: datetime) -> PlanSave:
    """Return an act of planning at the node's own terminal."""
    return PlanSave(secrets.token_hex(16), at, AT_TERMINAL)

"""Whom a plan is for: everyone, a squad, a group of a squad, or one athlete. The narrower one counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from client.coaching.training_session import BadPlan
from client.errors import BadNodeSettings
from client.squads import checked_squad
from policies.vocabulary import AthleteId, is_athlete_id

EVERYONE_KEY = "everyone"


class Breadth(IntEnum):
    """How wide a plan is; of one session the plan with the larger number counts."""

    EVERYONE = 0
    SQUAD = 1
    GROUP = 2
    ATHLETE = 3


@dataclass(frozen=True, slots=True)
class PlanFor:
    """Whom a plan is for. A group belongs to one squad."""

    squad: str = ""
    group: str = ""
    athlete: AthleteId | None = None

    @property
    def breadth(self) -> Breadth:
        """How wide it is."""
        if self.athlete is not None:
            return Breadth.ATHLETE
        if self.group:
            return Breadth.GROUP
        return Breadth.SQUAD if self.squad else Breadth.EVERYONE

    @property
    def key(self) -> str:
        """How it is written in the journal, in a form and in a file."""
        if self.athlete is not None:
            return self.athlete
        if self.group:
            return f"group:{self.squad}/{self.group}"
        return f"squad:{self.squad}" if self.squad else EVERYONE_KEY

    @classmethod
    def of(cls, key: str) -> "PlanFor":
        """Return what a key says; raises BadPlan for anything else."""
        kind, _, rest = key.partition(":")
        squad, _, group = rest.partition("/")
        try:
            if key == EVERYONE_KEY:
                return EVERYONE
            if kind == "squad":
                return cls(checked_squad(rest))
            if kind == "group" and group:
                return cls(checked_squad(squad), group)
        except BadNodeSettings as error:
            raise BadPlan(str(error)) from error
        if is_athlete_id(key):
            return cls(athlete=AthleteId(key))
        raise BadPlan("expected everyone, squad:NAME, group:SQUAD/NAME or the id of an athlete")


EVERYONE = PlanFor()


def reaching(athlete: AthleteId, squad: str, group: str) -> tuple[PlanFor, ...]:
    """Return every plan that may reach an athlete, the widest first. group: "" for an athlete of none."""
    found = [EVERYONE, PlanFor(squad), PlanFor(squad, group) if group else None, PlanFor(athlete=athlete)]
    return tuple(one for one in found if one is not None)


def in_order(found: Iterable[PlanFor]) -> list[PlanFor]:
    """Return them as pages list them: the widest first, then by name."""
    return sorted(found, key=lambda one: (one.breadth, one.squad, one.group.casefold(), one.athlete or ""))

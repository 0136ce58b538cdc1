"""The groups of a person's squads on the page: who is in which, and the form that puts athletes into one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from audit.entries.details.clubs import PlanSet
from chassis.errors import BadName
from chassis.text import listed
from client.coaching.training_session import BadPlan
from client.planning.groups import read_group
from client.web.planning.addresses import plan_address
from client.web.planning.week_plans import WeekPlans
from client.web.site import ClubSite
from client.web.viewer import Viewer
from policies.vocabulary import AthleteId

MOST_MEMBERS = 200  # ours


class GroupSent(BaseModel):
    """What the form of a group said."""

    model_config = ConfigDict(frozen=True)

    csrf: str = Field(max_length=100)
    week: date
    group: str = Field(default="", max_length=100)
    member: list[str] = Field(default=[], max_length=MOST_MEMBERS)


@dataclass(frozen=True, slots=True)
class GroupName:
    """A group with its page and the names of who is in it."""

    name: str
    href: str
    members: str


@dataclass(frozen=True, slots=True)
class MemberChoice:
    """An athlete in the form. other: the group that they are in now, if it is another."""

    athlete: str
    name: str
    is_in: bool
    other: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """The part of the page about groups. name: of the group that the form is about; wrong: what to put right."""

    names: Sequence[GroupName]
    name: str
    wrong: str
    people: Sequence[MemberChoice]
    is_open: bool


def grouping(week: WeekPlans, name: str, *, chosen: Sequence[str] | None = None, wrong: str = "") -> Grouping:
    """Return the groups of these people and the form of one. chosen: whom the form named, if it was sent."""
    people = sorted(week.people, key=lambda one: one.name.casefold())
    groups = sorted({week.groups[one.athlete] for one in people if one.athlete in week.groups}, key=str.casefold)
    inside = {one.athlete for one in people if name and week.groups.get(one.athlete) == name}
    marked = inside if chosen is None else set(chosen)
    return Grouping(
        names=[
            GroupName(
                group,
                plan_address(week.begins, group=group),
                listed([one.name for one in people if week.groups.get(one.athlete) == group]),
            )
            for group in groups
        ],
        name=name,
        wrong=wrong,
        people=[
            MemberChoice(one.athlete, one.name, one.athlete in marked, _other(week.groups.get(one.athlete, ""), name))
            for one in people
        ],
        is_open=bool(name or wrong),
    )


def _other(group: str, name: str) -> str:
    return "" if group == name else group


def put_group(site: ClubSite, viewer: Viewer, sent: GroupSent) -> str:
    """Put exactly these athletes into the group, and return its name; raises BadPlan with what to put right."""
    try:
        name = read_group(sent.group)
    except BadName as error:
        raise BadPlan(str(error)) from error
    people = [one for one in site.vault.athletes() if one.squad in viewer.squads]
    chosen = {one.athlete: one.squad for one in people if one.athlete in sent.member}
    if len(set(chosen.values())) > 1:
        raise BadPlan("expected athletes of one squad; a group belongs to a squad")
    now = site.plans.groups.of([one.athlete for one in people])
    changed: dict[AthleteId, str] = {one: name for one in chosen if now.get(one) != name}
    left = {one.athlete for one in people if not chosen or one.squad in chosen.values()} - chosen.keys()
    changed |= {one: "" for one in left if now.get(one) == name}
    site.consent.event(PlanSet(day=site.day(), person=viewer.person))
    site.plans.groups.put(changed, person=viewer.person, at=site.clock())
    return name

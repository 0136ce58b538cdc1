"""What stands in the public log of a day does not depend on who takes part, or on who of them leaves."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from audit.entries.details.codes import FreezeCause
from audit.entries.details.league import CampaignClosed
from audit.entries.events import EventKind
from consent.grants.values import ConsentMethod
from policies.vocabulary import AthleteId, Category, OrgId, Role
from tests.consent.league import FakeClock, Template, World
from tests.scale import scaled, seeded

CLUBS, LEAGUE = (OrgId("club-a"), OrgId("club-b")), OrgId("league")
PublicDays = Counter[tuple[date, EventKind, str]]


@dataclass(frozen=True, slots=True)
class Story:
    """What happens in one world. Everybody decides twice; only what they decide on, and who leaves, differs.

    takes_part: who shares with the league, while all others share with their coaches. leaves, is_erased, freezes: who
    stops everything on the second, third and fourth day: two, one and one, whoever they are.
    """

    takes_part: frozenset[AthleteId]
    leaves: tuple[AthleteId, AthleteId]
    is_erased: AthleteId
    freezes: AthleteId

    @classmethod
    def drawn(cls, athletes: list[AthleteId], draw: random.Random) -> "Story":
        """A story in which anybody may be anything."""
        first, second, erased, frozen = draw.sample(athletes, 4)
        part = frozenset(athlete for athlete in athletes if draw.random() < 0.6)
        return cls(part, (first, second), erased, frozen)


def everybody(world: World) -> list[AthleteId]:
    return [athlete for club in CLUBS for athlete in world.athletes[club]]


def a_round(world: World, campaign: str, number: int) -> None:
    for club in CLUBS:
        tokens = world.store.issue_tokens(club, campaign, world.athletes[club]).tokens
        world.store.commit_round(club, campaign, number, [token.token for token in tokens])


def tell(world: World, story: Story) -> PublicDays:
    """Carry the story out and return what anybody can read of it, by day."""
    start = world.publish()
    for athlete in everybody(world):
        role = Role.FL_AGGREGATOR if athlete in story.takes_part else Role.COACH
        for category in (Category.SLEEP, Category.WELLNESS):
            world.give(athlete, category, role)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    days: list[Callable[[], object]] = [
        lambda: a_round(world, campaign, 1),
        lambda: [world.store.withdraw_all(athlete, method=ConsentMethod.PORTAL) for athlete in story.leaves],
        lambda: world.store.erase(story.is_erased),
        lambda: world.store.freeze(story.freezes, FreezeCause.ATHLETE),
        lambda: a_round(world, campaign, 2),
        lambda: world.store.append_event(LEAGUE, CampaignClosed(campaign=campaign)),
    ]
    for day in days:
        world.clock.forward(days=1)
        day()
    return Counter((entry.day, entry.kind, entry.org) for entry in world.published_since(start))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.make(tmp_path_factory.mktemp("template") / "union")


def told(filled: Template, folder: Path, story: Callable[[list[AthleteId]], Story]) -> PublicDays:
    world = filled.open_copy(folder, FakeClock())
    try:
        return tell(world, story(everybody(world)))
    finally:
        world.service.close()


def test_the_kinds_of_a_day_are_the_same_whoever_takes_part_or_leaves(filled: Template, tmp_path: Path) -> None:
    draw = random.Random(seeded(20261129))
    nobody = told(filled, tmp_path / "nobody", lambda all_: Story(frozenset(), (all_[0], all_[1]), all_[2], all_[3]))
    everyone = told(
        filled, tmp_path / "everyone", lambda all_: Story(frozenset(all_), (all_[0], all_[3]), all_[1], all_[4])
    )
    random_worlds = [told(filled, tmp_path / str(n), lambda all_: Story.drawn(all_, draw)) for n in range(scaled(4))]

    assert sum(nobody.values()) > 40
    assert everyone == nobody
    assert all(days == nobody for days in random_worlds)


def test_a_day_on_which_somebody_leaves_holds_nothing_but_their_decisions(filled: Template, tmp_path: Path) -> None:
    """The attack: two withdrawals beside two refunds would say that both took part."""
    days = told(filled, tmp_path / "one", lambda all_: Story(frozenset(all_), (all_[0], all_[1]), all_[2], all_[3]))

    by_day = {day: {kind for on, kind, _ in days if on == day} for day in {day for day, _, _ in days}}
    _, _, leaving, erasing, freezing, _, closing = sorted(by_day)
    assert by_day[leaving] == {EventKind.CONSENT_DECISION}
    assert by_day[erasing] == {EventKind.ERASED}
    assert by_day[freezing] == {EventKind.CONSENT_DECISION}
    assert by_day[closing] == {EventKind.CAMPAIGN_CLOSED, EventKind.BUDGET_REFUNDED}
    assert sum(n for (day, kind, _), n in days.items() if (day, kind) == (closing, EventKind.BUDGET_REFUNDED)) == 6

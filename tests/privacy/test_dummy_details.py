"""What a dummy entry says is what an entry about an athlete who was never asked says, field by field."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from audit.entries.details.access import Access
from audit.entries.details.base import Eight
from audit.entries.details.codes import AccessBasis
from audit.entries.events import EventKind
from consent.decisions.values import Actor, DecisionItem
from consent.registry.values import ListedPlayer
from consent.storage.log_journal import NOBODY, Draft
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.journal_spy import on_each_request
from tests.consent.league import FakeClock, Template, World

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
UNKNOWN = AthleteId("ath-00000000000000ff")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.make(tmp_path_factory.mktemp("template") / "union")


@pytest.fixture
def world(filled: Template, tmp_path: Path) -> Iterator[World]:
    opened = filled.open_copy(tmp_path / "union", FakeClock())
    opened.store.list_players(CLUB, [ListedPlayer(44, "Somebody Else")])
    yield opened
    opened.service.close()


@pytest.fixture
def drafts(world: World) -> list[Draft]:
    """Every draft that reaches the journal from now on."""
    found = list[Draft]()
    on_each_request(world, found.extend)
    return found


def split(drafts: Sequence[Draft], kind: EventKind) -> tuple[list[Draft], list[Draft]]:
    """Dummies of this kind, and entries about athletes."""
    of_kind = [draft for draft in drafts if draft.kind is kind]
    assert all(draft.tagged for draft in of_kind)
    return [d for d in of_kind if d.owner == NOBODY], [d for d in of_kind if d.owner != NOBODY]


def test_a_squad_page_says_of_a_listed_player_what_it_says_of_who_was_never_asked(
    world: World, drafts: list[Draft]
) -> None:
    shared, never_asked, _ = world.athletes[CLUB]
    world.approved(shared)
    drafts.clear()

    world.store.office_view(LEAGUE, CLUB, Actor("T. W.", Role.FRONT_OFFICE))

    (dummy,), real = split(drafts, EventKind.ACCESS)
    said = {draft.owner: draft.details for draft in real}
    assert dummy.details == said[never_asked] != said[shared]
    assert (dummy.details.eight().outcome, said[shared].eight().outcome) == ("denied", "granted")
    assert dummy.org == real[0].org


def test_who_is_unknown_is_told_as_an_athlete_of_another_club(world: World, drafts: list[Draft]) -> None:
    own, foreign = world.athletes[CLUB][0], world.athletes["club-b"][0]
    world.give(own)
    drafts.clear()

    decided(
        world.store,
        CLUB,
        Actor("R. D.", Role.COACH),
        action=Action.READ,
        purpose=Purpose.TRAINING,
        items=[DecisionItem(athlete, Category.SLEEP, Granularity.DAILY) for athlete in (own, foreign, UNKNOWN)],
    )

    granted, other_club, dummy = (draft.details for draft in drafts)
    assert isinstance(dummy, Access)
    assert isinstance(granted, Access)
    assert dummy == other_club
    assert (dummy.basis, granted.basis) == (AccessBasis.OTHER_CLUB, AccessBasis.GRANT)
    assert [draft.owner for draft in drafts] == [own, foreign, NOBODY]


def test_nothing_that_opens_of_the_ledger_tells_who_takes_part(world: World, drafts: list[Draft]) -> None:
    athlete = world.athletes[CLUB][0]
    world.take_part(athlete)
    sha256 = world.store.register_campaign(LEAGUE, world.campaign())
    tokens = [one.token for one in world.store.issue_tokens(CLUB, sha256, world.athletes[CLUB]).tokens]
    world.store.commit_round(CLUB, sha256, 1, tokens)
    world.clock.forward(days=8)
    world.store.register_campaign(LEAGUE, world.campaign(campaign_id="later-2026"))  # gives back what expired

    for kind in (EventKind.BUDGET_RESERVED, EventKind.ROUND_COMMITTED, EventKind.BUDGET_REFUNDED):
        dummies, real = split(drafts, kind)
        assert real, kind
        assert dummies, kind
        assert {draft.owner for draft in real} == {athlete}
        assert {draft.details.eight() for draft in [*dummies, *real]} == {Eight()}
        assert len({draft.details for draft in dummies}) == 1
        assert {type(draft.details) for draft in dummies} == {type(draft.details) for draft in real}

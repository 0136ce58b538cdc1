"""An older database beside a newer log, where an athlete is of two clubs: nothing spent is free again at either."""

from pathlib import Path

import pytest

from consent.errors import AlreadyAnswered, NotAllowed
from consent.registry.values import SecondClub
from policies.budget import rho_micro_per_round
from policies.campaigns.memberships import HALF
from policies.vocabulary import AthleteId, OrgId
from tests.consent.league import World
from tests.consent.recovery.test_older_database import RECOVERS, budget, copy_of, played, put_back, start

__all__ = ["played"]

OWN, SECOND, LEAGUE = OrgId("club-a"), OrgId("club-b"), OrgId("league")
SIGMA = 20.0
PART = -(-rho_micro_per_round(SIGMA) // 4)


def pay(world: World, club: OrgId, sha256: str, athlete: AthleteId) -> None:
    (token,) = world.store.issue_tokens(club, sha256, [athlete]).tokens
    world.store.commit_round(club, sha256, 1, [token.token])


def both_in_a_campaign(world: World) -> tuple[AthleteId, str]:
    athlete = world.athletes[OWN][0]
    world.store.set_second_club(athlete, SecondClub(SECOND, HALF, None))
    world.take_part(athlete)
    signed = world.campaign(noise_multiplier=SIGMA, rounds=4)
    return athlete, world.store.register_campaign(LEAGUE, signed)


def test_what_both_clubs_spent_after_the_copy_is_charged(played: World, tmp_path: Path) -> None:
    athlete, sha256 = both_in_a_campaign(played)
    copy = copy_of(played, tmp_path / "copy")
    for club in (OWN, SECOND):
        pay(played, club, sha256, athlete)
    true = budget(played, athlete).spent
    put_back(played, copy)

    again = start(played, RECOVERS)

    assert true == 2 * PART
    assert budget(again, athlete).spent >= true
    assert budget(again, athlete).spent <= budget(again, athlete).cap


def test_a_second_membership_that_the_copy_knows_nothing_of_gives_nothing(played: World, tmp_path: Path) -> None:
    copy = copy_of(played, tmp_path / "copy")
    athlete, sha256 = both_in_a_campaign(played)
    for club in (OWN, SECOND):
        pay(played, club, sha256, athlete)
    put_back(played, copy)

    again = start(played, RECOVERS)

    assert again.store.member(athlete).second is None
    assert again.store.member(athlete).is_frozen
    assert budget(again, athlete).spent >= 2 * PART
    with pytest.raises(NotAllowed):
        again.store.enrol(SECOND, athlete, name="X", shirt_no=1, is_minor=False)


def test_a_round_that_one_club_may_have_answered_is_closed_for_it_alone(played: World, tmp_path: Path) -> None:
    athlete, sha256 = both_in_a_campaign(played)
    for club in (OWN, SECOND):
        pay(played, club, sha256, athlete)
    copy = copy_of(played, tmp_path / "copy")
    played.store.note_answer(SECOND, sha256, 1, "b" * 64)
    put_back(played, copy)

    again = start(played, RECOVERS)

    with pytest.raises(AlreadyAnswered):
        again.store.note_answer(SECOND, sha256, 1, "c" * 64)
    again.store.note_answer(OWN, sha256, 1, "a" * 64)
    assert budget(again, athlete).spent == 2 * PART

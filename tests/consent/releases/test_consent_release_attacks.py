"""Attacks on hidden states of a release through what everybody can read: the public log."""

from collections import Counter

import pytest

from consent.grants.values import ConsentAnswer, ConsentMethod
from policies.vocabulary import Category, OrgId, Role
from tests.consent.league import Caller, World
from tests.consent.portal_choices import portal

CLUB_A = OrgId("club-a")


def shown_since(world: World, start: int) -> Counter[tuple[str, str, int, int]]:
    """Everything but the random bytes of the entries from `start` on."""
    entries = world.published_since(start)
    assert entries, "expected something to compare"
    return Counter((entry.kind.value, entry.org, len(entry.tag), len(entry.leaf())) for entry in entries)


@pytest.mark.parametrize("given", list(ConsentAnswer))
def test_an_answer_looks_in_the_log_like_any_other_choice(lite: World, given: ConsentAnswer) -> None:
    one, other, _ = lite.athletes["club-a"]
    view = lite.store.propose_release(CLUB_A, lite.proposal(one))
    start = lite.publish()

    portal(lite.store).answer_release(one, view.release_id, given, sha256=view.sha256, method=ConsentMethod.PORTAL)
    answered = shown_since(lite, start)
    start = lite.publish()
    lite.give(other, Category.SLEEP, Role.COACH)

    assert answered == shown_since(lite, start)


def test_a_withdrawn_release_looks_in_the_log_like_any_other_choice(lite: World) -> None:
    one, other, _ = lite.athletes["club-a"]
    release = lite.approved(one)
    start = lite.publish()

    lite.store.withdraw_release(one, release, method=ConsentMethod.PORTAL)
    withdrawn = shown_since(lite, start)
    start = lite.publish()
    lite.give(other, Category.SLEEP, Role.COACH)

    assert withdrawn == shown_since(lite, start)


@pytest.mark.parametrize("given", list(ConsentAnswer))
def test_no_interface_of_the_club_tells_an_answer_from_silence(caller: Caller, given: ConsentAnswer) -> None:
    world = caller.world
    athlete = world.athletes["club-a"][0]
    view = world.store.propose_release(OrgId("club-a"), world.proposal(athlete))
    member = {"athlete": athlete, "name": "Canary 11", "shirt_no": 1, "is_minor": False}
    item = {"athlete": athlete, "category": "sleep", "granularity": "daily"}
    actor = {"person": "R. D.", "role": "coach"}
    question = {"actor": actor, "action": "read", "purpose": "training", "items": [item]}

    def seen() -> list[bytes]:
        enrolled = caller.send("club-a", "POST", "/v1/members", member)
        decided = caller.send("club-a", "POST", "/v1/decisions", question)
        return [enrolled.content, decided.content, caller.send("club-a", "GET", "/v1/snapshot").content]

    before = seen()
    portal(world.store).answer_release(athlete, view.release_id, given, sha256=view.sha256, method=ConsentMethod.PORTAL)

    assert seen() == before


def test_enrolling_again_which_leaves_no_entry_does_not_count_an_athletes_choices(caller: Caller) -> None:
    world = caller.world
    athlete = world.athletes["club-a"][0]
    member = {"athlete": athlete, "name": "Canary 11", "shirt_no": 1, "is_minor": False}
    before = caller.send("club-a", "POST", "/v1/members", member)
    world.give(athlete)
    size = world.log_size

    after = caller.send("club-a", "POST", "/v1/members", member)

    assert (after.status_code, after.content) == (before.status_code, before.content)
    assert world.log_size == size

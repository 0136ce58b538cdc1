"""Attacks on hidden states of a release through what everybody can read: the public log."""

from collections import Counter

import pytest

from consent.views import Answer, Method
from policies.vocabulary import Category, OrgId, Role
from tests.consent.league import World

CLUB_A = OrgId("club-a")


def shown_since(world: World, start: int) -> Counter[tuple[str, str, int, int]]:
    """Everything but the random bytes of the entries from `start` on."""
    entries = world.published_since(start)
    assert entries, "expected something to compare"
    return Counter((entry.kind.value, entry.org, len(entry.tag), len(entry.leaf())) for entry in entries)


@pytest.mark.parametrize("given", list(Answer))
def test_an_answer_looks_in_the_log_like_any_other_choice(lite: World, given: Answer) -> None:
    one, other, _ = lite.athletes["club-a"]
    view = lite.store.propose_release(CLUB_A, lite.proposal(one))
    start = lite.publish()

    lite.store.answer_release(one, view.release_id, given, sha256=view.sha256, method=Method.PORTAL)
    answered = shown_since(lite, start)
    start = lite.publish()
    lite.give(other, Category.SLEEP, Role.COACH)

    assert answered == shown_since(lite, start)


def test_a_withdrawn_release_looks_in_the_log_like_any_other_choice(lite: World) -> None:
    one, other, _ = lite.athletes["club-a"]
    release = lite.approved(one)
    start = lite.publish()

    lite.store.withdraw_release(one, release, method=Method.PORTAL)
    withdrawn = shown_since(lite, start)
    start = lite.publish()
    lite.give(other, Category.SLEEP, Role.COACH)

    assert withdrawn == shown_since(lite, start)

"""Enforcers, and one readable way to write a request: "coach sleep daily read training" and a set of facts."""

from collections.abc import Callable

import pytest

from policies.decision import Facts, Request
from policies.enforcer import Enforcer
from policies.loader import PACKS
from policies.vocabulary import Action, Category, Granularity, OrgId, Purpose, Role

HERE, ELSEWHERE = OrgId("club-a"), OrgId("club-b")
FLAGS = {
    "self": "is_self",
    "consent": "consent",
    "release": "release",
    "cohort": "cohort_large_enough",
    "wearable": "wearable_lineage",
    "forbidden": "agreement_forbids_wearables",
    "frozen": "account_frozen",
    "minor": "is_minor",
    "guardian": "guardian_agreed",
}


def make_facts(roles: str, flags: str = "") -> Facts:
    """Facts of "coach+medical" with e.g. "consent minor"; "foreign" puts the asker in another club."""
    words = set(flags.split())
    return Facts(
        roles=frozenset(Role(role) for role in roles.split("+")),
        tenant=ELSEWHERE if "foreign" in words else HERE,
        subject_tenant=HERE,
        **{name: word in words for word, name in FLAGS.items()},
    )


def make_request(question: str, flags: str = "") -> Request:
    """A request from "role category granularity action purpose"."""
    roles, category, granularity, action, purpose = question.split()
    return Request(
        Category(category),
        Granularity.from_word(granularity),
        Action(action),
        Purpose(purpose),
        make_facts(roles, flags),
    )


@pytest.fixture(scope="session")
def ask() -> Callable[..., Request]:
    """Builder of requests."""
    return make_request


@pytest.fixture(scope="session")
def enforcers() -> dict[str, Enforcer]:
    """One enforcer for each pack."""
    return {pack: Enforcer.load(pack) for pack in PACKS}


@pytest.fixture(scope="session")
def enforcer(enforcers: dict[str, Enforcer]) -> Enforcer:
    """The rules without a collective agreement."""
    return enforcers["open"]

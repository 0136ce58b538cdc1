"""The facts of a decision: built in one place, none forgotten, and every one that rules rely on really comes true."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import policies
from audit.entries.details.codes import FreezeCause
from consent.decisions.values import Actor, DecisionItem
from consent.errors import InvalidChange, NotAllowed
from consent.grants.values import ConsentAnswer, ConsentMethod
from policies.conditions import BOOLEAN_FACTS, PENDING_FACTS
from policies.decision import Decision, Facts, Request
from policies.enforcer import Enforcer
from policies.grant import LONGEST_CONTRACT_GRANT
from policies.vocabulary import Action, AthleteId, Category, Granularity, Lineage, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.league import Caller, FakeClock, World, fill, make_service, opened
from tests.consent.portal_choices import portal

ROOT = Path(policies.__file__).parents[1]
PACKAGES = ("audit", "chassis", "client", "consent", "deploy", "models", "policies", "server")
BUILDERS = {"consent/registry/facts.py", "policies/enforcer.py", "policies/conditions.py"}
"""The builder of decisions, and the two that ask the rules about themselves."""
CLUB, MINOR = OrgId("club-a"), AthleteId("ath-00000000000000ff")
COACH = Actor("R. D.", Role.COACH)


def calls_of_facts() -> Iterator[tuple[str, ast.Call]]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Facts":
                    yield path.relative_to(ROOT).as_posix(), node


def test_facts_are_built_in_one_place() -> None:
    assert {path for path, _ in calls_of_facts()} == BUILDERS


def test_a_place_that_forgets_a_fact_builds_nothing() -> None:
    with pytest.raises(TypeError, match="account_frozen"):
        Facts(  # type: ignore[call-arg]  # what mypy refuses too
            roles=frozenset({Role.COACH}),
            tenant=CLUB,
            subject_tenant=CLUB,
            is_self=False,
            consent=True,
            release=False,
            cohort_large_enough=False,
            wearable_lineage=False,
            agreement_forbids_wearables=False,
            is_minor=False,
            guardian_agreed=False,
        )


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every fact that has been true in a decision."""
    found, decide = set[str](), Enforcer.decide

    def noting(self: Enforcer, request: Request) -> Decision:
        if request.facts.tenant != "home":  # the rules asked about themselves, with every favourable fact
            found.update(name for name in BOOLEAN_FACTS if getattr(request.facts, name))
        return decide(self, request)

    monkeypatch.setattr(Enforcer, "decide", noting)
    return found


def test_every_fact_but_those_that_wait_for_a_feature_comes_true(tmp_path: Path, seen: set[str]) -> None:
    clock = FakeClock()
    world = fill(make_service(tmp_path / "union", clock, agreement="nba-2023"), clock)
    seen.clear()  # a start asks the rules about themselves
    one, two, _ = world.athletes["club-a"]
    world.store.enrol(CLUB, MINOR, name="Young", shirt_no=30, is_minor=True)

    world.give(one)
    worn = world.proposal(one, lineage=(Lineage.CLUB_RECORD, Lineage.WEARABLE))
    view = world.store.propose_release(CLUB, worn)
    portal(world.store).answer_release(
        one, view.release_id, ConsentAnswer.YES, sha256=view.sha256, method=ConsentMethod.PORTAL
    )
    world.store.freeze(two, FreezeCause.OPERATOR)
    asked(world, one, two, MINOR)
    world.service.close()

    assert seen == set(BOOLEAN_FACTS) - set(PENDING_FACTS)


def asked(world: World, *athletes: AthleteId, category: Category = Category.SLEEP, without: bool = False) -> list[bool]:
    items = [DecisionItem(athlete, category, Granularity.INDEX, without) for athlete in athletes]
    answer = decided(world.store, CLUB, COACH, action=Action.READ, purpose=Purpose.TRAINING, items=items)
    return [result.allowed for result in answer.results]


def test_an_agreement_keeps_what_is_worn_out_of_contract_talks(tmp_path: Path) -> None:
    clock = FakeClock()
    world = fill(make_service(tmp_path / "union", clock, agreement="nba-2023"), clock)
    athlete = world.athletes["club-a"][0]
    until = (clock.now.replace(microsecond=0)) + LONGEST_CONTRACT_GRANT
    contract = {"purpose": Purpose.CONTRACT, "until": until}

    with pytest.raises(NotAllowed):
        world.store.propose_release(CLUB, world.proposal(athlete, lineage=(Lineage.WEARABLE,), **contract))
    world.store.propose_release(CLUB, world.proposal(athlete, **contract))
    world.service.close()


def test_readiness_is_taken_to_come_from_wearables_unless_the_club_says_otherwise(lite: World, seen: set[str]) -> None:
    athlete = lite.athletes["club-a"][0]
    lite.give(athlete, Category.READINESS)
    seen.clear()

    plain = asked(lite, athlete, category=Category.READINESS)
    worn = "wearable_lineage" in seen
    seen.clear()
    without = asked(lite, athlete, category=Category.READINESS, without=True)

    assert (plain, without) == ([True], [True])
    assert worn
    assert "wearable_lineage" not in seen


def test_who_asks_without_wearables_answers_for_it_in_the_entry(caller: Caller) -> None:
    athlete = caller.world.athletes["club-a"][0]
    items = [
        {"athlete": who, "category": "readiness", "granularity": "index", "without_wearables": True}
        for who in (athlete, "nobody-at-all")
    ]
    body = {"actor": {"person": "R. D.", "role": "coach"}, "action": "read", "purpose": "training", "items": items}

    assert caller.send("club-a", "POST", "/v1/decisions", body).status_code == 200
    plain = body | {"items": [item | {"without_wearables": False} for item in items]}
    assert caller.send("club-a", "POST", "/v1/decisions", plain).status_code == 200

    said = [entry.get("without_wearables") for entry in opened(caller.world.service) if entry["kind"] == "access"]
    assert sorted(said, key=str) == [None, None, True, True]


@pytest.mark.parametrize("category", [Category.SLEEP, Category.HEART, Category.WELLNESS])
def test_nothing_else_can_be_asked_for_without_wearables(caller: Caller, category: Category) -> None:
    athlete = caller.world.athletes["club-a"][0]
    item = {"athlete": athlete, "category": category.value, "granularity": "index", "without_wearables": True}
    body = {"actor": {"person": "R. D.", "role": "coach"}, "action": "read", "purpose": "training", "items": [item]}

    assert caller.send("club-a", "POST", "/v1/decisions", body).status_code == 422
    with pytest.raises(InvalidChange):
        asked(caller.world, athlete, category=category, without=True)


def test_athletes_read_their_own_record_because_a_rule_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    athlete = world.athletes["club-a"][0]
    world.store.freeze(athlete, FreezeCause.ATHLETE)
    assert world.store.looks(athlete).is_whole
    assert world.store.athlete_export(athlete)

    decide = Enforcer.decide
    monkeypatch.setattr(Enforcer, "decide", lambda self, request: refused(decide(self, request)))
    for read in (world.store.looks, world.store.athlete_export):
        with pytest.raises(NotAllowed):
            read(athlete)


def refused(decision: Decision) -> Decision:
    return replace(decision, allowed=False) if decision.rule_id == "A01" else decision

"""Every question there is, against a third evaluator written from docs/invariants.md and the portal's matrix."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from policies.decision import Facts, Request
from policies.enforcer import Enforcer
from policies.reference_evaluator import evaluate
from policies.vocabulary import Action, Category, Granularity, OrgId, Purpose, Role

G = Granularity
NONE, COHORT, BAND, INDEX, DAILY, RAW = G
COLUMNS = (Role.MEDICAL, Role.COACH, Role.FRONT_OFFICE, Role.NATIONAL_TEAM, Role.FL_AGGREGATOR)
PURPOSES = {
    Role.MEDICAL: {Purpose.CARE},
    Role.COACH: {Purpose.TRAINING},
    Role.FRONT_OFFICE: {Purpose.SQUAD_PLANNING, Purpose.CONTRACT},
    Role.NATIONAL_TEAM: {Purpose.TRAINING},
    Role.FL_AGGREGATOR: {Purpose.FL_TRAINING},
}
# The portal's matrix: the most that each recipient could ever get.
CEILINGS = {
    Category.READINESS: (DAILY, INDEX, NONE, INDEX, COHORT),
    Category.HEART: (RAW, DAILY, NONE, DAILY, COHORT),
    Category.SLEEP: (RAW, DAILY, NONE, DAILY, COHORT),
    Category.WELLNESS: (RAW, DAILY, NONE, DAILY, COHORT),
    Category.TRAINING_LOAD: (RAW, DAILY, NONE, DAILY, COHORT),
    Category.TESTS: (RAW, DAILY, NONE, DAILY, NONE),
    Category.INJURY: (RAW, DAILY, NONE, DAILY, COHORT),
    Category.NUTRITION: (RAW, NONE, NONE, NONE, NONE),
    Category.MOVEMENT: (RAW, DAILY, NONE, DAILY, NONE),
    Category.CYCLE: (DAILY, NONE, NONE, NONE, NONE),
    Category.DURABILITY: (INDEX, BAND, BAND, BAND, NONE),
}
FAVOURABLE = Facts(
    roles=frozenset({Role.COACH}),
    tenant=OrgId("club-a"),
    subject_tenant=OrgId("club-a"),
    is_self=True,
    consent=True,
    release=True,
    cohort_large_enough=True,
    wearable_lineage=False,
    agreement_forbids_wearables=False,
    account_frozen=False,
    is_minor=False,
    guardian_agreed=False,
)
SITUATIONS = (
    {},
    {"consent": False},
    {"release": False},
    {"cohort_large_enough": False},
    {"is_self": False},
    {"tenant": OrgId("club-b")},
    {"tenant": OrgId("club-b"), "is_self": False},
    {"account_frozen": True},
    {"is_minor": True},
    {"is_minor": True, "guardian_agreed": True},
    {"wearable_lineage": True},
    {"wearable_lineage": True, "agreement_forbids_wearables": True},
)


def all_questions() -> Iterator[Request]:
    """8 roles × 13 categories × 6 granularities × 4 actions × 10 purposes × 12 situations: 299,520 questions."""
    for role, changes in itertools.product(Role, SITUATIONS):
        facts = replace(FAVOURABLE, roles=frozenset({role}), **changes)
        for parts in itertools.product(Category, Granularity, Action, Purpose):
            yield Request(*parts, facts)


def designed(request: Request) -> bool:
    """What invariants and matrix say, for one role and no agreement pack; written without looking at the rules."""
    (role,), facts = request.facts.roles, request.facts
    if request.action is Action.WITHDRAW:  # nothing may stand between an athlete and taking a yes back
        return role is Role.ATHLETE and facts.is_self
    if request.purpose in (Purpose.COMMERCIAL, Purpose.BETTING):
        return False
    if facts.account_frozen and request.purpose is not Purpose.SELF_INSIGHT:
        return False
    if request.purpose is Purpose.CONTRACT:
        if request.category is not Category.DURABILITY or facts.is_minor:
            return False
        if facts.wearable_lineage and facts.agreement_forbids_wearables:
            return False
    no_guardian = facts.is_minor and not facts.guardian_agreed
    if no_guardian and request.purpose not in (Purpose.SELF_INSIGHT, Purpose.OVERSIGHT):
        return False
    if role is Role.ATHLETE:
        wants = request.action is Action.APPROVE or (
            request.action is Action.READ and request.purpose is Purpose.SELF_INSIGHT
        )
        return facts.is_self and wants
    wider = role in (Role.NATIONAL_TEAM, Role.GOVERNING_BODY, Role.FL_AGGREGATOR)
    if facts.tenant != facts.subject_tenant and not wider:
        return False
    if role is Role.GOVERNING_BODY:
        oversight = request.category is Category.ACCESS_LOG and request.purpose is Purpose.OVERSIGHT
        return oversight and request.action is Action.READ and NONE < request.granularity <= DAILY
    return role in COLUMNS and _for_recipient(role, request)


def _for_recipient(role: Role, request: Request) -> bool:
    facts = request.facts
    if request.action is not (Action.TRAIN if role is Role.FL_AGGREGATOR else Action.READ):
        return False
    if request.purpose not in PURPOSES[role] or request.granularity is NONE:
        return False
    if role is Role.FRONT_OFFICE:
        if facts.is_minor:
            return False
        if request.category is Category.TEAM_AGGREGATE:
            planning = request.purpose is Purpose.SQUAD_PLANNING
            return planning and request.granularity is COHORT and facts.cohort_large_enough
        return request.category is Category.DURABILITY and request.granularity is BAND and facts.release
    ceiling = CEILINGS.get(request.category, (NONE,) * 5)[COLUMNS.index(role)]
    return facts.consent and request.granularity <= ceiling


@pytest.mark.slow
@pytest.mark.slow
def test_the_rules_mean_what_the_design_says_for_every_question(enforcer: Enforcer) -> None:
    asked = allowed = 0
    for request in all_questions():
        answer = evaluate(enforcer.bundle.rules, request).allowed

        assert answer is designed(request), request
        asked, allowed = asked + 1, allowed + answer

    assert asked == 299_520
    assert 0 < allowed < asked / 10


@pytest.mark.slow
@pytest.mark.slow
def test_casbin_agrees_on_a_sample_and_never_fails(enforcer: Enforcer) -> None:
    sample = random.Random(20261124).sample(list(all_questions()), 3000)

    for request in sample:
        decision = enforcer.decide(request)

        assert decision.allowed is designed(request)
        assert decision.reason in ("ALLOWED", "DENIED_BY_RULE", "NO_RULE")
        assert decision.policy_hash == enforcer.policy_hash


@pytest.mark.slow
def test_casbin_agrees_on_what_is_allowed(enforcer: Enforcer) -> None:
    granted = [request for request in all_questions() if designed(request)]

    for request in random.Random(7).sample(granted, 1500):
        assert enforcer.decide(request).reason == "ALLOWED"


def test_ceilings_are_the_portals_matrix(enforcer: Enforcer) -> None:
    for category, row in CEILINGS.items():
        for role, expected in zip(COLUMNS, row, strict=True):
            purpose = min(PURPOSES[role], key=list(Purpose).index)

            assert enforcer.ceiling(role, category, purpose) is expected
            assert bool(enforcer.never_rule(role, category, purpose)) is (expected is NONE)


def test_every_never_of_the_matrix_names_a_rule_of_its_own(enforcer: Enforcer) -> None:
    named = {line.rule_id: line for line in enforcer.rules()}

    for category, row in CEILINGS.items():
        for role, expected in zip(COLUMNS, row, strict=True):
            if expected is NONE:
                rule_id = enforcer.never_rule(role, category, min(PURPOSES[role], key=list(Purpose).index))
                assert rule_id != "D00"
                assert named[rule_id].effect.value == "deny"


@pytest.mark.parametrize("second", [role for role in Role if role is not Role.FRONT_OFFICE])
def test_a_second_role_never_opens_what_the_front_office_may_not_see(
    enforcer: Enforcer, ask: Callable[..., Request], second: Role
) -> None:
    for category, granularity in itertools.product(Category, (INDEX, DAILY, RAW)):
        for purpose in Purpose:
            question = f"front_office+{second} {category} {granularity.word} read {purpose}"
            request = ask(question, "self consent release cohort")

            assert not evaluate(enforcer.bundle.rules, request).allowed


def test_a_person_who_is_physio_and_front_office_is_refused_raw_data(
    enforcer: Enforcer, ask: Callable[..., Request]
) -> None:
    assert enforcer.decide(ask("medical heart raw read care", "consent")).allowed

    refused = enforcer.decide(ask("medical+front_office heart raw read care", "consent"))

    assert (refused.allowed, refused.rule_id) == (False, "D04")


def test_no_second_role_carries_a_club_role_over_the_fence(enforcer: Enforcer, ask: Callable[..., Request]) -> None:
    for wider in ("national_team", "governing_body", "fl_aggregator"):
        decision = enforcer.decide(ask(f"coach+{wider} sleep daily read training", "consent foreign"))

        assert decision.rule_id == "D01"


@pytest.mark.slow
def test_packs_only_forbid(enforcers: dict[str, Enforcer]) -> None:
    sample = random.Random(3).sample([r for r in all_questions() if not designed(r)], 20_000)

    for pack, enforcer in enforcers.items():
        for request in sample:
            assert not evaluate(enforcer.bundle.rules, request).allowed, pack


@pytest.mark.parametrize(
    ("pack", "question", "flags", "rule_id"),
    [
        ("open", "front_office durability band read contract", "release wearable", "F01"),
        ("open", "front_office durability band read contract", "release wearable forbidden", "D10"),
        ("nba-2023", "front_office durability band read contract", "release wearable", "NBA01"),
        ("nba-2023", "front_office durability band read contract", "release", "F01"),
        ("nba-2023", "front_office durability band read squad_planning", "release wearable", "F01"),
        ("nba-2023", "athlete durability band approve contract", "self wearable", "NBA01"),
        ("nba-2023", "athlete durability band withdraw contract", "self wearable", "A02"),
        ("eu-default", "front_office durability band read squad_planning", "release wearable", "EU01"),
        ("eu-default", "front_office team_aggregate cohort read squad_planning", "cohort wearable", "EU01"),
        ("eu-default", "front_office durability band read squad_planning", "release", "F01"),
        ("nfl-2020", "coach sleep daily read training", "consent", "C02"),
        ("nfl-2020", "national_team sleep daily read training", "consent", "NFL01"),
        ("nfl-2020", "fl_aggregator sleep cohort train fl_training", "consent", "NFL01"),
        ("nfl-2020", "fl_aggregator heart cohort train fl_training", "consent", "L01"),
    ],
)
def test_agreements_are_code(
    enforcers: dict[str, Enforcer],
    ask: Callable[..., Request],
    pack: str,
    question: str,
    flags: str,
    rule_id: str,
) -> None:
    decision = enforcers[pack].decide(ask(question, flags))

    assert decision.rule_id == rule_id
    assert decision.allowed is (rule_id[0] in "ACFLM")

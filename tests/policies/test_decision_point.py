"""Attacks on the decision point: nothing that goes wrong inside or around Casbin ends in a yes."""

import logging.config
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, replace
from importlib import resources

import pytest

from policies.conditions import BOOLEAN_FACTS
from policies.decision import Decision, Request
from policies.enforcer import CurrentRules, Enforcer
from policies.errors import BrokenRules, InvalidInput
from policies.loader import build_bundle
from policies.recipients import PURPOSE_OF_ROLE, purpose_of
from policies.vocabulary import Category, Granularity, OrgId, Purpose, Role

Ask = Callable[..., Request]
YES = ("coach sleep daily read training", "consent")
NO = ("coach sleep daily read training", "")
BOOLEANS = (
    "is_self",
    "consent",
    "release",
    "cohort_large_enough",
    "wearable_lineage",
    "agreement_forbids_wearables",
    "account_frozen",
    "is_minor",
    "guardian_agreed",
)


@pytest.fixture
def fresh() -> Enforcer:
    """An enforcer that a test may break."""
    return Enforcer.load()


def test_a_decision_says_why_and_under_which_rules(enforcer: Enforcer, ask: Ask) -> None:
    assert enforcer.decide(ask(*YES)) == Decision(True, "ALLOWED", "C02", enforcer.policy_hash)
    assert enforcer.decide(ask(*NO)) == Decision(False, "NO_RULE", "D00", enforcer.policy_hash)
    assert enforcer.decide(ask(YES[0], "consent foreign")).reason == "DENIED_BY_RULE"


def test_switching_casbin_off_never_opens_anything(fresh: Enforcer, ask: Ask) -> None:
    fresh._engine.enable_enforce(False)  # stock Casbin then allows every request

    assert fresh.decide(ask(*NO)).reason == "ENGINE_DISAGREE"
    assert fresh.decide(ask(YES[0], "consent foreign")).allowed is False


def test_a_deny_removed_in_memory_never_opens_anything(fresh: Enforcer, ask: Ask) -> None:
    removed = [rule for rule in fresh._engine.get_policy() if rule[0] == "D01"]
    assert fresh._engine.remove_policy(*removed[0])

    assert fresh.decide(ask(YES[0], "consent foreign")).reason == "ENGINE_DISAGREE"


def test_an_allow_added_in_memory_never_opens_anything(fresh: Enforcer, ask: Ask) -> None:
    fresh._engine.add_policy("A99", "*", "*", "*", "*", "*", "always", "allow")

    assert fresh.decide(ask(*NO)).reason == "ENGINE_DISAGREE"


def test_clearing_the_rules_in_memory_never_opens_anything(fresh: Enforcer, ask: Ask) -> None:
    fresh._engine.clear_policy()

    assert fresh.decide(ask(*YES)).allowed is False
    assert fresh.decide(ask(*NO)).allowed is False


@pytest.mark.parametrize("error", [RuntimeError, SystemError, RecursionError, MemoryError, KeyError, AssertionError])
def test_every_error_is_a_refusal(
    fresh: Enforcer, ask: Ask, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise error("broken")

    monkeypatch.setattr(fresh._engine, "enforce", fail)

    assert fresh.decide(ask(*YES)).reason == f"ENGINE_ERROR:{error.__name__}"


@pytest.mark.parametrize("answer", [None, 1, "true", object(), [True]])
def test_an_answer_that_is_not_true_is_no(
    fresh: Enforcer, ask: Ask, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    monkeypatch.setattr(fresh._engine, "enforce", lambda *_: answer)

    assert fresh.decide(ask(*YES)).allowed is False


def test_the_lock_is_free_again_after_an_error(fresh: Enforcer, ask: Ask) -> None:
    broken = fresh._engine.model["p"]["p"].policy[0]
    fresh._engine.model["p"]["p"].policy[0] = broken[:3]

    assert fresh.decide(ask(*YES)).reason == "ENGINE_ERROR:RuntimeError"
    fresh._engine.model["p"]["p"].policy[0] = broken
    assert fresh.decide(ask(*YES)).allowed is True


@pytest.mark.parametrize("name", BOOLEANS)
@pytest.mark.parametrize("value", [1, "yes", None, "", 0])
def test_a_fact_that_is_not_true_or_false_is_refused(enforcer: Enforcer, ask: Ask, name: str, value: object) -> None:
    request = ask(*YES)

    decision = enforcer.decide(replace(request, facts=replace(request.facts, **{name: value})))

    assert (decision.allowed, decision.reason) == (False, "BAD_REQUEST")


@pytest.mark.parametrize(
    "facts",
    [
        {"tenant": ""},
        {"subject_tenant": ""},
        {"tenant": "  ", "subject_tenant": "  "},
        {"tenant": None, "subject_tenant": None},
        {"roles": frozenset()},
        {"roles": frozenset({""})},
        {"roles": frozenset({"coach"})},
        {"roles": "coach"},
        {"roles": frozenset({Role.COACH, "*"})},
    ],
)
def test_empty_or_unknown_parties_are_refused(enforcer: Enforcer, ask: Ask, facts: dict[str, object]) -> None:
    request = ask(*YES)

    decision = enforcer.decide(replace(request, facts=replace(request.facts, **facts)))

    assert (decision.allowed, decision.reason) == (False, "BAD_REQUEST")


@pytest.mark.parametrize("name", ["category", "granularity", "action", "purpose"])
@pytest.mark.parametrize("value", ["", "*", None, "sleep", 4, "daily", "read", "training"])
def test_a_request_in_other_words_is_refused(enforcer: Enforcer, ask: Ask, name: str, value: object) -> None:
    assert enforcer.decide(replace(ask(*YES), **{name: value})).reason == "BAD_REQUEST"


@pytest.mark.parametrize("nonsense", [None, "", 7, {}])
def test_something_that_is_no_request_is_refused(enforcer: Enforcer, nonsense: object) -> None:
    decision = enforcer.decide(nonsense)

    assert decision.allowed is False
    assert decision.reason.startswith("ENGINE_ERROR:")


def test_an_enforcer_never_changes(enforcer: Enforcer) -> None:
    with pytest.raises(FrozenInstanceError):
        enforcer.bundle = None


def test_rules_that_allow_what_must_be_refused_never_come_into_force() -> None:
    home = resources.files("policies")
    texts = {name: (home / name).read_text(encoding="utf-8") for name in ("model.conf", "policy.csv")}
    opened = 'p, A90, *, *, *, *, *, always, allow, "All may see all."\n'

    with pytest.raises(BrokenRules, match="must be refused"):
        Enforcer.of(
            build_bundle(
                pack="open",
                model=texts["model.conf"],
                rules=opened + texts["policy.csv"].replace("consent, allow", "always, allow"),
                pack_rules="",
            )
        )


@pytest.mark.parametrize(
    "change",
    [
        ("condition_holds(p.condition, r.facts)", "condition_holds(p.condition, r.facts) || True"),
        (" && holds_role(r.facts, p.role)", ""),
        ("one_of(r.purpose, p.purpose)", "unheard_of(r.purpose)"),
        ("one_of(r.purpose, p.purpose)", "one_of(r.purpose, p.purpose"),
    ],
)
def test_a_model_that_means_something_else_never_comes_into_force(change: tuple[str, str]) -> None:
    home = resources.files("policies")
    model = (home / "model.conf").read_text(encoding="utf-8")
    assert change[0] in model

    with pytest.raises(BrokenRules):
        Enforcer.of(
            build_bundle(
                pack="open",
                model=model.replace(*change),
                rules=(home / "policy.csv").read_text(encoding="utf-8"),
                pack_rules="",
            )
        )


def test_refusals_are_logged_without_any_part_of_the_request(
    fresh: Enforcer, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    fresh._engine.enable_enforce(False)

    fresh.decide(ask(*NO))

    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "club-a" not in caplog.text
    assert "sleep" not in caplog.text


@pytest.fixture
def restless_threads() -> Iterator[None]:
    """Switch threads every 10 µs, as when Casbin's races were first provoked."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless_threads")
def test_eight_threads_get_right_answers_while_the_rules_are_swapped(enforcers: dict[str, Enforcer], ask: Ask) -> None:
    questions = [
        ask(*YES),
        ask(*NO),
        ask(YES[0], "consent foreign"),
        ask("front_office durability band read contract", "release wearable"),  # differs between the packs
        ask("front_office heart raw read squad_planning", "consent release"),
        ask("athlete heart raw read self_insight", "self"),
    ]
    pair = (enforcers["open"], enforcers["nba-2023"])
    expected = {e.policy_hash: [e.decide(q).allowed for q in questions] for e in pair}
    assert expected[pair[0].policy_hash] != expected[pair[1].policy_hash]
    rules, done = CurrentRules(pair[0]), threading.Event()
    wrong: list[object] = []
    seen: set[str] = set()

    def work() -> None:
        for n in range(180):
            decision = rules.decide(questions[n % len(questions)])
            seen.add(decision.policy_hash)
            if decision.allowed is not expected[decision.policy_hash][n % len(questions)] or ":" in decision.reason:
                wrong.append(decision)

    def swap() -> None:
        n = 0
        while not done.is_set():
            n += 1
            rules.swap(Enforcer.of(pair[n % 2].bundle) if n % 5 == 0 else pair[n % 2])
            done.wait(0.002)

    swapper, workers = threading.Thread(target=swap), [threading.Thread(target=work) for _ in range(8)]
    for thread in (swapper, *workers):
        thread.start()
    for thread in workers:
        thread.join()
    done.set()
    swapper.join()

    assert wrong == []
    assert seen == set(expected)


def test_swapping_returns_the_rules_that_were_in_force(enforcers: dict[str, Enforcer]) -> None:
    rules = CurrentRules(enforcers["open"])

    assert rules.swap(enforcers["nba-2023"]) is enforcers["open"]
    assert rules.current is enforcers["nba-2023"]


def test_each_recipient_role_has_one_purpose() -> None:
    assert [purpose_of(role) for role in PURPOSE_OF_ROLE] == [
        Purpose.CARE,
        Purpose.TRAINING,
        Purpose.SQUAD_PLANNING,
        Purpose.TRAINING,
        Purpose.FL_TRAINING,
    ]
    with pytest.raises(InvalidInput):
        purpose_of(Role.RESEARCHER)


def test_a_cell_that_may_be_on_has_no_never_rule(enforcer: Enforcer) -> None:
    assert enforcer.never_rule(Role.COACH, Category.SLEEP, Purpose.TRAINING) == ""
    assert enforcer.never_rule(Role.RESEARCHER, Category.SLEEP, Purpose.RESEARCH) == "D00"
    assert enforcer.ceiling(Role.RESEARCHER, Category.SLEEP, Purpose.RESEARCH) is Granularity.NONE


def test_the_rules_read_as_lines_with_the_default_last(enforcer: Enforcer) -> None:
    lines = enforcer.rules()

    assert lines[0].rule_id == "A01"
    assert (lines[-1].rule_id, lines[-1].effect.value) == ("D00", "deny")
    assert len({line.rule_id for line in lines}) == len(lines)


def test_the_boolean_facts_are_all_checked() -> None:
    assert set(BOOLEAN_FACTS) == set(BOOLEANS)


def test_an_athlete_between_clubs_still_reaches_their_own_data(enforcer: Enforcer, ask: Ask) -> None:
    request = ask("athlete heart raw read self_insight", "self foreign")
    assert request.facts.tenant != request.facts.subject_tenant == OrgId("club-a")

    assert enforcer.decide(request).allowed


def test_a_denied_request_is_never_printed_whatever_the_servers_logging(
    ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    enforcer = Enforcer.load()
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
    request = ask("front_office sleep raw read squad_planning")
    facts = replace(request.facts, tenant=OrgId("club-canary"), subject_tenant=OrgId("club-canary"))

    enforcer.decide(replace(request, facts=facts))

    assert "club-canary" not in caplog.text

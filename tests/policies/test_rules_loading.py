"""What Casbin silently ignores or survives, the strict loader refuses."""

from collections.abc import Callable
from dataclasses import replace
from importlib import resources

import casbin
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.decision import Request
from policies.errors import BrokenRules
from policies.loader import PACKS, Bundle, build_bundle, load_bundle

HOME = resources.files("policies")
MODEL = (HOME / "model.conf").read_text(encoding="utf-8")
BASE = (HOME / "policy.csv").read_text(encoding="utf-8")
ALLOW = 'p, C90, coach, sleep, daily, read, training, consent, allow, "Coaches may see sleep."'
DENY = 'p, D90, *, *, *, *, *, outside_mandate, deny, "Nobody reaches another club."'


def build(rules: str = BASE, *, model: str = MODEL, pack_rules: str = "") -> Bundle:
    """A bundle from texts."""
    return build_bundle(pack="open", model=model, rules=rules, pack_rules=pack_rules)


def test_two_rows_are_enough() -> None:
    assert [rule.rule_id for rule in build(f"{ALLOW}\n{DENY}").rules] == ["C90", "D90"]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (DENY.replace("deny,", "Deny,"), "effect"),  # Casbin ignores a misspelt effect: the deny is lost
        (DENY.replace("deny,", "dney,"), "effect"),
        (DENY.replace("p,", "p2,", 1), "type p"),  # Casbin drops an unknown row type: the deny is lost
        (DENY.replace("p,", "g,", 1), "type p"),
        (DENY.replace("p,", "P,", 1), "type p"),
        (DENY.replace(", *,", ",", 1), "9 cells"),  # Casbin then fails every request
        (DENY + ", more", "9 cells"),
        (DENY.replace("outside_mandate", ""), "9 cells"),
        (DENY.replace('"Nobody reaches another club."', '""'), "9 cells"),
        (DENY.replace("outside_mandate", "outside_mandat"), "condition"),
        (DENY.replace("outside_mandate", "True) or (True"), "condition"),
        (DENY.replace("outside_mandate", "__class__"), "condition"),
        (DENY.replace("*", "coahc", 1), "vocabulary"),
        (DENY.replace("*", "coach|", 1), "vocabulary"),
        (DENY.replace("*", "coach|coach", 1), "vocabulary"),
        (DENY.replace("*", "coach|*", 1), "vocabulary"),
        (DENY.replace("*", "Coach", 1), "vocabulary"),
        (DENY.replace("*", "coach | medical", 1), "vocabulary"),
        (DENY.replace("*", "r.facts.consent", 1), "vocabulary"),
        (DENY.replace("D90", "C90"), "once"),
        (DENY.replace("D90", "D00"), "rule id"),
        (DENY.replace("D90", "d90"), "rule id"),
        (DENY.replace('"Nobody reaches another club."', '"Nobody'), "comma-separated|9 cells"),
        (DENY.replace("deny,", "allow,"), "one that denies"),
        ("", "one that denies"),
    ],
)
def test_a_row_that_is_not_understood_is_refused(row: str, complaint: str) -> None:
    with pytest.raises(BrokenRules, match=complaint):
        build(f"{ALLOW}\n{row}")


@pytest.mark.parametrize("rules", ["", "\n\n", "# nothing\n", DENY])
def test_rules_that_allow_nothing_or_are_empty_are_refused(rules: str) -> None:
    # With no rows at all Casbin runs its matcher over empty strings, and an empty request is allowed.
    with pytest.raises(BrokenRules, match="at least one"):
        build(rules)


@pytest.mark.parametrize(
    "change",
    [
        ("&& !some(where (p.eft == deny))", ""),
        ("some(where (p.eft == allow)) && ", ""),
        ("p.eft == deny", "p.eft == Deny"),
        ("condition, eft", "condition"),
        ("id, role", "role, id"),
        ("[policy_effect]", "[policy_efect]"),
        ("holds_role(r.facts, p.role) &&", "eval(p.role) &&"),
        ("holds_role(r.facts, p.role)", 'holds_role(r.facts, "*")'),
        ("[matchers]", "[role_definition]\ng = _, _\n[matchers]"),
        ("m = one_of", "m2 = one_of"),
    ],
)
def test_a_model_in_which_deny_does_not_win_is_refused(change: tuple[str, str]) -> None:
    assert change[0] in MODEL

    with pytest.raises(BrokenRules, match=r"model\.conf"):
        build(model=MODEL.replace(*change))


def test_a_pack_never_allows() -> None:
    with pytest.raises(BrokenRules, match="may only forbid"):
        build(pack_rules=ALLOW)


def test_a_pack_never_reuses_the_id_of_a_rule() -> None:
    with pytest.raises(BrokenRules, match="once"):
        build(pack_rules=DENY.replace("D90", "D01"))


@pytest.mark.parametrize("pack", ["", "OPEN", "../packs/open", "nba-2024"])
def test_only_known_packs_are_loaded(pack: str) -> None:
    with pytest.raises(BrokenRules, match="one of the packs"):
        load_bundle(pack)


def test_every_pack_has_a_hash_of_its_own() -> None:
    hashes = [load_bundle(pack).policy_hash for pack in PACKS]

    assert len(set(hashes)) == len(PACKS)
    assert all(len(digest) == 64 for digest in hashes)


def test_the_hash_ignores_comments_and_line_ends_and_nothing_else() -> None:
    original = build().policy_hash

    assert build("# a note\r\n" + BASE.replace("\n", "\r\n")).policy_hash == original
    assert build(BASE.replace("Nobody reaches", "Nobody opens")).policy_hash != original
    assert build(BASE.replace("cohort|band|index|daily|raw", "cohort|band|index|daily")).policy_hash != original
    assert build(model=MODEL.replace("one_of(r.action, p.action) && ", "")).policy_hash != original
    assert build(pack_rules=DENY).policy_hash != original


def test_messages_name_the_row_and_never_quote_it() -> None:
    with pytest.raises(BrokenRules) as caught:
        build(f"{ALLOW}\n{DENY.replace('outside_mandate', 'secret-text')}")

    assert "row 2" in str(caught.value)
    assert "secret-text" not in str(caught.value)


@given(st.integers(0, len(BASE) - 1), st.characters(codec="utf-8"))
def test_one_changed_character_is_refused_or_gives_another_hash(position: int, character: str) -> None:
    changed = BASE[:position] + character + BASE[position + 1 :]
    original = build()

    try:
        bundle = build(changed)
    except BrokenRules:
        return

    assert (bundle.policy_hash == original.policy_hash) is (bundle.rules == original.rules)


def test_every_sentence_is_one_plain_sentence() -> None:
    for pack in PACKS:
        for rule in load_bundle(pack).rules:
            assert rule.sentence.endswith(".")
            assert rule.sentence.count(".") == 1
            assert "_" not in rule.sentence


def test_casbin_itself_would_have_allowed_the_misspelt_deny(ask: Callable[..., Request]) -> None:
    """The reason for all of the above, against the pinned Casbin."""
    engine = casbin.Enforcer(
        casbin.Enforcer.new_model(
            text=MODEL.split("[matchers]")[0]
            + "[matchers]\nm = r.category == p.category && r.facts.consent || p.category == '*'"
        )
    )
    engine.add_policy("A01", "*", "sleep", "daily", "read", "training", "consent", "allow")
    engine.add_policy("D01", "*", "*", "*", "*", "*", "always", "Deny")
    facts = replace(ask("coach sleep daily read training", "consent").facts, roles=frozenset())

    assert engine.enforce("sleep", "daily", "read", "training", facts) is True

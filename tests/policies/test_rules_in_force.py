"""A rule that no fact can fire protects nobody: a start refuses it unless it says what it waits for."""

from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from itertools import product
from pathlib import Path

import pytest

from policies.conditions import BOOLEAN_FACTS, CONDITIONS, PENDING_FACTS, can_hold
from policies.decision import Request
from policies.enforcer import Enforcer, refuse_double_install
from policies.errors import BrokenRules
from policies.loader import PACKS, Bundle, build_bundle, load_bundle
from policies.reference_evaluator import evaluate
from policies.vocabulary import (
    SOURCES,
    WITHOUT_WEARABLES,
    Category,
    Lineage,
    OrgId,
    Purpose,
    Role,
    stated_sources,
    worst_sources,
)

HOME = resources.files("policies")
MODEL = (HOME / "model.conf").read_text(encoding="utf-8")
BASE = (HOME / "policy.csv").read_text(encoding="utf-8")
ROW = 'p, X90, front_office, team_aggregate, cohort, read, squad_planning, {condition}, deny, "A sentence."{mark}'


def build(condition: str, mark: str = "") -> Bundle:
    """The packaged rules with one more row."""
    return build_bundle(
        pack="open", model=MODEL, rules=f"{BASE}\n{ROW.format(condition=condition, mark=mark)}", pack_rules=""
    )


def test_all_conditions_but_one_can_hold() -> None:
    assert {name for name in CONDITIONS if not can_hold(name)} == {"cohort"}


def test_a_rule_that_nothing_can_fire_is_refused_at_a_start() -> None:
    with pytest.raises(BrokenRules, match=r"rule X90: nothing can make its condition true; mark it .pending: feature."):
        build("cohort")


def test_a_fact_that_nothing_establishes_any_more_takes_its_rules_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stood before: five facts set nowhere, and rules about them that decided nothing."""
    dead = dict.fromkeys(("is_self", "account_frozen", "agreement_forbids_wearables"), "nothing")
    monkeypatch.setattr("policies.conditions.PENDING_FACTS", {**PENDING_FACTS, **dead})
    can_hold.cache_clear()
    try:
        assert {name for name in CONDITIONS if not can_hold(name)} == {
            *("cohort", "self", "frozen", "wearable_forbidden"),
        }
        with pytest.raises(BrokenRules, match="rule A01"):
            load_bundle("open")
    finally:
        can_hold.cache_clear()


@pytest.mark.parametrize(
    ("condition", "mark", "complaint"),
    [
        ("always", ", pending: squad figure", "waits for no such feature"),
        ("cohort", ", pending: a better day", "waits for no such feature"),
        ("cohort", ", pending: ", "9 cells"),
        ("cohort", ", later: squad figure", "9 cells"),
        ("cohort", ", pending: squad figure, pending: squad figure", "9 cells"),
    ],
)
def test_a_mark_that_is_not_true_is_refused(condition: str, mark: str, complaint: str) -> None:
    with pytest.raises(BrokenRules, match=complaint):
        build(condition, mark)


def test_the_mark_is_part_of_what_the_hash_names() -> None:
    assert build("cohort", ", pending: squad figure").policy_hash != build("always").policy_hash


@pytest.mark.parametrize("pack", PACKS)
def test_one_packaged_rule_waits_and_pages_are_told(pack: str) -> None:
    waiting = {line.rule_id: line.pending for line in Enforcer.load(pack).rules() if line.pending}

    assert waiting == {"F02": "squad figure"}


def test_the_rule_about_minors_says_that_guardians_cannot_agree_yet() -> None:
    assert "guardian_agreed" in PENDING_FACTS
    sentence = next(line.sentence for line in Enforcer.load().rules() if line.rule_id == "D08")
    assert "guardians cannot do that here yet" in sentence


def test_nothing_ever_stands_between_an_athlete_and_taking_a_yes_back(ask: Callable[..., Request]) -> None:
    here, false = OrgId("club-a"), dict.fromkeys(BOOLEAN_FACTS, False)
    flags = [name for name in BOOLEAN_FACTS if name != "is_self"]
    asked = ask("athlete sleep daily withdraw training", "self")
    bundles = [load_bundle(pack) for pack in PACKS]
    for bundle, values in product(bundles, product((False, True), repeat=len(flags))):
        facts = replace(asked.facts, tenant=here, **false | dict(zip(flags, values, strict=True)) | {"is_self": True})
        for purpose in Purpose:
            request = replace(asked, purpose=purpose, facts=facts)
            assert evaluate(bundle.rules, request).allowed, (bundle.pack, request)


def test_which_agreements_keep_wearables_out_of_contract_talks() -> None:
    assert {pack: load_bundle(pack).forbids_wearables for pack in PACKS} == {
        "open": False,
        "eu-default": True,
        "nba-2023": True,
        "nfl-2020": False,
    }


def test_every_category_has_its_worst_sources() -> None:
    assert set(SOURCES) == set(Category)
    worn = {category for category in Category if Lineage.WEARABLE in worst_sources(category)}
    assert worn == {Category.READINESS, Category.HEART, Category.SLEEP, Category.TRAINING_LOAD}
    assert worn > WITHOUT_WEARABLES


@pytest.mark.parametrize("category", sorted(WITHOUT_WEARABLES))
def test_what_is_stated_to_be_without_wearables_loses_only_them(category: Category) -> None:
    stated = stated_sources(category, without_wearables=True)

    assert worst_sources(category) - stated == {Lineage.WEARABLE}
    assert stated_sources(category, without_wearables=False) == worst_sources(category)


def installed(folder: Path, name: str) -> None:
    """What an installer leaves of one distribution."""
    info = folder / f"{name}-1.43.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.43.0\n", encoding="utf-8")


def test_pycasbin_alone_is_what_is_expected(tmp_path: Path) -> None:
    refuse_double_install()  # the environment that runs this

    installed(tmp_path, "pycasbin")
    refuse_double_install([str(tmp_path)])


def test_casbin_beside_pycasbin_is_refused_at_a_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, "pycasbin")
    installed(tmp_path, "casbin")
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(BrokenRules, match="pip uninstall casbin"):
        Enforcer.load()


def test_a_role_reaches_no_rule_by_a_fact_of_its_own(ask: Callable[..., Request]) -> None:
    """The facts of the check are those of one club role; no condition but the mandate's looks at another."""
    for name in CONDITIONS:
        answers = {
            CONDITIONS[name](replace(ask("coach sleep daily read training").facts, roles=frozenset({role})))
            for role in Role
        }
        assert len(answers) == 1

"""The matcher: only calls of known functions over names can stand in a model, and it keeps nothing of a call."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.decision import Request
from policies.enforcer import Enforcer
from policies.engine.matcher import Matcher
from policies.errors import BrokenRules

Ask = Callable[..., Request]
FIRST = "one_of(r_category, p_category)"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "True",
        "r_category",
        "__import__(r_category, p_category)",
        "one_of(r_category, 'sleep')",
        "one_of(r_category.__class__, p_category)",
        "one_of(one_of(r_category, p_category), p_category)",
        "one_of(r_category)",
        "one_of(r_category, p_category, p_role)",
        "one_of(*r_category, p_category)",
        "one_of(r_category, pattern=p_category)",
        f"{FIRST} or True",
        f"{FIRST} || True",
        f"not {FIRST}",
        f"({FIRST} and {FIRST}) and True",
        f"(lambda: {FIRST})()",
        f"{FIRST}; True",
        f"{FIRST}\nTrue",
    ],
)
def test_other_code_never_stands_in_a_model(text: str) -> None:
    with pytest.raises(BrokenRules, match=r"model\.conf"):
        Matcher(text)


@pytest.mark.parametrize(
    ("value", "pattern", "expected"),
    [
        ("sleep", "sleep", True),
        ("sleep", "heart|sleep", True),
        ("sleep", "heart|sleeping", False),
        ("sleep", "sleep|", True),
        ("", "sleep|", False),
        ("sleep", "*", True),
        ("band", "*", True),
        ("", "*", False),
        ("*", "*", False),
        ("anything", "*", False),
        ("sleep", "*|heart", False),
    ],
)
def test_a_word_is_one_of_the_alternatives_of_a_pattern(value: str, pattern: str, expected: bool) -> None:
    assert Matcher(FIRST).eval({"r_category": value, "p_category": pattern}) is expected


def test_a_part_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        Matcher(FIRST).eval({"r_category": "sleep"})


def test_what_breaks_in_memory_between_two_equal_questions_is_noticed(ask: Ask) -> None:
    enforcer, question = Enforcer.load(), ask("coach sleep daily read training", "consent foreign")
    assert enforcer.decide(question).reason == "DENIED_BY_RULE"

    removed = [rule for rule in enforcer._engine.get_policy() if rule[0] == "D01"]
    assert enforcer._engine.remove_policy(*removed[0])

    assert enforcer.decide(question).reason == "ENGINE_DISAGREE"


NAMES = ("p_id", "p_category", "p_purpose", "p_condition")
TEXT = f"{FIRST} && one_of(r_purpose, p_purpose) && condition_holds(p_condition, r_facts)"
pattern = st.sampled_from(["*", "sleep", "heart|sleep", "heart", "", "sleep|", "training", "care|training", "betting"])
word = st.sampled_from(["sleep", "heart", "training", "care", "betting", "", "*", "anything"])


@given(rows=st.lists(st.tuples(pattern, pattern), max_size=8), category=word, purpose=word)
def test_a_rule_is_left_out_only_where_a_word_keeps_it_from_matching(
    rows: list[tuple[str, str]], category: str, purpose: str
) -> None:
    names = {"r_category": category, "r_purpose": purpose, "r_facts": None}
    rules = [(f"X{n:02}", *words, "always") for n, words in enumerate(rows)]
    matcher = Matcher(TEXT, NAMES)

    about = matcher.about(names, rules)

    assert about == [rule for rule in rules if matcher.eval(names | dict(zip(NAMES, rule, strict=True)))]


def test_a_rule_of_another_length_is_left_for_casbin_to_refuse() -> None:
    names = {"r_category": "sleep", "r_purpose": "training"}
    broken = [("X01",), (), ("X02", "heart", "betting", "always", "more")]

    assert Matcher(TEXT, NAMES).about(names, [*broken, ("X03", "heart", "betting", "always")]) == broken


def test_without_words_every_rule_is_about_a_request() -> None:
    matcher = Matcher("condition_holds(p_condition, r_facts)", NAMES)

    assert matcher.about({}, [("X01", "heart", "betting", "always")]) == [("X01", "heart", "betting", "always")]


def test_casbin_is_asked_about_few_rules_and_holds_all_of_them(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    enforcer = Enforcer.load()
    engine, held = enforcer._engine, list(enforcer._engine.get_policy())
    seen: list[str] = []
    whole = engine._matcher.eval

    def counted(names: dict[str, object]) -> bool:
        seen.append(str(names["p_id"]))
        return whole(names)

    monkeypatch.setattr(engine._matcher, "eval", counted)
    allowed = enforcer.decide(ask("coach sleep daily read training", "consent"))
    monkeypatch.setattr(engine, "enforce", lambda *_: (_ for _ in ()).throw(RuntimeError("broken")))
    failed = enforcer.decide(ask("coach sleep daily read training", "consent"))

    assert (allowed.allowed, failed.allowed) == (True, False)
    assert {"C02", "D01", "D02", "D08"} <= set(seen)
    assert len(seen) < len(held) / 2
    assert engine.get_policy() == held

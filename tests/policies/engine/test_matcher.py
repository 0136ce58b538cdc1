"""The matcher: only calls of known functions over names can stand in a model, and it keeps nothing of a call."""

from collections.abc import Callable

import pytest

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

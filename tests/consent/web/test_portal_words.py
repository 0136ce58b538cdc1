"""Every member of every closed set has words, and no template or catalogue holds a banned one."""

import re
from enum import Enum
from pathlib import Path

import pytest

from audit.entries.events import EventKind
from consent.grants.values import ConsentAnswer
from consent.web import text as words
from policies.vocabulary import Category, ConsentState, Granularity, Lineage, Purpose, Role

WEB = Path(words.__file__).parent
# docs/pages.md §3. "declined" may stand in the athlete's own portal. "risk score" may only say what something is not.
BANNED = (
    r"injury-prone",
    r"will be( \w+)? injured",
    r"prevents? injur",
    r"risk score",
    r"unlearned",
    r"non-compliant",
    r"failed to share",
    r"anonymous",
    r"guaranteed",
    r"military-grade",
    r"ai-powered",
    r"\boops\b",
    r"\bsimply\b",
    r"\bjust\b",
)


@pytest.mark.parametrize(
    ("table", "members"),
    [
        (words.CATEGORIES, Category),
        (words.RECIPIENTS, Role),
        (words.PERSONS, Role),
        (words.PURPOSES, Purpose),
        (words.GRANULARITIES, Granularity),
        (words.LINEAGES, Lineage),
        (words.STATES, ConsentState),
        (words.EVENTS, EventKind),
        (words.ANSWERS, ConsentAnswer),
    ],
)
def test_every_member_has_words(table: dict[Enum, object], members: type[Enum]) -> None:
    assert set(table) == set(members)
    assert all(table.values())


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("granularity", Granularity)
def test_granularities_read_as_choices(category: Category, granularity: Granularity) -> None:
    found = words.granularity_words(category, granularity)

    assert found.label[0].isupper()
    assert not found.label.endswith(".")
    assert found.shown.endswith(".")


def test_shown_words_of_the_design_system() -> None:
    assert words.CATEGORIES[Category.HEART].title == "Heart and recovery"
    assert words.granularity_words(Category.HEART, Granularity.DAILY).label == "Daily numbers"
    assert words.granularity_words(Category.HEART, Granularity.COHORT).label == "Protected sum"
    assert words.granularity_words(Category.READINESS, Granularity.INDEX).label == "Light and word"
    assert words.granularity_words(Category.WELLNESS, Granularity.DAILY).label == "Daily answers"
    assert words.granularity_words(Category.INJURY, Granularity.RAW).label == "Full record"
    assert words.granularity_words(Category.DURABILITY, Granularity.BAND).label == "A band"


@pytest.mark.parametrize("path", sorted([*WEB.rglob("*.py"), *WEB.rglob("templates/*.html")]), ids=lambda p: p.name)
def test_no_banned_word_stands_in_a_page(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()
    found = [pattern for pattern in BANNED if re.search(pattern, text)]

    assert found == []


@pytest.mark.parametrize("path", sorted(WEB.rglob("templates/*.html")), ids=lambda p: p.name)
def test_templates_hold_no_script_and_no_inline_style(path: Path) -> None:
    text = path.read_text(encoding="utf-8").lower()

    assert "<script" not in text
    assert "style=" not in text
    assert not re.search(r"\son[a-z]+=", text)
    assert "http://" not in text
    assert "https://" not in text


@pytest.mark.parametrize("path", sorted(WEB.rglob("templates/*.html")), ids=lambda p: p.name)
def test_every_form_that_changes_something_carries_the_token(path: Path) -> None:
    forms = re.findall(
        r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', path.read_text(encoding="utf-8"), re.S
    )
    # Before a session there is no token; there the Origin check stands alone. A ticket's form goes to the club's node,
    # which would learn the token of the portal.
    without = ("/sign-in", "/demo/sign-in", "{{ action }}")
    missing = [where for where, inside in forms if where not in without and "ui.csrf(csrf)" not in inside]

    assert missing == []

"""The club pages' language: no banned words, sentence titles, numbers with units."""

import itertools
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import client.web
from chassis.text import listed, weekday_date
from client.coaching.domains import STANDARD, Domain
from client.coaching.evidence import Evidence, Finding
from client.coaching.readiness import composite
from client.coaching.training_session import PlanSource, SessionPlan, TrainingSession
from client.web import text as words

WEB = Path(client.web.__file__).parent
BANNED = (
    "injury-prone",
    "prevents injuries",
    "unlearned",
    "non-compliant",
    "failed to share",
    "declined",
    "anonymous",
    "guaranteed",
    "military-grade",
    "ai-powered",
    "oops",
)
BANNED_WORDS = re.compile(r"\b(simply|just|sweet spot|danger zone)\b", re.IGNORECASE)
SOURCES = sorted([*WEB.rglob("*.html"), *WEB.rglob("*.py"), *(WEB.parent / "coaching").glob("*.py")])


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ((), "None is known here this morning."),
        ((Domain.WELLNESS,), "One can be compared this morning; it weighs 25."),
        ((Domain.HRV, Domain.RESTING_PULSE), "One can be compared this morning; it weighs 35."),
        ((Domain.WELLNESS, Domain.SLEEP), "Two can be compared this morning; together they weigh 45."),
        ((Domain.WELLNESS, Domain.HRV), ""),
    ],
)
def test_a_morning_without_a_light_says_what_a_light_needs_and_what_is_there(
    known: tuple[Domain, ...], said: str
) -> None:
    z = dict.fromkeys(known, 0.3)

    told = words.light_lacks(Evidence(composite(z), {}, z), STANDARD)

    assert told == (f"{words.LIGHT_NEEDS} {said}" if said else "")
    assert "that together weigh 50 of 100, each known today and on 14 of the 28 days before." in words.LIGHT_NEEDS


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.name)
def test_no_banned_words(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert [word for word in BANNED if word in text.lower()] == []
    assert BANNED_WORDS.findall(text) == []
    assert not re.search(r"will be injured", text.replace("whether an athlete will be injured", ""))
    for found in re.finditer(r"risk score", text, re.IGNORECASE):
        assert re.search(r"(not|never) (a|an injury-) ?$", text[: found.start()][-20:], re.IGNORECASE)


@pytest.mark.parametrize("path", sorted(WEB.rglob("*.html")), ids=lambda p: p.name)
def test_templates_hold_no_style_script_or_foreign_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    for token in ("style=", "<script", "<style", "http://", "https://", "onclick", "| safe"):
        assert token not in text


def test_pages_have_one_heading_and_skip_no_level(context: Any, ids: dict[str, str]) -> None:
    for path in (
        "/board",
        "/athletes",
        "/imports",
        "/model",
        *(f"/athletes/{ids[k]}" for k in ("well", "hurt", "new")),
    ):
        levels = [int(n) for n in re.findall(r"<h([1-6])", context.http.get(path).text)]

        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(levels)), path


def test_small_words() -> None:
    assert words.hours(6.3) == "6\u00a0h\u00a018"
    assert words.minus(-1.67) == "−1.67"
    assert words.minus(-0.0001) == "0.00"
    assert [words.ordinal(n) for n in (1, 2, 3, 4, 11, 22)] == ["1st", "2nd", "3rd", "4th", "11th", "22nd"]
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a"]) == "a"
    assert weekday_date(date(2026, 11, 24)) == "Tuesday 24 November 2026"


def test_percentile_as_on_the_mock_page() -> None:
    golden = composite(
        {Domain.HRV: -1.8, Domain.RESTING_PULSE: -0.9, Domain.SLEEP: -0.4, Domain.WELLNESS: -1.2, Domain.JUMP: -1.1}
    )

    assert words.percentile(golden) == "lower than on about 95 of 100 of own days (Z −1.67)"


def test_plans_say_where_they_come_from() -> None:
    day = date(2026, 11, 24)

    assert (
        words.plan(SessionPlan(TrainingSession(312.0), PlanSource.OWN_MEAN), day)
        == "No plan set; own usual Tuesday, 312 AU"
    )
    assert (
        words.plan(SessionPlan(TrainingSession(0.0), PlanSource.OWN_MEAN), day)
        == "No plan set; own Tuesdays are without training"
    )
    assert words.plan(SessionPlan(None, PlanSource.NONE), day) == "No plan recorded"


def test_measured_values_carry_unit_and_usual_range() -> None:
    jump = Finding(Domain.JUMP, 1, 37.5, 37.7, 39.1)

    assert words.measured(jump, 4) == "37.5 cm, −0.9; under 0.7 cm may be noise"

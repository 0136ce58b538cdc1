"""Where an athlete stands on the board, and a title that is made from what the page shows."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.coaching.daily_assessment import NOTHING, DailyAssessment
from client.coaching.evidence import Evidence
from client.coaching.readiness import Light, Readiness
from client.coaching.regression import Assessment, Level
from client.coaching.review import ReviewAnswer, ReviewDecision
from client.coaching.training_session import PlanSource, SessionPlan
from client.web.board import BoardGroup, finding, group_of
from policies.vocabulary import AthleteId, PersonId, Role

ONE = AthleteId("ath-00000000000000aa")
DAY = date(2026, 3, 2)
DECISION = ReviewDecision(
    proposal_id="p",
    athlete=ONE,
    day=DAY,
    level=Level.CAUTION,
    answer=ReviewAnswer.ACCEPT,
    reason=None,
    planned_au=480.0,
    proposed_au=432.0,
    chosen_au=432.0,
    review=False,
    person=PersonId("coach"),
    role=Role.COACH,
    at=datetime(2026, 3, 2, 7, tzinfo=UTC),
)


def morning(light: Light, **changes: Any) -> DailyAssessment:
    evidence = NOTHING if light is Light.GREY else Evidence(Readiness(light, -1.8, 4.0, {}), {})
    outcome = Assessment(Level.AS_PLANNED, Level.AS_PLANNED, 1.0, 1, 1, ask=light is Light.GREY)
    plan = SessionPlan(None, PlanSource.NONE)
    return replace(DailyAssessment(ONE, DAY, evidence, outcome, plan, None, None), **changes)


@pytest.mark.parametrize("light", [Light.RED, Light.AMBER])
def test_a_light_below_usual_is_never_among_those_who_train_as_planned(light: Light) -> None:
    assert group_of(morning(light)) is BoardGroup.BELOW
    assert group_of(morning(light, available="restricted")) is BoardGroup.BELOW
    assert group_of(morning(light, decision=DECISION)) is BoardGroup.DECIDED
    assert group_of(morning(light, available="out")) is BoardGroup.OUT


def test_the_other_groups() -> None:
    assert group_of(morning(Light.GREEN)) is BoardGroup.PLANNED
    assert group_of(morning(Light.GREEN, decision=DECISION)) is BoardGroup.DECIDED
    assert group_of(morning(Light.GREY)) is BoardGroup.ASK


WORDS = {BoardGroup.DECIDE: "to decide", BoardGroup.ASK: "to ask", BoardGroup.BELOW: "below usual"}


@given(st.fixed_dictionaries({group: st.integers(0, 3) for group in BoardGroup}))
def test_the_title_names_every_group_that_needs_a_look(counts: dict[BoardGroup, int]) -> None:
    title = finding(counts)

    for group, words in WORDS.items():
        assert (words in title) == (counts[group] > 0)
    if "as planned" in title:
        assert not counts[BoardGroup.DECIDED]
        assert counts[BoardGroup.PLANNED]
    if title == "Everyone trains as planned":
        assert sum(counts.values()) == counts[BoardGroup.PLANNED]


def test_a_decided_athlete_stands_under_decided_today(context: Any, ids: dict[str, AthleteId]) -> None:
    path = f"/athletes/{ids['hurt']}"
    check = context.send(context.http.get(path).text, f"{path}/decide", answer="accept")
    assert context.send(check.text, f"{path}/record").status_code == 303

    page = context.http.get("/board").text

    assert page.index("Decided today") < page.index("Edda Vale") < page.index("As planned")

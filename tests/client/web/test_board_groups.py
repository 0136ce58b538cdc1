"""Where an athlete stands on the board, and a title that is made from what the page shows."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.coaching.check_in import CheckIn, CheckInAnswer
from client.coaching.daily_assessment import NOTHING, DailyAssessment
from client.coaching.evidence import Evidence, Flags
from client.coaching.readiness import Light, Readiness
from client.coaching.regression import Assessment, Level
from client.coaching.review import ReviewAnswer, ReviewDecision, ReviewReason
from client.coaching.training_session import PlanSource, SessionPlan
from client.web.rows.board_groups import COUNTED, BoardGroup, finding, group_of, is_lowered, lead
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


FINE = CheckIn(
    ONE, DAY, CheckInAnswer.FINE, "", PersonId("coach"), Role.COACH, datetime(2026, 3, 2, 7, tzinfo=UTC), number=1
)


def morning(light: Light, **changes: Any) -> DailyAssessment:
    evidence = NOTHING if light is Light.GREY else Evidence(Readiness(light, -1.8, 4.0, {}), {})
    outcome = Assessment(Level.AS_PLANNED, Level.AS_PLANNED, 1.0, 1, 1, ask=light is Light.GREY)
    plan = SessionPlan(None, PlanSource.NONE)
    return replace(DailyAssessment(ONE, DAY, evidence, outcome, plan, None, None), **changes)


LOW = {Light.RED: BoardGroup.WELL_BELOW, Light.AMBER: BoardGroup.BELOW}


@pytest.mark.parametrize("light", [Light.RED, Light.AMBER])
def test_a_light_below_usual_is_never_among_those_who_train_as_planned(light: Light) -> None:
    assert group_of(morning(light)) is LOW[light]
    assert group_of(morning(light, available="restricted")) is LOW[light]
    assert group_of(morning(light, decision=DECISION)) is BoardGroup.DECIDED
    assert group_of(morning(light, available="out")) is BoardGroup.OUT
    assert group_of(morning(light, check_in=FINE)) is LOW[light]  # being told "fine" does not change a light


def test_the_other_groups() -> None:
    assert group_of(morning(Light.GREEN)) is BoardGroup.PLANNED
    assert group_of(morning(Light.GREEN, decision=DECISION)) is BoardGroup.DECIDED
    assert group_of(morning(Light.GREY)) is BoardGroup.ASK
    assert group_of(morning(Light.GREY, check_in=FINE)) is BoardGroup.DECIDED


def test_a_reported_problem_is_never_folded_away() -> None:
    ill = Evidence(Readiness(Light.GREEN, 0.1, 54.0, {}), {}, {}, Flags(illness=True))

    assert group_of(morning(Light.GREEN, evidence=ill)) is BoardGroup.NOT_OK
    assert group_of(morning(Light.GREEN, evidence=ill, decision=DECISION)) is BoardGroup.DECIDED
    assert group_of(morning(Light.GREEN, evidence=ill, available="out")) is BoardGroup.OUT


KEPT = replace(DECISION, answer=ReviewAnswer.REJECT, reason=ReviewReason.TALKED, chosen_au=480.0)
MORNINGS = st.builds(
    morning,
    st.sampled_from(Light),
    decision=st.sampled_from([None, DECISION, KEPT]),
    available=st.sampled_from([None, "full", "restricted", "out"]),
    check_in=st.sampled_from([None, FINE]),
)


def less(one: DailyAssessment) -> bool:
    """True for somebody who trains, and trains less than the plan by a decision; said here a second time."""
    decided = one.decision
    return one.available != "out" and decided is not None and decided.chosen_au != decided.planned_au


def told(title: str, words: str) -> int:
    """The number that stands before these words in the title, 0 without them."""
    for part in title.lower().split(", "):
        number, _, rest = part.partition(" ")
        if rest == words:
            return ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"].index(number)
    return 0


@given(st.lists(MORNINGS, max_size=8))
def test_title_and_lead_are_true_of_every_athlete_of_the_page(mornings: list[DailyAssessment]) -> None:
    groups = [group_of(one) for one in mornings]
    counts = {group: groups.count(group) for group in BoardGroup}
    title, said = finding(counts, sum(is_lowered(one) for one in mornings)), lead(counts)

    for group, words in COUNTED.items():
        assert told(title, words) == counts[group]
    assert told(title, "with less load today") == sum(less(one) for one in mornings)
    if "nothing is changed" in said or title in ("Nothing to change this morning", "All is decided, each plan is kept"):
        unnamed = [one for one, group in zip(mornings, groups, strict=True) if group not in COUNTED]
        assert unnamed
        assert title != "Nothing to change this morning" or not any(map(less, mornings))
        assert "with less load" in title or not any(map(less, unnamed))


def test_a_decided_athlete_stands_under_decided_today(context: Any, ids: dict[str, AthleteId]) -> None:
    path = f"/athletes/{ids['hurt']}"
    assert context.send(context.http.get(path).text, f"{path}/decide", answer="accept").status_code == 303

    page = context.http.get("/board").text

    assert page.index('id="decided"') < page.index("Edda Vale") < page.index('id="planned"')
    assert "with less load today</h1>" in page

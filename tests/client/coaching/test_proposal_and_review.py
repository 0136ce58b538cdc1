"""What is put before a person, and what a person may decide: never above the plan, never after the end."""

import dataclasses
import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.coaching.domains import Domain
from client.coaching.evidence import Evidence, Finding, Flags
from client.coaching.proposal import Proposal, propose
from client.coaching.readiness import composite
from client.coaching.regression import Level, State, assess
from client.coaching.review import RefusedDecision, ReviewAnswer, ReviewDecision, ReviewReason, decide, override_rate
from client.coaching.training_session import BadPlan, PlanSource, SessionPlan, TrainingSession
from policies.vocabulary import AthleteId, PersonId, Role

ATHLETE = AthleteId("ath-00000000000000aa")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
PLAN = SessionPlan(TrainingSession.of(rpe=8, minutes=60), PlanSource.SET, "intervals")
Z = {Domain.HRV: -1.8, Domain.WELLNESS: -1.2, Domain.SLEEP: -0.4}
POINTS = {Domain.HRV: 2, Domain.WELLNESS: 1, Domain.SLEEP: 0}


def evidence(points: dict[Domain, int] | None = None, *, flags: Flags | None = None) -> Evidence:
    findings = {d: Finding(d, p, 0.0, 0.0, 0.0) for d, p in (POINTS if points is None else points).items()}
    return Evidence(composite(Z), findings, Z, flags or Flags())


def proposed(*, found: Evidence | None = None, state: State | None = None, plan: SessionPlan = PLAN) -> Proposal | None:
    found, state = found or evidence(), state or State(regress_yesterday=True)
    outcome = assess(state, found, match_day=plan.match_day)
    return propose(ATHLETE, date(2026, 11, 24), evidence=found, state=state, plan=plan, outcome=outcome, now=NOW)


def certain(proposal: Proposal | None) -> Proposal:
    assert proposal is not None
    return proposal


def test_worked_example_as_a_proposal() -> None:
    proposal = certain(proposed())

    assert proposal.adjusted == TrainingSession(336, 4, 84)
    assert proposal.expires - proposal.made == timedelta(hours=24)
    assert "two mornings in a row" in proposal.because
    assert proposal.counterfactual == "With heart-rate variability back to usual, the plan would stand."


def test_drivers_sum_to_the_composite() -> None:
    proposal = certain(proposed())

    assert len(proposal.drivers) <= 5
    assert math.fsum(d.contribution for d in proposal.drivers) == pytest.approx(composite(Z).z, abs=1e-9)


def test_the_counterfactual_is_true() -> None:
    found = evidence({Domain.HRV: 2, Domain.WELLNESS: 2, Domain.SLEEP: 0})

    assert "With heart-rate variability back to usual, the proposal would be 10 % less volume only." in (
        certain(proposed(found=found)).counterfactual
    )
    better = evidence({Domain.HRV: 0, Domain.WELLNESS: 2, Domain.SLEEP: 0})
    assert assess(State(regress_yesterday=True), better).level is Level.CAUTION


def test_the_athletes_word_is_the_reason_given() -> None:
    proposal = certain(proposed(found=evidence({}, flags=Flags(pain=True))))

    assert proposal.because == "The athlete reported pain. That comes before any number."
    assert proposal.adjusted.load_au == 0


def test_no_plan_no_reduction_no_proposal() -> None:
    assert proposed(plan=SessionPlan(None, PlanSource.NONE)) is None
    assert proposed(plan=SessionPlan(TrainingSession(0.0), PlanSource.SET)) is None
    assert proposed(found=evidence({})) is None


def test_the_hash_names_plan_and_inputs() -> None:
    first, again = certain(proposed()), certain(proposed())
    other_plan = certain(proposed(plan=SessionPlan(TrainingSession.of(rpe=7, minutes=60), PlanSource.SET)))
    other_evidence = certain(proposed(found=evidence({Domain.HRV: 2, Domain.WELLNESS: 2})))

    assert first.proposal_id == again.proposal_id
    assert len({first.inputs_hash, other_plan.inputs_hash, other_evidence.inputs_hash}) == 3


def test_review_repeats_the_plan_and_lowers_nothing() -> None:
    proposal = certain(proposed(state=State(level=Level.REGRESS, regress_yesterday=True, review_due=True)))

    assert proposal.review
    assert proposal.adjusted == proposal.planned


@pytest.mark.parametrize(
    "wrong",
    [
        {"adjusted": TrainingSession(481.0)},
        {"expires": NOW + timedelta(hours=24, seconds=1)},
        {"expires": NOW},
    ],
)
def test_an_impossible_proposal_cannot_be_made(wrong: dict[str, object]) -> None:
    with pytest.raises(BadPlan):
        dataclasses.replace(certain(proposed()), **wrong)  # type: ignore[arg-type]  # each wrong on purpose


def taken(
    answer: ReviewAnswer, *, load: float | None = None, reason: ReviewReason | None = ReviewReason.TALKED
) -> ReviewDecision:
    return decide(
        certain(proposed()), answer, person=PersonId("p"), role=Role.COACH, now=NOW, reason=reason, chosen_au=load
    )


def test_the_three_answers() -> None:
    assert taken(ReviewAnswer.ACCEPT).chosen_au == 336
    assert taken(ReviewAnswer.MODIFY, load=400).chosen_au == 400
    assert taken(ReviewAnswer.REJECT).chosen_au == 480


@given(st.floats(480.01, 1e6) | st.floats(-1e6, -0.01))
def test_nobody_may_choose_more_than_the_plan(load: float) -> None:
    with pytest.raises(RefusedDecision):
        taken(ReviewAnswer.MODIFY, load=load)


@pytest.mark.parametrize("answer", [ReviewAnswer.MODIFY, ReviewAnswer.REJECT])
def test_choosing_otherwise_needs_a_reason(answer: ReviewAnswer) -> None:
    with pytest.raises(RefusedDecision, match="reason"):
        taken(answer, load=400, reason=None)


def test_modify_needs_a_load() -> None:
    with pytest.raises(RefusedDecision, match="load"):
        taken(ReviewAnswer.MODIFY)


def test_an_ended_proposal_takes_no_decision() -> None:
    with pytest.raises(RefusedDecision, match="ended"):
        decide(
            certain(proposed()),
            ReviewAnswer.ACCEPT,
            person=PersonId("p"),
            role=Role.COACH,
            now=NOW + timedelta(hours=24),
        )


def test_override_rate() -> None:
    assert override_rate([]) is None
    assert override_rate([taken(ReviewAnswer.ACCEPT), taken(ReviewAnswer.REJECT)]) == 0.5


@pytest.mark.parametrize("bad", [{"load_au": -1.0}, {"load_au": 1.0, "rpe": 11.0}, {"load_au": 1.0, "minutes": -5.0}])
def test_impossible_sessions_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(BadPlan):
        TrainingSession(**bad)

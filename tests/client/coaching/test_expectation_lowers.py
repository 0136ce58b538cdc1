"""What is expected of tomorrow can make today's proposal one step lighter, never heavier, and not for long."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from client.coaching.daily_assessment import Context, DailyAssessment, assess_day
from client.coaching.domains import STANDARD, Domain
from client.coaching.proposal import Proposal, propose
from client.coaching.regression import MOST_REDUCTIONS, Assessment, Level, State, assess, with_expectation
from client.coaching.review import ReviewAnswer, ReviewDecision, decide
from client.coaching.training_session import PlanSource, SessionPlan, TrainingSession, lighter
from client.features.daily import DailyTable
from policies.vocabulary import AthleteId, PersonId, Role
from tests.client.coaching.test_regression_machine import CALM, FLAGS, PAIR, SCORES, STATES, evidence

ATHLETE = AthleteId("ath-00000000000000aa")
DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, tzinfo=UTC)
PLAN = SessionPlan(TrainingSession.of(rpe=8, minutes=60), PlanSource.SET, "intervals")
SESSIONS = st.one_of(
    st.builds(TrainingSession, st.floats(0.0, 3_000.0)),
    st.builds(
        lambda rpe, minutes: TrainingSession.of(rpe=rpe, minutes=minutes), st.floats(0.0, 10.0), st.integers(0, 240)
    ),
)


def after(points: dict[Domain, int], *, state: State | None = None, lighter_before: int = 0) -> Assessment:
    state = state or State()
    return with_expectation(state, assess(state, evidence(points)), is_below=True, lighter_before=lighter_before)


@settings(max_examples=300)
@given(STATES, SCORES, FLAGS, st.booleans(), st.booleans(), st.integers(0, 5), st.booleans(), SESSIONS)
def test_with_a_model_never_more_than_without(
    state: State,
    points: dict[Domain, int],
    flags: object,
    grey: bool,
    match: bool,
    before: int,
    below: bool,
    plan: TrainingSession,
) -> None:
    found = evidence(points, flags=flags, grey=grey)  # type: ignore[arg-type]  # drawn from FLAGS
    without = assess(state, found, match_day=match)

    outcome = with_expectation(state, without, is_below=below, lighter_before=before)

    assert without.level <= outcome.level <= without.level + 1
    assert outcome.multiplier <= without.multiplier
    assert (
        lighter(plan, outcome.level, outcome.multiplier).load_au
        <= lighter(plan, without.level, without.multiplier).load_au
        <= plan.load_au
    )
    assert below or outcome == without
    assert (outcome.level is Level.REST) == (without.level is Level.REST)
    assert (outcome.total, outcome.sources, outcome.target) == (without.total, without.sources, without.target)


def test_one_step_from_each_level() -> None:
    assert (after(CALM).level, after(CALM).multiplier) == (Level.CAUTION, 0.9)
    assert (after(PAIR).level, after(PAIR).multiplier) == (Level.REGRESS, 0.7)
    assert after(PAIR, state=State(regress_yesterday=True)).level is Level.REGRESS
    assert not after(PAIR, state=State(regress_yesterday=True)).expected_below


def test_it_waits_where_the_evidence_waits() -> None:
    for state, found in (
        (State(), evidence(CALM, grey=True)),
        (State(level=Level.CAUTION, reductions=3, review_due=True), evidence(CALM)),
        (State(review_due=True), evidence(CALM)),
    ):
        without = assess(state, found)
        assert with_expectation(state, without, is_below=True, lighter_before=0) == without


def proposed(points: dict[Domain, int], *, below: bool) -> Proposal | None:
    found, state = evidence(points), State()
    outcome = with_expectation(state, assess(state, found), is_below=below, lighter_before=0)
    return propose(ATHLETE, DAY, evidence=found, state=state, plan=PLAN, outcome=outcome, now=NOW)


def test_it_says_so_in_words_and_what_would_stand_without() -> None:
    alone, beside = proposed(CALM, below=True), proposed(PAIR, below=True)

    assert proposed(CALM, below=False) is None
    assert alone is not None
    assert alone.because == "Tomorrow’s readiness answer will probably be below usual: one step less."
    assert alone.counterfactual == "Were tomorrow expected as usual, the plan would stand."
    assert alone.adjusted.load_au == 432
    assert beside is not None
    assert beside.because.startswith("Two kinds of evidence are worse than usual: 3 points in all. Tomorrow’s")
    assert beside.counterfactual == "Were tomorrow expected as usual, the proposal would be 10 % less volume only."
    without = proposed(PAIR, below=False)
    assert without is not None
    assert without.level is Level.CAUTION
    assert without.proposal_id != beside.proposal_id


def assessed(decisions: list[ReviewDecision], *, day: date = DAY) -> DailyAssessment:
    """A morning as every morning before, with an expectation below usual."""
    dates = tuple(day - timedelta(days=back) for back in range(59, -1, -1))
    steady = {"lnrmssd": 4.0, "sleep_h": 8.0, "fatigue": 3.0, "soreness": 3.0, "stress": 3.0, "mood": 3.0}
    columns = {name: np.full(60, value) + 0.01 * (np.arange(60) % 3) for name, value in steady.items()}
    table = DailyTable(dates, {**columns, "sleep_quality": np.full(60, 3.0)})
    context = Context(day, NOW, STANDARD)
    return assess_day(ATHLETE, table, context=context, plan=PLAN, decisions=decisions, expected_below=True)


def accepted(day: date) -> ReviewDecision:
    one = assessed([], day=day).proposal
    assert one is not None
    return decide(one, ReviewAnswer.ACCEPT, person=PersonId("p"), role=Role.COACH, now=NOW)


def test_after_three_lighter_days_in_a_row_an_expectation_lowers_nothing_more() -> None:
    days = [DAY - timedelta(days=back) for back in range(1, MOST_REDUCTIONS + 1)]
    taken = [accepted(day) for day in days]

    assert assessed(taken[:-1]).proposal is not None
    assert assessed(taken).proposal is None
    assert assessed(taken).outcome.level is Level.AS_PLANNED  # and it left nothing behind in the state
    assert assessed([taken[0], taken[2]]).proposal is not None

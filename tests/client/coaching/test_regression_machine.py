"""The state machine: published example, bounds, hysteresis, and that nothing can raise load or punish absence."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.coaching.domains import Domain
from client.coaching.evidence import Evidence, Finding, Flags
from client.coaching.readiness import Light, Readiness, composite
from client.coaching.regression import Level, State, advance, assess, target_level
from client.coaching.training_session import PlanSource, SessionPlan, TrainingSession, lighter

SCORES = st.dictionaries(st.sampled_from(list(Domain)), st.integers(0, 2))
STATES = st.builds(
    State,
    level=st.sampled_from(list(Level)),
    clean_days=st.integers(0, 1),
    regress_yesterday=st.booleans(),
    reductions=st.integers(0, 3),
    review_due=st.booleans(),
)
FLAGS = st.builds(Flags, not_ok=st.booleans(), pain=st.booleans(), illness=st.booleans())
OK = Readiness(Light.AMBER, -1.0, 16.0, {Domain.WELLNESS: -1.0})
GREY = Readiness(Light.GREY, None, None, {})


def evidence(points: Mapping[Domain, int], *, flags: Flags | None = None, grey: bool = False) -> Evidence:
    findings = {d: Finding(d, p, 0.0, 0.0, 0.0) for d, p in points.items()}
    return Evidence(GREY if grey else OK, findings, {}, flags or Flags())


def run(days: list[Mapping[Domain, int]], *, state: State | None = None, lowered: bool = True) -> list[float]:
    """Multipliers day by day, each proposal taken."""
    state = state or State()
    out = []
    for points in days:
        today = evidence(points)
        outcome = assess(state, today)
        out.append(outcome.multiplier)
        state = advance(state, today, outcome, lowered=lowered and outcome.reduces)
    return out


PAIR = {Domain.HRV: 2, Domain.WELLNESS: 1}
CALM: dict[Domain, int] = {}


def test_worked_example() -> None:
    yesterday = State(regress_yesterday=True)

    outcome = assess(yesterday, evidence(PAIR | {Domain.JUMP: 0}))
    session = lighter(TrainingSession.of(rpe=8, minutes=60), outcome.level, outcome.multiplier)

    assert (outcome.level, outcome.total, outcome.sources) == (Level.REGRESS, 3, 2)
    assert session == TrainingSession(336, 4, 84)


def test_regress_needs_the_same_finding_two_mornings_in_a_row() -> None:
    assert run([PAIR, PAIR])[:2] == [0.9, 0.7]


def test_a_large_drop_in_the_jump_regresses_at_once() -> None:
    assert run([{Domain.JUMP: 2, Domain.WELLNESS: 1}]) == [0.7]


def test_heart_rate_and_variability_are_one_source() -> None:
    assert (
        target_level({Domain.HRV: 2, Domain.RESTING_PULSE: 1}, regress_yesterday=True, hard_stop=False) is Level.CAUTION
    )


def test_three_sources_and_five_points_rest() -> None:
    assert run([{Domain.HRV: 2, Domain.WELLNESS: 2, Domain.SLEEP: 1}]) == [0.0]


@pytest.mark.parametrize("flags", [Flags(pain=True), Flags(illness=True), Flags(not_ok=True)])
def test_what_the_athlete_says_outranks_every_light(flags: Flags) -> None:
    assert assess(State(), evidence({}, flags=flags)).level is Level.REST
    assert assess(State(), evidence({}, flags=flags, grey=True)).multiplier == 0.0


def test_a_level_is_left_after_two_clean_days_one_at_a_time() -> None:
    state = State(level=Level.REGRESS)

    assert run([CALM, CALM, CALM, CALM], state=state) == [0.7, 0.9, 0.9, 1.0]


def test_a_grey_morning_changes_nothing_by_itself() -> None:
    outcome = assess(State(level=Level.REGRESS), evidence(PAIR, grey=True))

    assert outcome.multiplier == 1.0
    assert outcome.ask


def test_after_three_reductions_a_person_must_review() -> None:
    assert run([PAIR] * 6) == [0.9, 0.7, 0.7, 1.0, 1.0, 1.0]


def test_a_review_lets_the_machine_propose_again() -> None:
    state = State(level=Level.REGRESS, reductions=0, review_due=True, regress_yesterday=True)
    today = evidence(PAIR)
    outcome = assess(state, today)

    after = advance(state, today, outcome, reviewed=True)

    assert outcome.review
    assert assess(after, today).multiplier == 0.7


def test_without_a_persons_yes_nothing_was_lowered_and_nothing_is_counted() -> None:
    state = State(level=Level.CAUTION, reductions=2)
    today = evidence({Domain.WELLNESS: 2})

    assert advance(state, today, assess(state, today)).reductions == 0
    assert advance(state, today, assess(state, today), lowered=True).review_due
    assert run([PAIR] * 6, lowered=False) == [0.9, 0.7, 0.7, 0.7, 0.7, 0.7]


def test_match_day_is_for_discussion_and_counts_as_no_reduction() -> None:
    today = evidence({Domain.WELLNESS: 2})
    outcome = assess(State(), today, match_day=True)

    assert outcome.proposal_only
    assert advance(State(), today, outcome, lowered=True).reductions == 0


@given(STATES, SCORES, FLAGS, st.booleans(), st.booleans())
def test_multiplier_stays_in_bounds(
    state: State, points: dict[Domain, int], flags: Flags, grey: bool, match: bool
) -> None:
    outcome = assess(state, evidence(points, flags=flags, grey=grey), match_day=match)

    assert outcome.multiplier == 0.0 if outcome.level is Level.REST and outcome.reduces else True
    assert 0.6 <= outcome.multiplier <= 1.0 or outcome.level is Level.REST


@given(STATES, SCORES, SCORES, FLAGS)
def test_worse_evidence_never_raises_load(
    state: State, points: dict[Domain, int], more: dict[Domain, int], flags: Flags
) -> None:
    worse = {d: max(points.get(d, 0), more.get(d, 0)) for d in {*points, *more}}

    mild = assess(state, evidence(points)).multiplier
    bad = assess(state, evidence(worse, flags=flags)).multiplier

    assert bad <= mild


@given(STATES, SCORES, st.sets(st.sampled_from(list(Domain))), st.booleans())
def test_missing_streams_never_lower_load(
    state: State, points: dict[Domain, int], missing: set[Domain], grey: bool
) -> None:
    left = {d: p for d, p in points.items() if d not in missing}

    assert assess(state, evidence(left, grey=grey)).multiplier >= assess(state, evidence(points)).multiplier


@given(st.lists(st.tuples(SCORES, st.sets(st.sampled_from(list(Domain))), st.booleans()), max_size=8))
@settings(deadline=None)
def test_missing_streams_never_raise_the_level_on_any_later_day(
    days: list[tuple[dict[Domain, int], set[Domain], bool]],
) -> None:
    whole, withheld = State(), State()
    for points, missing, grey in days:
        full = evidence(points)
        part = evidence({d: p for d, p in points.items() if d not in missing}, grey=grey)
        seen, hidden = assess(whole, full), assess(withheld, part)

        assert hidden.level <= seen.level
        whole = advance(whole, full, seen, lowered=seen.reduces)
        withheld = advance(withheld, part, hidden, lowered=hidden.reduces)


@given(st.floats(0, 9000), st.floats(0, 10), st.floats(0, 600), st.sampled_from(list(Level)), st.booleans())
def test_a_lighter_session_is_never_above_the_plan(
    load: float, rpe: float, minutes: float, level: Level, has_parts: bool
) -> None:
    planned = TrainingSession.of(rpe=rpe, minutes=minutes) if has_parts else TrainingSession(load)

    adjusted = lighter(planned, level, level.multiplier)

    assert adjusted.load_au <= planned.load_au
    if adjusted.rpe is not None and adjusted.minutes is not None and level.multiplier < 1:
        assert adjusted.rpe * adjusted.minutes <= planned.load_au + 1e-6


def test_a_plan_knows_where_it_comes_from() -> None:
    assert SessionPlan(None, PlanSource.NONE).session is None


def test_a_grey_composite_has_no_number() -> None:
    assert composite({Domain.WELLNESS: -3.0}) == GREY

"""What is applied by itself for an athlete who asked for it: only ever less, and never what is for people."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.coaching.auto_apply import BY_ITSELF, applied, choose
from client.coaching.domains import Domain
from client.coaching.evidence import Evidence, Finding, Flags
from client.coaching.journal import CoachingJournal
from client.coaching.own_largest_day import propose_own_largest
from client.coaching.proposal import Proposal, propose
from client.coaching.readiness import composite
from client.coaching.regression import Level, State, assess
from client.coaching.training_session import PlanSource, SessionPlan, TrainingSession
from client.vault.seal import Seal
from policies.vocabulary import AthleteId, Role
from tests.client.coaching.test_proposal_and_review import ATHLETE, NOW, certain, proposed

DAY = date(2026, 11, 24)
OTHER = AthleteId("ath-00000000000000bb")
SESSIONS = st.integers(0, 900).map(lambda load: TrainingSession(float(load))) | st.builds(
    lambda rpe, minutes: TrainingSession.of(rpe=float(rpe), minutes=float(minutes)),
    st.integers(0, 10),
    st.integers(0, 180),
)


@st.composite
def proposals(draw: st.DrawFn) -> Proposal | None:
    """Whatever a morning may put before a person."""
    plan = SessionPlan(draw(SESSIONS), PlanSource.SET, match_day=draw(st.booleans()))
    if draw(st.booleans()):
        largest = draw(st.integers(0, 900).map(float))
        return propose_own_largest(ATHLETE, DAY, plan=plan, largest_au=largest, now=NOW)
    points = {domain: draw(st.integers(0, 2)) for domain in (Domain.HRV, Domain.WELLNESS, Domain.SLEEP)}
    z = {domain: -float(found) for domain, found in points.items()}
    flags = Flags(not_ok=draw(st.booleans()), pain=draw(st.booleans()), noted_not_ok=draw(st.booleans()))
    findings = {domain: Finding(domain, found, 0.0, 0.0, 0.0) for domain, found in points.items()}
    found = Evidence(composite(z), findings, z, flags if draw(st.booleans()) else Flags())
    state = State(regress_yesterday=draw(st.booleans()), reductions=draw(st.integers(0, 3)))
    outcome = assess(state, found, match_day=plan.match_day)
    return propose(ATHLETE, DAY, evidence=found, state=state, plan=plan, outcome=outcome, now=NOW)


@given(proposals(), st.integers(0, 48))
def test_it_never_raises_load_and_leaves_to_people_what_is_theirs(proposal: Proposal | None, hours: int) -> None:
    decision = None if proposal is None else applied(proposal, now=NOW + timedelta(hours=hours))

    if proposal is None or decision is None:
        return
    assert decision.chosen_au < decision.planned_au == proposal.planned.load_au
    assert decision.chosen_au == proposal.adjusted.load_au
    assert hours < 24
    assert True not in (proposal.review, proposal.proposal_only, proposal.told_not_ok, proposal.level is Level.REST)


def test_a_lighter_session_is_applied_and_told_as_nobodys_decision() -> None:
    decision = applied(certain(proposed()), now=NOW)

    assert decision is not None
    assert (decision.chosen_au, decision.planned_au, decision.person, decision.role) == (
        336.0,
        480.0,
        BY_ITSELF,
        Role.ATHLETE,
    )


def test_what_a_match_day_or_pain_proposes_waits_for_a_person() -> None:
    match = SessionPlan(TrainingSession.of(rpe=8, minutes=60), PlanSource.SET, "match", match_day=True)
    pain = Evidence(composite({Domain.HRV: -1.0}), {}, {}, Flags(pain=True))

    assert applied(certain(proposed(plan=match)), now=NOW) is None
    assert applied(certain(proposed(found=pain)), now=NOW) is None


@pytest.fixture
def journal(tmp_path: Path) -> CoachingJournal:
    return CoachingJournal(tmp_path / "journal.sqlite3", lambda athlete: Seal(athlete.encode().ljust(32, b".")))


def chosen(journal: CoachingJournal, is_on: bool, at: datetime = NOW) -> bool:
    return choose(journal, ATHLETE, is_on=is_on, day=DAY, at=at)


def test_it_is_off_until_the_athlete_says_so_and_sealed(journal: CoachingJournal, tmp_path: Path) -> None:
    assert not journal.auto_apply.is_on(ATHLETE)
    assert not chosen(journal, False)

    assert chosen(journal, True)
    assert not chosen(journal, True)

    assert journal.auto_apply.is_on(ATHLETE)
    assert not journal.auto_apply.is_on(OTHER)
    assert journal.auto_apply.ever_chose() == [ATHLETE]
    journal.close()
    assert b'"on"' not in b"".join(one.read_bytes() for one in tmp_path.iterdir())


def test_no_takes_back_what_was_applied_that_day(journal: CoachingJournal) -> None:
    chosen(journal, True)
    decision = applied(certain(proposed()), now=NOW)
    assert decision is not None
    journal.record(decision)

    chosen(journal, False, NOW + timedelta(hours=1))

    assert journal.decisions(ATHLETE, since=DAY) == []
    ((held, gone),) = journal.history(ATHLETE, since=DAY)
    assert (held, gone is not None and gone.role) == (decision, Role.ATHLETE)

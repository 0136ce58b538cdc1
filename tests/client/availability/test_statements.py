"""What coaches are told: exact words, whose word counts, taking back, and caps that nothing proposed is ever above."""

from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.coaching.daily_assessment import Context, assess_day
from client.coaching.domains import PROFILES
from client.coaching.proposal import Proposal
from client.coaching.review import RefusedDecision, ReviewAnswer, ReviewDecision, ReviewReason, decide
from client.coaching.training_session import BadPlan, PlanSource, SessionPlan, TrainingSession
from client.errors import AthleteErased, BadHealthRecord
from client.features.daily import build
from client.health.availability import ActivityLimit, Availability
from client.health.stages import RtpStage, Stages
from client.health.statements import (
    AvailabilityStatement,
    AvailabilityStatements,
    coach_words,
    may_take_back,
    standing_of,
)
from client.vault.store import Vault
from policies.vocabulary import AthleteId, PersonId, Role
from tests.client.availability.records import AT, PHYSIO, TODAY, records_of, signed, stated
from tests.client.web.conftest import readings

ONE = AthleteId("ath-00000000000000aa")
WHOLE = {"availability": Availability.FULL, "limits": (), "cap_au": None, "until": None}
NONE = {"availability": Availability.NONE, "limits": (), "cap_au": None}


@pytest.fixture
def statements(vault: Vault, tmp_path: Path) -> AvailabilityStatements:
    return AvailabilityStatements(records_of(vault, tmp_path))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cap_au": None}, "modified: no sprinting until 4 December 2026"),
        ({}, "modified: no sprinting, at most 300 AU a day until 4 December 2026"),
        (NONE, "not available until 4 December 2026"),
        (WHOLE, "fully available"),
        (
            {"availability": Availability.FULL, "cap_au": None},
            "fully available, but: no sprinting until 4 December 2026",
        ),
        (
            {"limits": (ActivityLimit.NO_MATCH, ActivityLimit.NO_CONTACT), "cap_au": None, "until": TODAY},
            "modified: no contact, no match until 24 November 2026",
        ),
    ],
)
def test_a_coach_reads_these_words(changes: dict[str, Any], words: str) -> None:
    assert coach_words(stated(ONE, **changes)) == words


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"limits": (), "cap_au": None}, "“reduced” needs a limit or a cap"),
        ({"availability": Availability.NONE}, "“none” leaves nothing to limit"),
        ({"until": None}, "a limit needs its last day"),
        ({**WHOLE, "until": TODAY}, "“full” without a limit has no last day"),
        ({"until": TODAY - timedelta(days=1)}, "expected a last day from 24 November 2026 to 25 November 2027, got 23"),
        ({"until": TODAY + timedelta(days=400)}, "expected a last day from"),
        ({"cap_au": 90_000.0}, "expected a cap from 0 to 9,000 AU, got 90,000 AU"),
        ({"role": Role.COACH}, "only the medical team, or the athlete of their own word"),
        ({"role": Role.FRONT_OFFICE}, "only the medical team, or the athlete of their own word"),
    ],
)
def test_a_statement_that_cannot_be_is_refused_in_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadHealthRecord, match=sentence):
        stated(ONE, **changes)


def test_what_was_stated_is_read_back_with_all_of_it(statements: AvailabilityStatements, athlete: AthleteId) -> None:
    one = statements.add(stated(athlete, percent=60))

    assert statements.history(athlete) == [(one, None)]


def test_a_limit_holds_from_its_day_to_its_last_one(statements: AvailabilityStatements, athlete: AthleteId) -> None:
    statements.add(stated(athlete))

    days = [TODAY - timedelta(days=1), TODAY, date(2026, 12, 4), date(2026, 12, 5)]

    assert [statements.standing(athlete, day) is not None for day in days] == [False, True, True, False]


def test_the_newest_of_the_medical_team_counts_and_beside_it_that_of_the_athlete(
    statements: AvailabilityStatements, athlete: AthleteId
) -> None:
    statements.add(stated(athlete))
    statements.add(stated(athlete, role=Role.ATHLETE, person=PersonId(athlete), cap_au=200.0, limits=()))
    assert _standing(statements, athlete) == (Availability.REDUCED, 200.0)

    statements.add(stated(athlete, **WHOLE))  # the medical team lifts its own limit, and not the athlete's word
    assert _standing(statements, athlete) == (Availability.REDUCED, 200.0)

    statements.add(stated(athlete, **WHOLE, role=Role.ATHLETE, person=PersonId(athlete)))
    assert _standing(statements, athlete) == (Availability.FULL, None)


def _standing(statements: AvailabilityStatements, athlete: AthleteId) -> tuple[Availability, float | None] | None:
    found = statements.standing(athlete, TODAY)
    return None if found is None else (found.availability, found.cap_au)


def test_one_that_is_taken_back_stays_and_what_stood_before_stands_again(
    statements: AvailabilityStatements, athlete: AthleteId
) -> None:
    first = statements.add(stated(athlete))
    lifted = statements.add(stated(athlete, **WHOLE))

    for _ in range(2):
        statements.take_back(lifted, person=PHYSIO, role=Role.MEDICAL, at=AT)

    assert _standing(statements, athlete) == (Availability.REDUCED, 300.0)
    history = statements.history(athlete)
    assert [one for one, _ in history] == [first, lifted]
    assert [gone and gone.person for _, gone in history] == [None, PHYSIO]


def test_nobody_takes_back_the_word_of_another(statements: AvailabilityStatements, athlete: AthleteId) -> None:
    one = statements.add(stated(athlete))

    for role in (Role.COACH, Role.ATHLETE):
        with pytest.raises(BadHealthRecord, match="only the medical team, or the athlete"):
            statements.take_back(one, person=PHYSIO, role=role, at=AT)
    assert _standing(statements, athlete) == (Availability.REDUCED, 300.0)


def test_taking_back_is_for_the_same_day(athlete: AthleteId) -> None:
    one = stated(athlete)

    assert may_take_back([(one, None)], Role.MEDICAL, AT + timedelta(hours=10)) == one
    assert may_take_back([(one, None)], Role.MEDICAL, AT + timedelta(hours=20)) is None
    assert may_take_back([(one, None)], Role.COACH, AT) is None


TIRED = build(readings(50, seed=2, tired_days=3))
"""Somebody for whom an easier session is proposed."""
LIMITED = st.builds(
    lambda kind, cap, role, ahead, long: _limit(kind, cap, role, TODAY + timedelta(days=ahead), long),
    st.sampled_from(["none", "cap", "words", "whole"]),
    st.integers(0, 900).map(float),
    st.sampled_from([Role.MEDICAL, Role.ATHLETE]),
    st.integers(-3, 1),
    st.integers(0, 5),
)


def _limit(kind: str, cap: float, role: Role, day: date, long: int) -> AvailabilityStatement:
    parts: dict[str, Any] = {"none": NONE, "cap": {"cap_au": cap, "limits": ()}, "words": {"cap_au": None}}.get(
        kind, WHOLE
    )
    until = {} if kind == "whole" else {"until": day + timedelta(days=long)}
    return stated(ONE, **{**parts, **until, "role": role, "day": day})


def _assessed(cap_au: float | None, *, decisions: Any = (), load: float = 480.0) -> Any:
    plan = SessionPlan(TrainingSession.of(rpe=8, minutes=load / 8), PlanSource.SET)
    context = Context(TODAY, AT.replace(hour=0), PROFILES["answers"])
    return assess_day(ONE, TIRED, context=context, plan=plan, decisions=decisions, cap_au=cap_au)


def _largest(made: list[AvailabilityStatement]) -> float | None:
    """The cap by another way: the smallest largest load of whatever is the newest of its author and holds today."""
    found = None
    for role in (Role.MEDICAL, Role.ATHLETE):
        own = [one for one in made if one.role is role and one.day <= TODAY]
        if own and (own[-1].until is None or own[-1].until >= TODAY):
            of = 0.0 if own[-1].availability is Availability.NONE else own[-1].cap_au
            found = of if found is None or (of is not None and of < found) else found
    return found


@settings(max_examples=120, deadline=None)
@given(made=st.lists(LIMITED, max_size=5), load=st.integers(0, 900).map(float))
def test_nothing_planned_or_proposed_is_above_the_cap(made: list[AvailabilityStatement], load: float) -> None:
    standing = standing_of(made, TODAY)
    cap = None if standing is None else standing.cap_au
    assert cap == _largest(made)

    one = _assessed(cap, load=load)

    assert one.plan.session.load_au <= load
    if cap is not None:
        assert one.plan.session.load_au <= cap
        assert one.proposal is None or one.proposal.planned.load_au <= cap
    free = _assessed(None, load=load)
    if one.proposal is not None and free.proposal is not None:
        assert one.proposal.adjusted.load_au <= free.proposal.adjusted.load_au  # a limit never raises load


@settings(max_examples=60, deadline=None)
@given(cap=st.integers(0, 600).map(float), chosen=st.integers(0, 600).map(float))
def test_no_decision_is_above_the_cap_whichever_came_first(cap: float, chosen: float) -> None:
    before = _assessed(None)
    assert before.proposal is not None
    early = _decided(before.proposal, min(chosen, 480.0))

    after = _assessed(cap, decisions=[early])

    assert after.decision is None or after.decision.chosen_au <= cap
    if after.proposal is not None and chosen > cap:
        with pytest.raises(RefusedDecision, match=f"{chosen:.0f} AU is above the stated limit of {cap:.0f} AU"):
            _decided(after.proposal, chosen)


def _decided(proposal: Proposal, chosen_au: float) -> ReviewDecision:
    return decide(
        proposal,
        ReviewAnswer.MODIFY,
        person=PHYSIO,
        role=Role.COACH,
        now=AT,
        reason=ReviewReason.TALKED,
        chosen_au=chosen_au,
    )


def test_a_proposal_above_the_cap_cannot_be_made() -> None:
    one = _assessed(None).proposal

    with pytest.raises(BadPlan, match="480 AU is above the stated limit of 300 AU"):
        Proposal(**{name: getattr(one, name) for name in one.__dataclass_fields__} | {"cap_au": 300.0})


def test_a_limit_without_a_load_lowers_none(athlete: AthleteId) -> None:
    standing = standing_of([stated(athlete, cap_au=None)], TODAY)
    assert standing is not None
    assert standing.cap_au is None
    assert _assessed(None).plan == _assessed(standing.cap_au).plan


def test_in_any_order_of_stages_statements_and_erasure_no_cap_is_lost(vault: Vault, tmp_path: Path) -> None:
    """Stages never touch a cap; only a statement of its author lifts one, and erasure removes everything."""
    records = records_of(vault, tmp_path)
    rooms = Stages(records), AvailabilityStatements(records)
    for number, order in enumerate(permutations(("limit", "stage 0", "stage 1", "own"))):
        athlete = AthleteId(f"ath-{number:016x}")
        vault.add_athlete(athlete, f"A {number}", shirt_no=number)
        for deed in order:
            _do(rooms, athlete, deed)
        standing = rooms[1].standing(athlete, TODAY)
        assert standing is not None
        assert standing.cap_au == 250.0
        assert _assessed(standing.cap_au).plan.session.load_au == 250.0
    erased = AthleteId(f"ath-{0:016x}")
    vault.erase(erased)
    with pytest.raises(AthleteErased):
        rooms[1].standing(erased, TODAY)
    assert rooms[1].standing(AthleteId(f"ath-{1:016x}"), TODAY) is not None


def _do(rooms: tuple[Stages, AvailabilityStatements], athlete: AthleteId, deed: str) -> None:
    stages, statements = rooms
    if deed == "limit":
        statements.add(stated(athlete))
    elif deed == "own":
        statements.add(stated(athlete, role=Role.ATHLETE, cap_au=250.0))
    else:
        current, stage = stages.current(athlete, "ab" * 8), RtpStage(int(deed[-1]))
        if current is None or stage != current.stage:
            stages.sign(signed(athlete, "ab" * 8, stage))

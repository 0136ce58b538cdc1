"""A plan above every own day of four weeks goes before a person, and can only become less."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.coaching.histories import largest_own_day
from client.coaching.own_largest_day import propose_own_largest
from client.coaching.regression import Level
from client.coaching.training_session import PlanSource, SessionPlan, TrainingSession
from client.features.daily import DailyTable
from client.web import text
from policies.vocabulary import AthleteId
from tests.client.web.conftest import NOW

ONE = AthleteId("ath-00000000000000aa")
DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, tzinfo=UTC)


def proposed(plan: SessionPlan, largest: float | None) -> TrainingSession | None:
    found = propose_own_largest(ONE, DAY, plan=plan, largest_au=largest, now=AT)
    return found.adjusted if found else None


def planned(rpe: float, minutes: float, source: PlanSource = PlanSource.SET) -> SessionPlan:
    return SessionPlan(TrainingSession.of(rpe=rpe, minutes=minutes), source)


def test_the_same_effort_and_fewer_minutes() -> None:
    assert proposed(planned(8, 60), 455.0) == TrainingSession(455.0, 8.0, 56.0)
    assert proposed(planned(8, 60), 480.0) is None
    assert proposed(planned(8, 60), None) is None
    assert proposed(planned(8, 60, PlanSource.OWN_MEAN), 100.0) is None
    assert proposed(SessionPlan(TrainingSession(600.0), PlanSource.SET), 455.5) == TrainingSession(455.0)


@given(
    st.one_of(
        st.builds(TrainingSession, st.floats(0, 9000)),
        st.tuples(st.floats(0, 10), st.floats(0, 600)).map(lambda it: TrainingSession.of(rpe=it[0], minutes=it[1])),
    ),
    st.floats(1, 9000),
)
def test_it_never_raises_a_load_and_never_leaves_more_than_the_largest(
    session: TrainingSession, largest: float
) -> None:
    found = propose_own_largest(ONE, DAY, plan=SessionPlan(session, PlanSource.SET), largest_au=largest, now=AT)

    assert (found is not None) == (session.load_au > largest)
    if found is not None:
        assert found.adjusted.load_au <= min(session.load_au, largest) + 1e-6
        assert found.level is Level.AS_PLANNED
        assert f"{largest:,.0f} AU" in found.because


@pytest.mark.parametrize(("unknown", "expected"), [(0, 500.0), (4, 500.0), (5, None)])
def test_the_largest_day_needs_known_days(unknown: int, expected: float | None) -> None:
    load = np.where(np.arange(40) % 2 == 0, 300.0, 0.0)
    load[5], load[20] = 900.0, 500.0  # 35 days ago counts no more
    load[22 : 22 + unknown] = np.nan
    table = DailyTable(tuple(date.fromordinal(NOW.date().toordinal() - 40 + n) for n in range(40)), {"load_au": load})

    assert largest_own_day(table, 40 - 1) == expected


def test_after_four_weeks_without_training_a_person_chooses_and_nothing_is_lowered() -> None:
    load = np.zeros(40)
    load[5] = 900.0  # 35 days ago
    table = DailyTable(tuple(date.fromordinal(NOW.date().toordinal() - 40 + n) for n in range(40)), {"load_au": load})

    largest = largest_own_day(table, 40 - 1)
    found = propose_own_largest(ONE, DAY, plan=planned(7, 75), largest_au=largest, now=AT)

    assert largest == 0.0
    assert found is not None
    assert (found.adjusted, found.review) == (found.planned, True)
    assert "525 AU comes after four weeks" in found.because
    assert text.proposed(found) == "No own session of late: choose the load together"
    assert propose_own_largest(ONE, DAY, plan=planned(0, 75), largest_au=largest, now=AT) is None

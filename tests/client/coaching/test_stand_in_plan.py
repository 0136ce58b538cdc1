"""What is said of load when nobody set a plan: nothing below 6 of 7 and 24 of 28 known days, and never a guess."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from client.coaching.histories import days_since_hard, is_rest_assumed, own_plan
from client.coaching.training_session import PlanSource
from client.features.daily import DailyTable
from client.features.rest import ASSUMED_REST

FIRST = date(2026, 1, 5)
NAN = float("nan")
Floats = NDArray[np.float64]
TODAY = 28


def table(load: Floats, assumed: Floats | None = None) -> DailyTable:
    dates = tuple(FIRST + timedelta(days=n) for n in range(len(load)))
    return DailyTable(dates, {"load_au": load} | ({} if assumed is None else {ASSUMED_REST: assumed}))


def month() -> Floats:
    """Four weeks of 300 AU with hard days of 700 AU each Tuesday and Thursday, and today without an entry."""
    load = np.full(TODAY + 1, 300.0)
    load[1::7] = load[3::7] = 700.0
    load[TODAY] = NAN
    return load


def test_the_own_mean_of_the_weekday_stands_in() -> None:
    load = month()
    load[[0, 7, 14, 21]] = (400.0, 500.0, 600.0, 700.0)

    plan = own_plan(table(load), TODAY)

    assert plan.source is PlanSource.OWN_MEAN
    assert plan.session is not None
    assert plan.session.load_au == 550.0
    assert not plan.assumed_rest


known_days = st.lists(st.integers(0, TODAY - 1), max_size=10, unique=True)


@given(known_days)
def test_no_plan_and_no_hard_day_below_six_of_seven_and_twenty_four_of_twenty_eight(unknown: list[int]) -> None:
    load = month()
    load[unknown] = NAN

    enough = len(unknown) <= 4 and sum(day >= TODAY - 7 for day in unknown) <= 1
    weekdays_known = sum(day not in unknown for day in (0, 7, 14, 21))
    since = days_since_hard(table(load), TODAY)

    assert (own_plan(table(load), TODAY).session is not None) == (enough and weekdays_known >= 3)
    assert since is None or (enough and not any(TODAY - since <= day for day in unknown))


def test_a_day_without_training_is_said_of_zeros_alone() -> None:
    rest, almost = month(), month()
    rest[::7] = 0.0
    almost[::7] = (0.0, 0.0, 0.0, 1.0, NAN)

    zero, one = own_plan(table(rest), TODAY).session, own_plan(table(almost), TODAY).session

    assert zero is not None
    assert zero.load_au == 0.0
    assert one is not None
    assert one.load_au == 1.0


def test_days_since_a_hard_session_need_every_day_since_then() -> None:
    load = month()
    assert days_since_hard(table(load), TODAY) == 4

    load[26] = NAN
    assert days_since_hard(table(load), TODAY) is None, "the unknown day may have been the hardest"


def test_what_rests_on_an_assumed_day_says_so() -> None:
    load, assumed = month(), np.zeros(TODAY + 1)
    load[6], assumed[6] = 0.0, 1.0

    assert is_rest_assumed(table(load, assumed), TODAY)
    assert own_plan(table(load, assumed), TODAY).assumed_rest
    assert not is_rest_assumed(table(load), TODAY)

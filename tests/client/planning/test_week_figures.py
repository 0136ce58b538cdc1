"""What a planned week adds up to, against published and hand-made figures, and each day's place beside the match."""

import statistics
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.planning.checks import AboveLargest, above_largest
from client.planning.week import change, days_of_week, match_label, week_begins, week_figures

MONDAY = date(2026, 11, 23)


def test_the_golden_week_of_monotony() -> None:
    figures = week_figures([609, 0, 740, 435, 652, 942, 0])

    assert figures.monotony == pytest.approx(1.32987, abs=5e-6)
    assert (figures.sum_au, figures.total_au, figures.planned, figures.largest) == (3378, 3378, 7, 5)


@given(st.lists(st.none() | st.integers(0, 900).map(float), min_size=7, max_size=7))
def test_against_the_statistics_of_the_standard_library(loads: list[float | None]) -> None:
    figures, known = week_figures(loads), [load for load in loads if load is not None]

    assert figures.total_au == pytest.approx(sum(known))
    assert (figures.sum_au is None) == (len(known) < 7)
    if len(known) < 6 or len(set(known)) == 1:
        assert figures.monotony is None
    else:
        assert figures.monotony == pytest.approx(statistics.mean(known) / statistics.stdev(known))


def test_a_day_without_a_plan_is_not_rest() -> None:
    assert week_figures([100, None, 300, 0, 200, 100, 50]).sum_au is None
    assert week_figures([None] * 7).largest is None
    assert week_figures([0] * 7).largest is None


def test_change_needs_both_weeks_whole() -> None:
    whole, other, part = week_figures([100] * 7), week_figures([110] * 7), week_figures([100] * 6 + [None])

    assert change(other, whole) == pytest.approx(0.1)
    assert change(other, part) is None
    assert change(part, whole) is None
    assert change(whole, week_figures([0] * 7)) is None


def test_names_of_the_days_around_a_match() -> None:
    saturday = MONDAY + timedelta(days=5)

    names = [match_label(saturday + timedelta(days=away), [saturday]) for away in range(-5, 4)]

    assert names == ["", "D−4", "D−3", "D−2", "D−1", "match", "D+1", "D+2", ""]


def test_between_two_matches_both_names_stand() -> None:
    wednesday, sunday = MONDAY + timedelta(days=2), MONDAY + timedelta(days=6)

    names = [match_label(wednesday + timedelta(days=away), [sunday, wednesday]) for away in range(5)]

    assert names == ["match", "D+1, D−3", "D+2, D−2", "D−1", "match"]
    assert match_label(wednesday, []) == ""


def test_a_week_begins_on_monday() -> None:
    assert {week_begins(day) for day in days_of_week(MONDAY)} == {MONDAY}


def test_only_days_to_come_above_the_own_largest_are_told() -> None:
    loads = {MONDAY: 600.0, MONDAY + timedelta(days=1): 525.0, MONDAY + timedelta(days=2): 526.0}

    today = MONDAY + timedelta(days=1)

    assert above_largest(loads, 525.0, today) == [AboveLargest(MONDAY + timedelta(days=2), 526.0, 525.0)]
    assert above_largest({**loads, today: None}, 525.0, today) == above_largest(loads, 525.0, today)
    assert above_largest(loads, None, today) == []

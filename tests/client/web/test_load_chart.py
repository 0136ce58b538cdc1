"""The load chart says what its numbers say, and nothing where too few days are known: a mean of six days is none."""

import re
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from client.features.daily import DailyTable
from client.features.rest import ASSUMED_REST
from client.metrics.catalogue import catalogue
from client.web.charts.load import TOO_FEW, above_own_days, compared, load_chart
from tests.client.metrics.last_day import metrics_on

FIRST = date(2026, 1, 1)
NAN = float("nan")
MEAN = [metric for metric in catalogue() if metric.name == "load_28d_ewma"]
Floats = NDArray[np.float64]


def table(load: Floats, **columns: Floats) -> DailyTable:
    dates = tuple(FIRST + timedelta(days=n) for n in range(len(load)))
    return DailyTable(dates, {"load_au": load, **columns})


loads = st.lists(
    st.one_of(st.just(NAN), *(st.sampled_from([0.0, 60.0, 300.0, 480.0, 900.0]) for _ in range(9))),
    min_size=1,
    max_size=70,
).map(lambda values: np.array(values, dtype=np.float64))


@settings(deadline=None)
@given(loads)
def test_the_sentence_is_true_of_the_numbers_beside_it(load: Floats) -> None:
    found = compared(table(load))

    if found is None:
        return
    fast, slow = (int(n) for n in re.findall(r"mean (?:is )?(\d+)", found.label))
    assert (fast, slow) == (found.fast_au, found.slow_au)
    assert ("above" in found.finding) == (fast > slow * 1.05)
    assert ("below" in found.finding) == (fast < slow * 0.95)
    assert ("near" in found.finding) == (0.95 * slow <= fast <= 1.05 * slow)


@settings(deadline=None)
@given(loads)
def test_page_and_command_know_the_same_days(load: Floats) -> None:
    days = table(load)
    records = {name: one.value for name, one in metrics_on(days, metrics=MEAN).items()}
    found = compared(days)

    if np.isfinite(load[-1]):
        assert (found is not None) <= (records["load_28d_ewma"] is not None)
        if found is not None:
            assert found.slow_au == round(records["load_28d_ewma"] or 0.0)
    elif found is not None:
        assert found.day == days.dates[-2]


@pytest.mark.parametrize(("known", "is_said"), [(6, False), (23, False), (24, True), (28, True)])
def test_a_28_day_mean_needs_24_known_days(known: int, *, is_said: bool) -> None:
    load = np.full(28, NAN)
    load[28 - known :] = 311.0

    chart = load_chart(table(load), day=FIRST + timedelta(days=27), planned_au=None)

    assert chart is not None
    assert (chart.finding != TOO_FEW) == is_said
    assert ("28-day mean" in chart.wide) == is_said, "no label of a line that is not there"
    assert ("311" in [row[3] for row in chart.rows]) == is_said
    assert ("weighted mean is" in chart.label) == is_said


def test_a_line_ends_where_too_few_days_are_known() -> None:
    load = np.full(60, 300.0)
    load[40:45] = NAN

    chart = load_chart(table(load), day=FIRST + timedelta(days=59), planned_au=None)

    assert chart is not None
    by_day = {row[0]: row[2:] for row in chart.rows}
    assert by_day["15 February 2026"] == ("not known", "not known")
    assert by_day["1 March 2026"] == ("300", "not known")
    fast = next(path for path in re.findall(r'd="(M[^"]*)" stroke="[^"]*" stroke-width="2.5" stroke-d', chart.wide))
    assert fast.count("M") == 2, "the line is broken, not drawn across"


def test_a_morning_without_a_session_yet_looks_at_the_days_before() -> None:
    load = np.full(40, 300.0)
    load[-1] = NAN

    found = compared(table(load))

    assert found is not None
    assert found.day == FIRST + timedelta(days=38)


def test_days_counted_as_rest_are_told() -> None:
    load, assumed = np.full(40, 300.0), np.zeros(40)
    load[[30, 36]], assumed[[30, 36]] = 0.0, 1.0

    chart = load_chart(table(load, **{ASSUMED_REST: assumed}), day=FIRST + timedelta(days=39), planned_au=None)

    assert chart is not None
    assert "2 days without an entry counted as rest." in chart.about
    assert sum(row[1] == "0, counted as rest" for row in chart.rows) == 2


def test_a_plan_without_training_draws_no_bar() -> None:
    chart = load_chart(table(np.full(40, 300.0)), day=FIRST + timedelta(days=39), planned_au=0.0)

    assert chart is not None
    assert "today’s plan" not in chart.wide


@pytest.mark.parametrize(
    ("largest", "planned", "said"),
    [
        (300.0, 525.0, "Today’s plan of 525 AU is above every own day of four weeks: 300 AU at most"),
        (0.0, 525.0, "Today’s plan of 525 AU comes after four weeks in which no known day had training"),
        (300.0, 300.0, ""),
        (299.7, 300.0, ""),
        (300.0, None, ""),
    ],
)
def test_a_plan_above_every_own_day_is_the_finding(largest: float, planned: float | None, said: str) -> None:
    """Means of 2 AU beside a plan of 525 are near each other, and are not what there is to say."""
    load = np.zeros(41)
    load[30], load[40] = largest, NAN
    days = table(load)

    chart = load_chart(days, day=days.dates[-1], planned_au=planned)

    assert chart is not None
    assert (chart.finding == said) == bool(said)
    assert said in chart.label


@settings(deadline=None)
@given(loads, st.floats(0, 900))
def test_the_finding_of_a_plan_is_true_of_the_days_before(load: Floats, planned: float) -> None:
    days = table(np.append(load, NAN))

    said = above_own_days(days, days.dates[-1], planned)

    before = load[-28:]
    if said:
        assert not (before[np.isfinite(before)] >= planned).any()
        assert np.isfinite(before).sum() >= 24

"""A caption is a claim: each is held against the data that it stands over, by a rule written a second time here."""

import math
import re
from datetime import date, timedelta
from statistics import fmean, median, stdev
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.features.daily import DailyTable
from client.web.charts import hrv as hrv_module
from client.web.charts.load import compared
from client.web.charts.sleep import sleep_finding

DAY = date(2026, 11, 24)
HOURS = st.one_of(st.floats(3.0, 11.0).map(lambda one: round(one, 2)), st.just(math.nan))
FIGURES = re.compile(r"mean is (\d+\.\d+), the usual range (\d+\.\d+) to (\d+\.\d+)")
NIGHTS = st.lists(HOURS, min_size=0, max_size=40)


def usual_of(nights: list[float]) -> tuple[float, float] | None:
    """Own usual range of a night: median and 1.4826 MAD of the 28 before the last two, at least 14 of them known."""
    known = [one for one in nights[:-2][-28:] if not math.isnan(one)]
    if len(known) < 14:
        return None
    middle = median(known)
    spread = max(1.4826 * median(abs(one - middle) for one in known), 0.25)
    return middle - spread, middle + spread


@given(NIGHTS)
def test_a_sentence_on_two_nights_is_true_of_them(nights: list[float]) -> None:
    said, usual, last = sleep_finding(np.array(nights)), usual_of(nights), nights[-2:]

    if usual is None or len(last) < 2 or any(map(math.isnan, last)):
        assert said == "Sleep over the last two weeks"
        return
    low, high = usual
    claims = {
        "Two shorter nights": all(one < low for one in last),
        "Two longer nights": all(one > high for one in last),
        "The last two nights were about as usual": all(low <= one <= high for one in last),
        "The last two nights were shorter than usual on average": fmean(last) < low,
        "The last two nights were longer than usual on average": fmean(last) > high,
        "The last two nights were about as usual on average": low <= fmean(last) <= high,
    }
    assert claims[said]


@given(st.floats(8.6, 11.0), st.floats(3.0, 6.4), st.booleans())
def test_one_long_and_one_short_night_are_never_two_shorter_ones(long: float, short: float, is_first: bool) -> None:
    usual = [7.4, 7.6, 7.5] * 10
    last = [long, short] if is_first else [short, long]

    assert not sleep_finding(np.array([*usual, *last])).startswith("Two")


@given(st.lists(st.one_of(st.floats(0, 1500), st.just(math.nan)), min_size=1, max_size=70))
def test_the_sentence_on_load_is_true_of_the_figures_beside_it(loads: list[float]) -> None:
    dates = tuple(DAY - timedelta(days=back) for back in range(len(loads) - 1, -1, -1))
    found = compared(DailyTable(dates, {"load_au": np.array(loads)}))
    if found is None:
        return

    fast, slow = (int(one) for one in re.findall(r"weighted mean is (\d+).*weighted mean (\d+)", found.label)[0])
    claims = {"near": abs(fast - slow) <= 0.05 * slow, "above": fast > slow, "below": fast < slow}
    (said,) = [word for word in claims if f" is {word} the 28-day mean" in found.finding]
    assert claims[said]
    assert said == "near" or not claims["near"]


@given(
    st.lists(st.one_of(st.floats(3.0, 5.0), st.just(math.nan)), min_size=20, max_size=50),
    st.floats(-0.4, 0.4),
)
def test_the_sentence_on_variability_is_true_of_the_figures_beside_it(values: list[float], step: float) -> None:
    values = [*values[:-7], *(one + step for one in values[-7:])]
    dates = tuple(DAY - timedelta(days=back) for back in range(len(values) - 1, -1, -1))
    told: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hrv_module, "finished", lambda _, **words: told.update(words))
        hrv_module.hrv_chart(DailyTable(dates, {"lnrmssd": np.array(values)}))
    if not told:
        return

    mean, low, high = map(float, FIGURES.findall(told["label"])[0])
    week = [one for one in values[-7:] if not math.isnan(one)]
    before = [one for one in values[:-7][-30:] if not math.isnan(one)]
    claims = {"below": mean < low, "above": mean > high, "inside": low <= mean <= high}
    (said,) = [word for word in claims if f"is {word} the usual range" in told["finding"]]
    assert claims[said]
    assert mean == pytest.approx(fmean(week), abs=0.006)
    if min(abs(mean - low), abs(mean - high)) > 0.02:  # nearer, printed limits give way so that the claim stays true
        half = 0.5 * stdev(before)
        assert (low, high) == pytest.approx((fmean(before) - half, fmean(before) + half), abs=0.012)

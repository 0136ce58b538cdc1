"""Variability, sleep and wellness against golden numbers and against what must always hold."""

import statistics
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import median_abs_deviation

from client.errors import BadObservation
from client.features.baseline import robust_z, wellness_sum
from client.features.hrv import accepted_beats, analyse, as_intervals, rmssd_ms
from client.features.hrv_baseline import HrvBandStatus, hrv_baseline
from client.features.sleep import agreement, debt_h, minute_grid, regularity_index
from client.metrics.own_past import midpoint, midpoint_sd


def test_golden_twenty_beats(golden: dict[str, Any]) -> None:
    numbers = golden["hrv"]
    beats = np.array(numbers["rr_ms"] * 4, dtype=float)  # four times, to pass the minute; ours joins three seams
    short = as_intervals(numbers["rr_ms"])

    assert rmssd_ms(short) == pytest.approx(numbers["rmssd"])
    assert np.log(rmssd_ms(short) or 0) == pytest.approx(numbers["lnrmssd"])
    assert short.std(ddof=1) == pytest.approx(numbers["sdnn_ddof1"])
    assert 100 * np.mean(np.abs(np.diff(short)) > 50) == pytest.approx(numbers["pnn50_over_diffs"])
    assert analyse(short).quality == ("too_short",)
    assert analyse(short).rmssd_ms is None
    assert analyse(beats).beats == 80


def test_golden_artefacts(golden: dict[str, Any]) -> None:
    numbers = golden["rr_artefact"]
    clean = as_intervals(numbers["clean_rr"])
    bad = np.diff(np.array(numbers["bad_peaks_ms"], dtype=float))

    found = analyse(bad)

    assert rmssd_ms(clean) == pytest.approx(numbers["rmssd_clean"])
    assert rmssd_ms(bad) == pytest.approx(numbers["rmssd_bad"])
    assert found.rmssd_ms == pytest.approx(40.647, abs=5e-4)
    assert found.quality == ("some_artefacts",)
    assert analyse(clean).artefact_share == 0


def test_no_difference_is_taken_across_a_removed_beat() -> None:
    beats = np.array([800.0] * 10 + [1900.0] + [850.0] * 10)

    accepted = accepted_beats(beats)

    assert not accepted[10]
    assert rmssd_ms(beats, accepted) == 0.0, "the step from 800 to 850 lies across the artefact"


@given(st.lists(st.integers(600, 1100), min_size=90, max_size=160), st.floats(0.9, 1.1))
def test_variability_scales_with_time_and_does_not_know_its_direction(values: list[int], factor: float) -> None:
    beats = np.array(values, dtype=float)

    assert rmssd_ms(beats[::-1]) == pytest.approx(rmssd_ms(beats))
    assert rmssd_ms(beats * factor) == pytest.approx((rmssd_ms(beats) or 0) * factor)


def test_a_recording_with_many_artefacts_gives_no_value() -> None:
    beats = np.full(200, 800.0)
    beats[::10] = 400.0

    assert analyse(beats).rmssd_ms is None
    assert "too_many_artefacts" in analyse(beats).quality
    with pytest.raises(BadObservation):
        as_intervals([])


def test_golden_baseline(golden: dict[str, Any]) -> None:
    numbers = golden["hrv_baseline"]
    values = np.array([np.nan if value is None else value for value in numbers["series"]])

    found = hrv_baseline(values)

    assert (found.baseline_n, found.recent_n) == (numbers["baseline_n"], numbers["n7"])
    assert found.mean == pytest.approx(numbers["mean"])
    assert found.sd == pytest.approx(numbers["sd"])
    assert found.band == pytest.approx(tuple(numbers["swc"]))
    assert found.recent_mean == pytest.approx(numbers["mean7"])
    assert found.status.value == numbers["status"]
    assert found.is_suppressed


def test_too_few_mornings_give_no_status() -> None:
    assert hrv_baseline(np.array([])).status is HrvBandStatus.UNKNOWN
    assert hrv_baseline(np.full(12, 4.0)).status is HrvBandStatus.UNKNOWN
    gap = np.concatenate([np.linspace(4.0, 4.1, 30), np.full(7, np.nan)])
    assert hrv_baseline(gap).status is HrvBandStatus.UNKNOWN
    assert hrv_baseline(gap).recent_mean is None


def test_the_adjusted_test_calls_few_unremarkable_weeks_low() -> None:
    rng = np.random.default_rng(5)
    low = [hrv_baseline(rng.normal(4, 0.1, 37)) for _ in range(2000)]

    share_red = np.mean([found.is_suppressed for found in low])
    share_amber = np.mean([found.status is HrvBandStatus.BELOW for found in low])

    assert share_red < 0.03
    assert 0.08 < share_amber < 0.15, "docs/indices.md §3.4: 12 % for white noise"


def test_golden_midpoint() -> None:
    hours = np.array([23.8, 0.3, 1.1, 23.5, 2.0, 0.6, 0.9])

    assert midpoint(hours)[-1] == pytest.approx(0.598, abs=5e-4)
    assert midpoint_sd(hours)[-1] == pytest.approx(46.76, abs=5e-3)
    assert np.isnan(midpoint(np.array([1.0, 2.0, np.nan, np.nan, 3.0]))).all()


@given(st.lists(st.floats(0, 23.99), min_size=5, max_size=14), st.floats(0, 24))
def test_midpoint_turns_with_the_clock(hours: list[float], shift: float) -> None:
    plain, turned = np.array(hours), (np.array(hours) + shift) % 24

    if midpoint_sd(plain)[-1] < 300:
        apart = midpoint(turned)[-1] - midpoint(plain)[-1] - shift
        assert np.cos(apart * np.pi / 12) == pytest.approx(1.0, abs=1e-6)
        assert midpoint_sd(turned)[-1] == pytest.approx(midpoint_sd(plain)[-1], abs=1e-3)


def _nights(starts: list[int]) -> tuple[list[tuple[datetime, datetime]], list[date]]:
    days = [date(2026, 1, 2) + timedelta(days=n) for n in range(len(starts))]
    nights = []
    for day, start_h in zip(days, starts, strict=True):
        start = datetime(day.year, day.month, day.day) + timedelta(hours=start_h - 24)  # noqa: DTZ001 - local clock
        nights.append((start, start + timedelta(hours=8)))
    return nights, days


def test_golden_regularity(golden: dict[str, Any]) -> None:
    for starts, key in (([23] * 7, "identical_7d"), ([23] * 5 + [25] * 2, "5wk_23-07_2wkend_01-09")):
        nights, days = _nights(starts)
        shares = agreement(minute_grid(nights, days), np.ones(7, bool))
        assert regularity_index(np.ones(7), shares)[-1] == pytest.approx(golden["sri"][key])


def test_a_random_sleeper_scores_eleven_and_unknown_nights_are_left_out() -> None:
    rng = np.random.default_rng(3)
    asleep = rng.random((200, 1440)) < 1 / 3

    scores = regularity_index(np.ones(200), agreement(asleep, np.ones(200, bool)))
    assert np.nanmean(scores) == pytest.approx(11.11, abs=0.5)
    known = np.ones(200, bool)
    known[::2] = False
    assert np.isnan(regularity_index(np.where(known, 1.0, np.nan), agreement(asleep, known))).all()


def test_a_nap_in_the_afternoon_is_compared_with_the_next_day() -> None:
    nights, days = _nights([23] * 6)
    naps = [(datetime(2026, 1, 4, 15), datetime(2026, 1, 4, 16))]  # noqa: DTZ001 - local clock

    shares = agreement(minute_grid([*nights, *naps], days), np.ones(6, bool))

    assert shares[1:].tolist() == pytest.approx([1.0, 1.0, 1 - 1 / 24, 1 - 1 / 24, 1.0])


def test_debt_needs_every_night_and_the_athletes_own_need() -> None:
    assert debt_h(np.full(14, 7.0), need_h=8.0)[-1] == pytest.approx(14.0)
    assert np.isnan(debt_h(np.full(13, 7.0), need_h=8.0)).all()
    assert np.isnan(debt_h(np.array([7.0] * 13 + [np.nan]), need_h=8.0)[-1])


def test_one_old_outlier_does_not_move_a_robust_z() -> None:
    usual = np.tile([4.08, 4.1, 4.12, 4.14], 7)
    usual[3] = 3.60
    today = np.append(usual, 3.98)

    found = robust_z(today, typical_error=0.02)

    assert found is not None
    assert found < -2
    assert robust_z(today, typical_error=0.02, sign=-1) == pytest.approx(-found)
    assert robust_z(np.append(usual, np.nan), typical_error=0.02) is None
    assert robust_z(today[-10:], typical_error=0.02) is None
    assert robust_z(np.full(29, 3.0), typical_error=0.5) == 0.0


@given(st.permutations([1.0, 2.0, 3.0, 4.0, 5.0] * 4), st.floats(-5, 5))
def test_robust_z_ignores_order_of_the_past_and_a_common_shift(past: list[float], shift: float) -> None:
    values = np.array([*past, 5.0])

    assert robust_z(values + shift, typical_error=0.1) == pytest.approx(robust_z(values, typical_error=0.1))
    assert robust_z(np.array([*sorted(past), 5.0]), typical_error=0.1) == robust_z(values, typical_error=0.1)


@given(st.lists(st.floats(0, 10), min_size=14, max_size=28), st.floats(0, 10))
def test_robust_z_is_that_of_an_independent_median_and_spread(past: list[float], today: float) -> None:
    spread = max(float(median_abs_deviation(past, scale="normal")), 0.5)
    expected = (today - statistics.median(past)) / spread

    found = robust_z(np.array([*past, today]), typical_error=0.5)

    assert found == pytest.approx(max(-3.0, min(3.0, expected)), rel=1e-4, abs=1e-9)


def test_a_wellness_sum_needs_all_five_answers() -> None:
    items = {name: np.array([3.0, 4.0]) for name in ("fatigue", "sleep_quality", "soreness", "stress", "mood")}
    items["mood"][1] = np.nan

    assert wellness_sum(items)[0] == 15
    assert np.isnan(wellness_sum(items)[1])

"""The durability index: worked cases computed before this code, and the properties of docs/indices.md §8."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.durability.index import (
    ATHLETE_WEIGHTS,
    OFFICE_WEIGHTS,
    Component,
    DurabilityInputs,
    Share,
    durability,
    history_score,
    weights_hash,
)
from models.errors import BadShape

A, T, R, H = Component.AVAILABILITY, Component.LOAD_TOLERANCE, Component.RECOVERY, Component.HISTORY

CASE_1 = DurabilityInputs(365, (9,), Share(23, 24), Share(18, 20), ((21, 600),))
CASE_2 = DurabilityInputs(365, (14, 32, 8), Share(18, 22), Share(12, 18), ((45, 500), (20, 800)))
CASE_3 = DurabilityInputs(365, (90, 28, 21, 12), Share(7, 12), Share(6, 10), ((120, 450),))
NO_INJURY = DurabilityInputs(365, (), Share(24, 24), Share(18, 20), ())
NO_STREAM_R = DurabilityInputs(365, CASE_2.injury_days, CASE_2.load_tolerance, None, CASE_2.older)


@pytest.mark.parametrize(
    ("inputs", "components", "figures"),
    [
        (CASE_1, {A: 94.4, T: 91.2, R: 88.0, H: 83.2}, (91.0, 87.5, 93.2)),
        (CASE_2, {A: 88.8, T: 81.2, R: 69.6, H: 53.8}, (77.8, 72.9, 81.4)),
        (CASE_3, {A: 77.1, T: 68.2, R: 66.7, H: 20.5}, (62.9, 55.6, 68.6)),
        (NO_STREAM_R, {A: 88.8, T: 81.2, H: 53.8}, (79.4, 74.0, 82.9)),
        (NO_INJURY, {A: 95.6, T: 94.1, R: 88.0, H: 100.0}, (95.5, 92.2, 97.5)),
    ],
)
def test_goldens_of_the_worked_cases(
    inputs: DurabilityInputs, components: dict[Component, float], figures: tuple[float, float, float]
) -> None:
    result = durability(inputs, ATHLETE_WEIGHTS)

    assert (result.median, result.low, result.high) == pytest.approx(figures, abs=0.3)
    assert dict(result.components) == pytest.approx(components, abs=0.3)


def test_golden_of_the_front_office_version(golden: dict[str, Any]) -> None:
    expected = golden["durability"]["front_office_v1_row2"]

    result = durability(CASE_2)

    assert {part.value: weight for part, weight in OFFICE_WEIGHTS.items()} == expected["weights"]
    assert result.median == pytest.approx(expected["median"], abs=expected["tol"])
    assert (result.low, result.high) == pytest.approx((expected["q10"], expected["q90"]), abs=expected["tol"])


def test_goldens_of_mean_availability(golden: dict[str, Any]) -> None:
    table = golden["durability"]["availability_mean"]
    for key, expected in table.items():
        if key == "tol":
            continue
        injuries, lost = (int(part) for part in key.split(","))
        days = (float(lost - injuries + 1), *(1.0 for _ in range(injuries - 1))) if injuries else ()
        result = durability(DurabilityInputs(365, days), {A: 1.0})
        assert result.components[A] / 100 == pytest.approx(expected, abs=table["tol"])


def test_hiding_a_stream_changes_only_the_present_weights() -> None:
    shown, hidden = durability(CASE_2, ATHLETE_WEIGHTS), durability(NO_STREAM_R, ATHLETE_WEIGHTS)

    for part, weight in hidden.weights.items():
        assert weight == pytest.approx(ATHLETE_WEIGHTS[part] / 0.85)
        assert hidden.components[part] == shown.components[part]


def test_the_office_version_does_not_depend_on_the_recovery_stream() -> None:
    assert durability(CASE_2) == durability(NO_STREAM_R)


INJURIES = st.lists(st.integers(1, 60), max_size=5).map(tuple)


@given(INJURIES, st.integers(1, 60))
@settings(max_examples=25, deadline=None)
def test_a_new_injury_never_raises_availability(injuries: tuple[int, ...], extra: int) -> None:
    before = durability(DurabilityInputs(365, injuries), {A: 1.0}).components[A]
    after = durability(DurabilityInputs(365, (*injuries, extra)), {A: 1.0}).components[A]

    assert after < before + 0.02  # Monte Carlo error of a mean of 200 000 draws


@given(INJURIES.filter(bool), st.integers(2, 30))
@settings(max_examples=25, deadline=None)
def test_more_days_lost_never_raise_availability(injuries: tuple[int, ...], extra: int) -> None:
    longer = (injuries[0] + extra, *injuries[1:])

    before = durability(DurabilityInputs(365, injuries), {A: 1.0}).components[A]
    after = durability(DurabilityInputs(365, longer), {A: 1.0}).components[A]

    assert after < before  # same draws, larger scale: exact


@given(st.integers(0, 30), st.integers(0, 29))
@settings(max_examples=25, deadline=None)
def test_a_failed_week_never_raises_load_tolerance(of: int, ok: int) -> None:
    ok = min(ok, of)
    worse = durability(DurabilityInputs(365, (), Share(ok, of + 1)), {T: 1.0}).components[T]
    assert worse < durability(DurabilityInputs(365, (), Share(ok, of)), {T: 1.0}).components[T]


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(365, 1095)), max_size=4), st.floats(0.1, 200))
def test_older_burden_never_raises_history(older: list[tuple[float, float]], days: float) -> None:
    assert history_score((*older, (days, 700.0))) < history_score(tuple(older)) <= 1.0


def test_nobody_reaches_one_hundred_and_the_same_inputs_give_the_same_bits() -> None:
    assert durability(NO_INJURY).median < 99
    assert durability(CASE_2) == durability(CASE_2)


def test_expected_burden_has_its_closed_form() -> None:
    # With these priors the mean of rate times severity is (36 + lost) / (365 + exposed), docs/indices.md §8.2.
    rng = np.random.default_rng(1)
    rate = rng.gamma(2 + 3, 1 / (365 + 311), 400_000)
    severity = (36 + 54) / rng.gamma(3 + 3, 1.0, 400_000)
    assert (rate * severity).mean() == pytest.approx((36 + 54) / (365 + 311), rel=0.01)


def test_impossible_inputs_are_refused() -> None:
    for bad in (
        lambda: DurabilityInputs(0),
        lambda: DurabilityInputs(10, (20,)),
        lambda: DurabilityInputs(365, (-1,)),
        lambda: DurabilityInputs(365, older=((5, 100),)),
        lambda: Share(3, 2),
    ):
        with pytest.raises(BadShape):
            bad()


def test_other_weights_are_another_version() -> None:
    assert weights_hash(OFFICE_WEIGHTS) != weights_hash(ATHLETE_WEIGHTS)
    assert len(weights_hash(OFFICE_WEIGHTS)) == 24
    assert sum(OFFICE_WEIGHTS.values()) == pytest.approx(1.0) == sum(ATHLETE_WEIGHTS.values())


def test_the_interval_covers_a_simulated_athlete_four_times_in_five() -> None:
    rng = np.random.default_rng(4)
    covered = 0
    for _ in range(200):
        rate, severity = rng.gamma(2.0, 1 / 365), 36.0 / rng.gamma(3.0)
        injuries, lost, day = [], 0.0, rng.exponential(1 / rate)
        while day < 365:
            length = min(rng.exponential(severity), 365 - day)
            injuries.append(length)
            lost += length
            day += length + rng.exponential(1 / rate)
        result = durability(DurabilityInputs(365, tuple(injuries)), {A: 1.0})
        covered += result.low <= 100 / (1 + rate * severity) <= result.high
    assert covered / 200 == pytest.approx(0.80, abs=0.08)

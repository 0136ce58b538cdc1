"""Every golden number of the science that no other test reads: tests of jumping, impulses, error, and where they stand.

What each group of `golden.json` is read by is listed, so that a number nobody computes does not go unseen.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from client.features import change_beyond_error as tests
from client.features import windows
from client.features.acwr import AcwrMethod
from client.features.fitness_fatigue import impulse_response
from client.ingest.strength.jump_force import Jump, height_by_impulse_m
from client.metrics.tests_and_health import energy_availability, per_exposure

ROOT = Path(__file__).resolve().parents[2]
READ_BY = {
    "load_series": "tests/client/test_load_features.py",
    "acwr": "tests/client/test_load_features.py",
    "foster": "tests/client/test_load_features.py",
    "pmc_exp": "tests/client/test_load_features.py",
    "pmc_1_over_tau": "tests/client/test_load_features.py",
    "trimp": "tests/client/test_load_features.py",
    "hrv": "tests/client/test_recovery_features.py",
    "rr_artefact": "tests/client/test_recovery_features.py",
    "hrv_baseline": "tests/client/test_recovery_features.py",
    "sri": "tests/client/test_recovery_features.py",
    "cmj": "tests/client/test_golden_numbers.py",
    "banister_ff": "tests/client/test_golden_numbers.py",
    "mdc": "tests/client/test_golden_numbers.py",
    "readiness": "tests/client/coaching/test_readiness_composite.py",
    "durability": "tests/models",
    "biomech": "tests/client/mechanics/test_segment_angles.py",
    "drift": "tests/client/mechanics/test_bout_change.py",
    "eval_leak_demo": "tests/models/evaluation/test_leak_demo.py",
}


def test_every_group_of_golden_numbers_is_read_by_a_test(golden: dict[str, Any]) -> None:
    assert set(golden) == set(READ_BY)
    for group, place in READ_BY.items():
        files = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("test_*.py"))
        text = "".join(path.read_text(encoding="utf-8") for path in files)
        assert f'"{group}"' in text or "GOLDEN" in text, group


def test_golden_means_behind_the_ratios(golden: dict[str, Any]) -> None:
    load, numbers = np.array(golden["load_series"], dtype=float), golden["acwr"]

    def mean(days: int, ago: int = 0) -> float:
        return float(windows.means(windows.windows(load, days, ago=ago))[-1])

    assert len(load) - 1 == numbers["day_index"]
    assert mean(7) == pytest.approx(numbers["acute_mean"])
    assert mean(28) == pytest.approx(numbers["chronic_coupled_28"])
    assert mean(21, 7) == pytest.approx(numbers["chronic_uncoupled_prev21"])
    assert mean(28, 7) == pytest.approx(numbers["chronic_uncoupled_prev28"])
    u = numbers[AcwrMethod.UNCOUPLED_21.value]
    assert 4 * u / (u + 3) == pytest.approx(numbers[AcwrMethod.COUPLED.value])


def test_golden_jump(golden: dict[str, Any]) -> None:
    numbers = golden["cmj"]
    height = height_by_impulse_m(numbers["v_to"])
    jump = Jump(height, height, numbers["ttt_s"], peak_power_w_kg=50.0, flights=1)

    assert height == pytest.approx(numbers["height_m"])
    assert jump.rsi_modified == pytest.approx(numbers["rsimod"])


def test_golden_typical_error(golden: dict[str, Any]) -> None:
    numbers = golden["mdc"]
    (error,) = tests.typical_errors(np.array([numbers["retest"]]) - np.array([numbers["test"]]))

    assert error == pytest.approx(numbers["TE"], abs=1e-8)
    assert tests.MDC95_ERRORS * error == pytest.approx(numbers["MDC95"], abs=1e-8)


def test_golden_impulse_response(golden: dict[str, Any]) -> None:
    numbers = golden["banister_ff"]
    load = np.concatenate([np.tile(np.array(numbers["week"], dtype=float), numbers["weeks"]), np.zeros(40)])
    constants = {"k1": float(numbers["k1"]), "k2": float(numbers["k2"])}

    response = impulse_response(load, p0=numbers["p0"], tau1_d=numbers["tau1"], tau2_d=numbers["tau2"], **constants)

    assert (response[28], response[35]) == pytest.approx((numbers["p28"], numbers["p35"]))
    assert (int(np.argmax(response)), response.max()) == (numbers["peak_day"], pytest.approx(numbers["peak"]))


def test_golden_recovery_and_peak_after_one_impulse(golden: dict[str, Any]) -> None:
    """Told from the response itself, at a hundred steps a day."""
    numbers, step = golden["banister_ff"], 100
    impulse = np.concatenate([[1.0], np.zeros(30 * step)])
    taus = {"tau1_d": numbers["tau1"] * step, "tau2_d": numbers["tau2"] * step}

    response = impulse_response(impulse, p0=0.0, k1=float(numbers["k1"]), k2=float(numbers["k2"]), **taus)

    assert np.argmax(response[1:] >= 0) + 1 == math.ceil(numbers["t_n"] * step)
    assert np.argmax(response) == pytest.approx(numbers["t_g"] * step, abs=1)


def test_worked_examples_of_the_field() -> None:
    """Figures computed by hand: 410 N left and 362 N right, 2,900 kcal eaten, 3 injuries and 54 days in 412 hours."""
    left, right = np.array([410.0, 342.0]), np.array([362.0, 300.0])
    hours, events = np.full(365, 412 / 365), np.zeros(365)
    events[:3] = 1

    assert tests.asymmetry(left, right) == pytest.approx([-11.707, -12.281], abs=5e-4)
    eaten = energy_availability(np.array([2900.0]), np.array([750.0]), np.array([58.0]))
    assert eaten == pytest.approx([37.069], abs=5e-4)
    assert per_exposure(hours, events)[-1] == pytest.approx(7.28, abs=5e-3)
    assert per_exposure(hours, events * 18)[-1] == pytest.approx(131.07, abs=5e-3)


def test_what_is_not_known_gives_no_figure() -> None:
    nan = math.nan
    hours, events = np.full(365, 1.0), np.zeros(365)

    assert np.isnan(energy_availability(np.array([2900.0]), np.array([nan]), np.array([58.0]))).all()
    assert np.isnan(energy_availability(np.full(92, 2900.0), np.full(92, 0.0), np.array([58.0] + [nan] * 91))[-1])
    assert np.isnan(per_exposure(hours, np.full(365, nan))[-1]), "no word of injuries is not none"
    assert np.isnan(per_exposure(np.where(np.arange(365) < 200, nan, 1.0), events)[-1]), "165 known days"
    assert np.isnan(per_exposure(np.zeros(365), events)[-1])
    few = np.array([30.0, nan, 31.0, 30.5, 31.5, 30.0])
    assert np.isnan(tests.own_typical_error(few)[-1])
    assert np.isnan(tests.change(few)[2])
    assert tests.change(few)[-1] == pytest.approx(30.0 - np.mean([30.0, 31.0, 30.5, 31.5]))

"""The composite against the published goldens, and that it knows what is missing."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.coaching.domains import ANSWERS, PROFILES, STANDARD, Domain
from client.coaching.readiness import (
    Light,
    composite,
    is_enough,
    light_of,
    own_correlation,
    prior_correlation,
    usual,
)

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors" / "golden.json").read_text())["readiness"]
Z = {Domain(name): value for name, value in GOLDEN["z"].items()}
ANY_Z = st.dictionaries(st.sampled_from(list(Domain)), st.floats(-3, 3), min_size=1)


def test_default_weights_are_the_published_ones() -> None:
    assert {d.value: w for d, w in STANDARD.items()} == GOLDEN["w"]


def test_golden_composite() -> None:
    result = composite(Z)

    assert result.z == pytest.approx(GOLDEN["Z"], abs=1e-7)
    assert result.percentile == pytest.approx(GOLDEN["percentile"], abs=1e-6)
    assert result.light is Light.RED


def test_golden_composite_without_the_jump() -> None:
    assert composite({d: z for d, z in Z.items() if d is not Domain.JUMP}).z == pytest.approx(
        GOLDEN["no_cmj_Z"], abs=1e-7
    )


def test_golden_scale_of_the_raw_sum() -> None:
    w = np.array([STANDARD[d] for d in sorted(Z)])

    assert math.sqrt(w @ prior_correlation(sorted(Z)) @ w) == pytest.approx(GOLDEN["sd"], abs=1e-7)


@given(ANY_Z)
def test_contributions_sum_to_the_composite(z: dict[Domain, float]) -> None:
    result = composite(z)

    assert len(result.contributions) <= 5
    if result.z is None:
        assert result.light is Light.GREY
        assert not result.contributions
    else:
        assert math.fsum(result.contributions.values()) == pytest.approx(result.z, abs=1e-9)


@given(ANY_Z)
def test_too_little_data_is_grey_and_nothing_worse(z: dict[Domain, float]) -> None:
    result = composite(z)

    sources = {d.source for d in z}
    enough = len(sources) >= 2 and sum(STANDARD[d] for d in z) >= 0.5 - 1e-12
    assert (result.light is not Light.GREY) == enough


@given(ANY_Z, st.sampled_from(list(Domain)), st.floats(0, 3))
def test_a_worse_reading_never_gives_a_better_composite(z: dict[Domain, float], domain: Domain, worse: float) -> None:
    before = composite(z)
    after = composite(z | {domain: z[domain] - worse}) if domain in z else before

    assert (before.z is None) == (after.z is None)
    if before.z is not None and after.z is not None:
        assert after.z <= before.z + 1e-12


def test_heart_alone_is_one_source() -> None:
    assert not is_enough([Domain.HRV, Domain.RESTING_PULSE], dict.fromkeys(Domain, 0.5))


def test_profiles_stay_within_a_tenth_of_the_defaults() -> None:
    for profile in PROFILES.values():
        assert sum(profile.values()) == pytest.approx(1)
        assert all(abs(profile[d] - STANDARD[d]) <= 0.10 + 1e-12 for d in Domain)


def test_questionnaires_alone_are_enough_in_their_profile_only() -> None:
    answers = [Domain.WELLNESS, Domain.SLEEP]

    assert is_enough(answers, ANSWERS)
    assert not is_enough(answers, STANDARD)


def test_lights_change_at_the_published_borders() -> None:
    assert [light_of(z) for z in (-1.51, -1.5, -0.76, -0.75, 3)] == [
        Light.RED,
        Light.AMBER,
        Light.AMBER,
        Light.GREEN,
        Light.GREEN,
    ]


def test_false_alarms_are_as_rare_as_the_board_prints() -> None:
    rng = np.random.default_rng(1)
    domains = sorted(Domain)
    draws = rng.multivariate_normal(np.zeros(5), prior_correlation(domains), 4000)
    lights = [composite(dict(zip(domains, draw, strict=True))).light for draw in draws]

    assert lights.count(Light.RED) / len(lights) == pytest.approx(0.067, abs=0.012)
    assert lights.count(Light.AMBER) / len(lights) == pytest.approx(0.16, abs=0.018)


def test_own_correlation_is_the_prior_without_two_weeks_and_a_correlation_matrix_always() -> None:
    rng = np.random.default_rng(2)
    histories = {d: rng.normal(size=28) for d in Domain}
    domains = sorted(Domain)

    shrunk = own_correlation(histories, domains)
    short = own_correlation({d: v[:10] for d, v in histories.items()}, domains)

    assert np.array_equal(short, prior_correlation(domains))
    assert np.linalg.eigvalsh(shrunk).min() > 0
    assert np.allclose(np.diag(shrunk), 1)
    assert not np.allclose(shrunk, prior_correlation(domains))


def test_own_correlation_counts_a_high_pulse_as_bad() -> None:
    rng = np.random.default_rng(3)
    hrv = rng.normal(size=28)
    histories = {Domain.HRV: hrv, Domain.RESTING_PULSE: -hrv + rng.normal(size=28) * 0.01}

    assert own_correlation(histories, [Domain.HRV, Domain.RESTING_PULSE])[0, 1] > 0.7


def test_usual_needs_two_weeks_of_days() -> None:
    assert usual(np.array([1.0] * 13 + [np.nan] * 15)) is None
    assert usual(np.arange(28.0)) == pytest.approx((13.5, 1.4826 * 7.0))

"""The closed form with its slack: the ratio bound against exact probabilities, the figures against dp-accounting."""

import math
import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import reduce

import numpy as np
import pytest
from dp_accounting.pld import privacy_loss_distribution as pld
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from policies import budget
from policies.budget import (
    LEAST_SCALE,
    REACH,
    GaussianRounds,
    epsilon_of_campaign,
    epsilon_of_spend,
    rounds_of,
    slack,
)
from policies.campaign import CampaignManifest, ExchangeTerms
from policies.vocabulary import Category
from tests.scale import scaled, seeded

DELTA = 1e-6


def manifest(**changes: object) -> CampaignManifest:
    """One exchange at the default noise."""
    values: dict[str, object] = {
        "campaign_id": "recovery-2026",
        "league": "league",
        "model": "recovery-linear-1",
        "feature_schema": "a" * 64,
        "categories": (Category.SLEEP,),
        "clip_norm": 0.3,
        "noise_multiplier": 2.3817,
        "rounds": 1,
        "min_honest_clubs": 1,
        "scale_bits": 16,
        "modulus_bits": 48,
        "public_athletes": 40,
        "delta": DELTA,
        "learning_rate": 1.0,
        "momentum": 0.0,
        "initial_weights": "b" * 64,
        "clubs": {"club-a": "key-a", "club-b": "key-b"},
        "opens": datetime(2026, 11, 1, tzinfo=UTC),
        "expires": datetime(2026, 12, 1, tzinfo=UTC),
        "exchange": ExchangeTerms(artefacts="c" * 64, axes=3),
    }
    return CampaignManifest.model_validate(values | changes)


EIGHT_ROUNDS = {"noise_multiplier": 6.7362, "rounds": 8, "clip_norm": 0.1, "exchange": None}


def log_ratio(scale: float) -> Callable[[int], mpf]:
    """log of rounded continuous over discrete Gaussian at a whole number, by sums and error functions to 50 digits."""
    s = mpf(scale)
    ends = math.ceil(16 * scale)
    total = mp.fsum(mp.exp(-(mpf(n) ** 2) / (2 * s * s)) for n in range(-ends, ends + 1))

    def at(x: int) -> mpf:
        root = s * mp.sqrt(2)
        mass = (mp.erfc((mpf(abs(x)) - mpf("0.5")) / root) - mp.erfc((mpf(abs(x)) + mpf("0.5")) / root)) / 2
        return mp.log(mass) + mpf(x) ** 2 / (2 * s * s) + mp.log(total)

    return at


@pytest.mark.parametrize("scale", [1000.0, 1000.3, 1731.7])
def test_each_coordinate_lies_within_the_stated_factor_of_the_rounded_continuous_one(scale: float) -> None:
    with mp.workdps(50):
        ratio = log_ratio(scale)
        for z in np.linspace(0.0, 13.0, 53):
            x = round(float(z) * scale)
            reached = max(1.0, abs(x) / scale)
            low, high = -1 / (24 * mpf(scale) ** 2), (mpf(reached) ** 2 + 1) / (24 * mpf(scale) ** 2)
            assert low <= ratio(x) <= high
            assert low <= ratio(-x) <= high


def test_the_factor_is_no_larger_than_it_has_to_be() -> None:
    with mp.workdps(50):
        ratio = log_ratio(1000.0)

        assert ratio(0) < -0.99 / (24 * mpf(1000) ** 2)
        assert ratio(12_000) > 0.95 * mpf(12) ** 2 / (24 * mpf(1000) ** 2)


def test_what_is_booked_as_two_is_proved_as_less() -> None:
    exchange, rounds = manifest(), manifest(**EIGHT_ROUNDS)

    for one in (exchange, rounds):
        booked = budget.epsilon_proved(budget.campaign_cost(one.noise_multiplier, one.rounds), DELTA)
        reference = budget.epsilon_gaussian(budget.mu_from(one.noise_multiplier, one.rounds), DELTA)
        assert round(booked, 2) == 2.00
        assert reference < epsilon_of_campaign(one) < 1.8625 + 0.004
        assert round(reference, 3) == 1.862
    assert epsilon_of_campaign(exchange) == pytest.approx(1.862, abs=5e-4)


def random_stream(chance: random.Random) -> list[tuple[float, int, float]]:
    """One to four campaigns, each (sigma, rounds, scale)."""
    return [
        (round(chance.uniform(4, 60), 2), chance.randint(1, 16), chance.uniform(2_000, 60_000))
        for _ in range(chance.randint(1, 4))
    ]


@pytest.mark.slow
def test_over_random_streams_it_agrees_with_the_oracle_and_is_never_below() -> None:
    """The oracle composes campaign by campaign; its optimistic figure is below the truth, its pessimistic one above.

    Rho is booked in whole micro-rho, rounded up for each round: of rounds that cost some 150 of them that alone can be
    more than 0.1 % of epsilon. So the figure is held against what is booked, and from below against what was done.
    """
    chance = random.Random(seeded(20261130))
    for _ in range(scaled(10)):
        stream = random_stream(chance)
        parts = [GaussianRounds(budget.campaign_cost(sigma, t), 11 * t, scale) for sigma, t, scale in stream]
        ours = epsilon_of_spend(sum(part.rho_micro for part in parts), parts, DELTA)

        booked = [
            (math.sqrt(budget.MICRO * t / (2 * part.rho_micro)), t, 0.0)
            for part, (_, t, _) in zip(parts, stream, strict=True)
        ]
        assert ours >= oracle(stream, is_pessimistic=False)
        assert ours == pytest.approx(oracle(booked, is_pessimistic=True), rel=1e-3)


def oracle(stream: list[tuple[float, int, float]], *, is_pessimistic: bool) -> float:
    """Epsilon by privacy loss distributions, composed campaign by campaign."""
    each = [
        pld.from_gaussian_mechanism(
            sigma / math.sqrt(rounds),
            value_discretization_interval=1e-4,
            pessimistic_estimate=is_pessimistic,
            use_connect_dots=is_pessimistic,
        )
        for sigma, rounds, _ in stream
    ]
    return float(reduce(lambda whole, one: whole.compose(one), each).get_epsilon_for_delta(DELTA))


@pytest.mark.parametrize(("shift", "rounds"), [(420, 1), (150, 8)])
def test_the_discrete_noise_itself_costs_no_more_than_is_proved(shift: int, rounds: int) -> None:
    """Exact probabilities of the discrete Gaussian of scale 1,000, composed by the oracle: not the continuous one."""
    scale = LEAST_SCALE
    one = pld.from_discrete_gaussian_mechanism(
        scale,
        sensitivity=shift,
        value_discretization_interval=1e-4,
        pessimistic_estimate=False,
        use_connect_dots=False,
    )
    part = GaussianRounds(budget.campaign_cost(scale / shift, rounds), rounds, scale)

    ours = epsilon_of_spend(part.rho_micro, [part], DELTA)

    truth = one.self_compose(rounds).get_epsilon_for_delta(DELTA)
    assert truth <= ours <= 1.001 * truth


def test_one_draw_has_at_most_the_stated_delta_by_summing_its_probabilities() -> None:
    scale, shift = 1000.0, 420
    x = np.arange(-16_000, 16_001, dtype=np.float64)
    mass = np.exp(-(x**2) / (2 * scale**2))
    mass /= mass.sum()
    part = GaussianRounds(budget.campaign_cost(scale / shift, 1), 1, scale)

    epsilon = epsilon_of_spend(part.rho_micro, [part], DELTA)

    shifted = np.exp(-((x - shift) ** 2) / (2 * scale**2)) / np.exp(-(x**2) / (2 * scale**2)).sum()
    assert np.maximum(mass - math.exp(epsilon) * shifted, 0.0).sum() <= DELTA
    assert np.maximum(mass - math.exp(epsilon - 0.01) * shifted, 0.0).sum() > DELTA


@given(st.floats(2, 60), st.integers(1, 16), st.floats(1_000, 1e6), st.sampled_from([1e-9, 1e-7, 1e-6]))
def test_it_lies_between_the_reference_and_what_is_booked(sigma: float, t: int, scale: float, delta: float) -> None:
    part = GaussianRounds(budget.campaign_cost(sigma, t), 3 * t, scale)

    ours = epsilon_of_spend(part.rho_micro, [part], delta)

    assert budget.epsilon_gaussian(budget.mu_from(sigma, t), delta) <= ours
    assert ours <= budget.epsilon_proved(part.rho_micro, delta)


def test_mixtures_add_as_the_root_of_the_sum_of_squares() -> None:
    parts = [rounds_of(manifest(), 1), rounds_of(manifest(noise_multiplier=4.0), 1)]
    known = [part for part in parts if part is not None]
    spent = sum(part.rho_micro for part in known)

    whole = epsilon_of_spend(spent, known, DELTA)

    assert whole == pytest.approx(budget.epsilon_gaussian(math.hypot(1 / 2.3817, 1 / 4.0), DELTA), rel=1e-4)


SMALL = {"scale_bits": 8, "clip_norm": 0.3}  # a scale of 183


@pytest.mark.parametrize(
    "parts",
    [
        [rounds_of(manifest(**SMALL), 1)],
        [rounds_of(manifest(min_honest_clubs=2, masking="secagg-1"), 1)],
        [None],
        [],
        [rounds_of(manifest(), 1), None],
    ],
    ids=["too small a scale", "shared noise", "no rounds", "unknown", "a pure answer beside it"],
)
def test_what_the_proof_does_not_cover_falls_back(parts: list[GaussianRounds | None]) -> None:
    spent = budget.campaign_cost(2.3817, 1)

    assert epsilon_of_spend(spent, parts, DELTA) == budget.epsilon_proved(spent, DELTA)


def test_a_slack_that_eats_the_gain_falls_back() -> None:
    part = GaussianRounds(budget.campaign_cost(6.7362, 16), 16 * 100_000, LEAST_SCALE)

    assert slack([part])[0] > 1
    assert epsilon_of_spend(part.rho_micro, [part], DELTA) == budget.epsilon_proved(part.rho_micro, DELTA)


def test_the_slack_is_the_stated_sum() -> None:
    more, growth, outside = slack([GaussianRounds(1, 88, 44_157.0)])

    assert growth == pytest.approx(88 / (24 * 44_157.0**2))
    assert more == pytest.approx(88 * (REACH**2 + 2) / (24 * 44_157.0**2))
    assert outside == pytest.approx(88 * math.erfc(REACH / math.sqrt(2)), rel=1e-3)
    assert more < 2e-7


def test_nothing_spent_is_nothing() -> None:
    assert epsilon_of_spend(0, [], DELTA) == 0.0
    assert epsilon_of_campaign(manifest(), rounds=0) == 0.0

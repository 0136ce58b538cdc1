"""The budget's arithmetic against dp-accounting, published composition figures and its own laws."""

import math
import random
from fractions import Fraction

import pytest
from dp_accounting.pld import privacy_loss_distribution as pld
from hypothesis import given
from hypothesis import strategies as st

from policies import budget
from policies.errors import InvalidInput
from tests.scale import scaled

DELTA = 1e-6
SIGMAS = st.floats(2, 1000)
ROUNDS = st.integers(1, 16)


def oracle_epsilon(mu: float, delta: float) -> float:
    """Epsilon of one Gaussian answer with noise 1 / mu by privacy loss distributions."""
    return pld.from_gaussian_mechanism(1 / mu, value_discretization_interval=1e-4).get_epsilon_for_delta(delta)


def random_streams(count: int) -> list[list[tuple[float, int]]]:
    """Streams of one to four campaigns, each (sigma, rounds)."""
    chance = random.Random(20261124)
    return [
        [(round(chance.uniform(4, 60), 2), chance.randint(1, 16)) for _ in range(chance.randint(1, 4))]
        for _ in range(count)
    ]


@pytest.mark.slow
def test_the_closed_form_agrees_with_the_oracle_over_random_streams() -> None:
    worst = 0.0
    for stream in random_streams(scaled(15)):
        mu = math.sqrt(sum(budget.mu_from(sigma, rounds) ** 2 for sigma, rounds in stream))

        ours, theirs = budget.epsilon_gaussian(mu, DELTA), oracle_epsilon(mu, DELTA)

        worst = max(worst, abs(ours / theirs - 1))
    assert worst <= 1e-3


def test_an_oracle_composed_campaign_by_campaign_agrees_too() -> None:
    """The same without our sum of squares: the oracle composes the campaigns itself."""
    for stream in random_streams(5):
        mu = math.sqrt(sum(budget.mu_from(sigma, rounds) ** 2 for sigma, rounds in stream))
        whole = pld.identity(value_discretization_interval=1e-4)
        for sigma, rounds in stream:
            one = pld.from_gaussian_mechanism(sigma / math.sqrt(rounds), value_discretization_interval=1e-4)
            whole = whole.compose(one)

        assert budget.epsilon_gaussian(mu, DELTA) == pytest.approx(whole.get_epsilon_for_delta(DELTA), rel=1e-3)


def mu_of(epsilon: float) -> float:
    """The mu whose exact epsilon this is, by halving."""
    low, high = 0.0, 10.0
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if budget.epsilon_gaussian(middle, DELTA) < epsilon else (low, middle)
    return high


@pytest.mark.parametrize(("seasons", "epsilon"), [(1, 4), (2, 5.93), (3, 7.51), (5, 10.2), (10, 15.5)])
def test_retraining_every_season_adds_up_as_measured(seasons: int, epsilon: float) -> None:
    assert budget.epsilon_gaussian(math.sqrt(seasons) * mu_of(4), DELTA) == pytest.approx(epsilon, abs=0.05)


@pytest.mark.parametrize(("campaigns", "each"), [(4, 3.62), (10, 2.18), (20, 1.49)])
def test_a_lifetime_split_over_campaigns_is_as_measured(campaigns: int, each: float) -> None:
    assert budget.epsilon_gaussian(mu_of(8) / math.sqrt(campaigns), DELTA) == pytest.approx(each, abs=0.01)


@given(st.integers(1, 3_000_000), st.sampled_from([1e-9, 1e-7, 1e-6, 1e-5]))
def test_what_is_proved_is_never_below_the_gaussian_reference(rho_micro: int, delta: float) -> None:
    mu = math.sqrt(2 * rho_micro / budget.MICRO)

    assert budget.epsilon_proved(rho_micro, delta) >= budget.epsilon_gaussian(mu, delta)


@given(st.integers(100, 3_000_000))
def test_what_is_proved_is_at_most_a_tenth_above_the_gaussian_reference(rho_micro: int) -> None:
    mu = math.sqrt(2 * rho_micro / budget.MICRO)

    assert budget.epsilon_proved(rho_micro, DELTA) <= 1.10 * budget.epsilon_gaussian(mu, DELTA)


@given(st.integers(1, 3_000_000), st.floats(1e-10, 1e-3))
def test_the_proved_epsilon_is_the_best_over_all_orders(rho_micro: int, delta: float) -> None:
    rho = rho_micro / budget.MICRO
    orders = [1 + math.exp(-10 + 0.02 * n) for n in range(1300)]

    scanned = min(
        a * rho + math.log(1 / (a * delta)) / (a - 1) + math.log1p(-1 / a) for a in orders
    )  # Canonne, Kamath and Steinke 2020, Proposition 12, as printed

    assert budget.epsilon_proved(rho_micro, delta) <= max(0.0, scanned) + 1e-6
    assert budget.epsilon_proved(rho_micro, delta) >= max(0.0, scanned) * 0.999 - 1e-6


@given(st.integers(0, 2_000_000), st.integers(1, 100_000))
def test_spending_more_never_lowers_epsilon(rho_micro: int, more: int) -> None:
    assert budget.epsilon_proved(rho_micro + more, DELTA) >= budget.epsilon_proved(rho_micro, DELTA) - 1e-9


@given(st.floats(0, 6), st.floats(1e-4, 1))
def test_a_larger_mu_never_lowers_epsilon(mu: float, more: float) -> None:
    assert budget.epsilon_gaussian(mu + more, DELTA) >= budget.epsilon_gaussian(mu, DELTA)


@given(SIGMAS, ROUNDS)
def test_costs_are_whole_numbers_rounded_up_and_add_exactly(sigma: float, rounds: int) -> None:
    one = budget.rho_micro_per_round(sigma)
    exact = Fraction(budget.MICRO) / (2 * Fraction(sigma) ** 2)

    assert exact <= one < exact + 1
    assert budget.campaign_cost(sigma, rounds) == rounds * one


@given(st.floats(0.05, 8), ROUNDS, st.sampled_from([1e-9, 1e-7, 1e-6]))
def test_the_noise_for_an_epsilon_proves_it_and_hardly_more(epsilon: float, rounds: int, delta: float) -> None:
    if budget.rho_micro_within(epsilon, delta) < rounds:
        with pytest.raises(InvalidInput):
            budget.sigma_for(epsilon, rounds, delta)
        return

    sigma = budget.sigma_for(epsilon, rounds, delta)

    allowed = budget.rho_micro_within(epsilon, delta)
    assert budget.epsilon_proved(budget.campaign_cost(sigma, rounds), delta) <= epsilon
    assert rounds * budget.rho_micro_per_round(sigma - 1e-4) > allowed - rounds


def test_the_caps_are_what_their_epsilon_allows_and_not_one_more() -> None:
    for cap, epsilon in (
        (budget.LIFETIME_CAP, budget.LIFETIME_EPSILON),
        (budget.CAMPAIGN_CAP, budget.CAMPAIGN_EPSILON),
    ):
        assert cap == budget.rho_micro_within(epsilon, budget.BUDGET_DELTA)
        assert budget.epsilon_proved(cap, budget.BUDGET_DELTA) <= epsilon
        assert budget.epsilon_proved(cap + 1, budget.BUDGET_DELTA) > epsilon


def test_a_default_campaign_fits_its_cap_and_a_life_holds_several() -> None:
    sigma = budget.sigma_for(budget.CAMPAIGN_EPSILON, 16, budget.BUDGET_DELTA)

    assert budget.campaign_cost(sigma, 16) <= budget.CAMPAIGN_CAP
    assert budget.LIFETIME_CAP // budget.CAMPAIGN_CAP == 11


def test_pure_answers_cost_half_of_epsilon_squared() -> None:
    assert budget.rho_micro_of_pure(1.0) == 500_000
    assert budget.rho_micro_of_pure(0.2) == math.ceil(Fraction(0.2) ** 2 * 500_000)


@pytest.mark.parametrize(("athletes", "delta"), [(1, 1e-6), (74, 1e-6), (284_803, 1e-6), (10**6, 10**-6.6)])
def test_delta_follows_the_public_number_of_athletes(athletes: int, delta: float) -> None:
    assert budget.delta_for(athletes) == pytest.approx(delta)


@pytest.mark.parametrize("mu", [0.0, 1e-300, 1e-12, 1e-6])
def test_next_to_nothing_costs_nothing(mu: float) -> None:
    assert budget.epsilon_gaussian(mu, DELTA) == 0.0


def test_nothing_spent_is_epsilon_zero() -> None:
    assert budget.epsilon_proved(0, DELTA) == 0.0


@pytest.mark.parametrize("mu", [3e-6, 1e-4, 1e-2, 30.0, 100.0])
def test_extreme_noise_stays_exact(mu: float) -> None:
    """The smallest and largest mu, checked by the definition with 60 digits."""
    epsilon = budget.epsilon_gaussian(mu, DELTA)

    assert exact_delta(epsilon, mu) <= Fraction(DELTA) * Fraction(1 + 1e-6)
    assert exact_delta(epsilon * (1 - 1e-6), mu) >= Fraction(DELTA) * Fraction(1 - 1e-6)


def exact_delta(epsilon: float, mu: float) -> Fraction:
    """Balle and Wang 2018, Theorem 8, in multiple precision."""
    mpmath = pytest.importorskip("mpmath", reason="mpmath (comes with torch's sympy) is not installed")
    with mpmath.workdps(60):
        e, m = mpmath.mpf(epsilon), mpmath.mpf(mu)
        value = mpmath.ncdf(m / 2 - e / m) - mpmath.exp(e) * mpmath.ncdf(-m / 2 - e / m)
        return Fraction(str(value))


@pytest.mark.parametrize(
    "call",
    [
        lambda: budget.rho_micro_per_round(0.0),
        lambda: budget.rho_micro_per_round(-1.0),
        lambda: budget.rho_micro_per_round(math.nan),
        lambda: budget.rho_micro_per_round(math.inf),
        lambda: budget.campaign_cost(2.0, 0),
        lambda: budget.epsilon_proved(-1, DELTA),
        lambda: budget.epsilon_proved(1, 0.0),
        lambda: budget.epsilon_proved(1, 1.0),
        lambda: budget.epsilon_gaussian(-1.0, DELTA),
        lambda: budget.epsilon_gaussian(math.nan, DELTA),
        lambda: budget.epsilon_gaussian(1.0, -DELTA),
        lambda: budget.mu_from(0.0, 1),
        lambda: budget.rho_micro_of_pure(0.0),
        lambda: budget.rho_micro_within(0.0, DELTA),
        lambda: budget.sigma_for(1.0, 0, DELTA),
        lambda: budget.sigma_for(1e-9, 16, DELTA),
        lambda: budget.delta_for(0),
    ],
)
def test_values_outside_the_domain_are_refused(call: object) -> None:
    with pytest.raises(InvalidInput, match="expected"):
        call()

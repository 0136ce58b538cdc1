"""What an athlete of two clubs costs: never less than the exact cost, and two memberships never more than one."""

from fractions import Fraction

import pytest

from policies.budget import rho_micro_per_round
from policies.campaigns.memberships import WHOLE, weighted_price
from policies.errors import InvalidInput

PAIRS = [(first, WHOLE - first) for first in range(1, WHOLE)]
LEAST_PRICE = 9
"""From this price of a round on two rounded shares never pass it; only a sigma above 235 has a smaller one."""


@pytest.mark.parametrize("honest", [1, 2])
def test_a_whole_athlete_costs_what_the_budget_says(honest: int) -> None:
    assert [weighted_price(rho, WHOLE, min_honest_clubs=honest) for rho in (1, 7, 88_152)] == [1, 7, 88_152]


@pytest.mark.parametrize("weight", range(1, WHOLE + 1))
def test_no_share_costs_less_than_its_square_and_none_a_micro_rho_more(weight: int) -> None:
    for rho in range(1, 3_000):
        exact = Fraction(weight, WHOLE) ** 2 * rho
        assert exact <= weighted_price(rho, weight, min_honest_clubs=1) < exact + 1


@pytest.mark.parametrize("weights", PAIRS)
def test_two_memberships_never_cost_more_than_one(weights: tuple[int, int]) -> None:
    for rho in range(LEAST_PRICE, 3_000):
        assert sum(weighted_price(rho, weight, min_honest_clubs=1) for weight in weights) <= rho
    for rho in range(1, LEAST_PRICE):
        assert sum(weighted_price(rho, weight, min_honest_clubs=1) for weight in weights) <= rho + 1


def test_the_least_price_is_the_least() -> None:
    def is_passed(rho: int) -> bool:
        return any(sum(weighted_price(rho, one, min_honest_clubs=1) for one in pair) > rho for pair in PAIRS)

    assert is_passed(LEAST_PRICE - 1)
    assert rho_micro_per_round(235.0) >= LEAST_PRICE > rho_micro_per_round(251.0)


@pytest.mark.parametrize("weights", PAIRS)
def test_where_only_a_sum_is_covered_the_weights_add_up_before_they_are_squared(weights: tuple[int, int]) -> None:
    """Noise that clubs share covers the sum, which both vectors move: (w1 + w2)² there, and w alone costs w or more."""
    for rho in range(1, 3_000):
        both = sum(weighted_price(rho, weight, min_honest_clubs=2) for weight in weights)
        assert Fraction(sum(weights), WHOLE) ** 2 * rho <= both
        assert all(weighted_price(rho, one, min_honest_clubs=2) >= Fraction(one, WHOLE) ** 2 * rho for one in weights)


@pytest.mark.parametrize("weight", [0, -1, 17])
def test_no_other_weight_has_a_price(weight: int) -> None:
    with pytest.raises(InvalidInput):
        weighted_price(100, weight, min_honest_clubs=1)

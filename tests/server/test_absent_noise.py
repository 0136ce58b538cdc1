"""A published sum has the same law whichever clubs answered, so that it tells of no absence."""

import numpy as np

from models.privacy.contribution import contribution
from models.privacy.discrete_gaussian import add_in_ring, from_ring, sensitivity
from models.training.initial_weights import initial_weights
from models.training.recipes import rounds_recipe
from models.training.simulation import simulated_manifest
from server.federation.absent_noise import with_absent_noise

MODEL, DRAWS = "recovery-linear-1", 300
ASKED = simulated_manifest(rounds_recipe(MODEL, athletes=40), 4)
START = initial_weights(MODEL)


def published(answering: int) -> np.ndarray:
    """The sum of so many clubs in which nobody takes part, over the spread of one club's noise."""
    parts = [contribution(ASKED, START, []) for _ in range(answering)]
    total = with_absent_noise(add_in_ring(parts, ASKED.modulus_bits), answering, ASKED)
    one = ASKED.noise_multiplier * sensitivity(ASKED.clip_norm, ASKED.scale_bits, len(START))
    return np.array(from_ring(total, ASKED.modulus_bits)) / one


def test_the_spread_of_a_sum_is_that_of_every_club() -> None:
    values = DRAWS * len(START)
    for answering in (4, 2):
        drawn = np.concatenate([published(answering) for _ in range(DRAWS)])
        # Four shares of variance 1; the mean square of n normal values lies within 5 of its standard errors.
        assert abs(np.mean(drawn**2) - 4.0) < 5 * 4.0 * np.sqrt(2 / values)


def test_where_every_club_answered_nothing_is_added() -> None:
    parts = [contribution(ASKED, START, []) for _ in range(4)]
    total = add_in_ring(parts, ASKED.modulus_bits)

    assert with_absent_noise(total, 4, ASKED) == total

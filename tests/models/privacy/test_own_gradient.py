"""One athlete's rounded vector is the athlete's own: who else is there moves no digit of it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.features import AthleteSeries
from models.privacy import contribution as node
from models.privacy.discrete_gaussian import from_ring, quantise, sensitivity
from models.privacy.per_athlete_gradients import GradientKind, athlete_gradients, clip_rows, mlp_dimension
from policies.campaign import CampaignManifest

LENGTHS = st.lists(st.integers(0, 700), min_size=1, max_size=12)
FEATURES = 10


def series_of(days: int, seed: int) -> AthleteSeries:
    """A random history."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(days, FEATURES)).astype(np.float32)
    return AthleteSeries(X, (rng.random(days) < 0.4).astype(np.float32), rng.random(days) < 0.8)


@pytest.mark.parametrize("kind", ["linear", "huber", "logistic", "mlp"])
@settings(deadline=None, max_examples=20)
@given(lengths=LENGTHS, joining=st.integers(0, 900), seed=st.integers(0, 2**32))
def test_an_athlete_who_joins_moves_nobody_elses_vector(
    kind: GradientKind, lengths: list[int], joining: int, seed: int
) -> None:
    dimension = mlp_dimension(FEATURES) if kind == "mlp" else FEATURES + 1
    weights = np.random.default_rng(seed).normal(size=dimension)
    squad = [series_of(days, seed + place) for place, days in enumerate(lengths)]

    before = athlete_gradients(kind, weights, squad)
    after = athlete_gradients(kind, weights, [series_of(joining, seed - 1 if seed else 1), *squad])

    assert (after[1:] == before).all()


def test_the_sum_moves_by_at_most_the_sensitivity_when_one_joins(
    manifest: Callable[..., CampaignManifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    fine = manifest(fields={"scale_bits": 24, "modulus_bits": 48})
    dimension = FEATURES + 1
    monkeypatch.setattr(node, "noise_share", lambda *_args: np.zeros(dimension, np.int64))
    bound = sensitivity(fine.clip_norm, fine.scale_bits, dimension)
    weights = np.random.default_rng(5).normal(size=dimension)
    squad = [series_of(30 + 7 * n, n) for n in range(24)]
    whole = np.array(from_ring(node.contribution(fine, weights.tolist(), squad), 48))

    for seed, days in enumerate((1, 200, 333, 900)):
        joining = series_of(days, 1000 + seed)
        larger = np.array(from_ring(node.contribution(fine, weights.tolist(), [*squad, joining]), 48))
        own = quantise(clip_rows(athlete_gradients("huber", weights, [joining]), fine.clip_norm), fine.clip_norm, 24)

        assert (larger - whole == own[0]).all()
        assert np.linalg.norm((larger - whole).astype(float)) <= bound

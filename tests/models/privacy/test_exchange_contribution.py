"""A node's answer to one exchange: what is refused, bits that depend on one athlete alone, and noise all there."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import BadWeights
from models.features import AthleteSeries
from models.privacy.contribution import answer_length, answers, contribution
from models.privacy.discrete_gaussian import from_ring, quantise, sensitivity
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe
from models.training.simulation import simulated_manifest
from policies.campaign import CampaignManifest, ExchangeTerms

Make = Callable[..., CampaignManifest]
MODEL = "recovery-linear-1"
START = initial_weights(MODEL)
ASKED = simulated_manifest(exchange_recipe(MODEL, athletes=40, clubs=2), 2)


def series(seed: int, *, days: int = 120, size: float = 1.0) -> AthleteSeries:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(days, 10)).astype(np.float32)
    y = (size * rng.normal(size=days)).astype(np.float32)
    return AthleteSeries(X, y, rng.random(days) < 0.8)


def terms(**changes: object) -> dict[str, object]:
    assert ASKED.exchange is not None
    return {"exchange": ExchangeTerms(**(ASKED.exchange.model_dump() | changes))}


@pytest.mark.parametrize(
    "fields",
    [
        terms(artefacts="0" * 64),
        terms(axes=5),
        {"initial_weights": "0" * 64},
        {"clip_norm": 0.123},
        {"model": "risk-logistic-1"},
        {"min_honest_clubs": 2},
    ],
)
def test_an_exchange_that_is_not_the_installed_one_is_refused(manifest: Make, fields: dict[str, object]) -> None:
    with pytest.raises(BadWeights):
        contribution(manifest(MODEL, exchange=True, fields=fields), START, [])


def test_a_club_answers_one_number_an_axis_whoever_takes_part(manifest: Make) -> None:
    asked = manifest(MODEL, exchange=True)

    assert asked.exchange is not None
    for athletes in ([], [series(1)], [series(1), series(2, days=3), series(3, days=0)]):
        assert len(contribution(asked, START, athletes)) == asked.exchange.axes == answer_length(asked)


def test_a_club_without_athletes_sends_all_the_noise(manifest: Make) -> None:
    asked = manifest(MODEL, exchange=True)

    drawn = np.array([from_ring(contribution(asked, START, []), asked.modulus_bits) for _ in range(400)], np.float64)

    scale = asked.noise_multiplier * sensitivity(asked.clip_norm, asked.scale_bits, answer_length(asked))
    assert drawn.std() == pytest.approx(scale, rel=0.1)
    assert abs(drawn.mean()) < 5 * scale / np.sqrt(drawn.size)


@given(
    seeds=st.lists(st.integers(0, 10_000), min_size=1, max_size=7, unique=True),
    days=st.integers(0, 200),
    size=st.sampled_from([0.0, 1.0, 1e3, 1e30]),
)
def test_an_athletes_answer_is_the_same_bits_alone_and_in_any_company(seeds: list[int], days: int, size: float) -> None:
    company = [
        series(seed, days=days if place == 0 else 40 + 37 * place, size=size) for place, seed in enumerate(seeds)
    ]

    together = answers(ASKED, np.array(START), company)
    for place, one in enumerate(company):
        alone = answers(ASKED, np.array(START), [one])
        assert alone[0].tobytes() == together[place].tobytes()
    whole = quantise(together, ASKED.clip_norm, ASKED.scale_bits).astype(object)
    bound = sensitivity(ASKED.clip_norm, ASKED.scale_bits, answer_length(ASKED))
    assert max((row * row).sum() for row in whole) <= bound * bound

"""An athlete of two clubs moves both clubs' sums by at most sqrt(w1² + w2²)·D together: in exact integers."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import models.privacy.contribution as path
from models.evidence.contribution import evidence_contribution
from models.features import SCHEMAS, AthleteSeries
from models.privacy.contribution import answer_length, answers, contribution
from models.privacy.discrete_gaussian import from_ring, quantise, sensitivity
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe, rounds_recipe
from models.training.simulation import simulated_manifest
from policies.campaign import CampaignManifest
from policies.campaigns.memberships import HALF, WHOLE
from tests.models.evidence.risk_days import WEIGHTS, asking, athlete

EXCHANGE = simulated_manifest(exchange_recipe("recovery-linear-1", athletes=40, clubs=2), 2)
ROUNDS = simulated_manifest(rounds_recipe("recovery-linear-1", athletes=40), 2)
NETWORK = simulated_manifest(rounds_recipe("recovery-network-1", athletes=500), 2)
TEACHING = [EXCHANGE, ROUNDS, NETWORK]


def days(model: str, seed: int, *, size: float = 1.0, number: int = 150) -> AthleteSeries:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(number, len(SCHEMAS[model].features))).astype(np.float32)
    y = (size * rng.normal(size=number)).astype(np.float32)
    return AthleteSeries(X, y, rng.random(number) < 0.9)


def judged(_model: str, seed: int) -> AthleteSeries:
    return athlete(seed)


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise of 0, so that sums can be compared; everything else is the installed path."""
    monkeypatch.setattr(path, "noise_share", lambda length, *_: np.zeros(length, np.int64))


def moved(manifest: CampaignManifest, weights: Sequence[float], pair: Sequence[AthleteSeries]) -> list[int]:
    """How far one athlete moves the sums of both clubs, one after the other, as whole numbers."""
    answer, other = (contribution, days) if manifest.evidence is None else (evidence_contribution, judged)
    found: list[int] = []
    for place, own in enumerate(pair):
        squad = [other(manifest.model, 10 * place + number) for number in (1, 2, 3)]
        with_it, without = (
            from_ring(answer(manifest, weights, athletes), manifest.modulus_bits) for athletes in ([*squad, own], squad)
        )
        found += [one - before for one, before in zip(with_it, without, strict=True)]
    return found


def is_within(manifest: CampaignManifest, weights: tuple[int, int], change: Sequence[int]) -> bool:
    """Whether the squared norm is at most (w1² + w2²)·D², in integers and fractions alone."""
    bound = Fraction(sensitivity(manifest.clip_norm, manifest.scale_bits, answer_length(manifest)))
    return sum(one * one for one in change) <= Fraction(sum(n * n for n in weights), WHOLE**2) * bound**2


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("manifest", TEACHING, ids=["exchange", "rounds", "network"])
@pytest.mark.parametrize("weights", [(8, 8), (4, 12), (15, 1)])
def test_neighbouring_leagues_differ_by_no_more_than_the_weights_allow(
    manifest: CampaignManifest, weights: tuple[int, int]
) -> None:
    start = list(initial_weights(manifest.model))
    pair = [replace(days(manifest.model, 90 + n, size=5.0), sixteenths=n) for n in weights]

    change = moved(manifest, start, pair)

    assert any(change)
    assert is_within(manifest, weights, change)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("manifest", TEACHING, ids=["exchange", "rounds", "network"])
def test_a_club_that_ignores_the_weight_is_caught_by_the_same_check(
    manifest: CampaignManifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that clips to the whole bound and checks none of the share: two halves then move the sums by 1.4 D."""
    start, pair = list(initial_weights(manifest.model)), [days(manifest.model, 98, size=5.0)] * 2
    halved = [replace(one, sixteenths=HALF) for one in pair]
    assert is_within(manifest, (HALF, HALF), moved(manifest, start, halved))

    monkeypatch.setattr(path, "weighted", lambda asked, rows, _: path.clip_rows(rows, asked.clip_norm))
    assert not any(
        moved(manifest, start, halved)
    )  # the check in whole numbers, which comes after, counts it as nothing

    monkeypatch.setattr(path, "quantise", lambda rows, clip, bits, _: quantise(rows, clip, bits))
    assert not is_within(manifest, (HALF, HALF), moved(manifest, start, halved))


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("weights", [(8, 8), (3, 13)])
def test_evidence_of_two_clubs_keeps_the_same_bound(weights: tuple[int, int]) -> None:
    asked = asking()

    change = moved(asked, WEIGHTS.tolist(), [replace(athlete(3), sixteenths=n) for n in weights])

    assert any(change)
    assert is_within(asked, weights, change)


@given(
    weights=st.lists(st.integers(1, WHOLE), min_size=1, max_size=5),
    size=st.sampled_from([0.0, 1e-3, 1.0, 1e3, 1e30]),
    clip=st.sampled_from([1e-6, 0.05, 1.0]),
    bits=st.sampled_from([0, 4, 16]),
)
def test_every_row_keeps_its_own_share_of_the_bound(weights: list[int], size: float, clip: float, bits: int) -> None:
    asked = EXCHANGE.model_copy(update={"clip_norm": clip, "scale_bits": bits})
    rows = size * np.random.default_rng(len(weights)).normal(size=(len(weights), answer_length(asked)))
    company = [replace(days(asked.model, place, number=20), sixteenths=n) for place, n in enumerate(weights)]

    whole = quantise(path.weighted(asked, rows, company), clip, bits, weights).astype(object)

    bound = Fraction(sensitivity(clip, bits, answer_length(asked)))
    for row, part in zip(whole, weights, strict=True):
        assert sum(one * one for one in row) <= (Fraction(part, WHOLE) * bound) ** 2


def test_a_whole_athlete_is_the_same_bits_beside_one_of_two_clubs() -> None:
    start, one, other = np.array(initial_weights(EXCHANGE.model)), days(EXCHANGE.model, 1), days(EXCHANGE.model, 2)

    beside = answers(EXCHANGE, start, [one, replace(other, sixteenths=5)])

    assert beside[0].tobytes() == answers(EXCHANGE, start, [one])[0].tobytes()


def test_both_parts_add_up_to_about_one_athlete() -> None:
    """The same days at both clubs count once: the parts lose to the clip no more than rounding asks."""
    start, one = np.array(initial_weights(EXCHANGE.model)), days(EXCHANGE.model, 3)

    whole, *parts = (answers(EXCHANGE, start, [replace(one, sixteenths=n)])[0] for n in (WHOLE, 5, 11))

    assert np.linalg.norm(sum(parts) - whole) <= np.sqrt(whole.size) / 2.0**EXCHANGE.scale_bits

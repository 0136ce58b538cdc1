"""A node's round: what is refused, that the count never shows, and that the noise is all there."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from models.errors import BadShape, BadWeights
from models.features import AthleteSeries
from models.privacy import contribution as privacy_path
from models.privacy.contribution import contribution, largest_sum, schema_of
from models.privacy.discrete_gaussian import add_in_ring, from_ring, sensitivity
from models.privacy.per_athlete_gradients import athlete_gradients, clip_rows
from models.training.initial_weights import initial_weights
from models.training.server_step import start, step
from models.training.simulation import train_in_clear, train_private
from policies.campaign import CampaignManifest

Make = Callable[..., CampaignManifest]
MakeSeries = Callable[..., AthleteSeries]
START = initial_weights("recovery-linear-1")


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "no-such-model"},
        {"feature_schema": "0" * 64},
        {"categories": ("readiness", "heart")},
        {"categories": ("heart",)},
        {"min_honest_clubs": 2},
        {"masking": "secagg-1", "min_honest_clubs": 3},
    ],
)
def test_a_manifest_that_is_not_for_this_model_or_its_noise_is_refused(manifest: Make, fields: dict[str, str]) -> None:
    with pytest.raises(BadWeights):
        contribution(manifest(fields=fields), START, [])


def test_the_installed_schema_is_accepted(manifest: Make) -> None:
    assert schema_of(manifest()).model == "recovery-linear-1"
    assert schema_of(manifest("risk-logistic-1")).kind == "logistic"


@pytest.mark.parametrize("weights", [START[:-1], (*START, 0.0), (float("nan"),) * 11, (float("inf"),) * 11])
def test_weights_that_do_not_fit_are_refused(manifest: Make, weights: tuple[float, ...]) -> None:
    with pytest.raises(BadWeights):
        contribution(manifest(), weights, [])


def test_a_series_of_another_model_counts_as_nothing(manifest: Make, random_series: MakeSeries) -> None:
    """The round is paid by then: a refusal would be an answer more."""
    rng = np.random.default_rng(0)
    approved = manifest(fields={"noise_multiplier": 2.0})
    other = [random_series(rng, features=11)] * 400

    values = np.array(from_ring(contribution(approved, START, other), 40), dtype=np.float64)

    scale = approved.noise_multiplier * sensitivity(approved.clip_norm, approved.scale_bits, 11)
    assert np.abs(values).max() < 10 * scale  # 400 clipped gradients would add up to far more


def test_a_coordinate_beyond_what_the_ring_is_laid_out_for_is_cut_off(
    manifest: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved = manifest()
    far = np.array([2**61, -(2**61), *[0] * 9], dtype=np.int64)
    monkeypatch.setattr(privacy_path, "noise_share", lambda *_args: far)

    values = from_ring(contribution(approved, START, []), approved.modulus_bits)

    most = math.floor(largest_sum(approved, 11))
    assert values == (most, -most, *[0] * 9)
    assert most * len(approved.clubs) < 2 ** (approved.modulus_bits - 1)


def test_a_club_without_athletes_still_sends_noise(manifest: Make) -> None:
    approved = manifest()

    values = np.array([from_ring(contribution(approved, START, []), 40) for _ in range(200)], dtype=np.float64)

    scale = approved.noise_multiplier * sensitivity(approved.clip_norm, approved.scale_bits, 11)
    assert values.shape == (200, 11)
    assert values.std() == pytest.approx(scale, rel=0.08)


def test_every_club_adds_all_the_noise_and_all_its_athletes(manifest: Make, random_series: MakeSeries) -> None:
    approved = manifest()
    athletes = [random_series(np.random.default_rng(seed), days=150) for seed in range(30)]
    clipped = clip_rows(athlete_gradients("huber", np.array(START), athletes), approved.clip_norm)
    truth = clipped.sum(axis=0) * 2.0**approved.scale_bits

    values = np.array([from_ring(contribution(approved, START, athletes), 40) for _ in range(200)], dtype=np.float64)

    scale = approved.noise_multiplier * sensitivity(approved.clip_norm, approved.scale_bits, 11)
    assert np.abs(values.mean(axis=0) - truth).max() < 5 * scale / np.sqrt(200)
    assert (values - truth).std() == pytest.approx(scale, rel=0.08)


def test_an_athlete_with_absurd_data_is_bounded_like_any_other(manifest: Make, random_series: MakeSeries) -> None:
    approved = manifest()
    one = random_series(np.random.default_rng(0))
    wild = AthleteSeries(np.full_like(one.X, 1e30), one.y, one.mask)

    value = np.array(from_ring(contribution(approved, START, [wild]), 40), dtype=np.float64)

    bound = sensitivity(approved.clip_norm, approved.scale_bits, 11)
    assert np.linalg.norm(value) < bound + 10 * approved.noise_multiplier * bound * np.sqrt(11)


def test_a_step_divides_by_the_public_number_and_keeps_momentum(manifest: Make) -> None:
    approved = manifest(momentum=0.5, learning_rate=0.1, public_athletes=10, rounds=2)
    ring = tuple(2**16 * 10 for _ in START)

    first = step(start(START), ring, approved)
    second = step(first, ring, approved)

    np.testing.assert_allclose(first.weights, np.array(START) - 0.1)
    np.testing.assert_allclose(second.weights, first.weights - 0.15)
    assert (second.round, second.velocity.tolist()) == (2, [1.5] * 11)


def test_a_step_reads_negative_sums(manifest: Make) -> None:
    approved = manifest(momentum=0.0, learning_rate=1.0, public_athletes=1)

    after = step(start(START), tuple(2**40 - 2**16 for _ in START), approved)

    np.testing.assert_allclose(after.weights, np.array(START) + 1.0)


def test_a_sum_of_another_length_is_refused_and_weights_stay_sendable(manifest: Make) -> None:
    with pytest.raises(BadShape):
        step(start(START), (0, 0), manifest())
    huge = step(start(START), tuple(2**39 - 1 for _ in START), manifest(learning_rate=100.0, public_athletes=1))
    assert np.abs(huge.weights).max() <= 1e6


def test_without_noise_the_protocol_is_plain_clipped_descent(manifest: Make, random_series: MakeSeries) -> None:
    # The discrete noise cannot be turned off, so it is made small against many athletes instead.
    approved = manifest(public_athletes=4000, noise_multiplier=2.0, rounds=3, learning_rate=1.0, clip_norm=1.0)
    athletes = [random_series(np.random.default_rng(seed), days=40) for seed in range(100)] * 20
    clubs = [athletes, athletes]

    private, clear = train_private(approved, START, clubs), train_in_clear(approved, START, clubs)

    assert np.abs(private - clear).max() < 0.02
    assert np.linalg.norm(clear - np.array(START)) > 0.1


def test_the_coordinators_sum_is_the_sum_of_clubs(manifest: Make) -> None:
    approved = manifest()
    parts = [contribution(approved, START, []) for _ in range(2)]

    signed = np.array([from_ring(part, 40) for part in parts]).sum(axis=0)

    assert from_ring(add_in_ring(parts, 40), 40) == tuple(signed.tolist())

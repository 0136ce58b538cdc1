"""Published weights are computed again from their sums to the last bit, and nothing else passes for them."""

from collections.abc import Callable
from decimal import Decimal, localcontext

import numpy as np
import pytest

from models.errors import BadWeights
from models.features import LINEAR_MODELS, SCHEMAS
from models.privacy.contribution import answer_length
from models.privacy.discrete_gaussian import to_ring
from models.privacy.public_axes import public_axes
from models.training.derivation import Derivation, derivation_of, recomputed
from models.training.initial_weights import initial_weights
from models.training.server_step import ServerState, start, step
from policies.campaign import CampaignManifest

Make = Callable[..., CampaignManifest]
RNG = np.random.default_rng(20261130)


def finished(manifest: CampaignManifest) -> ServerState:
    """A campaign of invented sums, as large as those of a league."""
    state = start(initial_weights(manifest.model))
    for _ in range(manifest.rounds):
        drawn = RNG.normal(0.0, 3e5, answer_length(manifest)).round()
        state = step(state, to_ring([int(value) for value in drawn], manifest.modulus_bits), manifest)
    return state


@pytest.mark.parametrize(
    ("model", "exchange"), [*((model, False) for model in sorted(SCHEMAS)), *((model, True) for model in LINEAR_MODELS)]
)
def test_what_was_published_is_computed_again_to_the_last_bit(manifest: Make, model: str, exchange: bool) -> None:
    campaign = manifest(model, exchange=exchange)
    state = finished(campaign)

    told = Derivation.model_validate_json(derivation_of(state, campaign).model_dump_json())

    assert recomputed(told, campaign).tobytes() == state.weights.tobytes()
    assert (told.posterior is not None) == exchange


def test_the_weights_of_an_exchange_are_those_of_long_decimals(manifest: Make) -> None:
    campaign = manifest(exchange=True)
    assert campaign.exchange is not None
    state, installed = finished(campaign), public_axes(campaign.model)
    told = derivation_of(state, campaign).posterior
    shown = installed.response(campaign.exchange.axes, campaign.clip_norm).shown
    with localcontext(prec=400):
        clip = Decimal(campaign.clip_norm) * 2**campaign.scale_bits
        one = Decimal(float(clip + Decimal(float(Decimal(campaign.exchange.axes).sqrt())) / 2))
        spread = Decimal(campaign.noise_multiplier) * one / 2**campaign.scale_bits
        mean = []
        for axis, whole in enumerate(state.sums[0]):
            a, p, w = (Decimal(float(of[axis])) for of in (shown, installed.prior, installed.sampling))
            noise = 2 * (spread / campaign.public_athletes) ** 2 + w / campaign.public_athletes
            answer = Decimal(whole) / 2**campaign.scale_bits / campaign.public_athletes
            mean.append(float(-answer * a * p / (a * a * p + noise)))
        lower = [[Decimal(float(value)) for value in row] for row in installed.metric]
        right = [sum(Decimal(float(u)) * Decimal(m) for u, m in zip(row, mean, strict=False)) for row in installed.axes]
        shift = [Decimal(0)] * len(right)
        for row in reversed(range(len(right))):
            known = sum(lower[below][row] * shift[below] for below in range(row + 1, len(right)))
            shift[row] = (right[row] - known) / lower[row][row]
        weights = [float(Decimal(w) + s) for w, s in zip(initial_weights(campaign.model), shift, strict=True)]

    assert told is not None
    assert list(told.mean) == mean
    assert state.weights.tolist() == weights


def test_the_steps_of_rounds_are_those_of_doubles_but_for_the_last_digits(manifest: Make) -> None:
    campaign = manifest()
    state = finished(campaign)
    weights, velocity = np.array(initial_weights(campaign.model)), np.zeros(11)

    for total in state.sums:
        mean = np.array(total, dtype=np.float64) / 2.0**campaign.scale_bits / campaign.public_athletes
        velocity = campaign.momentum * velocity + mean
        weights = weights - campaign.learning_rate * velocity

    np.testing.assert_allclose(state.weights, weights, rtol=1e-12)


def test_a_sum_beyond_what_a_double_holds_counts_to_its_last_digit(manifest: Make) -> None:
    campaign = manifest(rounds=1, modulus_bits=62, momentum=0.0, learning_rate=1.0)
    large = 2**60 + 1  # its double is 2**60
    state = step(start([0.0] * 11), to_ring([large] * 11, 62), campaign)

    share = campaign.public_athletes << campaign.scale_bits
    assert state.sums == ((large,) * 11,)
    assert -state.weights[0] == min(large / share, 1e6)


@pytest.mark.parametrize("exchange", [False, True])
def test_whatever_else_is_changed_does_not_pass(manifest: Make, exchange: bool) -> None:
    campaign = manifest(exchange=exchange)
    told = derivation_of(finished(campaign), campaign)
    first = told.sums[0]
    changed = [
        {"start": "0" * 64},
        {"start_record": "0" * 64},
        {"sums": told.sums[1:]},
        {"sums": (*told.sums, first)},
        {"sums": (first[:-1], *told.sums[1:])},
        {"sums": ((str(2**61), *first[1:]), *told.sums[1:])},
    ]
    if exchange:
        changed += [{"posterior": None}, {"sums": ((str(int(first[0]) + 1), *first[1:]),)}]

    for change in changed:
        with pytest.raises(BadWeights):
            recomputed(told.model_copy(update=change), campaign)


def test_a_state_without_its_sums_or_with_other_weights_is_not_published(manifest: Make) -> None:
    campaign = manifest()
    state = finished(campaign)

    for spoilt in (
        ServerState(state.weights, state.velocity, state.round),
        ServerState(np.nextafter(state.weights, 1.0), state.velocity, state.round, state.sums),
    ):
        with pytest.raises(BadWeights):
            derivation_of(spoilt, campaign)

"""Registered models: content addresses, the league's signature, and what must not be accepted."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from safetensors.numpy import save

from models.card import LIMITS, Metric, ModelCard, card_for
from models.errors import BadWeights
from models.evaluation.published_figures import public_metrics
from models.registry import SealedModel, open_sealed, parse_signed, read_weights_file, seal, weights_file
from models.training.derivation import derivation_of
from models.training.initial_weights import initial_weights, weights_sha256
from models.training.server_step import start, step
from policies.budget import CAMPAIGN_CAP
from policies.campaign import CampaignManifest
from policies.campaigns.card_text import is_text_of
from policies.errors import BadSignature
from policies.signing import SigningKey

NOW = datetime(2026, 11, 20, tzinfo=UTC)
KEY = SigningKey(b"l" * 32)
METRIC = Metric(name="error", value=0.69, baseline_name="EWMA", baseline=0.69, data="simulated")


@pytest.fixture
def sealed(manifest: Callable[..., CampaignManifest]) -> SealedModel:
    """A registered recovery model."""
    campaign = manifest()
    card = card_for(campaign, metrics=(METRIC,), purpose="tomorrow's readiness")
    return seal(np.array(initial_weights(campaign.model)), card, campaign=campaign, key=KEY, now=NOW)


def test_a_sealed_model_opens_with_the_leagues_key(sealed: SealedModel) -> None:
    opened = open_sealed(sealed, key=KEY.verify_key)

    assert opened.weights.tolist() == list(initial_weights("recovery-linear-1"))
    assert opened.card.metrics == (METRIC,)
    assert opened.record.previous is None
    assert parse_signed(sealed.signed.model_dump_json().encode()) == sealed.signed


def test_another_key_changed_weights_or_a_changed_card_do_not_open(sealed: SealedModel) -> None:
    with pytest.raises(BadSignature):
        open_sealed(sealed, key=SigningKey(b"x" * 32).verify_key)
    with pytest.raises(BadWeights):
        open_sealed(replace(sealed, weights=weights_file(np.ones(11))), key=KEY.verify_key)
    with pytest.raises(BadWeights):
        open_sealed(replace(sealed, card=sealed.card.replace(b"0.69", b"0.01")), key=KEY.verify_key)


def test_a_changed_record_does_not_open(sealed: SealedModel) -> None:
    record = sealed.signed.record.model_copy(update={"model": "risk-logistic-1"})
    swapped = replace(sealed, signed=sealed.signed.model_copy(update={"record": record}))

    with pytest.raises(BadSignature):
        open_sealed(swapped, key=KEY.verify_key)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not safetensors",
        b"\x80\x04K\x01.",
        save({"weights": np.ones((2, 2))}),
        save({"weights": np.ones(3, np.float32)}),
        save({"weights": np.ones(3), "more": np.ones(1)}),
        save({"other": np.ones(3)}),
        save({"weights": np.array([1.0, np.nan])}),
    ],
)
def test_anything_but_one_finite_vector_is_refused(data: bytes) -> None:
    with pytest.raises(BadWeights):
        read_weights_file(data)


def test_weights_have_one_content_address() -> None:
    weights = np.array(initial_weights("recovery-linear-1"))

    assert weights_file(weights) == weights_file(weights.copy())
    assert read_weights_file(weights_file(weights)).tolist() == weights.tolist()
    assert weights_sha256(weights.tolist()) == weights_sha256(tuple(weights.tolist()))
    assert weights_sha256([0.0]) != weights_sha256([0.0, 0.0])


def test_weights_of_another_model_are_not_registered(manifest: Callable[..., CampaignManifest]) -> None:
    campaign = manifest()
    card = card_for(campaign, metrics=(), purpose="")
    with pytest.raises(BadWeights):
        seal(np.zeros(5), card, campaign=campaign, key=KEY, now=NOW)
    with pytest.raises(BadWeights):
        parse_signed(b"{}")


def test_the_card_states_the_price_and_the_limits(manifest: Callable[..., CampaignManifest]) -> None:
    card = card_for(manifest(), metrics=(METRIC,), purpose="tomorrow's readiness")

    text = card.markdown()

    assert card.rho_micro <= CAMPAIGN_CAP
    assert card.epsilon_gaussian < card.epsilon_proved <= 2.0
    assert "epsilon at most 1.87, proved" in text
    assert "EWMA" in text
    assert all(limit in text for limit in LIMITS)
    assert ModelCard.model_validate_json(card.canonical()) == card


def test_a_card_says_how_many_clubs_were_asked_and_one_of_before_is_still_its_text(
    manifest: Callable[..., CampaignManifest],
) -> None:
    card = card_for(manifest(), metrics=(METRIC,), purpose="tomorrow's readiness")
    fields = card.model_dump(mode="json")
    text = card.markdown()
    before = text.replace("| Clubs asked |", "| Clubs |")

    assert f"| Clubs asked | {card.clubs} |" in text
    assert is_text_of(text.encode(), fields)
    assert is_text_of(before.encode(), fields)
    assert not is_text_of(before.replace("| Clubs |", "| Clubs that answered |").encode(), fields)
    assert not is_text_of(text.replace(f"asked | {card.clubs}", f"asked | {card.clubs + 1}").encode(), fields)


def test_card_figures_come_from_simulation_with_baselines_beside_them() -> None:
    recovery = public_metrics("recovery-linear-1", np.array(initial_weights("recovery-linear-1")))
    risk = public_metrics("risk-logistic-1", np.array(initial_weights("risk-logistic-1")))
    network = public_metrics("recovery-network-1", np.array(initial_weights("recovery-network-1")))

    assert all("simulated" in metric.data for metric in (*recovery, *risk, *network))
    assert [one.baseline for one in network] == [one.baseline for one in recovery]
    assert all(metric.value < metric.baseline for metric in recovery)
    assert risk[0].value == pytest.approx(risk[0].baseline, rel=0.02)
    with pytest.raises(BadWeights):
        public_metrics("no-such-model", np.zeros(3))


def test_a_record_of_before_keeps_its_bytes_and_a_new_one_says_what_it_follows_from(
    manifest: Callable[..., CampaignManifest],
) -> None:
    campaign = manifest(exchange=True)
    card = card_for(campaign, metrics=(), purpose="")
    zero = step(start(initial_weights(campaign.model)), [0] * 3, campaign) if campaign.exchange else None
    assert zero is not None
    follows = derivation_of(zero, campaign)

    old = seal(zero.weights, card, campaign=campaign, key=KEY, now=NOW).signed.record
    new = seal(zero.weights, card, campaign=campaign, key=KEY, now=NOW, follows=follows).signed.record

    assert set(json.loads(old.canonical())) == {
        *("model", "league", "campaign", "feature_schema", "weights_file", "card", "previous", "registered")
    }
    assert json.loads(new.canonical())["follows"]["sums"] == [["0"] * 3]
    assert old.sha256 != new.sha256
    with pytest.raises(BadWeights):
        parse_signed(
            json.dumps({"record": old.model_dump(mode="json") | {"version": 2}, "signature": "0" * 128}).encode()
        )

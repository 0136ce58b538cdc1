"""The manifest: signed by the league, bounded in every privacy parameter, one hash for one content."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from policies.campaign import CampaignManifest, SignedManifest, parse_signed_manifest
from policies.errors import BadSignature, InvalidInput
from policies.signing import SigningKey

KEY = SigningKey(bytes(range(32)))
FIELDS = {
    "campaign_id": "recovery-2026",
    "league": "league",
    "model": "recovery-linear-1",
    "feature_schema": "a" * 64,
    "categories": ["readiness"],
    "clip_norm": 0.2,
    "noise_multiplier": 9.6,
    "rounds": 16,
    "min_honest_clubs": 1,
    "scale_bits": 16,
    "modulus_bits": 40,
    "public_athletes": 74,
    "delta": 1e-6,
    "learning_rate": 1.0,
    "momentum": 0.9,
    "initial_weights": "b" * 64,
    "clubs": {"club-a": "key"},
    "opens": datetime(2026, 11, 24, tzinfo=UTC),
    "expires": datetime(2026, 11, 25, tzinfo=UTC),
}


def manifest(**changes: object) -> CampaignManifest:
    """A valid manifest, changed."""
    return CampaignManifest(**{**FIELDS, **changes})


def test_a_signed_manifest_survives_the_wire() -> None:
    signed = SignedManifest.create(manifest(), KEY)

    read = parse_signed_manifest(json.dumps(signed.as_json()).encode())

    assert read.verify(KEY.verify_key) == manifest()
    assert read.manifest.sha256 == manifest().sha256


@pytest.mark.parametrize(
    "change",
    [
        {"noise_multiplier": 9.5},
        {"clip_norm": 0.3},
        {"rounds": 15},
        {"min_honest_clubs": 2},
        {"public_athletes": 75},
        {"categories": ["readiness", "sleep"]},
        {"clubs": {"club-a": "key", "club-b": "key"}},
        {"initial_weights": "c" * 64},
        {"expires": "2027-11-25T00:00:00Z"},
    ],
)
def test_no_parameter_can_be_changed_after_signing(change: dict[str, object]) -> None:
    outer = SignedManifest.create(manifest(), KEY).as_json()
    outer["manifest"].update(change)

    read = parse_signed_manifest(json.dumps(outer).encode())

    assert read.manifest.sha256 != manifest().sha256
    with pytest.raises(BadSignature):
        read.verify(KEY.verify_key)


def test_a_stranger_cannot_sign_for_the_league() -> None:
    with pytest.raises(BadSignature):
        SignedManifest.create(manifest(), SigningKey.generate()).verify(KEY.verify_key)


@pytest.mark.parametrize(
    "change",
    [
        {"noise_multiplier": 1.99},
        {"noise_multiplier": float("nan")},
        {"clip_norm": 0},
        {"clip_norm": float("inf")},
        {"rounds": 17},
        {"rounds": 0},
        {"min_honest_clubs": 0},
        {"masking": "off"},
        {"delta": 1e-5},
        {"delta": 0},
        {"public_athletes": 0},
        {"categories": []},
        {"categories": ["everything"]},
        {"clubs": {}},
        {"clubs": {"../club": "key"}},
        {"feature_schema": "A" * 64},
        {"opens": datetime(2026, 11, 24)},  # noqa: DTZ001
        {"run_config": {}},
    ],
)
def test_a_privacy_parameter_outside_its_bounds_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        manifest(**change)


@pytest.mark.parametrize("data", [b"", b"{}", b"null", b"\xff", b'{"manifest":{},"signature":""}'])
def test_what_is_no_manifest_is_refused_without_quoting_it(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="not as it should be"):
        parse_signed_manifest(data)


EXCHANGE = {"rounds": 1, "learning_rate": 1.0, "momentum": 0.0, "exchange": {"artefacts": "d" * 64, "axes": 3}}


def test_a_manifest_of_rounds_has_the_bytes_that_it_had_before_there_were_exchanges() -> None:
    made = manifest()

    assert b"exchange" not in made.canonical()
    assert "exchange" not in SignedManifest.create(made, SigningKey.generate()).as_json()["manifest"]


def test_an_exchange_is_signed_with_its_axes_and_read_back() -> None:
    key = SigningKey.generate()
    signed = SignedManifest.create(manifest(**EXCHANGE), key)

    read = parse_signed_manifest(signed.model_dump_json().encode())
    assert read.verify(key.verify_key).exchange == signed.manifest.exchange
    other = EXCHANGE | {"exchange": {"artefacts": "d" * 64, "axes": 4}}
    assert manifest(**other).sha256 != signed.manifest.sha256


@pytest.mark.parametrize(
    "changes",
    [
        {"rounds": 2},
        {"learning_rate": 0.5},
        {"momentum": 0.1},
        {"exchange": {"artefacts": "d" * 64, "axes": 0}},
        {"exchange": {"artefacts": "x", "axes": 3}},
        {"exchange": {"artefacts": "d" * 64}},
        {"exchange": {"artefacts": "d" * 64, "axes": 3, "more": 1}},
    ],
)
def test_an_exchange_with_steps_or_without_axes_is_no_manifest(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        manifest(**EXCHANGE | changes)

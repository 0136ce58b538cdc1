"""The manifest: signed by the league, bounded in every privacy parameter, one hash for one content."""

import json
import math
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from policies.budget import LIFETIME_CAP, epsilon_of_campaign, epsilon_proved, rounded_up, rounds_of
from policies.campaign import CampaignManifest, SignedManifest, parse_signed_manifest
from policies.campaigns.cost import cost_of, right_of_100
from policies.campaigns.season_line import SEASON_CAP, season_line
from policies.campaigns.signatures import (
    CampaignSigners,
    NotCosigned,
    SignatureProblem,
    parse_signature,
    sign_manifest,
)
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


UNION, BODY = SigningKey(bytes(range(1, 33))), SigningKey(bytes(range(2, 34)))
SIGNERS = CampaignSigners([KEY.verify_key], {"union": [UNION.verify_key], "gb": [BODY.verify_key]})


def signed_by(*signatures: tuple[str, SigningKey]) -> SignedManifest:
    """A manifest signed in these names with these keys."""
    made = manifest()
    return SignedManifest(
        manifest=made, signatures=tuple(sign_manifest(made, organisation=name, key=key) for name, key in signatures)
    )


@pytest.mark.parametrize("second", [("union", UNION), ("gb", BODY)])
@pytest.mark.parametrize("order", [1, -1])
def test_the_league_and_one_known_second_organisation_sign_in_any_order(
    second: tuple[str, SigningKey], order: int
) -> None:
    signed = signed_by(*[("league", KEY), second][::order])

    assert SIGNERS.check(parse_signed_manifest(signed.model_dump_json().encode())) == manifest()


@pytest.mark.parametrize(
    ("signatures", "problem"),
    [
        ([], SignatureProblem.NOT_SIGNED),
        ([("union", UNION)], SignatureProblem.NOT_SIGNED),
        ([("league", UNION), ("union", UNION)], SignatureProblem.NOT_SIGNED),
        ([("union", UNION), ("gb", BODY)], SignatureProblem.NOT_SIGNED),
        ([("league", KEY)], SignatureProblem.ONE_SIGNATURE),
        ([("league", KEY), ("league", KEY)], SignatureProblem.SAME_SIGNER),
        ([("league", KEY), ("league", UNION)], SignatureProblem.SAME_SIGNER),
        ([("league", KEY), ("union", KEY)], SignatureProblem.SAME_SIGNER),
        ([("league", KEY), ("rival", UNION)], SignatureProblem.UNKNOWN_SIGNER),
        ([("league", KEY), ("union", BODY)], SignatureProblem.UNKNOWN_SIGNER),
        ([("league", KEY), ("gb", UNION)], SignatureProblem.UNKNOWN_SIGNER),
    ],
)
def test_anything_but_two_organisations_with_their_own_keys_is_refused(
    signatures: list[tuple[str, SigningKey]], problem: SignatureProblem
) -> None:
    with pytest.raises(NotCosigned) as caught:
        SIGNERS.check(signed_by(*signatures))

    assert caught.value.problem is problem


def test_a_signature_over_other_bytes_is_nobodys() -> None:
    strange = sign_manifest(manifest(noise_multiplier=9.5), organisation="union", key=UNION)

    with pytest.raises(NotCosigned):
        SIGNERS.check(SignedManifest.create(manifest(), KEY).with_signature(strange))


def test_a_signature_that_names_another_key_than_made_it_is_refused() -> None:
    right = sign_manifest(manifest(), organisation="union", key=UNION)
    renamed = right.model_copy(update={"key_id": BODY.verify_key.key_id})

    with pytest.raises(NotCosigned):
        SIGNERS.check(SignedManifest.create(manifest(), KEY).with_signature(renamed))


def test_a_manifest_of_before_with_one_signature_is_read_and_is_no_campaign_to_take_part_in() -> None:
    body = {"manifest": manifest().model_dump(mode="json"), "signature": KEY.sign(manifest().canonical()).hex()}

    read = parse_signed_manifest(json.dumps(body).encode())

    assert read.verify(KEY.verify_key) == manifest()
    assert parse_signed_manifest(read.model_dump_json().encode()) == read
    with pytest.raises(NotCosigned) as caught:
        SIGNERS.check(read)
    assert caught.value.problem is SignatureProblem.ONE_SIGNATURE


def test_a_third_organisation_cannot_sign() -> None:
    signed = signed_by(("league", KEY), ("union", UNION))

    with pytest.raises(InvalidInput, match="two already"):
        signed.with_signature(sign_manifest(manifest(), organisation="gb", key=BODY))


def test_a_signature_file_names_organisation_key_and_signature_and_nothing_else() -> None:
    made = sign_manifest(manifest(), organisation="union", key=UNION)

    assert set(json.loads(made.model_dump_json())) == {"organisation", "key_id", "signature"}
    assert parse_signature(made.model_dump_json().encode()) == made


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"organisation":"union","key_id":"","signature":"' + b"0" * 128 + b'"}',
        b'{"organisation":"union","key_id":"0123456789abcdef","signature":"' + b"0" * 128 + b'","name":"Mara Lind"}',
    ],
)
def test_what_is_no_signature_file_is_refused_without_quoting_it(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="not as it should be") as caught:
        parse_signature(data)

    assert "Mara" not in str(caught.value)


def test_what_a_campaign_costs_is_the_ledgers_price_and_a_year_holds_what_the_season_line_holds() -> None:
    cost = cost_of(manifest())

    assert cost.micro_rho == 16 * math.ceil(1e6 / (2 * 9.6**2))
    assert cost.epsilon == rounded_up(epsilon_of_campaign(manifest())) <= cost.year_epsilon <= 2.0
    booked = [epsilon_proved(n * cost.micro_rho, 1e-6) for n in (1, cost.in_a_year)]
    assert all(
        one - 0.3 < shown < one + 0.01 for shown, one in zip((cost.epsilon, cost.year_epsilon), booked, strict=True)
    )
    assert cost.in_a_year * cost.micro_rho <= SEASON_CAP < (cost.in_a_year + 1) * cost.micro_rho
    assert cost.most_in_a_life * cost.micro_rho <= LIFETIME_CAP < (cost.most_in_a_life + 1) * cost.micro_rho


@pytest.mark.parametrize(("epsilon", "right"), [(0.0, 50), (1.0, 74), (2.0, 89), (60.0, 100)])
def test_guesses_that_can_be_right_are_the_logistic_of_epsilon_rounded_up(epsilon: float, right: int) -> None:
    assert right_of_100(epsilon) == right


@pytest.mark.parametrize(
    ("league", "model", "line"),
    [
        ("league", "recovery-linear-1", "league/recovery"),
        ("league", "recovery-network-2", "league/recovery"),
        ("league", "risk-logistic-1", "league/risk"),
        ("other-league", "risk-logistic-1", "other-league/risk"),
    ],
)
def test_a_season_line_is_a_league_and_what_its_models_predict(league: str, model: str, line: str) -> None:
    assert season_line(manifest(league=league, model=model)) == line


EVIDENCE = {"rounds": 1, "learning_rate": 1.0, "momentum": 0.0, "evidence": {"record": "e" * 64}}


def test_a_manifest_that_teaches_has_the_bytes_that_it_had_before_evidence_was_asked() -> None:
    for made in (manifest(), manifest(**EXCHANGE)):
        assert b"evidence" not in made.canonical()
        assert "evidence" not in SignedManifest.create(made, SigningKey.generate()).as_json()["manifest"]


def test_evidence_is_signed_with_its_record_and_read_back() -> None:
    key = SigningKey.generate()
    signed = SignedManifest.create(manifest(**EVIDENCE), key)

    read = parse_signed_manifest(signed.model_dump_json().encode())
    assert read.verify(key.verify_key).evidence == signed.manifest.evidence
    assert b'"exchange"' not in signed.manifest.canonical()
    assert manifest(**EVIDENCE | {"evidence": {"record": "f" * 64}}).sha256 != signed.manifest.sha256


@pytest.mark.parametrize(
    "changes",
    [
        {"rounds": 2},
        {"learning_rate": 0.5},
        {"momentum": 0.1},
        {"exchange": {"artefacts": "d" * 64, "axes": 3}},
        {"evidence": {"record": "x"}},
        {"evidence": {"record": "e" * 64, "answer": "days-1"}},
        {"evidence": {"record": "e" * 64, "more": 1}},
    ],
)
def test_evidence_with_steps_or_beside_an_exchange_is_no_manifest(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        manifest(**EVIDENCE | changes)


def test_evidence_is_accounted_with_the_three_numbers_that_it_draws() -> None:
    part = rounds_of(manifest(**EVIDENCE | {"min_honest_clubs": 1}), 1)

    assert part is not None
    assert part.draws == 3

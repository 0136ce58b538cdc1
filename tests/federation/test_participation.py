"""What a node answers to training messages, and everything it must refuse (docs/invariants.md §5 and §6)."""

import json
from datetime import timedelta

import pytest

from client.errors import ConsentUnavailable, NotApproved, RoundRefused
from models.errors import BadWire
from models.privacy.discrete_gaussian import from_ring
from models.training.initial_weights import initial_weights
from models.wire import TrainRequest, read_contribution, to_bytes
from policies.campaign import CampaignManifest, SignedManifest
from policies.signing import SigningKey

MODEL = "recovery-linear-1"


def request_for(manifest, number=1, weights=None):
    chosen = initial_weights(MODEL) if weights is None else weights
    return to_bytes(TrainRequest(manifest_sha256=manifest.sha256, round=number, weights=chosen))


@pytest.fixture
def club(make_club):
    return make_club()


@pytest.fixture
def manifest(club, make_manifest):
    signed = make_manifest([club])
    return club.approvals.approve(signed, club.node_key, now=club.participation.clock())


def test_an_approved_round_is_answered_with_a_sum_for_it(club, manifest):
    reply = read_contribution(club.participation.answer(request_for(manifest)))

    assert (reply.manifest_sha256, reply.round, reply.club) == (manifest.sha256, 1, "club-a")
    assert len(reply.values) == len(initial_weights(MODEL))


def test_the_ledger_is_asked_before_anything_is_read(club, manifest):
    club.participation.answer(request_for(manifest))

    assert [call[0] for call in club.ledger.calls] == ["snapshot", "tokens", "commit", "note"]
    assert len(club.days.read) == 1


def test_the_same_round_asked_again_gets_the_same_bytes_and_spends_nothing(club, manifest):
    first = club.participation.answer(request_for(manifest))
    spent = len(club.ledger.calls)

    again = [club.participation.answer(request_for(manifest)) for _ in range(3)]

    assert again == [first] * 3
    assert len(club.ledger.calls) == spent


def test_the_same_bytes_come_back_after_the_node_restarted(club, manifest, tmp_path):
    from client.federation.journal import RoundJournal

    first = club.participation.answer(request_for(manifest))
    reopened = RoundJournal(tmp_path / "club-a" / "journal.sqlite3")

    assert reopened.answered(manifest.sha256, 1, request_for(manifest)) == first
    reopened.close()


def test_averaging_attack_other_weights_for_an_answered_round_are_refused(club, manifest):
    weights = [0.5] * len(initial_weights(MODEL))
    club.participation.answer(request_for(manifest))
    club.participation.answer(request_for(manifest, 2, weights))
    read = len(club.days.read)

    with pytest.raises(RoundRefused):
        club.participation.answer(request_for(manifest, 2, [0.25] * len(weights)))
    assert len(club.days.read) == read


def test_a_round_before_the_last_answered_one_is_refused(club, manifest):
    weights = [0.5] * len(initial_weights(MODEL))
    club.participation.answer(request_for(manifest, 3, weights))

    with pytest.raises(RoundRefused):
        club.participation.answer(request_for(manifest, 2, weights))


def test_only_athletes_that_the_ledger_accepted_are_read(club, manifest):
    gone, *others = club.days.held
    club.ledger.withdrawn_at_commit = {gone}

    club.participation.answer(request_for(manifest))

    assert club.days.read == [tuple(others)]


def test_a_withdrawn_athlete_is_out_of_the_next_round(club, manifest):
    weights = [0.5] * len(initial_weights(MODEL))
    club.participation.answer(request_for(manifest))
    club.ledger.live.discard(club.days.held[0])

    club.participation.answer(request_for(manifest, 2, weights))

    assert club.days.read == [tuple(club.days.held), tuple(club.days.held[1:])]


def test_no_budget_is_asked_for_an_athlete_without_a_day_to_learn_from(club, manifest):
    club.days.without_days = {club.days.held[0]}

    club.participation.reserve(manifest)
    club.participation.answer(request_for(manifest))

    asked = {athlete for call in club.ledger.calls if call[0] == "tokens" for athlete in call[1]}
    assert asked == set(club.days.held[1:])
    assert club.ledger.committed == {(manifest.sha256, 1): asked}


def test_a_club_where_nobody_takes_part_sends_noise_so_that_this_does_not_show(club, manifest):
    club.ledger.live.clear()

    reply = read_contribution(club.participation.answer(request_for(manifest)))

    assert any(from_ring(reply.values, manifest.modulus_bits))
    assert club.days.read == [()]


def test_without_the_consent_service_nothing_is_read_and_nothing_is_answered(club, manifest):
    club.ledger.down = True

    with pytest.raises(ConsentUnavailable):
        club.participation.answer(request_for(manifest))
    assert club.days.read == []
    assert club.journal.rounds_done(manifest.sha256) == 0


def refused(club, data, error):
    with pytest.raises(error):
        club.participation.answer(data)
    assert club.days.read == []
    assert club.ledger.committed == {}


def test_a_campaign_that_the_club_did_not_approve_is_refused(club, make_manifest):
    refused(club, request_for(make_manifest([club]).manifest), NotApproved)


@pytest.mark.parametrize("change", [{"noise_multiplier": 2.0}, {"clip_norm": 9.0}, {"public_athletes": 41}])
def test_a_manifest_that_differs_from_the_approved_one_is_refused(club, manifest, make_manifest, change):
    altered = make_manifest([club], **change)

    assert altered.manifest.sha256 != manifest.sha256
    refused(club, request_for(altered.manifest), NotApproved)


def test_an_approved_file_changed_on_disk_is_refused(club, manifest):
    path = club.approvals.directory / f"{manifest.sha256}.json"
    stored = json.loads(path.read_text())
    stored["signed"]["manifest"]["noise_multiplier"] = 2.0
    path.write_text(json.dumps(stored))

    refused(club, request_for(manifest), NotApproved)


def test_a_renamed_approval_is_refused(club, manifest, make_manifest):
    other = make_manifest([club], noise_multiplier=50.0).manifest
    directory = club.approvals.directory
    (directory / f"{manifest.sha256}.json").rename(directory / f"{other.sha256}.json")

    refused(club, request_for(other), NotApproved)


def test_a_campaign_that_only_a_stranger_signed_cannot_be_approved(club, make_manifest):
    manifest = make_manifest([club]).manifest
    forged = SignedManifest.create(manifest, SigningKey.generate())

    with pytest.raises(NotApproved):
        club.approvals.approve(forged, club.node_key, now=club.participation.clock())


def test_an_approval_signed_by_another_key_than_the_clubs_is_refused(club, make_manifest):
    signed = make_manifest([club])
    club.approvals.approve(signed, SigningKey.generate(), now=club.participation.clock())

    refused(club, request_for(signed.manifest), NotApproved)


@pytest.mark.parametrize(
    "change",
    [
        {"min_honest_clubs": 2},  # shared noise while the coordinator sees each club's sum
        {"masking": "secagg-1"},
        {"feature_schema": "0" * 64},
        {"initial_weights": "0" * 64},  # whoever chose the start could aim the first gradient
        {"model": "another-model"},
        {"purpose": "research"},
        {"clubs": {"club-b": "key"}},
        {"clubs": {"club-a": "another key"}},
    ],
)
def test_a_campaign_that_does_not_fit_this_node_cannot_be_approved(club, make_manifest, change):
    signed = make_manifest([club], **change)

    with pytest.raises(NotApproved):
        club.approvals.approve(signed, club.node_key, now=club.participation.clock())


def test_an_expired_campaign_is_refused_although_it_was_approved(make_club, make_manifest):
    club = make_club()
    start = club.participation.clock()
    manifest = club.approvals.approve(make_manifest([club]), club.node_key, now=start)
    late = type(club.participation)(
        club.participation.club, club.approvals, club.journal, club.ledger, club.days, lambda: manifest.expires
    )

    with pytest.raises(NotApproved):
        late.answer(request_for(manifest))
    assert club.days.read == []
    assert manifest.expires > start + timedelta(hours=1)


def test_a_round_beyond_the_approved_number_is_refused(club, manifest):
    refused(club, request_for(manifest, manifest.rounds + 1, [0.0] * len(initial_weights(MODEL))), RoundRefused)


def test_weights_of_another_length_are_refused(club, manifest):
    refused(club, request_for(manifest, 2, [0.0] * 3), RoundRefused)


def test_a_first_round_that_does_not_begin_with_the_approved_weights_is_refused(club, manifest):
    refused(club, request_for(manifest, 1, [9.0] * len(initial_weights(MODEL))), RoundRefused)


@pytest.mark.parametrize("data", [b"", b"{}", b"\x80\x04pickle", b'{"round": 1}'])
def test_bytes_that_are_no_request_are_refused(club, manifest, data):
    refused(club, data, BadWire)


def test_extra_fields_such_as_a_weaker_noise_are_refused(club, manifest):
    body = json.loads(request_for(manifest)) | {"noise_multiplier": 0.0001}

    refused(club, json.dumps(body).encode(), BadWire)


def test_the_answer_carries_noise_of_the_size_that_the_manifest_asks_for(club, make_manifest):
    signed = make_manifest([club], rounds=16, noise_multiplier=200.0)
    manifest = club.approvals.approve(signed, club.node_key, now=club.participation.clock())
    scale = manifest.noise_multiplier * manifest.clip_norm * 2**manifest.scale_bits
    weights = [0.0] * len(initial_weights(MODEL))

    replies = [read_contribution(club.participation.answer(request_for(manifest, n, weights))) for n in range(2, 17)]
    values = [v for reply in replies for v in from_ring(reply.values, manifest.modulus_bits)]

    spread = (sum(v * v for v in values) / len(values)) ** 0.5
    assert 0.75 * scale < spread < 1.3 * scale  # 165 draws: more than 4 standard errors on either side


def test_a_manifest_survives_its_own_file(club, manifest):
    assert isinstance(manifest, CampaignManifest)
    assert club.approvals.get(manifest.sha256, now=club.participation.clock()) == manifest
    assert [found.sha256 for found in club.approvals.open_at(club.participation.clock())] == [manifest.sha256]

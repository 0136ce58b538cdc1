"""Evidence on a published risk model: asked once over TLS through Flower, signed, logged, delivered and weighed."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest

from client.errors import KeptOut, NotApproved, RoundRefused
from client.league_models.chain import ModelChain
from client.league_models.judged_model import ReceivedToJudge
from client.league_models.parcel import read_parcel
from client.learning.league_evidence import HeldEvidence, read_evidence_parcel
from models.evidence.figures import figures_of
from models.evidence.record import EvidenceRecord
from models.features import RISK_SCHEMA
from models.training.initial_weights import initial_weights, weights_sha256
from models.training.server_step import ServerState
from models.wire import ContributionSum, TrainRequest, to_bytes
from policies.campaign import CampaignManifest
from policies.vocabulary import OrgId
from server.aggregate import read_sum
from server.errors import RefusedSum
from server.evidence_store import read_checked
from server.federation.evidence_plan import judged_model, plan_evidence
from server.federation.opening import Terms
from server.store import CampaignState
from tests.cosigned_campaigns import cosigned
from tests.federation.conftest import UNION_KEY
from tests.federation.test_campaign_end_to_end import bring_online, open_with, real_time, world
from tests.published import League

__all__ = ["world"]
RISK = RISK_SCHEMA.model


@pytest.fixture
def clubs(make_club, request):
    stem = f"club-{abs(hash(request.node.name)) % 10**8}"
    return [make_club(f"{stem}-{letter}", RISK, clock=real_time) for letter in "ab"]


def planned(registry, clubs, key_line, *, epsilon=1.2, wanted="newest", name="evidence-test"):
    return plan_evidence(
        Terms(model=RISK, public_athletes=40, epsilon=epsilon),
        judged_model(registry, wanted, RISK),
        campaign_id=name,
        league=OrgId("league"),
        clubs={club.club: key_line(club.key) for club in clubs},
        now=real_time(),
    )


def test_a_model_is_taught_then_judged_over_the_league_and_both_nodes_hold_the_evidence(
    world, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path
):
    taught = open_with(world, clubs, league_key, key_line, model=RISK, rounds=None, epsilon=1.0)
    for club in clubs:
        folder = ReceivedToJudge(tmp_path / club.club / "models", [league_key.verify_key])
        club.approvals = replace(club.approvals, judged=folder)
        club.participation = replace(club.participation, approvals=club.approvals)
        club.approvals.approve(taught.signed, club.node_key, now=real_time())
    received = bring_online(clubs, world, coordinator, start_node, wait_until, tmp_path)
    world.conduct(taught)
    model_id = world.store.campaign(taught.sha256).model_id
    campaign = world.store.add_campaign(cosigned(planned(world.registry, clubs, key_line), league_key, UNION_KEY))
    for club in clubs:
        club.approvals.approve(campaign.signed, club.node_key, now=real_time())
    world.consent.events.clear()

    world.conduct(campaign)

    done = world.store.campaign(campaign.sha256)
    assert (done.state, done.rounds_done, done.detail) == (CampaignState.DONE, 1, "")
    assert [kind for kind, _ in world.consent.events] == ["round_aggregated", "model_registered", "campaign_closed"]
    found = read_checked(world.registry.evidence.directory / done.model_id, (league_key.verify_key,))
    assert (found.record.judges, found.record.campaign) == (model_id, campaign.sha256)
    assert figures_of([int(value) for value in found.record.total], campaign.manifest) == found.record.figures
    for club in clubs:
        held = HeldEvidence(received[club.club].directory, [league_key.verify_key])
        assert held.on(RISK, model_id).record.sha256 == done.model_id
        assert received[club.club].latest(RISK).record.sha256 == model_id
        assert club.journal.rounds_done(campaign.sha256) == 1
    assert world.registry.latest(RISK) == model_id  # the evidence took no model's place
    assert world.registry.evidence.of_campaign(campaign.manifest) == done.model_id


@pytest.fixture
def league(tmp_path, league_key, clubs, key_line):
    """A league whose risk model both clubs have received."""
    return League(tmp_path / "league", key=league_key, clubs={one.club: key_line(one.key) for one in clubs})


def receives(club, league, folder):
    chain = ModelChain(folder, (league.key.verify_key,))
    chain.take(read_parcel(league.registry.parcel(league.registry.latest(RISK))), now=real_time())
    club.approvals = replace(club.approvals, judged=ReceivedToJudge(folder, [league.key.verify_key]))
    club.participation = replace(club.participation, approvals=club.approvals)
    return club


def with_changes(manifest, **changes):
    return CampaignManifest.model_validate(manifest.model_dump() | changes)


def approve(club, manifest, league_key):
    return club.approvals.approve(cosigned(manifest, league_key, UNION_KEY), club.node_key, now=real_time())


def request_for(manifest, weights):
    return to_bytes(TrainRequest(manifest_sha256=manifest.sha256, round=1, weights=tuple(weights)))


def test_the_newest_that_was_received_is_judged_and_answered_with_the_same_bytes(
    clubs, league, league_key, key_line, tmp_path
):
    model = league.publish(model=RISK)
    club, weights = receives(clubs[0], league, tmp_path / "received"), league.registry.load(model.name).weights
    manifest = approve(club, planned(league.registry, clubs, key_line), league_key)

    first, again = (club.participation.answer(request_for(manifest, weights.tolist())) for _ in range(2))

    assert first == again
    assert [call[0] for call in club.ledger.calls] == ["snapshot", "tokens", "commit", "note"]


def test_an_unknown_an_older_and_another_models_record_are_refused_before_the_ledger_is_asked(
    clubs, league, league_key, key_line, tmp_path
):
    league.publish(model=RISK)
    asked = planned(league.registry, clubs, key_line)
    club = clubs[0]
    with pytest.raises(NotApproved, match="this node holds none"):
        approve(club, asked, league_key)
    receives(club, league, tmp_path / "received")
    approved = approve(club, asked, league_key)
    weights = league.registry.load(asked.evidence.record).weights.tolist()
    unknown = with_changes(asked, evidence={"record": "cd" * 32})
    league.publish(model=RISK)
    receives(club, league, tmp_path / "received")  # a newer one: `asked` is of an older record now

    for refused in (unknown, asked):
        with pytest.raises(NotApproved, match="the newest received is judged"):
            approve(club, refused, league_key)
    with pytest.raises(NotApproved, match="the newest received is judged"):
        club.participation.answer(request_for(approved, weights))
    other = league.publish()
    with pytest.raises(NotApproved, match="which alone is judged"):
        approve(
            club,
            with_changes(
                league.manifest(),
                exchange=None,
                evidence={"record": other.name},
                clip_norm=1.0,
                clubs=asked.clubs,
                opens=asked.opens,
                expires=asked.expires,
            ),
            league_key,
        )
    assert club.ledger.calls == []


def test_other_weights_than_the_records_are_refused_at_approval_and_in_a_message(
    clubs, league, league_key, key_line, tmp_path
):
    model = league.publish(model=RISK)
    club = receives(clubs[0], league, tmp_path / "received")
    asked, weights = planned(league.registry, clubs, key_line), league.registry.load(model.name).weights
    moved = np.nextafter(weights, 9.0)
    with pytest.raises(NotApproved, match="other weights"):
        approve(club, with_changes(asked, initial_weights=weights_sha256(moved.tolist())), league_key)
    manifest = approve(club, asked, league_key)

    for other in (moved, np.array(initial_weights(RISK))):
        with pytest.raises(RoundRefused, match="approved weights"):
            club.participation.answer(request_for(manifest, other.tolist()))
    assert club.ledger.calls == []


def test_a_model_that_no_longer_follows_from_its_sums_is_judged_by_nobody(
    clubs, league, league_key, key_line, tmp_path
):
    model = league.publish(model=RISK)
    club = receives(clubs[0], league, tmp_path / "received")
    manifest = planned(league.registry, clubs, key_line)
    (tmp_path / "received" / model.name / "manifest.json").unlink()

    with pytest.raises(NotApproved, match="cannot prove"):
        approve(club, manifest, league_key)


@pytest.mark.parametrize("values", [(1, 2), (1, 2, 3, 4), (2**38, 2**38, 2**38)])
def test_a_sum_of_another_length_or_beyond_the_norm_is_refused(clubs, league, key_line, values):
    league.publish(model=RISK)
    manifest = planned(league.registry, clubs, key_line)
    part = ContributionSum(manifest_sha256=manifest.sha256, round=1, club=clubs[0].club, values=values)

    with pytest.raises(RefusedSum):
        read_sum(to_bytes(part), manifest=manifest, number=1, club=clubs[0].club, dimension=3)


@pytest.fixture
def evidence(clubs, league, league_key, key_line):
    """Makes evidence as the coordinator publishes it, on the newest model; returns the campaign and the parcel."""

    def make(total=(5_000_000, 4_000_000, -2_000_000), name="evidence-test"):
        manifest = planned(league.registry, clubs, key_line, name=name)
        weights = league.registry.load(manifest.evidence.record).weights
        store = league.registry.evidence
        made = store.seal(manifest, ServerState(weights, np.zeros_like(weights), 1, (total,)))
        store.publish(made, b"{}")
        league.days += 1
        return manifest, store.parcel(made)

    return make


def approved(*manifests):
    known = {one.sha256: one for one in manifests}

    def ask(sha256):
        if sha256 not in known:
            raise NotApproved("this club has not approved that campaign")
        return known[sha256]

    return ask


def resigned(parcel, key, **changes):
    body = {part: base64.b64decode(data) for part, data in json.loads(parcel).items()}
    record = EvidenceRecord.model_validate(json.loads(body["evidence"])["record"] | changes)
    signed = {"record": record.model_dump(mode="json"), "signature": key.sign(record.canonical()).hex()}
    parts = body | {"evidence": json.dumps(signed).encode()}
    return json.dumps({part: base64.b64encode(data).decode() for part, data in parts.items()}).encode()


def test_evidence_is_kept_only_if_signed_approved_following_and_not_older(league, league_key, evidence, tmp_path):
    model = league.publish(model=RISK)
    held = HeldEvidence(tmp_path / "node", [league_key.verify_key])
    first, parcel = evidence()
    second, newer = evidence((6_000_000, 4_000_000, -2_000_000), "evidence-2")
    ask = approved(first, second)

    with pytest.raises(NotApproved, match="did not sign"):
        held.take(read_evidence_parcel(resigned(parcel, UNION_KEY)), approved=ask)
    with pytest.raises(NotApproved, match="has not approved"):
        held.take(read_evidence_parcel(parcel), approved=approved())
    better = figures_of((9_000_000, 4_000_000, -2_000_000), first).model_dump()
    for spoilt in ({"figures": better}, {"judges": "cd" * 32}, {"total": ("1", "2")}):
        with pytest.raises(KeptOut):
            held.take(read_evidence_parcel(resigned(parcel, league_key, **spoilt)), approved=ask)
    assert held.of(RISK) is None

    for one in (parcel, newer, newer):
        held.take(read_evidence_parcel(one), approved=ask)
    with pytest.raises(KeptOut, match="older"):
        held.take(read_evidence_parcel(parcel), approved=ask)
    assert held.on(RISK, model.name).record.campaign == second.sha256
    assert held.on(RISK, "cd" * 32) is None


@pytest.mark.parametrize("data", [b'{"evidence": 5}', b'{"evidence": "", "manifest": ""}', b'{"evidence": "!!"}'])
def test_a_broken_parcel_is_refused(data):
    with pytest.raises(RoundRefused, match="nothing else"):
        read_evidence_parcel(data)


def test_what_lies_on_disk_is_checked_again_whenever_it_is_read(league, league_key, evidence, tmp_path):
    league.publish(model=RISK)
    held = HeldEvidence(tmp_path / "node", [league_key.verify_key])
    manifest, parcel = evidence()
    held.take(read_evidence_parcel(parcel), approved=approved(manifest))

    (path,) = (tmp_path / "node").iterdir()
    better = figures_of((9_000_000, 4_000_000, -2_000_000), manifest).model_dump()
    path.write_bytes(resigned(parcel, league_key, figures=better))

    assert held.of(RISK) is None

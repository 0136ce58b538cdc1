"""A whole campaign of a network over the real engine: TLS, Flower, Opacus at each node, a signed model, a verdict."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from client.adoption import judge_model
from client.errors import NotApproved
from client.features.daily import DailyTable
from client.federation.client_app import build_client_app
from client.federation.journal import RoundJournal
from client.federation.series import series_of
from client.league_models.received import ReceivedModels
from models.features import NETWORK_SCHEMA
from models.networks import installed
from models.registry import open_sealed, read_folder
from models.synthetic.league import synthetic_league
from models.training import server_step
from models.training.initial_weights import initial_weights
from models.wire import TrainRequest, read_train_request, to_bytes
from policies.vocabulary import AthleteId, OrgId
from server.aggregate import add, read_sum
from server.errors import BadCoordinatorSettings
from server.federation.opening import Terms, plan_campaign
from server.store import CampaignState
from tests.cosigned_campaigns import cosigned
from tests.federation.conftest import ATHLETES, UNION_KEY, campaign_worker

MODEL, ROUNDS = NETWORK_SCHEMA.model, 2


def real_time():
    return datetime.now(UTC)


class Logged:
    """A consent service that keeps what it is told."""

    def __init__(self):
        self.kinds = []

    def register_campaign(self, signed):
        self.kinds.append("registered")

    def event(self, details):
        self.kinds.append(details.kind)
        return len(self.kinds)

    def register_model(self, details):
        self.event(details)
        return b"{}"


class InventedDays:
    """Athletes of a simulated squad, read by the node's own code; counts how often days were read for a round."""

    def __init__(self, tables):
        self.tables, self.read = dict(zip(ATHLETES, tables, strict=False)), 0

    def athletes(self):
        return tuple(AthleteId(athlete) for athlete in self.tables)

    def learnable(self, manifest, athletes):
        return frozenset(one for one in athletes if series_of(self.tables[one], manifest.model).n_valid)

    def series(self, manifest, athletes):
        self.read += 1
        return tuple(series_of(self.tables[one], manifest.model) for one in sorted(athletes))


def tables_of(seed):
    league = synthetic_league(seed, ["squad"], 12, 240)
    dates = tuple(league.first_day + timedelta(days=day) for day in range(league.days))
    return [DailyTable(dates, dict(one.daily)) for one in league.athletes]


@pytest.fixture
def worker(tmp_path, coordinator, league_key):
    return campaign_worker(tmp_path, coordinator.fleet, Logged(), league_key)


@pytest.fixture
def clubs(make_club):
    """Two clubs of three athletes each, with days of their own."""
    made = []
    for place, name in enumerate(("network-a", "network-b")):
        club = make_club(name, model=MODEL, clock=real_time)
        days = InventedDays(tables_of(40 + place))
        made.append(replace(club, days=days, participation=replace(club.participation, days=days)))
    return made


def signed_for(clubs, league_key, key_line, rounds=ROUNDS, athletes=500):
    planned = plan_campaign(
        Terms(model=MODEL, public_athletes=athletes, rounds=rounds),
        campaign_id="network-test",
        league=OrgId("league"),
        clubs={club.club: key_line(club.key) for club in clubs},
        now=real_time(),
    )
    return cosigned(planned, league_key, UNION_KEY)


def test_a_campaign_of_a_network_ends_with_a_model_that_each_node_judges(
    worker, clubs, coordinator, league_key, key_line, start_node, wait_until, tmp_path
):
    for club in clubs:
        worker.store.add_node(club.club, key_line(club.key))
    campaign = worker.store.add_campaign(signed_for(clubs, league_key, key_line))
    worker.enrol_nodes()
    received, asked = {}, {club.club: [] for club in clubs}
    for club in clubs:
        club.approvals.approve(campaign.signed, club.node_key, now=real_time())
        received[club.club] = ReceivedModels(tmp_path / club.club / "models", club.approvals)

        def answer(data, club=club):
            reply = club.participation.answer(data)
            asked[club.club].append((data, reply))
            return reply

        start_node(coordinator, club.key, build_client_app(answer=answer, receive=received[club.club].receive))
    wait_until(lambda: {club.club for club in clubs} <= coordinator.fleet.online())

    worker.conduct(campaign)

    done = worker.store.campaign(campaign.sha256)
    assert (done.state, done.rounds_done, done.detail) == (CampaignState.DONE, ROUNDS, "")
    assert worker.consent.kinds == ["registered", *["round_aggregated"] * ROUNDS, "model_registered", "campaign_closed"]
    weights = worker.registry.load(done.model_id).weights
    assert np.isfinite(weights).all()
    assert not np.allclose(weights, initial_weights(MODEL))
    for club in clubs:
        _check_answers_again(club, done.manifest, asked[club.club], tmp_path)
        _check_judged(received[club.club], done.model_id, club, league_key)
    assert _weights_from(asked, done.manifest) == weights.tolist()


def _check_answers_again(club, manifest, asked, tmp_path):
    """After a restart of the node every round has the same bytes again, without a look at a day or a word of budget."""
    journal, days = RoundJournal(tmp_path / club.club / "journal.sqlite3"), InventedDays([])
    ledger = replace(club.participation, journal=journal, days=days)
    told = len(club.ledger.calls)
    rounds = {read_train_request(data).round for data, _ in asked}
    assert rounds == set(range(1, ROUNDS + 1))
    for data, reply in asked:
        assert ledger.answer(data) == reply
    journal.close()
    assert (days.read, len(club.ledger.calls)) == (0, told)


def _weights_from(asked, manifest):
    """The published weights again, from nothing but the start and what the clubs answered."""
    state = server_step.start(initial_weights(MODEL))
    for number in range(1, ROUNDS + 1):
        request = to_bytes(
            TrainRequest(manifest_sha256=manifest.sha256, round=number, weights=tuple(state.weights.tolist()))
        )
        replies = {club: dict(pairs)[request] for club, pairs in asked.items()}
        parts = {
            club: read_sum(reply, manifest=manifest, number=number, club=club, dimension=NETWORK_SCHEMA.dimension)
            for club, reply in replies.items()
        }
        state = server_step.step(state, add(parts, manifest), manifest)
    return state.weights.tolist()


def _check_judged(received, model_id, club, league_key):
    opened = open_sealed(read_folder(received.directory / model_id), key=league_key.verify_key)
    assert opened.record.model == MODEL

    verdict = judge_model(opened, tables_of(41))

    assert (verdict.model, verdict.model_id) == (MODEL, model_id)
    assert verdict.judged_days > 100
    assert set(verdict.figures) == {"person mean", "EWMA", "local ridge", "federated", "federated spread"}


def test_a_node_without_the_libraries_of_networks_refuses_it_in_one_sentence(clubs, league_key, key_line, monkeypatch):
    signed, club = signed_for(clubs, league_key, key_line), clubs[0]
    found = installed.find_spec
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == "opacus" else found(name))

    with pytest.raises(NotApproved) as refused:
        club.approvals.approve(signed, club.node_key, now=real_time())

    assert str(refused.value) == f"the campaign does not fit what is installed here: {installed.MISSING}"
    assert "networks" in installed.MISSING


def test_a_node_whose_libraries_went_answers_no_round_and_spends_nothing(clubs, league_key, key_line, monkeypatch):
    signed, club = signed_for(clubs, league_key, key_line), clubs[0]
    club.approvals.approve(signed, club.node_key, now=real_time())
    monkeypatch.setattr(installed, "find_spec", lambda name: None)
    request = TrainRequest(manifest_sha256=signed.manifest.sha256, round=1, weights=initial_weights(MODEL))

    with pytest.raises(NotApproved, match="needs the extra"):
        club.participation.answer(to_bytes(request))

    assert club.ledger.calls == []


def test_a_network_without_rounds_is_no_campaign(clubs, league_key, key_line):
    with pytest.raises(BadCoordinatorSettings, match="expected rounds for recovery-network-1"):
        signed_for(clubs, league_key, key_line, rounds=None)
    with pytest.raises(BadCoordinatorSettings, match="rounds"):
        signed_for(clubs, league_key, key_line, rounds=17)


def test_a_league_too_small_for_a_network_opens_no_campaign(clubs, league_key, key_line):
    with pytest.raises(BadCoordinatorSettings, match="at least 500 athletes for recovery-network-1, got 499"):
        signed_for(clubs, league_key, key_line, athletes=499)

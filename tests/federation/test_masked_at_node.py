"""What a node answers at the stages of a masked round, and everything that it must refuse, before anything is paid."""

from datetime import timedelta

import pytest

from client.errors import ConsentUnavailable, NotApproved, RoundRefused
from client.federation.masked.participation import KEPT_FOR
from client.federation.refusals import UNREADABLE, campaign_in
from models.errors import BadWire, MasksRefused
from models.masks.coordinator_side import CoordinatorSide
from models.masks.enrolled_keys import FleetKeys
from models.masks.messages import (
    AliveConfirmation,
    AskKeys,
    KeyAnnouncement,
    RevealedShares,
    SealedShares,
    read_message,
    request_bytes,
)
from models.training.initial_weights import initial_weights
from models.wire import TrainRequest, read_contribution, to_bytes
from policies.campaign import AnswerNote
from tests.federation.masked_league import _masked_nodes

__all__ = ["_masked_nodes"]

MODEL = "recovery-linear-1"


class LeagueOfThree:
    """Three nodes and an honest coordinator, without a network."""

    def __init__(self, nodes, manifest, number=1):
        self.nodes, self.manifest, self.number = {node.club.club: node for node in nodes}, manifest, number
        self.side = CoordinatorSide(manifest, number, enrolled=FleetKeys(manifest.clubs))
        self.train = TrainRequest(manifest_sha256=manifest.sha256, round=number, weights=initial_weights(MODEL))

    def ask(self, club, request):
        return self.nodes[club].part.answer(request_bytes(request))

    def keys(self):
        for club in self.nodes:
            self.side.add_keys(club, read_message(KeyAnnouncement, self.ask(club, self.side.ask_keys())))
        return self

    def shares(self):
        self.keys()
        for club in self.nodes:
            self.side.add_shares(club, read_message(SealedShares, self.ask(club, self.side.ask_shares())))
        return self

    def dealt(self, club):
        return self.side.ask_masked(club, self.train)

    def masked(self):
        self.shares()
        for club in self.nodes:
            self.side.add_masked(club, read_contribution(self.ask(club, self.dealt(club))))
        return self

    def confirmed(self):
        self.masked()
        for club in self.nodes:
            self.side.add_confirmation(club, read_message(AliveConfirmation, self.ask(club, self.side.alive)))
        return self

    def revealed(self):
        self.confirmed()
        for club in self.nodes:
            self.side.add_revealed(club, read_message(RevealedShares, self.ask(club, self.side.ask_reveal(club))))
        return self


@pytest.fixture
def members(make_club):
    return [make_club(f"club-{letter}") for letter in "abc"]


@pytest.fixture
def league(members, make_manifest, masked_nodes):
    signed = make_manifest(members, masking="secagg-1")
    for club in members:
        club.approvals.approve(signed, club.node_key, now=club.participation.clock())
    return LeagueOfThree(masked_nodes(members), signed.manifest)


def paid(club):
    return [call for call in club.ledger.calls if call[0] in ("commit", "tokens", "note")]


def test_a_vector_leaves_under_masks_and_the_ledger_has_the_hash_of_what_left(league, members):
    league.masked()

    for club in members:
        reply = league.ask(club.club, league.dealt(club.club))
        assert club.ledger.noted == {(league.manifest.sha256, 1): AnswerNote.of(reply)}
        assert [call[0] for call in paid(club)] == ["tokens", "commit", "note"]
        assert club.days.read == [tuple(club.days.held)]


def test_a_masked_campaign_answers_no_question_without_masks(league, members):
    club = members[0]

    with pytest.raises(RoundRefused, match="masked"):
        club.participation.answer(to_bytes(league.train))

    assert club.ledger.calls == []
    assert club.days.read == []


def test_a_campaign_without_masks_answers_no_stage(members, make_manifest, masked_nodes):
    signed = make_manifest(members)
    (node, *_) = masked_nodes(members)
    members[0].approvals.approve(signed, members[0].node_key, now=members[0].participation.clock())

    with pytest.raises(RoundRefused, match="not masked"):
        node.part.answer(request_bytes(AskKeys(manifest_sha256=signed.manifest.sha256, round=1)))


def test_nothing_is_asked_of_the_ledger_before_everything_of_the_protocol_stands(league, members):
    league.shares()
    club, other, third = (one.club for one in members)
    ask = league.dealt(club)

    for sealed in ({}, {other: ask.sealed[other], "club-z": ask.sealed[third]}):
        with pytest.raises(MasksRefused):
            league.ask(club, ask.model_copy(update={"sealed": sealed}))

    assert members[0].ledger.calls == []


def test_a_stage_asked_again_gets_the_same_bytes_also_after_a_restart(league, members):
    league.revealed()
    club = members[0].club
    asks = [league.side.ask_shares(), league.dealt(club), league.side.alive, league.side.ask_reveal(club)]
    before = [league.ask(club, ask) for ask in asks]

    league.nodes[club].restart()

    assert [league.ask(club, ask) for ask in asks] == before
    assert [call[0] for call in paid(members[0])] == ["tokens", "commit", "note"]


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_second_set_of_living_clubs_is_refused_and_the_first_answer_stands(league, members, is_restarted):
    league.confirmed()
    club, other, third = (one.club for one in members)
    first = league.side.alive
    second = first.model_copy(update={"alive": {name: first.alive[name] for name in (club, other)}})
    before = league.ask(club, first)
    if is_restarted:
        league.nodes[club].restart()

    with pytest.raises(RoundRefused, match="answered already, for another request"):
        league.ask(club, second)

    assert league.ask(club, first) == before
    assert third in first.alive


def test_both_shares_of_one_peer_never_leave_a_node(league, members):
    league.revealed()

    for one in league.side.revealed.values():
        assert not one.seeds.keys() & one.keys.keys()


def test_a_node_started_anew_makes_no_second_keys_for_a_round_that_it_has_begun(league, members):
    league.shares()
    node = league.nodes[members[0].club]
    node.restart()

    with pytest.raises(RoundRefused, match="no longer holds the keys"):
        league.ask(members[0].club, league.side.ask_keys())
    with pytest.raises(RoundRefused, match="no longer holds the keys"):
        league.ask(members[0].club, league.dealt(members[0].club))
    assert members[0].ledger.calls == []


def test_a_node_started_anew_before_it_dealt_shares_announces_new_keys(league, members):
    club = members[0].club
    first = league.ask(club, league.side.ask_keys())
    assert league.ask(club, league.side.ask_keys()) == first

    league.nodes[club].restart()

    second = league.ask(club, league.side.ask_keys())
    assert read_message(KeyAnnouncement, second).mask_key != read_message(KeyAnnouncement, first).mask_key


def test_no_secret_of_a_round_is_ever_on_disk(league, members):
    league.revealed()
    for club in members:
        node = league.nodes[club.club]
        (side,) = node.part._sides.values()
        secrets = side._secrets
        kept = b"".join(path.read_bytes() for path in sorted(node.journal_path.parent.glob("journal.sqlite3*")))
        assert league.side.roster.sha256.encode() in kept  # so the answers are there to be looked through
        for secret in (secrets.seed, secrets.mask_secret, secrets.seal_key.private_bytes_raw()):
            assert secret not in kept
            assert secret.hex().encode() not in kept


def test_secrets_are_erased_a_while_after_revealing_and_when_the_node_stops(league, members):
    league.revealed()
    club = members[0]
    node, now = league.nodes[club.club], club.participation.clock()
    (side,) = node.part._sides.values()
    node.part.erase_spent()
    assert side._secrets is not None

    object.__setattr__(club.participation, "clock", lambda: now + KEPT_FOR + timedelta(seconds=1))
    node.part.erase_spent()

    assert (node.part._sides, side._secrets) == ({}, None)
    other = league.nodes[members[1].club]
    (kept,) = other.part._sides.values()
    other.restart()
    assert kept._secrets is None


def test_secrets_of_a_round_that_was_never_revealed_go_with_the_campaign(league, members):
    league.shares()
    club = members[0]
    node = league.nodes[club.club]
    (side,) = node.part._sides.values()
    node.part.erase_spent()
    assert side._secrets is not None

    object.__setattr__(club.participation, "clock", lambda: league.manifest.expires)
    node.part.erase_spent()

    assert (node.part._sides, side._secrets) == ({}, None)


def test_the_next_round_erases_the_one_before(league, members):
    league.revealed()
    club = members[0].club
    (before,) = league.nodes[club].part._sides.values()

    league.ask(club, AskKeys(manifest_sha256=league.manifest.sha256, round=2))

    assert before._secrets is None
    assert list(league.nodes[club].part._sides) == [(league.manifest.sha256, 2)]


def test_a_consent_service_that_is_down_stops_the_vector_and_nothing_else(league, members):
    league.shares()
    club = members[0]
    club.ledger.down = True
    with pytest.raises(ConsentUnavailable):
        league.ask(club.club, league.dealt(club.club))
    assert club.days.read == []

    club.ledger.down = False

    assert read_contribution(league.ask(club.club, league.dealt(club.club))).club == club.club


def test_what_was_not_approved_or_is_no_round_is_refused_at_every_stage(league, members):
    league.keys()
    node = league.nodes[members[0].club]

    with pytest.raises(NotApproved):
        node.part.answer(request_bytes(AskKeys(manifest_sha256="0" * 64, round=1)))
    with pytest.raises(RoundRefused, match="no such round"):
        node.part.answer(request_bytes(AskKeys(manifest_sha256=league.manifest.sha256, round=16)))
    with pytest.raises(BadWire):
        node.part.answer(b"{}")
    (approved,) = members[0].approvals.directory.glob("*.json")
    approved.unlink()
    with pytest.raises(NotApproved):
        league.ask(members[0].club, league.side.ask_shares())


def test_a_squad_longer_than_the_public_number_makes_no_keys(league, members):
    members[0].days.held += [f"ath-{number:016d}" for number in range(100, 150)]

    with pytest.raises(NotApproved, match="squad list is longer"):
        league.ask(members[0].club, league.side.ask_keys())


def test_shares_for_one_round_with_the_question_of_another_are_refused(league, members):
    league.shares()
    club = members[0].club
    other = league.train.model_copy(update={"round": 2})

    with pytest.raises(RoundRefused, match="another round than its shares"):
        league.ask(club, league.dealt(club).model_copy(update={"train": other}))
    assert members[0].ledger.calls == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"min_honest_clubs": 2}, "all the noise of every club"), ({}, "at least 3 clubs")],
    ids=["shared noise", "two clubs"],
)
def test_masks_that_a_node_cannot_do_are_refused_at_approval(members, make_manifest, changes, said):
    signed = make_manifest(members if changes else members[:2], masking="secagg-1", **changes)
    club = members[0]

    with pytest.raises(NotApproved, match=said) as caught:
        club.approvals.approve(signed, club.node_key, now=club.participation.clock())

    assert caught.value.refusal == "unknown_masking"


def test_refusals_name_the_campaign_of_a_masked_stage_too(league):
    assert campaign_in(request_bytes(league.side.ask_keys())) == league.manifest.sha256
    assert campaign_in(to_bytes(league.train)) == league.manifest.sha256
    assert campaign_in(b"{}") == UNREADABLE

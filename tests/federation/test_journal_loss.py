"""Attacks on a node whose memory is gone: a journal lost or put back from a copy must not buy a second answer."""

import pytest

from client.errors import ConsentUnavailable, NotApproved
from client.federation.journal import RoundJournal
from client.federation.participation import Participation
from models.training.initial_weights import initial_weights
from models.wire import TrainRequest, to_bytes

DIMENSION = len(initial_weights("recovery-linear-1"))


@pytest.fixture
def club(make_club):
    return make_club()


@pytest.fixture
def manifest(club, make_manifest):
    return club.approvals.approve(make_manifest([club]), club.node_key, now=club.participation.clock())


def request_for(manifest, number=2, weight=0.5):
    return to_bytes(TrainRequest(manifest_sha256=manifest.sha256, round=number, weights=(weight,) * DIMENSION))


@pytest.fixture
def without_memory(club, tmp_path):
    """The same node with the journal of another time."""
    journal = RoundJournal(tmp_path / "elsewhere" / "journal.sqlite3")
    yield Participation(
        club.participation.club, club.approvals, journal, club.ledger, club.days, club.participation.clock
    )
    journal.close()


@pytest.mark.parametrize("weight", [0.5, -0.5])
def test_averaging_attack_a_node_without_its_journal_computes_nothing_for_a_paid_round(
    club, manifest, without_memory, weight
):
    club.participation.answer(request_for(manifest))
    assert club.days.read == [tuple(club.days.held)]

    without_memory.answer(request_for(manifest, weight=weight))

    assert club.days.read[1:] == [()]  # noise alone


def test_the_next_round_counts_again_after_a_lost_journal(club, manifest, without_memory):
    club.participation.answer(request_for(manifest))

    without_memory.answer(request_for(manifest, 3))

    assert club.days.read[-1] == tuple(club.days.held)


def test_a_crash_between_paying_and_answering_costs_no_athlete_the_round(club, manifest, monkeypatch):
    def crash(*_args):
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(club.days, "series", crash)
        with pytest.raises(RuntimeError):
            club.participation.answer(request_for(manifest))

    first = club.participation.answer(request_for(manifest))

    assert club.days.read == [tuple(club.days.held)]
    assert club.participation.answer(request_for(manifest)) == first


def test_a_ledger_that_did_not_answer_is_asked_again_for_the_same_round(club, manifest, monkeypatch):
    def lost(*_args, **_words):
        raise ConsentUnavailable("the answer was lost")

    with monkeypatch.context() as broken:
        broken.setattr(club.ledger, "commit_round", lost)
        with pytest.raises(ConsentUnavailable):
            club.participation.answer(request_for(manifest))

    club.participation.answer(request_for(manifest))

    assert club.days.read == [tuple(club.days.held)]


def test_the_ledger_is_asked_alike_whether_many_take_part_or_nobody(club, manifest):
    club.participation.answer(request_for(manifest, 2))
    many = [call[0] for call in club.ledger.calls]
    club.ledger.calls.clear()
    club.ledger.live.clear()

    club.participation.answer(request_for(manifest, 3))

    assert [call[0] for call in club.ledger.calls] == many == ["snapshot", "tokens", "commit"]


def test_a_campaign_whose_sums_could_wrap_cannot_be_approved(club, make_manifest):
    """A node that refuses after drawing noise can be asked until it does not: every refusal is one more answer."""
    signed = make_manifest([club], clip_norm=10.0, scale_bits=24, modulus_bits=32)

    with pytest.raises(NotApproved):
        club.approvals.approve(signed, club.node_key, now=club.participation.clock())

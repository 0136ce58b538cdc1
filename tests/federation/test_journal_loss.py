"""Attacks on a node whose memory is gone: a journal lost or put back from a copy must not buy a second answer."""

import numpy as np
import pytest

from client.errors import ConsentUnavailable, NotApproved, RoundRefused
from client.federation.journal import RoundJournal
from client.federation.participation import Participation
from models.features import AthleteSeries
from models.training.initial_weights import initial_weights
from models.wire import TrainRequest, to_bytes
from policies.campaign import AnswerNote

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
def test_averaging_attack_a_node_without_its_journal_gives_no_second_answer_to_a_paid_round(
    club, manifest, without_memory, weight
):
    club.participation.answer(request_for(manifest))
    assert club.days.read == [tuple(club.days.held)]

    with pytest.raises(RoundRefused, match="no longer holds that answer"):
        without_memory.answer(request_for(manifest, weight=weight))

    assert len(club.days.read) == 1  # not even noise


def test_a_node_that_has_lost_its_answer_asks_the_ledger_once(club, manifest, without_memory):
    """Each question leaves an entry for every athlete in the log, and the coordinator asks every two seconds."""
    club.participation.answer(request_for(manifest))
    with pytest.raises(RoundRefused):
        without_memory.answer(request_for(manifest))
    asked = len(club.ledger.calls)

    with pytest.raises(RoundRefused, match="not in this node's journal"):
        without_memory.answer(request_for(manifest))

    assert len(club.ledger.calls) == asked


def test_a_crash_between_journal_and_note_is_followed_by_the_same_bytes(club, manifest, monkeypatch):
    def lost(*_args):
        raise ConsentUnavailable("the answer was lost")

    with monkeypatch.context() as broken:
        broken.setattr(club.ledger, "note_answer", lost)
        with pytest.raises(ConsentUnavailable):
            club.participation.answer(request_for(manifest))
    kept = club.journal.answered(manifest.sha256, 2, request_for(manifest))

    assert club.participation.answer(request_for(manifest)) == kept
    assert club.ledger.noted[manifest.sha256, 2] == AnswerNote.of(kept)
    assert club.days.read == [tuple(club.days.held)]


def test_an_answer_in_the_journal_that_is_not_the_noted_one_never_leaves(club, manifest):
    """Two copies of a journal can hold two answers; the ledger knows one."""
    club.ledger.noted[manifest.sha256, 2] = AnswerNote.of(b"another answer")
    club.journal.begin(manifest.sha256, 2)
    club.journal.record(manifest.sha256, 2, request_for(manifest), b"an answer", club.participation.clock())

    for _ in range(2):
        with pytest.raises(RoundRefused):
            club.participation.answer(request_for(manifest))


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

    assert [call[0] for call in club.ledger.calls] == many == ["snapshot", "tokens", "commit", "note"]


def test_a_campaign_whose_sums_could_wrap_cannot_be_approved(club, make_manifest):
    """A node that refuses after drawing noise can be asked until it does not: every refusal is one more answer."""
    signed = make_manifest([club], clip_norm=10.0, scale_bits=24, modulus_bits=32)

    with pytest.raises(NotApproved):
        club.approvals.approve(signed, club.node_key, now=club.participation.clock())


def test_a_squad_list_longer_than_the_public_number_is_refused_before_the_ledger_is_asked(club, make_manifest):
    """Whoever takes part: with nobody at all the refusal is the same."""
    manifest = club.approvals.approve(
        make_manifest([club], public_athletes=len(club.days.held) - 1), club.node_key, now=club.participation.clock()
    )
    said = []
    for live in (set(club.days.held), set()):
        club.ledger.live = live
        for asks in (
            lambda: club.participation.answer(request_for(manifest)),
            lambda: club.participation.reserve(manifest),
        ):
            with pytest.raises(NotApproved) as refused:
                asks()
            said.append(str(refused.value))

    assert len(set(said)) == 1
    assert club.ledger.calls == []
    assert club.days.read == []


def test_a_squad_list_as_long_as_the_public_number_is_answered(club, make_manifest):
    manifest = club.approvals.approve(
        make_manifest([club], public_athletes=len(club.days.held)), club.node_key, now=club.participation.clock()
    )

    assert club.participation.answer(request_for(manifest))


def test_a_series_of_another_shape_costs_its_athlete_the_round_and_nobody_else(club, manifest, monkeypatch):
    """After the payment nothing is refused."""
    other = AthleteSeries(np.ones((3, 2), np.float32), np.ones(3, np.float32), np.ones(3, np.bool_))
    monkeypatch.setattr(club.days, "series", lambda *_args: (other,))

    assert club.participation.answer(request_for(manifest))

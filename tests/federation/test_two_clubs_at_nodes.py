"""Two nodes hold one athlete: what their answers let through of the athlete, and that the weight reaches the sum."""

from fractions import Fraction

import numpy as np
import pytest

import models.privacy.contribution as path
from models.privacy.contribution import answer_length
from models.privacy.discrete_gaussian import from_ring, sensitivity
from models.training.initial_weights import initial_weights
from models.wire import TrainRequest, read_contribution, to_bytes
from policies.campaigns.memberships import WHOLE
from tests.federation.conftest import ATHLETES

MODEL = "recovery-linear-1"
BOTH = ATHLETES[0]


def moved(make_club, make_manifest, weights):
    """How far the athlete of both clubs moves their two answers, as whole numbers, and the manifest."""
    answers, signed = [], None
    for number, takes_part in enumerate((True, False)):
        clubs = [make_club(f"club-{name}-{number}") for name in "ab"]
        for club, weight in zip(clubs, weights, strict=True):
            club.ledger.sixteenths[BOTH] = weight
            club.ledger.live -= set() if takes_part else {BOTH}
        signed = make_manifest(clubs)
        for club in clubs:
            manifest = club.approvals.approve(signed, club.node_key, now=club.participation.clock())
            request = TrainRequest(manifest_sha256=manifest.sha256, round=1, weights=initial_weights(MODEL))
            reply = read_contribution(club.participation.answer(to_bytes(request)))
            answers.append(np.array(from_ring(reply.values, manifest.modulus_bits), dtype=object))
    with_it, without = answers[:2], answers[2:]
    change = [int(one) for pair in zip(with_it, without, strict=True) for one in pair[0] - pair[1]]
    return change, signed.manifest


def is_within(change, manifest, weights):
    bound = Fraction(sensitivity(manifest.clip_norm, manifest.scale_bits, answer_length(manifest)))
    return sum(one * one for one in change) <= Fraction(sum(n * n for n in weights), WHOLE**2) * bound**2


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    monkeypatch.setattr(path, "noise_share", lambda length, *_: np.zeros(length, np.int64))


@pytest.mark.parametrize("weights", [(8, 8), (5, 11)])
def test_the_answers_of_two_nodes_move_by_the_weights_of_one_athlete(make_club, make_manifest, weights):
    change, manifest = moved(make_club, make_manifest, weights)

    assert any(change)
    assert is_within(change, manifest, weights)


def test_two_whole_memberships_would_not_pass_for_two_halves(make_club, make_manifest):
    """What nodes that ignore the weight would send: the check has to tell it."""
    change, manifest = moved(make_club, make_manifest, (WHOLE, WHOLE))

    assert not is_within(change, manifest, (8, 8))

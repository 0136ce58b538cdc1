"""The sum under masks is, bit for bit, the plain sum over the clubs whose vectors came, whoever drops at any stage."""

import hashlib
import hmac
import random
from collections.abc import Mapping
from dataclasses import replace

import pytest

from models.errors import MasksLost, MasksRefused
from models.masks.masked_round import threshold_of
from models.masks.rehearsal import STAGES, MaskedRehearsal
from models.privacy.discrete_gaussian import add_in_ring
from tests.models.masks.league import MaskedLeague, masked_league
from tests.scale import FACTOR, sampled, seeded

AFTER_THE_VECTOR = ("confirm", "reveal")


class QuickKeys:
    """Signatures that take no time, for sizes: everything else of the protocol is the same."""

    for_masks = None

    def __init__(self, club: str = "") -> None:
        self._club = club

    def sign(self, message: bytes) -> bytes:
        return hmac.digest(self._club.encode(), message, hashlib.sha256)

    def verify(self, club: str, message: bytes, signature: bytes) -> None:
        if QuickKeys(club).sign(message) != signature:
            raise MasksRefused("another's")


def total(league: MaskedLeague, vectors: Mapping[str, tuple[int, ...]], *, quick: bool = False, **absent):
    if not quick:
        return league.rehearsal(**absent).total(vectors, league.train)
    signers = {club: QuickKeys(club) for club in league.clubs}
    return MaskedRehearsal(league.manifest, league.number, signers, QuickKeys(), absent).total(vectors, league.train)


def plain(league: MaskedLeague, vectors: Mapping[str, tuple[int, ...]], **absent) -> tuple[int, ...]:
    out = {club for stage, clubs in absent.items() if stage not in AFTER_THE_VECTOR for club in clubs}
    return add_in_ring([vectors[club] for club in league.clubs if club not in out], league.manifest.modulus_bits)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("clubs", [3, 4, 5, 6, 10])
def test_a_third_may_drop_at_any_stage(clubs: int, stage: str) -> None:
    league = masked_league(clubs)
    vectors = league.vectors()
    leaving = {stage: random.Random(clubs).sample(league.clubs, clubs // 3)}

    assert total(league, vectors, **leaving) == plain(league, vectors, **leaving)


@pytest.mark.parametrize("clubs", sampled(range(3, 101), 9))
def test_a_third_may_drop_over_all_stages_together(clubs: int) -> None:
    league, chance = masked_league(clubs), random.Random(seeded(clubs))
    vectors = league.vectors()
    leaving = {stage: [] for stage in STAGES}
    for club in chance.sample(league.clubs, clubs // 3):
        leaving[chance.choice(STAGES)].append(club)

    assert total(league, vectors, quick=True, **leaving) == plain(league, vectors, **leaving)


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["", *STAGES] if FACTOR > 1 else STAGES[-1:])
def test_a_third_of_a_hundred_clubs_may_drop_at_any_stage(stage: str) -> None:
    league = masked_league(100, rounds=8)
    vectors = league.vectors()
    leaving = {stage: random.Random(7).sample(league.clubs, 33)} if stage else {}

    assert total(league, vectors, quick=True, **leaving) == plain(league, vectors, **leaving)


@pytest.mark.parametrize("stage", STAGES)
def test_where_more_than_a_third_drop_nothing_is_added_up(stage: str) -> None:
    league = masked_league(6)

    with pytest.raises((MasksRefused, MasksLost)):
        total(league, league.vectors(), **{stage: league.clubs[:3]})


def test_extremes_of_the_ring_and_a_vector_of_zeros_add_up() -> None:
    league = masked_league(3)
    most = (1 << league.manifest.modulus_bits) - 1
    vectors = dict(
        zip(league.clubs, [(most,) * league.length, (0,) * league.length, (1,) * league.length], strict=True)
    )

    assert total(league, vectors) == (0,) * league.length


@pytest.mark.parametrize("bits", [32, 62])
def test_rings_of_every_size_add_up(bits: int) -> None:
    league = masked_league(4, modulus_bits=bits)
    vectors = league.vectors()

    assert total(league, vectors) == plain(league, vectors)


@pytest.mark.parametrize("clubs", range(3, 101))
def test_the_threshold_lets_a_third_drop_and_two_lists_need_a_third_that_lies(clubs: int) -> None:
    threshold = threshold_of(clubs)

    assert clubs - clubs // 3 >= threshold > clubs / 2
    assert 2 * threshold - clubs >= clubs / 3


def test_a_second_round_of_the_same_league_adds_up_under_other_keys() -> None:
    league = replace(masked_league(3, rounds=2), number=2)
    vectors = league.vectors()

    assert total(league, vectors) == plain(league, vectors)

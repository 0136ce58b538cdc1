"""Public squad sizes under masks: the sum is bounded by the squads of its clubs, an opened vector by its own club's."""

import math
from types import SimpleNamespace

import pytest

from client.errors import NotApproved
from models.masks.evidence import is_beyond
from models.masks.messages import AskKeys, request_bytes
from models.privacy.contribution import largest_norm, largest_norm_of_sum
from models.privacy.discrete_gaussian import sensitivity, to_ring
from server.federation.masked.collection import MaskedCollection
from server.federation.masked.stages import MaskedStages
from tests.federation.masked_league import _masked_nodes
from tests.models.masks.league import masked_league

__all__ = ["_masked_nodes"]

SQUADS = {"club-000": 10, "club-001": 25, "club-002": 15, "club-003": 20}
SIZED = masked_league(4, squads=SQUADS)
MANIFEST, LENGTH = SIZED.manifest, SIZED.length
ONE = sensitivity(MANIFEST.clip_norm, MANIFEST.scale_bits, LENGTH)


def along_one(clips: float) -> tuple[int, ...]:
    """So many clips along one coordinate, modulo 2**m."""
    return to_ring([math.floor(clips * ONE)] + [0] * (LENGTH - 1), MANIFEST.modulus_bits)


@pytest.mark.parametrize("without", [[], ["club-001"], ["club-000", "club-003"]])
def test_a_sum_is_bounded_by_the_squads_of_its_own_clubs(without: list[str]) -> None:
    clubs = [club for club in SQUADS if club not in without]
    together = sum(SQUADS[club] for club in clubs)
    reach = MANIFEST.noise_multiplier * math.sqrt(len(clubs)) * (math.sqrt(LENGTH) + 6)

    assert not is_beyond(along_one(together + reach), MANIFEST, clubs)
    assert is_beyond(along_one(together + reach + 1), MANIFEST, clubs)
    own = sum(largest_norm(MANIFEST, LENGTH, SQUADS[club]) for club in clubs)
    assert largest_norm_of_sum(MANIFEST, LENGTH, clubs) <= own


def test_a_sum_without_sizes_is_bounded_by_the_public_number_whoever_is_in_it() -> None:
    plain = masked_league(4).manifest
    for clubs in (list(SQUADS), list(SQUADS)[:3]):
        reach = plain.noise_multiplier * math.sqrt(len(clubs)) * (math.sqrt(LENGTH) + 6)
        assert not is_beyond(along_one(80 + reach), plain, clubs)
        assert is_beyond(along_one(80 + reach + 1), plain, clubs)


@pytest.mark.parametrize(("club", "squad"), SQUADS.items())
def test_an_opened_vector_is_bounded_by_its_own_clubs_squad(club: str, squad: int) -> None:
    collection = MaskedCollection(SimpleNamespace(manifest=MANIFEST), 1, MaskedStages.of(None, 1), True)  # type: ignore[arg-type]  # asks nobody
    reach = MANIFEST.noise_multiplier * (math.sqrt(LENGTH) + 6)

    assert collection._is_within(club, along_one(squad + reach))
    assert not collection._is_within(club, along_one(squad + reach + 1))


def test_a_list_longer_than_the_clubs_own_size_makes_no_keys_and_asks_no_ledger(make_club, make_manifest, masked_nodes):
    members = [make_club(f"club-{letter}") for letter in "abc"]
    held = len(members[0].days.held)
    squads = {"club-a": held - 1, "club-b": held, "club-c": held}
    signed = make_manifest(members, masking="secagg-1", squads=squads)
    for club in members:
        club.approvals.approve(signed, club.node_key, now=club.participation.clock())
    first, second, _ = masked_nodes(members)
    ask = request_bytes(AskKeys(manifest_sha256=signed.manifest.sha256, round=1, stage="keys"))

    with pytest.raises(NotApproved, match=f"public squad size of {held - 1} for this club"):
        first.part.answer(ask)

    assert second.part.answer(ask)
    assert members[0].ledger.calls == []

"""What one club may send: an honest club passes at its extremes, and one that sends far more is left out."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from scipy.stats import chi

from models.privacy.contribution import NORM_REACH, answer_length, largest_norm
from models.privacy.discrete_gaussian import noise_share, sensitivity, to_ring
from models.training.recipes import Recipe, exchange_recipe, manifest_from, rounds_recipe
from models.wire import ContributionSum, to_bytes
from policies.campaign import CampaignManifest
from server.aggregate import read_sum
from server.errors import RefusedSum

ATHLETES = 40
CLUBS = {"club-a": "key-a", "club-b": "key-b"}


def campaign(recipe: Recipe) -> CampaignManifest:
    opens, expires = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    return manifest_from(recipe, campaign_id="c-1", league="league", clubs=CLUBS, opens=opens, expires=expires)


MANIFESTS = [
    campaign(exchange_recipe("recovery-linear-1", athletes=ATHLETES, clubs=2)),
    campaign(exchange_recipe("risk-logistic-1", athletes=ATHLETES, clubs=2)),
    campaign(rounds_recipe("recovery-linear-1", athletes=ATHLETES)),
]
every_campaign = pytest.mark.parametrize("manifest", MANIFESTS, ids=["exchange", "risk", "rounds"])


def read(manifest: CampaignManifest, values: list[int], club: str = "club-a") -> ContributionSum:
    part = ContributionSum(
        manifest_sha256=manifest.sha256, round=1, club=club, values=to_ring(values, manifest.modulus_bits)
    )
    return read_sum(to_bytes(part), manifest=manifest, number=1, club=club, dimension=answer_length(manifest))


def sensitivity_of(manifest: CampaignManifest) -> float:
    return sensitivity(manifest.clip_norm, manifest.scale_bits, answer_length(manifest))


def aligned(manifest: CampaignManifest, athletes: float) -> np.ndarray:
    """So many athletes, all clipped and all one way: along a coordinate is the worst for that, spread for the norm."""
    length = answer_length(manifest)
    return np.full(length, athletes * manifest.clip_norm * 2.0**manifest.scale_bits / math.sqrt(length))


@every_campaign
def test_an_honest_club_at_its_extremes_passes(manifest: CampaignManifest) -> None:
    length, one = answer_length(manifest), sensitivity_of(manifest)
    along_one = np.zeros(length)
    along_one[0] = ATHLETES * manifest.clip_norm * 2.0**manifest.scale_bits
    for signal in (np.zeros(length), aligned(manifest, ATHLETES), along_one, -along_one):
        for _ in range(50):
            noise = noise_share(length, manifest.noise_multiplier, one, 1)
            read(manifest, [int(value) for value in np.trunc(signal) + noise])


@every_campaign
def test_a_club_that_sends_401_clips_is_left_out(manifest: CampaignManifest) -> None:
    for vector in (aligned(manifest, 401), -aligned(manifest, 401)):
        with pytest.raises(RefusedSum, match="larger than clipping and noise allow"):
            read(manifest, [int(value) for value in vector])


@every_campaign
def test_the_bound_is_the_stated_one_to_an_integer(manifest: CampaignManifest) -> None:
    length, one = answer_length(manifest), sensitivity_of(manifest)
    bound = (ATHLETES + manifest.noise_multiplier * (math.sqrt(length) + 6)) * one
    side = math.floor(bound / math.sqrt(length))

    read(manifest, [side] * length)

    with pytest.raises(RefusedSum):
        read(manifest, [side + 1] * length)


@pytest.mark.parametrize("dimension", [1, 3, 11, 64, 433, 100_000])
def test_noise_alone_passes_the_reach_less_than_once_in_1e11(dimension: int) -> None:
    assert chi.sf(math.sqrt(dimension) + NORM_REACH, dimension) < 1e-11


@every_campaign
def test_a_poisoner_reaches_less_than_before(manifest: CampaignManifest) -> None:
    """Coordinate by coordinate with all of N one could send (N + 12 sigma) sqrt(d) clips."""
    length, one = answer_length(manifest), sensitivity_of(manifest)
    before = (ATHLETES + 12 * manifest.noise_multiplier) * math.sqrt(length) * one

    assert largest_norm(manifest, length, ATHLETES) < before / 1.6


SQUADS = {"club-a": 15, "club-b": 25}


def with_squads(manifest: CampaignManifest) -> CampaignManifest:
    return CampaignManifest.model_validate(manifest.model_dump() | {"squads": SQUADS})


@every_campaign
def test_an_honest_club_at_the_extremes_of_its_own_squad_passes(manifest: CampaignManifest) -> None:
    sized, length, one = with_squads(manifest), answer_length(manifest), sensitivity_of(manifest)
    for club, squad in SQUADS.items():
        along_one = np.zeros(length)
        along_one[0] = squad * sized.clip_norm * 2.0**sized.scale_bits
        for signal in (np.zeros(length), aligned(sized, squad), along_one, -along_one):
            for _ in range(50):
                noise = noise_share(length, sized.noise_multiplier, one, 1)
                read(sized, [int(value) for value in np.trunc(signal) + noise], club)


@every_campaign
def test_a_club_that_sends_one_clip_more_than_its_own_bound_is_left_out(manifest: CampaignManifest) -> None:
    """The same vector of a club with more on its list is taken, and so it is where no sizes are named."""
    sized, length = with_squads(manifest), answer_length(manifest)
    reach = manifest.noise_multiplier * (math.sqrt(length) + 6)
    most = [int(value) for value in aligned(sized, SQUADS["club-a"] + reach)]
    beyond = [int(value) for value in aligned(sized, SQUADS["club-a"] + reach + 1)]

    read(sized, most)
    read(sized, beyond, "club-b")
    read(manifest, beyond)

    for vector in (beyond, [-value for value in beyond]):
        with pytest.raises(RefusedSum, match="larger than clipping and noise allow"):
            read(sized, vector)


@every_campaign
def test_the_bound_of_each_club_is_the_stated_one_to_an_integer(manifest: CampaignManifest) -> None:
    sized, length, one = with_squads(manifest), answer_length(manifest), sensitivity_of(manifest)
    for club, squad in SQUADS.items():
        bound = (squad + sized.noise_multiplier * (math.sqrt(length) + 6)) * one
        side = math.floor(bound / math.sqrt(length))

        read(sized, [side] * length, club)

        with pytest.raises(RefusedSum):
            read(sized, [side + 1] * length, club)


def test_one_coordinate_of_a_wide_vector_is_bounded_by_the_clubs_own_squad() -> None:
    """With hundreds of weights the norm's reach is far beyond what noise gives to one of them."""
    squads = {"club-a": 25, "club-b": 475}
    wide = campaign(rounds_recipe("recovery-network-1", athletes=500))
    sized = CampaignManifest.model_validate(wide.model_dump() | {"squads": squads})
    length, one = answer_length(wide), sensitivity_of(wide)
    side = math.floor((25 + 12 * wide.noise_multiplier) * one)
    rest = [0] * (length - 1)
    assert side < largest_norm(wide, length, 25) - one

    read(sized, [side, *rest])
    read(sized, [side + 1, *rest], "club-b")
    read(wide, [side + 1, *rest])

    with pytest.raises(RefusedSum):
        read(sized, [side + 1, *rest])


@pytest.mark.parametrize(
    ("athletes", "clubs", "axes", "each", "by_number", "by_squad"),
    [(40, 2, 3, 119, 58, 38), (500, 20, 6, 1295, 520, 45)],
)
def test_what_the_threat_model_says_one_club_can_send(
    athletes: int, clubs: int, axes: int, each: int, by_number: int, by_squad: int
) -> None:
    """In clips: each number by itself, as was done first; in L2 by the public number; in L2 by the club's own squad."""
    manifest = campaign(exchange_recipe("recovery-linear-1", athletes=athletes, clubs=clubs))
    one = sensitivity_of(manifest)
    assert answer_length(manifest) == axes
    by_itself = (athletes + 12 * manifest.noise_multiplier) * math.sqrt(axes)

    assert [
        round(by_itself),
        *(round(largest_norm(manifest, axes, n) / one) for n in (athletes, athletes // clubs)),
    ] == [
        each,
        by_number,
        by_squad,
    ]

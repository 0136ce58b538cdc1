"""Whether masks leave a campaign's sums as they are: one simulated league in one process, clubs dropping."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey, generate_private_key

from models.features import AthleteSeries
from models.masks.enrolled_keys import FleetKeys, FleetSigner
from models.masks.masked_round import SECAGG
from models.masks.node_line import node_line
from models.masks.rehearsal import STAGES, MaskedRehearsal, Vectors
from models.privacy.contribution import contribution
from models.privacy.discrete_gaussian import add_in_ring
from models.synthetic.league import synthetic_league
from models.training.initial_weights import initial_weights
from models.training.pretraining import design_series
from models.training.recipes import Recipe
from models.training.simulation import simulated_manifest
from models.wire import TrainRequest
from policies.campaign import CampaignManifest

MOST_CLUBS = 100  # ours: what the masks of every pair cost grows with the square, and is measured up to here
SEED, DAYS = 20270601, 200
VECTOR_SENT = ("confirm", "reveal")  # a club that drops here has sent its vector, which is in the sum


@dataclass(frozen=True, slots=True)
class MaskedStudy:
    """What masking did to one round. dropped: clubs that dropped at a stage, in each of `len(STAGES)` further rounds.

    is_same: whether every masked sum is, bit for bit, the plain sum over the clubs whose vectors came. cpu_s: processor
    seconds of the round without a club dropping, all clubs and the coordinator together.
    """

    clubs: int
    dropped: int
    is_same: bool
    cpu_s: float


def masked_study(recipe: Recipe, *, clubs: int) -> MaskedStudy:
    """Mask one round of a simulated league, then once for each stage with a third of the clubs dropping at it.

    clubs: 3 to 100. Raises MasksRefused for fewer than three.
    """
    keys = {f"club-{number}": generate_private_key(SECP384R1()) for number in range(clubs)}
    plain = simulated_manifest(recipe, clubs)
    changed = {"masking": SECAGG, "clubs": {club: node_line(key) for club, key in keys.items()}}
    manifest = CampaignManifest.model_validate(plain.model_dump() | changed)
    vectors = dict(zip(keys, _contributions(plain, recipe, clubs), strict=True))
    began = time.process_time()
    same = [_is_same(manifest, keys, vectors, "", [])]
    cpu_s = time.process_time() - began
    leaving = sorted(keys)[: clubs // 3]
    same += [_is_same(manifest, keys, vectors, stage, leaving) for stage in STAGES]
    return MaskedStudy(clubs, len(leaving), all(same), cpu_s)


def _contributions(manifest: CampaignManifest, recipe: Recipe, clubs: int) -> Iterator[tuple[int, ...]]:
    """The noisy vector of each simulated club."""
    athletes = -(-recipe.public_athletes // clubs)
    league = synthetic_league(SEED, [f"study-{number}" for number in range(clubs)], athletes, DAYS)
    series: Sequence[AthleteSeries] = design_series(recipe.model, league)
    for place in range(clubs):
        squad = [one for one in series[place::clubs] if one.n_valid]
        yield contribution(manifest, initial_weights(recipe.model), squad)


def _is_same(
    manifest: CampaignManifest,
    keys: dict[str, EllipticCurvePrivateKey],
    vectors: Vectors,
    stage: str,
    leaving: Sequence[str],
) -> bool:
    signers = {club: FleetSigner(key) for club, key in keys.items()}
    train = TrainRequest(manifest_sha256=manifest.sha256, round=1, weights=initial_weights(manifest.model))
    masked = MaskedRehearsal(manifest, 1, signers, FleetKeys(manifest.clubs), {stage: leaving}).total(vectors, train)
    counted = [vector for club, vector in vectors.items() if stage in VECTOR_SENT or club not in leaving]
    return masked == add_in_ring(counted, manifest.modulus_bits)

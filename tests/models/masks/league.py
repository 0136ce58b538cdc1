"""A league of clubs for tests of masks: keys, a manifest, vectors."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey, generate_private_key

from models.masks.enrolled_keys import FleetKeys, FleetSigner
from models.masks.masked_round import MaskedRound
from models.masks.node_line import fleet_part, node_line
from models.masks.rehearsal import MaskedRehearsal
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe, manifest_from, rounds_recipe
from models.wire import TrainRequest
from policies.campaign import CampaignManifest

MODEL = "recovery-linear-1"
BEGINS = datetime(2026, 11, 1, tzinfo=UTC)


@cache
def node_key(number: int) -> EllipticCurvePrivateKey:
    """The enrolled key of the club of this number."""
    return generate_private_key(SECP384R1())


@dataclass(frozen=True)
class MaskedLeague:
    """So many clubs, and a campaign of theirs whose sums are masked."""

    manifest: CampaignManifest
    signers: Mapping[str, FleetSigner]
    number: int = 1

    @property
    def clubs(self) -> list[str]:
        return sorted(self.signers)

    @property
    def enrolled(self) -> FleetKeys:
        return FleetKeys(self.manifest.clubs)

    @property
    def train(self) -> TrainRequest:
        weights = initial_weights(self.manifest.model)
        return TrainRequest(manifest_sha256=self.manifest.sha256, round=self.number, weights=weights)

    @property
    def length(self) -> int:
        return MaskedRound.of(self.manifest, self.number).length

    def vectors(self) -> dict[str, tuple[int, ...]]:
        """A vector of whole numbers modulo 2**m for each club: anything at all."""
        modulus = 1 << self.manifest.modulus_bits
        return {club: tuple(secrets.randbelow(modulus) for _ in range(self.length)) for club in self.clubs}

    def rehearsal(self, **absent) -> MaskedRehearsal:
        return MaskedRehearsal(self.manifest, self.number, self.signers, self.enrolled, absent)


def masked_league(clubs: int, *, rounds: int | None = None, known: bool = True, **changes) -> MaskedLeague:
    """A league of so many clubs; changes replace fields of its manifest. known: whether it names keys for masks."""
    keys = {f"club-{number:03d}": node_key(number) for number in range(clubs)}
    lines = {club: node_line(key) for club, key in keys.items()}
    recipe = (
        exchange_recipe(MODEL, athletes=20 * clubs, clubs=clubs)
        if rounds is None
        else rounds_recipe(MODEL, athletes=20 * clubs, rounds=rounds)
    )
    plain = manifest_from(
        recipe,
        campaign_id="masked-test",
        league="league",
        clubs={club: line if known else fleet_part(line) for club, line in lines.items()},
        opens=BEGINS,
        expires=BEGINS + timedelta(days=28),
    )
    manifest = CampaignManifest.model_validate(plain.model_dump() | {"masking": "secagg-1"} | changes)
    return MaskedLeague(manifest, {club: FleetSigner(key) for club, key in keys.items()})

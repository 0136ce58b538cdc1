"""Versions of a model as a league publishes them, one after the other, for tests of their chain."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from models.privacy.contribution import answer_length
from models.privacy.discrete_gaussian import to_ring
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe, manifest_from, rounds_recipe, season_recipe
from models.training.server_step import ServerState, start, step
from policies.campaign import CampaignManifest
from policies.signing import SigningKey
from server.registry_store import RegistryStore

BEGAN = datetime(2026, 11, 1, 8, tzinfo=UTC)
LEAGUE = SigningKey(bytes(range(32)))
RECOVERY = "recovery-linear-1"


@dataclass
class League:
    """A registry whose campaigns are invented; each publication is a day after the one before."""

    folder: Path
    key: SigningKey = LEAGUE
    clubs: dict[str, str] = field(default_factory=lambda: {"club-a": "key-a", "club-b": "key-b"})
    days: int = 0

    @property
    def registry(self) -> RegistryStore:
        return RegistryStore(self.folder, key=self.key, clock=lambda: BEGAN + timedelta(days=self.days))

    def manifest(self, *, exchange: bool = True, model: str = RECOVERY) -> CampaignManifest:
        recipe = exchange_recipe(model, athletes=40, clubs=2) if exchange else rounds_recipe(model, athletes=40)
        return manifest_from(
            recipe,
            campaign_id=f"campaign-{self.days}",
            league="league",
            clubs=self.clubs,
            opens=BEGAN,
            expires=BEGAN + timedelta(days=3650),
        )

    def season(self, *, exchanges: int = 3, model: str = RECOVERY) -> CampaignManifest:
        """A season of exchanges sixteen weeks apart."""
        once = exchange_recipe(model, athletes=40, clubs=2, epsilon=1.0)
        made = season_recipe(once, exchanges=exchanges, every_days=112)
        span = timedelta(days=112 * (exchanges - 1) + 28)
        named = {"campaign_id": f"season-{self.days}", "league": "league", "clubs": self.clubs}
        return manifest_from(made, **named, opens=BEGAN, expires=BEGAN + span)

    def publish_exchange(self, season: CampaignManifest, number: int, *, seed: int = 0) -> Path:
        """Publish the model of one exchange of a season, whose sums a seed invents; returns its folder."""
        self.days += 1
        name = self.registry.seal(season, finished(season, seed=seed, rounds=number))
        self.registry.publish(name, b"{}")
        return self.folder / name

    def publish(
        self, *, exchange: bool = True, model: str = RECOVERY, manifest: CampaignManifest | None = None
    ) -> Path:
        """Publish the model of one invented campaign; returns its folder."""
        asked = manifest or self.manifest(exchange=exchange, model=model)
        state = finished(asked, seed=self.days)
        self.days += 1
        name = self.registry.seal(asked, state)
        self.registry.publish(name, b"{}")
        return self.folder / name


def finished(
    manifest: CampaignManifest, *, seed: int = 0, sums: Sequence[int] | None = None, rounds: int | None = None
) -> ServerState:
    """The last state of a campaign of invented sums, as large as those of a league of forty; or that after `rounds`."""
    rng, state = np.random.default_rng(seed), start(initial_weights(manifest.model))
    for _ in range(rounds or manifest.rounds):
        drawn = sums or [int(value) for value in rng.normal(0.0, 3e5, answer_length(manifest))]
        state = step(state, to_ring(drawn, manifest.modulus_bits), manifest)
    return state

"""Days of invented athletes for evidence on a risk model, and a manifest that asks for it."""

import numpy as np

from models.evidence.answer import RECENT
from models.features import RISK_SCHEMA, AthleteSeries
from models.training.initial_weights import weights_sha256
from models.training.recipes import exchange_recipe
from models.training.simulation import simulated_manifest
from policies.campaign import CampaignManifest

WIDTH = len(RISK_SCHEMA.features)
WEIGHTS = np.linspace(-0.6, 0.9, RISK_SCHEMA.dimension) + np.append(np.zeros(WIDTH), -4.0)
RECORD = "ab" * 32
LEAST, MOST = -1 / 3, 3.0  # what `recent_return` is scaled to where no day was lost lately, and where one was


def athlete(seed: int, days: int = 200, *, rate: float = 0.15, recent: float = 0.1) -> AthleteSeries:
    """Days with outcomes at random: `rate` of them before an injury, `recent` of them after a lost day."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(days, WIDTH)).astype(np.float32)
    X[:, RECENT] = np.where(rng.random(days) < recent, MOST, LEAST)
    y = (rng.random(days) < rate).astype(np.float32)
    return AthleteSeries(X, y, rng.random(days) < 0.8)


def asking(clubs: int = 2, *, athletes: int = 40, sigma: float = 4.0, record: str = RECORD) -> CampaignManifest:
    """The manifest of a campaign for evidence on `WEIGHTS`."""
    plain = simulated_manifest(exchange_recipe(RISK_SCHEMA.model, athletes=athletes, clubs=clubs), clubs)
    return CampaignManifest.model_validate(
        plain.model_dump()
        | {
            "exchange": None,
            "evidence": {"record": record},
            "clip_norm": 1.0,
            "noise_multiplier": sigma,
            "initial_weights": weights_sha256(WEIGHTS.tolist()),
        }
    )

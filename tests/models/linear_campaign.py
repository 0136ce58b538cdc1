"""A small private campaign of every linear model, as a program: it fails where a library that they need is absent."""

from datetime import UTC, datetime

import numpy as np

from models.features import LINEAR_MODELS, SCHEMAS, AthleteSeries
from models.training.initial_weights import initial_weights
from models.training.recipes import manifest_from, rounds_recipe
from models.training.simulation import train_private

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Train; raise ValueError unless the weights are finite and have moved."""
    rng = np.random.default_rng(1)
    for model in LINEAR_MODELS:
        X = rng.normal(size=(90, len(SCHEMAS[model].features))).astype(np.float32)
        series = AthleteSeries(X, (rng.random(90) < 0.2).astype(np.float32), np.ones(90, dtype=bool))
        manifest = manifest_from(
            rounds_recipe(model, athletes=40),
            campaign_id="small",
            league="league",
            clubs={"club-a": "key"},
            opens=MOMENT,
            expires=MOMENT,
        )
        before = np.array(initial_weights(model))
        after = train_private(manifest, before.tolist(), [[series]])
        if not np.isfinite(after).all() or (after == before).all():
            raise ValueError(f"{model} did not train")
    print(f"{len(LINEAR_MODELS)} linear models trained")


if __name__ == "__main__":
    main()

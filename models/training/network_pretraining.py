"""How the public initial weights of networks were fitted: on the public simulator alone, from fixed seeds.

A network can tell from four weeks which kind of athlete it sees, if it has seen many kinds: it is fitted on leagues of
random worlds (`axes_fit.random_world`), other ones than those that axes and priors come from.
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from models.arrays import Floats
from models.features import RECOVERY_SCHEMA, SCHEMAS, AthleteSeries, FeatureSchema
from models.networks.installed import check_installed
from models.synthetic.league import synthetic_league
from models.training.axes_fit import random_world
from models.training.initial_weights import initial_weights
from models.training.pretraining import design_series

NETWORK_SEED = 20261207
WORLDS, ATHLETES, DAYS = 32, 75, 365
EPOCHS = 16
FIRST_SPREAD = 0.3  # ours: of the convolution's weights before the fit


def fit_network(schema: FeatureSchema) -> Floats:
    """Fit the public initial weights of a network again; raises NotInstalled without the extra `networks`."""
    check_installed()
    from models.training.network_fit import minimise_network

    return minimise_network(schema, list(public_series(schema)), start=first(schema), epochs=EPOCHS, seed=NETWORK_SEED)


def first(schema: FeatureSchema) -> Floats:
    """The weights before the fit: the linear model's on the straight path, and a head that says nothing yet."""
    linear, columns = np.array(initial_weights(RECOVERY_SCHEMA.model)), len(schema.features)
    weights = np.zeros(schema.dimension)
    weights[: linear.size - 1], weights[columns] = linear[:-1], linear[-1]
    if schema.layers is not None:
        channels, width = schema.layers.channels, len(schema.layers.sequence) * schema.layers.patch_d
        filters = np.random.default_rng(NETWORK_SEED).normal(0.0, FIRST_SPREAD, channels * width)
        weights[columns + 1 : columns + 1 + filters.size] = filters
        norm = columns + 1 + filters.size + channels
        weights[norm : norm + channels] = 1.0
    return weights


def public_series(schema: FeatureSchema) -> Iterator[AthleteSeries]:
    """Simulate the athletes that the public initial weights are fitted on."""
    rng = np.random.default_rng(NETWORK_SEED)
    for place in range(WORLDS):
        world = random_world(RECOVERY_SCHEMA, rng)
        league = synthetic_league(NETWORK_SEED + 1 + place, ["network"], ATHLETES, DAYS, world=world)
        yield from (one for one in design_series(schema.model, league) if one.n_valid)


def main() -> None:
    """Write `network_weights.json` again: `python -m models.training.network_pretraining`, into that file."""
    made: dict[str, Any] = {
        schema.model: {
            "feature_schema": schema.sha256,
            "weights": [round(float(value), 6) for value in fit_network(schema)],
        }
        for schema in SCHEMAS.values()
        if schema.layers is not None
    }
    print(json.dumps(made, indent=1))


if __name__ == "__main__":
    main()

"""Per-athlete gradients of an installed network, by Opacus; torch is loaded when they are asked for, not before."""

from collections.abc import Sequence

import numpy as np

from models.arrays import Floats
from models.features import AthleteSeries, FeatureSchema
from models.privacy.per_athlete_gradients import HUBER_DELTA


def network_gradients(schema: FeatureSchema, weights: Floats, series: Sequence[AthleteSeries]) -> Floats:
    """Unclipped gradients (athletes, weights) of Huber's loss, each athlete's to the bit as if alone.

    Raises NotInstalled without the extra `networks`, BadWeights for weights that are not the network's.
    """
    if not series:
        return np.zeros((0, schema.dimension))
    from models.networks.convolution import network
    from models.privacy.opacus_gradients import huber_loss, opacus_gradients

    return opacus_gradients(network(schema, weights), huber_loss(HUBER_DELTA), series)

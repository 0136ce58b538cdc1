"""The network of `recovery-network-1` written out in numpy, float64, day by day: what torch is compared with."""

import numpy as np

from models.arrays import Floats
from models.features import FeatureSchema

EPSILON = 1e-5  # what GroupNorm adds to a variance


def deviations(schema: FeatureSchema, weights: Floats, X: Floats) -> Floats:
    """Deviations (days,) of one athlete's days X (days, features)."""
    layers = schema.layers
    assert layers is not None
    columns, channels, width = len(schema.features), layers.channels, len(layers.sequence) * layers.patch_d
    sizes = [columns, 1, channels * width, channels, channels, channels]
    straight, bias, filters, offset, scale, shift, head = np.split(weights, np.cumsum(sizes))
    places = [schema.names.index(name) for name in layers.sequence]
    early = np.zeros((layers.window_d - 1, len(places)))
    said = []
    for day in range(len(X)):
        window = np.concatenate([early, X[:, places]])[day : day + layers.window_d]
        weeks = window.reshape(-1, layers.patch_d, len(places)).transpose(0, 2, 1).reshape(-1, width)
        answer = weeks @ filters.reshape(channels, width).T + offset  # (weeks, channels)
        groups = answer.T.reshape(layers.groups, -1)
        normal = (groups - groups.mean(axis=1, keepdims=True)) / np.sqrt(groups.var(axis=1, keepdims=True) + EPSILON)
        kind = np.tanh(normal.reshape(channels, -1) * scale[:, None] + shift[:, None])
        said.append(X[day] @ straight + bias[0] + kind.ravel() @ head)
    return np.array(said)

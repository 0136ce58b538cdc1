"""A small temporal convolution beside a straight linear path: the network of `recovery-network-1`, in torch.

The straight path weighs today's columns, as the linear model does; it alone tells how large a deviation is, since the
other path is normalised. That one reads the last four weeks week by week and tells which kind of four weeks they were.
Normalisation is over the channels of a day's own window and nothing else: neither a later day nor another athlete
moves what is said of a day (Wu and He 2018; docs/privacy.md §1.7).
"""

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.errors import BadWeights, NotInstalled
from models.features import FeatureSchema, NetworkLayers
from models.networks.installed import MISSING

try:
    import torch
except ImportError as error:
    raise NotInstalled(MISSING) from error

torch.set_num_threads(1)  # two threads on a busy machine were 6 to 26 times slower; docs/privacy.md §1.7


class TemporalConvolution(torch.nn.Module):
    """Maps the days of one athlete in order, (1, days, features), to deviations (1, days)."""

    def __init__(self, columns: int, layers: NetworkLayers, sequence: tuple[int, ...]) -> None:
        super().__init__()
        self.window_d, self.sequence = layers.window_d, list(sequence)
        self.straight = torch.nn.Linear(columns, 1)
        self.patches = torch.nn.Conv1d(len(sequence), layers.channels, layers.patch_d, stride=layers.patch_d)
        self.norm = torch.nn.GroupNorm(layers.groups, layers.channels)
        self.head = torch.nn.Linear(layers.channels * (layers.window_d // layers.patch_d), 1, bias=False)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Deviations of the days after each day of X; days before the first count as not observed."""
        return self.of_days(X[0], self.windows(X[0]))[None]

    def windows(self, days: torch.Tensor) -> torch.Tensor:
        """Each day's last `window_d` days, today the last, (days, sequence, window_d), of (days, features)."""
        earlier = torch.nn.functional.pad(days[:, self.sequence].T, (self.window_d - 1, 0))
        return earlier.unfold(1, self.window_d, 1).transpose(0, 1)

    def of_days(self, today: torch.Tensor, windows: torch.Tensor) -> torch.Tensor:
        """Deviations (days,) of days (days, features) with their windows; the days may be anybody's."""
        kind = torch.tanh(self.norm(self.patches(windows)))
        said: torch.Tensor = self.straight(today) + self.head(kind.flatten(1))
        return said[:, 0]


def network(schema: FeatureSchema, weights: Floats) -> TemporalConvolution:
    """The network of `schema` with these weights, in the order of its parameters.

    Raises BadWeights for a model that is no network, or weights that are not its.
    """
    if schema.layers is None:
        raise BadWeights(f"expected a network, got {schema.model}")
    schema.check_weights(weights)
    places = tuple(schema.names.index(name) for name in schema.layers.sequence)
    made = TemporalConvolution(len(schema.features), schema.layers, places)
    values = torch.tensor(weights, dtype=torch.float32)
    torch.nn.utils.vector_to_parameters(values, made.parameters())
    return made


def network_deviations(schema: FeatureSchema, weights: Floats, X: NDArray[np.float32]) -> Floats:
    """Predicted deviations (days,) of one athlete's consecutive days X (days, features), in readiness points."""
    if not len(X):
        return np.zeros(0)
    with torch.no_grad():
        found: Floats = network(schema, weights)(torch.tensor(X)[None])[0].numpy().astype(np.float64)
    return found

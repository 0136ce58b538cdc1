"""A module whose one path mixes all days of what it is given: normalisation over channels and time.

Imported when a test asks for it: torch takes seconds to load.
"""

import numpy as np
import torch

from models.arrays import Floats
from models.features import AthleteSeries
from models.privacy.opacus_gradients import huber_loss, opacus_gradients


class NormalisedOverTime(torch.nn.Module):
    """Convolution over days, GroupNorm over the channels and days of a sample, and a head."""

    def __init__(self, features: int) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.convolution = torch.nn.Conv1d(features, 8, 5, padding=2)
        self.norm = torch.nn.GroupNorm(2, 8)
        self.head = torch.nn.Linear(8, 1)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        """Scores (athletes, days, 1) of X (athletes, days, features)."""
        scores: torch.Tensor = self.head(torch.tanh(self.norm(self.convolution(X.transpose(1, 2)))).transpose(1, 2))
        return scores


def gradients(features: int, series: list[AthleteSeries]) -> Floats:
    """Gradients of a fresh module, always with the same weights."""
    return opacus_gradients(NormalisedOverTime(features), huber_loss(1.0), series)


def by_autograd(features: int, one: AthleteSeries, full_weight_days: int) -> Floats:
    """The same for one athlete by plain autograd, over the days to the last one that is learnt from."""
    module, days = NormalisedOverTime(features), int(np.flatnonzero(one.mask)[-1]) + 1
    known = torch.from_numpy(one.mask[:days])
    score = module(torch.from_numpy(one.X[None, :days]))[0, :, 0][known]
    loss = torch.nn.functional.huber_loss(score, torch.from_numpy(one.y[:days])[known], reduction="sum")
    grads = torch.autograd.grad(loss / max(one.n_valid, full_weight_days), list(module.parameters()))
    found: Floats = torch.cat([grad.reshape(-1) for grad in grads]).numpy().astype(np.float64)
    return found

"""One athlete's gradient by plain autograd and by Opacus: what the batched formulas are compared with.

Imported when a test asks for it: torch and Opacus take seconds to load, and most processes of a test run need neither.
"""

from collections.abc import Callable

import numpy as np
import torch

from models.features import AthleteSeries
from models.privacy.opacus_gradients import opacus_gradients
from models.privacy.per_athlete_gradients import FULL_WEIGHT_DAYS, HUBER_DELTA, MLP_HIDDEN, GradientKind

LOSSES: dict[GradientKind, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "linear": lambda s, y: 0.5 * (s - y) ** 2,
    "huber": lambda s, y: torch.nn.functional.huber_loss(s, y, reduction="none", delta=HUBER_DELTA),
    "logistic": lambda s, y: torch.nn.functional.binary_cross_entropy_with_logits(s, y, reduction="none"),
    "mlp": lambda s, y: torch.nn.functional.binary_cross_entropy_with_logits(s, y, reduction="none"),
}


def made_module(kind: GradientKind, features: int = 10) -> torch.nn.Module:
    torch.manual_seed(0)
    if kind != "mlp":
        return torch.nn.Linear(features, 1)
    return torch.nn.Sequential(torch.nn.Linear(features, MLP_HIDDEN), torch.nn.Tanh(), torch.nn.Linear(MLP_HIDDEN, 1))


def weights_of(module: torch.nn.Module) -> np.ndarray:
    return torch.cat([p.detach().reshape(-1) for p in module.parameters()]).numpy().astype(np.float64)


def one_by_one(kind: GradientKind, module: torch.nn.Module, series: list[AthleteSeries]) -> np.ndarray:
    """One athlete at a time, one plain backward pass each."""
    rows = []
    for one in series:
        days = torch.from_numpy(one.mask)
        score = module(torch.from_numpy(one.X))[:, 0][days]
        loss = LOSSES[kind](score, torch.from_numpy(one.y)[days]).sum() / max(one.n_valid, FULL_WEIGHT_DAYS)
        grads = torch.autograd.grad(loss, list(module.parameters()))
        rows.append(torch.cat([g.reshape(-1) for g in grads]).numpy())
    return np.array(rows)


def by_opacus(kind: GradientKind, module: torch.nn.Module, series: list[AthleteSeries]) -> np.ndarray:
    """One row an athlete, by the general path."""
    return opacus_gradients(module, LOSSES[kind], series)

"""The same clipped gradients of many athletes worked out by packed series, padded loop, torch's vmap and Opacus.

Each method takes what its library asks for, made before the clock runs, and returns clipped rows (athletes, weights);
the bare products return what two products give, which is the least that any of them has to do.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.func import functional_call, grad, vmap

from models.features import AthleteSeries
from models.privacy.packed_series import PackedSeries
from models.privacy.per_athlete_gradients import (
    HUBER_DELTA,
    MLP_HIDDEN,
    GradientKind,
    athlete_gradients,
    clip_rows,
    mlp_dimension,
)
from tests.models.privacy.padded_oracle import padded_gradients

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Opacus warns about its own hooks when it is imported
    from opacus import GradSampleModule

CLIP = 0.1
TOGETHER = 250  # athletes in one call of torch; larger and smaller ones were slower

Method = Callable[[], np.ndarray]

torch.set_num_threads(1)


def methods(kind: GradientKind, series: Sequence[AthleteSeries], seed: int) -> dict[str, Method]:
    """Every method on the same athletes, all of one length and with every day to learn from, and the same weights."""
    features = series[0].X.shape[1]
    weights = 0.1 * np.random.default_rng(seed).normal(size=mlp_dimension(features) if kind == "mlp" else features + 1)
    packed = PackedSeries(tuple(series))
    X = torch.from_numpy(np.stack([one.X for one in series]))
    y = torch.from_numpy(np.stack([one.y for one in series]))
    found: dict[str, Method] = {
        "packed": lambda: clip_rows(athlete_gradients(kind, weights, packed), CLIP),
        "padded loop": lambda: clip_rows(padded_gradients(kind, weights, series), CLIP),
        "torch.func.vmap(grad)": _by_vmap(kind, _module(kind, features, weights), X, y),
        "Opacus": _by_opacus(kind, _module(kind, features, weights), X, y),
    }
    return found if kind == "mlp" else found | {"two bare products": _bare(weights, packed)}


def _bare(weights: np.ndarray, packed: PackedSeries) -> Method:
    """Scores and, from them, sums over days, without a loss: two batched products on the same chunks."""
    current = weights.astype(np.float32)

    def run() -> np.ndarray:
        for chunk in packed.chunks:
            np.matmul(chunk.X, np.matmul(current, chunk.X)[:, :, None])
        return np.empty(0)

    return run


def _module(kind: GradientKind, features: int, weights: np.ndarray) -> torch.nn.Module:
    linear = torch.nn.Linear(features, 1)
    hidden = (torch.nn.Linear(features, MLP_HIDDEN), torch.nn.Tanh(), torch.nn.Linear(MLP_HIDDEN, 1))
    module = torch.nn.Sequential(*hidden) if kind == "mlp" else linear
    torch.nn.utils.vector_to_parameters(torch.from_numpy(weights.astype(np.float32)), module.parameters())
    return module


def _loss(kind: GradientKind, score: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if kind == "huber":
        return torch.nn.functional.huber_loss(score, y, reduction="none", delta=HUBER_DELTA)
    return torch.nn.functional.binary_cross_entropy_with_logits(score, y, reduction="none")


def _clipped(gradients: Sequence[torch.Tensor]) -> np.ndarray:
    rows = torch.cat([one.detach().flatten(1) for one in gradients], dim=1)
    return clip_rows(rows.double().numpy(), CLIP)


def _by_vmap(kind: GradientKind, module: torch.nn.Module, X: torch.Tensor, y: torch.Tensor) -> Method:
    parameters = {name: value.detach() for name, value in module.named_parameters()}

    def loss_of_one(given: dict[str, torch.Tensor], days: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return _loss(kind, functional_call(module, given, (days,))[..., 0], target).mean()

    each: Any = vmap(grad(loss_of_one), in_dims=(None, 0, 0))

    def run() -> np.ndarray:
        parts = [each(parameters, X[at : at + TOGETHER], y[at : at + TOGETHER]) for at in range(0, len(X), TOGETHER)]
        return np.concatenate([_clipped([part[name] for name in parameters]) for part in parts])

    return run


def _by_opacus(kind: GradientKind, module: torch.nn.Module, X: torch.Tensor, y: torch.Tensor) -> Method:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Opacus warns about its own hooks when it wraps a module
        wrapped = GradSampleModule(module, batch_first=True, loss_reduction="sum")
    days = X.clone().requires_grad_()  # the backward hooks of Opacus want an input that has a gradient

    def run() -> np.ndarray:
        parts = []
        for at in range(0, len(X), TOGETHER):
            score = wrapped(days[at : at + TOGETHER])[..., 0]
            _loss(kind, score, y[at : at + TOGETHER]).mean(dim=1).sum().backward()
            parts.append(_clipped([parameter.grad_sample for parameter in wrapped.parameters()]))
            wrapped.zero_grad(set_to_none=True)
            days.grad = None
        return np.concatenate(parts)

    return run

"""The general path: per-athlete gradients of any torch module by Opacus.

Importing it is asking for a network: without the extra `networks` that raises NotInstalled. Everything else works
without; the linear models take the hand-batched path.

Each athlete passes the module alone and without padding. Side by side they would have to be padded to one length, and a
layer that normalises over time then mixes the length of the longest series into every gradient; even where none does,
the order in which a product is added up may follow from how many rows there are. So one athlete's gradient is the same
bits alone and in any company. It serves networks whose gradients nobody has written out by hand (docs/privacy.md §1.7).
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from models.arrays import Floats
from models.errors import BadShape, NotInstalled
from models.features import AthleteSeries
from models.networks.installed import MISSING
from models.privacy.per_athlete_gradients import day_shares

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Opacus warns about its own hooks when it is imported
        from opacus import GradSampleModule

    import torch
except ImportError as error:
    raise NotInstalled(MISSING) from error

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Element-wise loss of scores and targets, both (days,); returns the same shape, not reduced."""

torch.set_num_threads(1)  # two threads on a busy machine were 6 to 26 times slower; docs/privacy.md §1.7


def huber_loss(delta: float) -> Loss:
    """Huber's loss, quadratic up to `delta`."""
    return lambda score, target: torch.nn.functional.huber_loss(score, target, reduction="none", delta=delta)


def opacus_gradients(module: torch.nn.Module, loss: Loss, series: Sequence[AthleteSeries]) -> Floats:
    """Unclipped gradients (athletes, parameters) in the order of `module.parameters()`, float64.

    module maps one athlete's days (1, days, features) to scores (1, days, 1) or (1, days); its layers may see the days
    as samples of their own, as what Opacus finds is added up over all of them. `loss` is weighed by the same day shares
    as the hand-batched path. An athlete without a day to learn from has gradient 0. The module is left as it was.
    Raises BadShape if there is no athlete or no trainable parameter.
    """
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    if not series or not parameters:
        raise BadShape("expected at least one athlete and one trainable parameter")
    found = np.zeros((len(series), sum(parameter.numel() for parameter in parameters)))
    wrapped = _per_sample(module)
    try:
        for row, one in zip(found, series, strict=True):
            if one.n_valid:
                row[:] = _of_one(wrapped, parameters, loss, one)
    finally:
        wrapped.zero_grad(set_to_none=True)
        wrapped.to_standard_module()
    return found


def _of_one(wrapped: Any, parameters: Sequence[torch.nn.Parameter], loss: Loss, one: AthleteSeries) -> Floats:
    # Copies: torch puts them at aligned addresses, and where numpy put the days may choose the order of a sum.
    days = int(np.flatnonzero(one.mask)[-1]) + 1  # what comes later is held back, and no layer sees it
    X, share = torch.tensor(one.X[:days])[None], torch.tensor(day_shares(one)[:days])
    y = torch.tensor(np.where(one.mask, one.y, np.float32(0.0))[:days])
    wrapped.zero_grad(set_to_none=True)
    score = wrapped(X.requires_grad_())  # the backward hooks of Opacus want an input that has a gradient
    (loss(score.reshape(y.shape), y) * share).sum().backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    rows = [parameter.grad_sample.detach().double() for parameter in parameters]  # type: ignore[attr-defined]  # set by Opacus
    gradient: Floats = torch.cat([row.sum(dim=0).reshape(-1) for row in rows]).numpy()
    return gradient


def _per_sample(module: torch.nn.Module) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Opacus warns about its own hooks when it wraps a module
        return GradSampleModule(module, batch_first=True, loss_reduction="sum")

"""The general path: per-athlete gradients of any torch module by Opacus. The only file that needs torch or Opacus.

Importing it is asking for a network: without the extra `networks` that raises NotInstalled. Everything else works
without; the linear models take the hand-batched path.

One athlete is one sample: the module sees (athletes, days, features) and Opacus returns one gradient per athlete,
summed over that athlete's days. It serves networks whose gradients nobody has written out by hand
(docs/privacy.md §1.7).
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.errors import BadShape, NotInstalled
from models.features import AthleteSeries
from models.privacy.per_athlete_gradients import day_shares

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Opacus warns about its own hooks when it is imported
        from opacus import GradSampleModule

    import torch
except ImportError as error:
    raise NotInstalled(
        "this model is a network and needs the extra “networks”; install torch==2.13.0 and then homefield[networks]"
    ) from error

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Element-wise loss of scores and targets, both (athletes, days); returns the same shape, not reduced."""

torch.set_num_threads(1)  # two threads on a busy machine were 6 to 26 times slower; docs/privacy.md §1.7


def opacus_gradients(module: torch.nn.Module, loss: Loss, series: Sequence[AthleteSeries]) -> Floats:
    """Unclipped gradients (athletes, parameters) in the order of `module.parameters()`, float64.

    module maps (athletes, days, features) to scores (athletes, days, 1) or (athletes, days) and treats days one by
    one or in order; `loss` is weighed by the same day shares as the hand-batched path. The module is left as it
    was. Raises BadShape if there is no athlete or no trainable parameter.
    """
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    if not series or not parameters:
        raise BadShape("expected at least one athlete and one trainable parameter")
    X, y, share = _padded(series)
    wrapped = _per_sample(module)
    try:
        score = wrapped(X.requires_grad_())  # the backward hooks of Opacus want an input that has a gradient
        total = (loss(score.reshape(y.shape), y) * share).sum()
        total.backward()  # type: ignore[no-untyped-call]  # torch leaves backward untyped
        rows = [parameter.grad_sample.detach().reshape(len(series), -1) for parameter in parameters]  # type: ignore[attr-defined]  # set by Opacus
        return torch.cat(rows, dim=1).numpy().astype(np.float64)
    finally:
        wrapped.zero_grad(set_to_none=True)
        wrapped.to_standard_module()


def _per_sample(module: torch.nn.Module) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Opacus warns about its own hooks when it wraps a module
        return GradSampleModule(module, batch_first=True, loss_reduction="sum")


def _padded(series: Sequence[AthleteSeries]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    longest = max(one.X.shape[0] for one in series)

    def stacked(values: Sequence[NDArray[np.float32]]) -> torch.Tensor:
        room = np.zeros((len(values), longest, *values[0].shape[1:]), np.float32)
        for row, one in zip(room, values, strict=True):
            row[: len(one)] = one
        return torch.from_numpy(room)

    targets = [np.where(one.mask, one.y, np.float32(0.0)) for one in series]
    return stacked([one.X for one in series]), stacked(targets), stacked([day_shares(one) for one in series])

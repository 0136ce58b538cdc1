"""Fitting a network in the clear, for public and local data alone: how its public initial weights are made."""

from collections.abc import Sequence

import numpy as np
import torch

from models.arrays import Floats
from models.features import AthleteSeries, FeatureSchema
from models.networks.convolution import TemporalConvolution, network
from models.privacy.opacus_gradients import huber_loss
from models.privacy.per_athlete_gradients import HUBER_DELTA, day_shares

BATCH_DAYS = 4096
RATE = 3e-3  # ours: the largest step of Adam; it falls to nothing along a cosine


def minimise_network(
    schema: FeatureSchema, series: Sequence[AthleteSeries], *, start: Floats, epochs: int, seed: int
) -> Floats:
    """Weights with little mean athlete loss, reached from `start` by Adam over `epochs` passes. Not private.

    Computed in float64 by one thread, so that the same data and seed give the same weights. Without an athlete the
    start comes back.
    """
    if not series:
        return start
    made = network(schema, start).double()
    today, windows, target, share = _days(made, series)
    order, count = np.random.default_rng(seed), len(target)
    batch = min(BATCH_DAYS, count)
    steps, loss = epochs * (count // batch), huber_loss(HUBER_DELTA)
    optimiser = torch.optim.Adam(made.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(epochs):
        places = torch.from_numpy(order.permutation(count))
        for rows in places[: count // batch * batch].reshape(-1, batch):
            optimiser.zero_grad()
            error = loss(made.of_days(today[rows], windows[rows]), target[rows]) * share[rows]
            (error.sum() / share[rows].sum()).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimiser.step()
            schedule.step()
    return torch.nn.utils.parameters_to_vector(made.parameters()).detach().numpy()


def _days(made: TemporalConvolution, series: Sequence[AthleteSeries]) -> tuple[torch.Tensor, ...]:
    """Today's columns, window, target and share of every day of everybody that may be learnt from, float64."""
    found = []
    for one in series:
        days, known = torch.tensor(one.X, dtype=torch.float64), torch.from_numpy(one.mask)
        target, share = (torch.tensor(values, dtype=torch.float64) for values in (one.y, day_shares(one)))
        found.append((days[known], made.windows(days)[known], target[known], share[known]))
    return tuple(torch.cat(parts) for parts in zip(*found, strict=True))

"""One athlete's gradient of a torch module, as a program: by Opacus, compared with the formula written out by hand."""

import numpy as np
import torch

from models.features import AthleteSeries
from models.privacy.opacus_gradients import opacus_gradients
from models.privacy.per_athlete_gradients import athlete_gradients


def main() -> None:
    """Compare; raise ValueError if the two differ."""
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(120, 3)).astype(np.float32), rng.normal(size=120).astype(np.float32)
    series = [AthleteSeries(X, y, np.ones(120, dtype=bool))]
    module = torch.nn.Linear(3, 1)
    weights = np.concatenate([p.detach().numpy().ravel() for p in module.parameters()]).astype(np.float64)
    general = opacus_gradients(module, lambda score, target: 0.5 * (score - target) ** 2, series)
    if not np.allclose(general, athlete_gradients("linear", weights, series), atol=1e-5):
        raise ValueError("the gradient by Opacus differs from the one by hand")
    print("one network's gradient")


if __name__ == "__main__":
    main()

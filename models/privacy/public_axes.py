"""The public geometry of one exchange: each model's metric, axes, prior and responses, and the hash that names them.

They were made from the public simulator alone (`models.training.axes_fit` makes them again), so they cost no privacy,
and they are installed with every program, like the initial weights: whoever could choose the axes could aim the
question. Background: docs/privacy.md §1.8.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from models.arrays import Floats
from models.errors import BadWeights
from models.features import SCHEMAS
from models.rationals import rationals, rounded, solved_transposed
from policies.canonical import canonical_bytes, sha256_hex

FILE = "public_axes.json"


@dataclass(frozen=True, slots=True)
class Response:
    """What a league's mean gradient shows of its shift, if its first axes are asked for and clipped at `clip`.

    shown: (axes,), the share of the shift that it shows on each. scatter: (axes,), variance of leagues' mean gradients
    around that line, however many athletes they have; 0 where the loss's gradient is taken for linear. gain: loss of a
    day that an answer without noise saves in the public leagues; None where the metric is trusted to say.
    """

    axes: int
    clip: float
    shown: Floats
    scatter: Floats
    gain: float | None


@dataclass(frozen=True, slots=True)
class PublicAxes:
    """Geometry of one model of d weights.

    metric: L (d, d), lower triangular, L Lᵀ is the mean curvature of one athlete's loss at the public initial weights.
    axes: (d, k), orthonormal columns in the coordinates Lᵀ (w - start), the most varied first. prior: (k,), variance of
    a league's shift along each. sampling: (k,), variance between athletes of one league. responses: one for each
    number of axes and clip that may be asked for. start: hash of the initial weights that it belongs to. sha256: hash
    of the entry, start and feature schema included.
    """

    model: str
    metric: Floats
    axes: Floats
    prior: Floats
    sampling: Floats
    responses: tuple[Response, ...]
    start: str
    sha256: str

    def response(self, axes: int, clip: float) -> Response:
        """Return the response to a question; raises BadWeights for one that was not measured."""
        found = next((one for one in self.responses if (one.axes, one.clip) == (axes, clip)), None)
        if found is None:
            raise BadWeights(f"expected axes and clip that {self.model} has a response for, got {axes} and {clip:g}")
        return found

    @property
    def most(self) -> int:
        """Number of axes that are installed."""
        return int(self.prior.size)

    def projection(self, axes: int) -> Floats:
        """Rows (axes, d) that take a gradient by the weights to the first axes of the metric: Uᵀ L⁻¹."""
        self._check(axes)
        return np.linalg.solve(self.metric.T, self.axes[:, :axes]).T.astype(np.float64)

    def exact_shift(self, along: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """Change of the weights (d,) that moves by `along` (k,) on the first axes: L⁻ᵀ U along, without rounding."""
        self._check(len(along))
        rows = (rationals(row[: len(along)]) for row in self.axes)
        return solved_transposed(
            self.metric, [sum(map(Fraction.__mul__, row, along), start=Fraction(0)) for row in rows]
        )

    def shift(self, along: Floats) -> Floats:
        """The same, each weight's change rounded once."""
        return rounded(self.exact_shift(rationals(along)))

    def _check(self, axes: int) -> None:
        if not 1 <= axes <= self.most:
            raise BadWeights(f"expected 1 to {self.most} axes for {self.model}, got {axes}")


@cache
def public_axes(model: str) -> PublicAxes:
    """Return the installed geometry of `model`.

    Raises BadWeights for a model that is not installed, or whose file was made for another feature schema.
    """
    schema = SCHEMAS.get(model)
    if schema is None:
        raise BadWeights(f"expected one of the installed models: {', '.join(sorted(SCHEMAS))}")
    if schema.layers is not None:
        raise BadWeights(f"expected rounds for {model}: a network has no axes for one exchange")
    entry = json.loads(files("models.privacy").joinpath(FILE).read_text("utf-8"))[model]
    if entry["feature_schema"] != schema.sha256:
        raise BadWeights(f"expected axes for the schema of {model}; make them again")
    metric = np.zeros((schema.dimension, schema.dimension))
    metric[np.tril_indices(schema.dimension)] = entry["metric"]
    return PublicAxes(
        model=model,
        metric=metric,
        axes=np.array(entry["axes"], dtype=np.float64).T,
        prior=np.array(entry["prior"], dtype=np.float64),
        sampling=np.array(entry["sampling"], dtype=np.float64),
        responses=tuple(map(_response, entry["responses"])),
        start=entry["initial_weights"],
        sha256=sha256_hex(canonical_bytes(entry)),
    )


def _response(entry: dict[str, Any]) -> Response:
    shown = np.array(entry["shown"], dtype=np.float64)
    scatter = np.array(entry.get("scatter", np.zeros_like(shown)), dtype=np.float64)
    return Response(entry["axes"], entry["clip"], shown, scatter, entry.get("gain"))

"""How the public metric, axes, prior and responses were made: on the public simulator alone, from fixed seeds.

Metric: the mean curvature of one athlete's loss at the public initial weights, over the worlds that they were fitted
on. Axes and prior: leagues of random worlds are fitted without privacy; the second moment of their shifts from the
start, in the metric, has the axes as its eigenvectors and the prior variances as its eigenvalues.

Response: how much of a league's shift its mean gradient at the start shows on each axis, by number of axes and clip:
less than all of it, since clipping cuts and a league's curvature is not the public one. The coordinator divides by it.

For the logistic loss more is measured. Around the line leagues scatter, since its gradient is not linear in the shift:
where injuries are twice as frequent, so is the curvature. The coordinator counts the scatter as noise. And what a
question is worth is measured as the log loss of a day that its answer saves without noise, because there the metric
misleads: an answer that goes too far up costs more than it explains. Leagues are larger, since chance in a league's
events is in its shift and in its gradient alike, and so looks like a shift that is shown completely.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.arrays import Floats
from models.features import LINEAR_MODELS, RECOVERY_SCHEMA, SCHEMAS, AthleteSeries, FeatureSchema
from models.privacy.per_athlete_gradients import athlete_gradients, clip_rows, projected
from models.synthetic.days import World
from models.synthetic.league import synthetic_league
from models.training.initial_weights import initial_weights, weights_sha256
from models.training.pretraining import curvature, design_series, minimise, public_leagues

AXES_SEED = 20261130
WORLDS = 32
CLUBS = {"huber": 2, "logistic": 8}
ATHLETES, DAYS = 75, 400
JITTER = {"huber": 1e-4, "logistic": 1e-5}  # ours: keeps the metric regular along near-collinear columns
RIDGE = {"huber": 1e-3, "logistic": 2e-4}  # ours: of a league's fit, towards the public initial weights, in the weights
MOST_AXES = 8  # ours: the prior variance beyond them is under a hundredth of the first
AXES = (3, 4, 6, 8)  # ours: the numbers of axes that a campaign may ask for
CLIPS = {"huber": (0.1, 0.15, 0.2), "logistic": (0.2, 0.3, 0.45, 0.6)}  # ours: larger ones erred more in simulation
DECIMALS, VARIANCE_DECIMALS, GAIN_DECIMALS = 6, 10, 8


def fit_axes(model: str) -> dict[str, Any]:
    """Make the entry of `model` in `models/privacy/public_axes.json` again."""
    schema, start = SCHEMAS[model], np.array(initial_weights(model))
    metric = np.linalg.cholesky(_metric(schema, start)).round(DECIMALS)
    leagues = list(_leagues(schema))
    shifts = np.array([metric.T @ (fit_without_privacy(schema, start, series) - start) for series in leagues])
    variances, vectors = np.linalg.eigh(shifts.T @ shifts / len(shifts))
    prior, axes = variances[::-1][:MOST_AXES], vectors[:, ::-1][:, :MOST_AXES]
    axes = (axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(MOST_AXES)])).round(DECIMALS)  # one of two signs
    rows = np.linalg.solve(metric.T, axes).T
    gradients = [projected(athlete_gradients(schema.kind, start, series), rows) for series in leagues]
    responses = [
        _response(gradients, (shifts @ axes)[:, :count], clip) for count in AXES for clip in CLIPS[schema.kind]
    ]
    if schema.kind == "logistic":
        back = np.linalg.solve(metric.T, axes).T
        responses = [
            one | _curved(one, gradients, shifts @ axes, saved=SavedLoss(start, back, leagues)) for one in responses
        ]
    return {
        "feature_schema": schema.sha256,
        "initial_weights": weights_sha256(start.tolist()),
        "metric": metric[np.tril_indices(schema.dimension)].tolist(),
        "axes": axes.T.tolist(),
        "prior": _variances(prior),
        "sampling": _variances(np.mean([one.var(axis=0) for one in gradients], axis=0)),
        "responses": responses,
    }


def _response(gradients: Sequence[Floats], shifts: Floats, clip: float) -> dict[str, Any]:
    """Regress the leagues' mean clipped gradients on their shifts (worlds, k), through 0, axis by axis."""
    means = np.array([clip_rows(one[:, : shifts.shape[1]], clip).mean(axis=0) for one in gradients])
    slope: Floats = -(shifts * means).sum(axis=0) / (shifts * shifts).sum(axis=0)
    return {"axes": shifts.shape[1], "clip": clip, "shown": slope.round(DECIMALS).tolist()}


@dataclass(frozen=True, slots=True)
class SavedLoss:
    """Log loss of a day that shifts save. back: (k, d), takes a shift along the axes to a change of the weights."""

    start: Floats
    back: Floats
    leagues: Sequence[Sequence[AthleteSeries]]

    def __call__(self, shifts: Floats) -> float:
        """In the mean over leagues; shifts: (worlds, axes)."""
        change = shifts @ self.back[: shifts.shape[1]]
        return float(np.mean([_saved(self.start, *one) for one in zip(change, self.leagues, strict=True)]))


def _saved(start: Floats, change: Floats, series: Sequence[AthleteSeries]) -> float:
    X = np.concatenate([one.X[one.mask] for one in series]).astype(np.float64)
    y = np.concatenate([one.y[one.mask] for one in series])
    before, after = (X @ weights[:-1] + weights[-1] for weights in (start, start + change))
    return float(np.mean(np.logaddexp(0.0, before) - np.logaddexp(0.0, after) - y * (before - after)))


def _curved(
    response: dict[str, Any], gradients: Sequence[Floats], shifts: Floats, *, saved: Callable[[Floats], float]
) -> dict[str, Any]:
    """How leagues scatter around a response's line, and what its answer saves if nothing but the scatter is noise.

    scatter: mean squared distance from the line, less what is chance because a league has so many athletes.
    """
    along, shown = shifts[:, : response["axes"]], np.array(response["shown"])
    clipped = [clip_rows(one[:, : along.shape[1]], response["clip"]) for one in gradients]
    means, prior = np.array([one.mean(axis=0) for one in clipped]), (along**2).mean(axis=0)
    chance = np.mean([one.var(axis=0) / len(one) for one in clipped], axis=0)
    scatter = np.maximum(((means + shown * along) ** 2).mean(axis=0) - chance, 0.0)
    gain = saved(-means * shown * prior / (shown**2 * prior + scatter))
    return {"scatter": _variances(scatter), "gain": round(gain, GAIN_DECIMALS)}


def _variances(values: Floats) -> list[float]:
    return [float(value) for value in values.round(VARIANCE_DECIMALS)]


def _metric(schema: FeatureSchema, start: Floats) -> Floats:
    series = [one for league in public_leagues() for one in design_series(schema.model, league) if one.n_valid]
    return curvature(schema, start, series) + JITTER[schema.kind] * np.eye(schema.dimension)


def fit_without_privacy(schema: FeatureSchema, start: Floats, series: Sequence[AthleteSeries]) -> Floats:
    """The weights of one league if nothing were private, held to the public initial weights by a small ridge."""
    return minimise(schema, series, ridge=RIDGE[schema.kind], start=start)


def _leagues(schema: FeatureSchema) -> Iterator[list[AthleteSeries]]:
    rng = np.random.default_rng(AXES_SEED)
    clubs = [f"axes-{number}" for number in range(CLUBS[schema.kind])]
    for place in range(WORLDS):
        world = random_world(schema, rng)
        league = synthetic_league(AXES_SEED + 1 + place, clubs, ATHLETES, DAYS, world=world)
        yield [one for one in design_series(schema.model, league) if one.n_valid]


def random_world(schema: FeatureSchema, rng: np.random.Generator) -> World:
    """Draw how one league's readiness moves, or how its injuries come; the ranges are ours."""
    if schema.model == RECOVERY_SCHEMA.model:
        return World(
            readiness_phi=rng.uniform(0.0, 0.6),
            slow_share=rng.uniform(0.05, 0.65),
            slow_phi=rng.uniform(0.94, 0.995),
            readiness_within=rng.uniform(0.8, 1.6),
            dip_rate=rng.uniform(0.0, 0.08),
            missing_b=rng.uniform(1.5, 4.0),
        )
    return World(
        injury_rate=rng.uniform(0.003, 0.012),
        signal_sd=rng.uniform(0.0, 0.9),
        ratio_effect=rng.uniform(-0.4, 0.9),
        recurrence=rng.uniform(1.0, 3.0),
        frailty_shape=rng.uniform(0.6, 2.5),
    )


def main() -> None:
    """Write `models/privacy/public_axes.json` again: `python -m models.training.axes_fit`, into that file."""
    print(json.dumps({model: fit_axes(model) for model in LINEAR_MODELS}, indent=1))


if __name__ == "__main__":
    main()

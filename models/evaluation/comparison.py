"""The honest comparison for next-day readiness: what each method errs on days that it never saw.

Each athlete's first 70 % of days are for learning, the rest for testing. The naive baselines stand beside every
learnt figure, whatever comes out (docs/indices.md §11.4).

On the real SoccerMon file these are not blind figures: the public simulator is calibrated with published facts of
that data set, and the method was revised once after a look at them (see `recipes`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Floats
from models.evaluation.metrics import mae
from models.evaluation.readiness import (
    ReadinessDays,
    Split,
    absolute_errors,
    baselines,
    error_of,
    held_back,
    joined,
    split_days,
)
from models.features import RECOVERY_SCHEMA, AthleteSeries, FeatureSchema
from models.privacy.packed_series import PackedSeries
from models.recovery import deviations
from models.training.initial_weights import initial_weights
from models.training.recipes import CLEAR, Recipe, exchange_recipe
from models.training.simulation import simulated_manifest, train_in_clear, train_private
from policies.budget import campaign_cost, epsilon_gaussian, epsilon_proved, mu_from
from policies.campaign import CampaignManifest

RIDGE_ALPHA = 10.0  # ours; docs/indices.md §11.4
REPEATS = 5  # ours: noise is drawn anew each time; the spread is shown with the mean


@dataclass(frozen=True, slots=True)
class Comparison:
    """Mean absolute errors in readiness points on the same test days, and what the private figure cost.

    federated: same model and code without clip and noise, at its own rate. federated_clipped: the private recipe
    without noise; the step from there to federated_private is the price of the noise alone.

    federated_private is the mean over repeated draws of the noise, from which it strays by
    federated_private_spread (SD). public_initial_weights is the public simulator's model before any round.
    """

    athletes: int
    train_days: int
    test_days: int
    person_mean: float
    persistence: float
    ewma: float
    local_ridge: float
    pooled_ridge: float
    public_initial_weights: float
    federated: float
    federated_clipped: float
    federated_private: float
    federated_private_spread: float
    epsilon_proved: float
    epsilon_gaussian: float
    delta: float

    def rows(self) -> tuple[tuple[str, float], ...]:
        """Method and error, naive ones first, for tables."""
        return (
            ("person mean", self.person_mean),
            ("persistence", self.persistence),
            ("EWMA, half-life 3 days", self.ewma),
            ("local ridge", self.local_ridge),
            ("pooled ridge (no federation, no privacy)", self.pooled_ridge),
            ("public simulator only", self.public_initial_weights),
            ("federated without privacy", self.federated),
            ("federated, clipped, without noise", self.federated_clipped),
            (f"federated, private (epsilon {self.epsilon_proved:.2f})", self.federated_private),
        )


def compare(
    athletes: Sequence[ReadinessDays], *, clubs: int = 2, recipe: Recipe | None = None, repeats: int = REPEATS
) -> Comparison:
    """Compare every method on `athletes`, dealt in turn to `clubs` simulated clubs.

    Raises NotEnoughData if no athlete has a day to test on.
    """
    splits = held_back(athletes)
    used = recipe or exchange_recipe(RECOVERY_SCHEMA.model, athletes=len(splits), clubs=clubs)
    start = initial_weights(used.model)
    squads = [PackedSeries(tuple(split.train for split in splits[club::clubs])) for club in range(clubs)]
    manifest = simulated_manifest(used, clubs)
    private = [error_of(train_private(manifest, start, squads), splits) for _ in range(repeats)]
    return Comparison(
        athletes=len(splits),
        train_days=sum(split.train.n_valid for split in splits),
        test_days=sum(split.test.n_valid for split in splits),
        **baselines(splits),
        local_ridge=_local_error(splits),
        pooled_ridge=error_of(pooled_ridge([split.train for split in splits]), splits),
        public_initial_weights=error_of(np.array(start), splits),
        federated=error_of(train_in_clear(manifest.model_copy(update=CLEAR), start, squads), splits),
        federated_clipped=error_of(train_in_clear(manifest, start, squads), splits),
        federated_private=float(np.mean(private)),
        federated_private_spread=float(np.std(private)),
        epsilon_proved=epsilon_proved(campaign_cost(used.noise_multiplier, used.rounds), used.delta),
        epsilon_gaussian=epsilon_gaussian(mu_from(used.noise_multiplier, used.rounds), used.delta),
        delta=used.delta,
    )


@dataclass(frozen=True, slots=True)
class Judged:
    """Mean absolute errors of given weights (`federated`) and of what needs no federation, on the same test days.

    athletes: how many have such days. federated_errors: of each of them, the sum of absolute errors and its days.
    """

    athletes: int
    test_days: int
    person_mean: float
    persistence: float
    ewma: float
    local_ridge: float
    public_initial_weights: float
    federated: float
    federated_errors: tuple[tuple[float, int], ...] = ()


def judge(weights: Floats, athletes: Sequence[ReadinessDays], *, schema: FeatureSchema = RECOVERY_SCHEMA) -> Judged:
    """Judge `weights` on each athlete's held-back days beside what club and public could do without them.

    Raises NotEnoughData if no athlete has a day to test on, NotInstalled for a network without its libraries.
    """
    splits = held_back(athletes)
    own = splits if schema is RECOVERY_SCHEMA else held_back(athletes, schema=schema)
    errors = [one for one in absolute_errors(weights, own) if one.size]
    return Judged(
        athletes=sum(split.test.n_valid > 0 for split in splits),
        test_days=sum(split.test.n_valid for split in splits),
        **baselines(splits),
        local_ridge=_local_error(splits),
        public_initial_weights=error_of(np.array(initial_weights(schema.model)), own),
        federated=float(np.mean(np.concatenate(errors))),
        federated_errors=tuple((float(one.sum()), one.size) for one in errors),
    )


def train_without_privacy(manifest: CampaignManifest, squads: Sequence[Sequence[ReadinessDays]]) -> Floats:
    """Weights of the same campaign without clip and noise, at its own rate, on each athlete's days to learn from.

    squads: one per club. For comparison where all the data is in one place anyway; no node runs this.
    """
    series = [PackedSeries(tuple(split_days(one).train for one in squad)) for squad in squads]
    return train_in_clear(manifest.model_copy(update=CLEAR), initial_weights(manifest.model), series)


def pooled_ridge(series: Sequence[AthleteSeries]) -> Floats:
    """Ordinary ridge on all days of `series` together, alpha 10, bias free; zeros where there is no day."""
    X = np.concatenate([one.X[one.mask] for one in series]).astype(np.float64)
    y = np.concatenate([one.y[one.mask] for one in series]).astype(np.float64)
    if not y.size:
        return np.zeros(RECOVERY_SCHEMA.dimension)
    centred, centre = X - X.mean(axis=0), y.mean()
    slopes = np.linalg.solve(centred.T @ centred + RIDGE_ALPHA * np.eye(X.shape[1]), centred.T @ (y - centre))
    return np.append(slopes, centre - X.mean(axis=0) @ slopes)


def _local_error(splits: Sequence[Split]) -> float:
    """Error of one ridge per athlete, fitted on that athlete's days alone."""
    return mae(*joined([(deviations(pooled_ridge([split.train]), split.test.X), split) for split in splits]))

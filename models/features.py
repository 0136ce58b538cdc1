"""Feature names, units, ranges and order of each federated model: the schema, never the data.

A schema is public and fixed before a campaign. Its hash stands in the campaign manifest, so that every node
builds the same columns in the same order. All scaling is by constants written here: nothing a club measures
about its squad may move another athlete's gradient (docs/privacy.md §1.1).
"""

from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.errors import BadShape, BadWeights
from policies.campaigns.memberships import WHOLE, check_weight
from policies.canonical import canonical_bytes, sha256_hex
from policies.vocabulary import Category

LinearKind = Literal["huber", "logistic"]

RECOVERY_CATEGORIES = (Category.READINESS,)
RISK_CATEGORIES = (Category.TRAINING_LOAD, Category.WELLNESS, Category.INJURY)


@dataclass(frozen=True, slots=True)
class Feature:
    """One column: clipped to [low, high] in `unit`, then centred and divided by public constants."""

    name: str
    unit: str
    low: float
    high: float
    centre: float
    scale: float


@dataclass(frozen=True, slots=True)
class NetworkLayers:
    """The layers of a network (`models.networks.convolution`), which reads today's columns and the days before today.

    sequence: columns that are read over the last `window_d` days, today included. A convolution of `channels` channels
    steps over them by `patch_d` days; its output is normalised in `groups` groups, squashed and weighed.
    """

    sequence: tuple[str, ...]
    window_d: int
    patch_d: int
    channels: int
    groups: int

    def weights(self, columns: int) -> int:
        """Number of weights beside `columns` columns of today: straight path, convolution, norm and head."""
        convolution = self.channels * (len(self.sequence) * self.patch_d + 1)
        return columns + 1 + convolution + 2 * self.channels + self.channels * (self.window_d // self.patch_d)


@dataclass(frozen=True)
class FeatureSchema:
    """Columns of one model in order; in a linear model the bias is the last weight and has no column.

    kind: "huber" (Huber's loss) or "logistic" (cross-entropy). layers: None for a linear model.
    target_low, target_high: the target is clipped to this public range before a gradient is taken.
    """

    model: str
    kind: LinearKind
    features: tuple[Feature, ...]
    categories: tuple[Category, ...]
    target: str
    target_low: float
    target_high: float
    layers: NetworkLayers | None = None

    @property
    def dimension(self) -> int:
        """Number of weights: one per column and the bias, or those of all layers."""
        return len(self.features) + 1 if self.layers is None else self.layers.weights(len(self.features))

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(feature.name for feature in self.features)

    def as_json(self) -> dict[str, Any]:
        """Every field in plain JSON: what the hash is taken over. A linear model has no layers, nor a word of them."""
        layers = {} if self.layers is None else {"layers": asdict(self.layers)}
        return layers | {
            "model": self.model,
            "kind": self.kind,
            "target": self.target,
            "target_range": [self.target_low, self.target_high],
            "categories": [category.value for category in self.categories],
            "features": [
                {"name": f.name, "unit": f.unit, "range": [f.low, f.high], "centre": f.centre, "scale": f.scale}
                for f in self.features
            ],
        }

    @cached_property
    def sha256(self) -> str:
        """Hash of the canonical JSON: `feature_schema` of the campaign manifest."""
        return sha256_hex(canonical_bytes(self.as_json()))

    def scaled(self, raw: Floats) -> NDArray[np.float32]:
        """Clip and scale raw columns (days, features) by the public constants; the result is finite.

        A missing entry becomes 0: the column's public centre. Raises BadShape for another number of columns.
        """
        if raw.ndim != 2 or raw.shape[1] != len(self.features):
            raise BadShape(f"expected {len(self.features)} columns for {self.model}, got shape {raw.shape}")
        low, high, centre, scale = (
            np.array([getattr(f, field) for f in self.features]) for field in ("low", "high", "centre", "scale")
        )
        values = (np.clip(raw, low, high) - centre) / scale
        finite: NDArray[np.float32] = np.nan_to_num(values, nan=0.0).astype(np.float32)
        return finite

    def check_weights(self, weights: Floats) -> None:
        """Return if `weights` fits this model; raises BadWeights otherwise."""
        if weights.shape != (self.dimension,):
            raise BadWeights(f"expected {self.dimension} weights for {self.model}, got shape {weights.shape}")
        if not np.isfinite(weights).all():
            raise BadWeights(f"expected finite weights for {self.model}")


@dataclass(frozen=True, slots=True)
class AthleteSeries:
    """All days of one athlete: the one sample that is clipped.

    X: (days, features) float32, finite; y: (days,) float32; mask: (days,) True where the day may be learnt from.
    sixteenths: the athlete's weight in this club's sum, 16 for a whole athlete (`policies.campaigns.memberships`).
    Raises BadShape if the three do not fit, or if a day to learn from is not finite; InvalidInput for no weight.
    """

    X: NDArray[np.float32]
    y: NDArray[np.float32]
    mask: NDArray[np.bool_]
    sixteenths: int = WHOLE

    def __post_init__(self) -> None:
        check_weight(self.sixteenths)
        days = self.X.shape[0]
        if self.X.ndim != 2 or self.y.shape != (days,) or self.mask.shape != (days,):
            raise BadShape(f"expected one row per day, got {self.X.shape}, {self.y.shape} and {self.mask.shape}")
        if not np.isfinite(self.X).all() or not np.isfinite(self.y[self.mask]).all():
            raise BadShape("expected finite features on every day and a finite target on every day to learn from")

    @property
    def n_valid(self) -> int:
        """Number of days that may be learnt from."""
        return int(np.count_nonzero(self.mask))

    def restricted(self, keep: NDArray[np.bool_]) -> "AthleteSeries":
        """The same days with only those of `keep` left to learn from."""
        return replace(self, mask=self.mask & keep)


def _deviation(name: str, scale: float) -> Feature:
    return Feature(name, "{readiness}", -5.0, 5.0, 0.0, scale)


RECOVERY_SCHEMA = FeatureSchema(
    model="recovery-linear-1",
    kind="huber",
    features=(
        _deviation("today", 1.2),
        _deviation("lag_1", 1.2),
        _deviation("lag_2", 1.2),
        _deviation("mean_3d", 1.0),
        _deviation("mean_7d", 0.8),
        _deviation("mean_28d", 0.6),
        _deviation("ewma_half_life_3d", 0.8),
        Feature("missing_share_7d", "1", 0.0, 1.0, 0.3, 0.3),
        Feature("week_sine", "1", -1.0, 1.0, 0.0, 0.7),
        Feature("week_cosine", "1", -1.0, 1.0, 0.0, 0.7),
    ),
    categories=RECOVERY_CATEGORIES,
    target="tomorrow's readiness less the athlete's own mean so far, in points of 0 to 10",
    target_low=-5.0,
    target_high=5.0,
)

NETWORK_SCHEMA = FeatureSchema(
    model="recovery-network-1",
    kind="huber",
    features=(*RECOVERY_SCHEMA.features, Feature("observed", "1", 0.0, 1.0, 0.0, 1.0)),
    categories=RECOVERY_CATEGORIES,
    target=RECOVERY_SCHEMA.target,
    target_low=RECOVERY_SCHEMA.target_low,
    target_high=RECOVERY_SCHEMA.target_high,
    layers=NetworkLayers(("today", "observed"), window_d=28, patch_d=7, channels=16, groups=4),
)

RISK_SCHEMA = FeatureSchema(
    model="risk-logistic-1",
    kind="logistic",
    features=(
        Feature("load_7d_ratio", "1", 0.0, 3.0, 1.0, 0.5),
        Feature("load_28d_ewma_ratio", "1", 0.0, 3.0, 1.0, 0.3),
        Feature("load_change_week", "1", -2.0, 2.0, 0.0, 0.5),
        Feature("load_yesterday_ratio", "1", 0.0, 5.0, 1.0, 1.0),
        Feature("monotony_7d", "1", 0.0, 4.0, 0.9, 0.3),
        Feature("fatigue_deviation_7d", "{score}", -3.0, 3.0, 0.0, 0.5),
        Feature("soreness_deviation_7d", "{score}", -3.0, 3.0, 0.0, 0.5),
        Feature("mood_deviation_7d", "{score}", -3.0, 3.0, 0.0, 0.5),
        Feature("stress_deviation_7d", "{score}", -3.0, 3.0, 0.0, 0.5),
        Feature("injuries_a_year", "{injuries}/a", 0.0, 8.0, 2.0, 1.0),
        Feature("recent_return", "1", 0.0, 1.0, 0.1, 0.3),
    ),
    categories=RISK_CATEGORIES,
    target="1 if a time-loss injury begins on one of the next seven days",
    target_low=0.0,
    target_high=1.0,
)

SCHEMAS = {schema.model: schema for schema in (RECOVERY_SCHEMA, NETWORK_SCHEMA, RISK_SCHEMA)}
LINEAR_MODELS = tuple(model for model, schema in SCHEMAS.items() if schema.layers is None)
READINESS_MODELS = (RECOVERY_SCHEMA.model, NETWORK_SCHEMA.model)

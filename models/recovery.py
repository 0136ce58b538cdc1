"""Recovery: tomorrow's readiness from deviations from the athlete's own mean so far, by a linear model or a network.

Every column is an own-baseline transform or a public constant, so that one athlete's data touch no other's
gradient (docs/indices.md §9, docs/privacy.md §1.1). Days that were not observed are never learnt from
and never filled from a neighbour: a missing lag is the column's public centre.
"""

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.ewma import expanding_mean, half_life_mean, lagged, rolling_mean, rolling_sum_and_count
from models.features import RECOVERY_SCHEMA, AthleteSeries, FeatureSchema

LEAST_DAYS = 14  # ours: an own mean needs a fortnight of observed days; docs/indices.md §9
HALF_LIFE_D = 3.0  # ours: the simple mean that any model has to beat; docs/indices.md §9
READINESS_LOW, READINESS_HIGH = 0.0, 10.0


def design(readiness: Floats, weekday: NDArray[np.int64], *, schema: FeatureSchema = RECOVERY_SCHEMA) -> AthleteSeries:
    """Rows of one athlete: row t describes day t, its target is the observed readiness of day t + 1.

    readiness: (days,) on consecutive calendar days, 0 to 10, NaN where not observed.
    weekday: (days,), 0 is Monday. A row is learnt from only if today and tomorrow were observed and the own
    mean rests on at least fourteen observed days. A network's rows say also whether the day's deviation is known.
    """
    mean = expanding_mean(readiness, least=LEAST_DAYS)
    tomorrow = np.concatenate([readiness[1:], [np.nan]])
    mask = ~np.isnan(readiness) & ~np.isnan(tomorrow) & ~np.isnan(mean)
    target = np.where(mask, np.clip(tomorrow - mean, schema.target_low, schema.target_high), 0.0)
    columns = _columns(readiness, weekday, mean)
    if schema.layers is not None:
        columns = np.column_stack([columns, ~np.isnan(readiness - mean)])
    return AthleteSeries(schema.scaled(columns), target.astype(np.float32), mask)


def _columns(readiness: Floats, weekday: NDArray[np.int64], mean: Floats) -> Floats:
    lags = [lagged(readiness, days) - mean for days in range(3)]
    rolling = [rolling_mean(readiness, span_d=span) - mean for span in (3, 7, 28)]
    smooth = half_life_mean(readiness, half_life_d=HALF_LIFE_D) - mean
    missing = 1.0 - rolling_sum_and_count(readiness, span_d=7)[1] / 7.0
    angle = 2.0 * np.pi * weekday / 7.0
    return np.stack([*lags, *rolling, smooth, missing, np.sin(angle), np.cos(angle)], axis=1)


def deviations(weights: Floats, X: NDArray[np.float32], *, schema: FeatureSchema = RECOVERY_SCHEMA) -> Floats:
    """Predicted deviation of tomorrow from the own mean, in readiness points; X is (days, features) of one athlete.

    A network needs every day of `design` in order. Raises NotInstalled for one without its libraries.
    """
    schema.check_weights(weights)
    if schema.layers is not None:
        from models.networks.convolution import network_deviations

        return network_deviations(schema, weights, X)
    predicted: Floats = X.astype(np.float64) @ weights[:-1] + weights[-1]
    return predicted


def predict(
    weights: Floats, readiness: Floats, weekday: NDArray[np.int64], *, schema: FeatureSchema = RECOVERY_SCHEMA
) -> Floats:
    """Predicted readiness of the day after each day, 0 to 10; NaN where today is missing or history too short."""
    mean = expanding_mean(readiness, least=LEAST_DAYS)
    predicted = mean + deviations(weights, design(readiness, weekday, schema=schema).X, schema=schema)
    return np.where(np.isnan(readiness), np.nan, np.clip(predicted, READINESS_LOW, READINESS_HIGH))

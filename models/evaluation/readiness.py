"""Readiness of many athletes, held back in part: what each method errs on days that it never saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Floats
from models.errors import NotEnoughData
from models.evaluation.holdout import judge_days, learn_days
from models.evaluation.metrics import mae
from models.ewma import expanding_mean, half_life_mean
from models.features import RECOVERY_SCHEMA, AthleteSeries, FeatureSchema
from models.recovery import HALF_LIFE_D, design, deviations


@dataclass(frozen=True, slots=True)
class ReadinessDays:
    """One athlete's readiness (days,) on consecutive days, NaN where not observed, and weekdays (0 is Monday)."""

    readiness: Floats
    weekday: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Split:
    """One athlete's days as a model of `schema` reads them: those to learn from (`train`), those held back (`test`)."""

    days: ReadinessDays
    train: AthleteSeries
    test: AthleteSeries
    schema: FeatureSchema = RECOVERY_SCHEMA


def held_back(athletes: Sequence[ReadinessDays], *, schema: FeatureSchema = RECOVERY_SCHEMA) -> list[Split]:
    """Split every athlete's days; raises NotEnoughData if no athlete has a day to test on."""
    splits = [split_days(one, schema=schema) for one in athletes]
    if not any(split.test.n_valid for split in splits):
        raise NotEnoughData("expected at least one athlete with a day to test on")
    return splits


def split_days(days: ReadinessDays, *, schema: FeatureSchema = RECOVERY_SCHEMA) -> Split:
    """Split one athlete's days into the oldest 70 % and the rest."""
    series = design(days.readiness, days.weekday, schema=schema)
    known = series.mask.size
    return Split(days, series.restricted(learn_days(known)), series.restricted(judge_days(known)), schema)


def absolute_errors(weights: Floats, splits: Sequence[Split]) -> list[Floats]:
    """Absolute errors of one set of weights on each athlete's test days, in their order."""
    said = [(deviations(weights, split.test.X, schema=split.schema), split.test) for split in splits]
    return [np.abs(values[test.mask] - test.y[test.mask].astype(np.float64)) for values, test in said]


def error_of(weights: Floats, splits: Sequence[Split]) -> float:
    """Mean absolute error of one set of weights over all test days of all athletes."""
    return float(np.mean(np.concatenate(absolute_errors(weights, splits))))


def joined(predictions: Sequence[tuple[Floats, Split]]) -> tuple[Floats, Floats]:
    """Predicted and true deviations on the test days of all athletes, end to end."""
    predicted = np.concatenate([values[split.test.mask] for values, split in predictions])
    return predicted, np.concatenate([split.test.y[split.test.mask].astype(np.float64) for _, split in predictions])


def baselines(splits: Sequence[Split]) -> Mapping[str, float]:
    """Errors of the three methods that learn nothing from others; predictions as deviations from the own mean."""
    predicted: dict[str, list[tuple[Floats, Split]]] = {"person_mean": [], "persistence": [], "ewma": []}
    for split in splits:
        readiness = split.days.readiness
        mean = expanding_mean(readiness)
        predicted["person_mean"].append((np.zeros_like(mean), split))
        predicted["persistence"].append((readiness - mean, split))
        predicted["ewma"].append((half_life_mean(readiness, half_life_d=HALF_LIFE_D) - mean, split))
    return {name: mae(*joined(pairs)) for name, pairs in predicted.items()}

"""From an athlete's days to their own model of tomorrow: every way is worked out, and the one that may be used is kept.

All ways are fitted whichever is used, so that the work does not depend on what the node's gate said. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from client.evaluation import readiness_days
from client.features.daily import DailyTable
from client.learning.kept_head import KeptHead, ModelSource
from models.arrays import Floats
from models.evaluation.holdout import learn_days
from models.evaluation.interval import COVERED, miss_within
from models.evaluation.readiness import ReadinessDays
from models.features import RECOVERY_SCHEMA, AthleteSeries
from models.recovery import READINESS_HIGH, READINESS_LOW, design
from models.training.initial_weights import initial_weights, weights_sha256
from models.training.private_head import daily_deviations, newest_head, with_head

NO_MODEL = "0" * 64
THIRD = 1.0 / 3.0


@dataclass(frozen=True, slots=True)
class UsableModels:
    """What passed this node's gate. league: hash and weights of the league's model; public: the initial weights did."""

    league: tuple[str, Floats] | None = None
    public: bool = False

    def source_of(self, *, lets_learn: bool) -> ModelSource:
        """What an athlete gets: the league's model where they let the league learn, else the public weights."""
        if self.league is not None and lets_learn:
            return ModelSource.LEAGUE
        return ModelSource.PUBLIC if self.public else ModelSource.OWN_MEAN


def fitted(table: DailyTable, models: UsableModels, *, source: ModelSource, today: date) -> KeptHead:
    """Fit every way on the athlete's days up to `today` and return what is to be kept of `source`."""
    days = days_until(table, today)
    series = design(days.readiness, days.weekday)
    public = np.array(initial_weights(RECOVERY_SCHEMA.model))
    sha256, league = models.league or (NO_MODEL, public)
    heads: Mapping[ModelSource, tuple[str, Floats, Floats]] = {
        ModelSource.OWN_MEAN: (NO_MODEL, np.zeros_like(public), np.zeros(len(series.y))),
        ModelSource.PUBLIC: (weights_sha256(public.tolist()), *_with_head(public, series)),
        ModelSource.LEAGUE: (sha256, *_with_head(league, series)),
    }
    misses = {way: _misses(said, series) for way, (_, _, said) in heads.items()}
    name, weights, _ = heads[source]
    within_80, within_third = miss_within(misses[source], COVERED), miss_within(misses[source], THIRD)
    return KeptHead(source, today, name, weights, within_80, within_third)


def days_until(table: DailyTable, today: date) -> ReadinessDays:
    """An athlete's answers up to `today`; a value that no answer can have counts as not known."""
    days = readiness_days(table.until(today))
    possible = (days.readiness >= READINESS_LOW) & (days.readiness <= READINESS_HIGH)
    return ReadinessDays(np.where(possible, days.readiness, np.nan), days.weekday)


def _with_head(weights: Floats, series: AthleteSeries) -> tuple[Floats, Floats]:
    return with_head(weights, newest_head(weights, series)), daily_deviations(weights, series)


def _misses(said: Floats, series: AthleteSeries) -> Floats:
    """Absolute misses on the days to learn from alone, so that the newest days still judge the interval."""
    learnt = series.mask & learn_days(len(series.y))
    misses: Floats = np.abs(said - series.y)[learnt].astype(np.float64)
    return misses

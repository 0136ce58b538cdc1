"""An athlete's figures over a range of days, from the vault: each as it was known on its day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Self

import numpy as np

from client.biometrics.observations import Observation
from client.biometrics.own_settings import OwnSettings
from client.biometrics.rest_rule import RestRule
from client.features.daily import DailyTable
from client.features.days.possible_repeats import PossibleRepeat
from client.features.past.as_of import TableAsOf, tables_as_of
from client.metrics.catalogue import catalogue
from client.metrics.definition import DailyMetric
from client.metrics.metric_day import MetricDay
from client.metrics.recent import needed
from client.metrics.series import Mask, metric_days
from client.metrics.why.sources_of_window import SourcesOfWindows
from client.questions.session_questions import open_questions
from client.vault.preferences.own_settings import own_settings, source_priority
from client.vault.rest_rules import rest_rule
from client.vault.store import Vault
from policies.vocabulary import AthleteId

_KEY = b"metrics\x1finputs"
History = dict[str, list[MetricDay]]


@dataclass(frozen=True, slots=True)
class MetricBasis:
    """What an athlete's figures are made of, read once. key: of the fingerprints of their inputs.

    repeats: reports that may be of one session, which nobody has said yet.
    """

    readings: Sequence[Observation]
    own: OwnSettings
    priority: tuple[str, ...]
    rest: RestRule
    is_minor: bool
    key: bytes
    repeats: tuple[PossibleRepeat, ...] = ()

    @classmethod
    def read(cls, vault: Vault, athlete: AthleteId) -> Self:
        """Read it from the vault; raises UnknownAthlete or AthleteErased."""
        readings = vault.read_in_any_order(athlete)
        return cls(
            readings=readings,
            own=own_settings(vault, athlete),
            priority=source_priority(vault, athlete),
            rest=rest_rule(vault, athlete),
            is_minor=vault.athlete(athlete).is_minor,
            key=vault.seal_of(athlete)[2].row_key(_KEY),
            repeats=tuple(one.pair for one in open_questions(vault, athlete, readings).questions),
        )

    def between(
        self,
        *,
        first: date | None = None,
        last: date | None = None,
        today: date | None = None,
        rest: RestRule | None = None,
        names: Collection[str] | None = None,
    ) -> History:
        """Return the figures as `athlete_metrics` does; names: these alone."""
        rest, since = self.rest if rest is None else rest, first or last or date.max
        metrics = [one for one in catalogue(self.own, is_minor=self.is_minor) if names is None or one.name in names]
        held = tables_as_of(
            needed(self.readings, metrics, since=since, rest=rest),
            priority=self.priority,
            rest=rest,
            today=today,
            own=self.own,
            repeats=self.repeats,
            since=since,
            until=last,
        )
        newest = max((one.table.dates[-1] for one in held), default=None)
        last = last or max((day for day in (newest, first) if day is not None), default=None)
        if last is None:
            return {}
        found = metrics_between(held, first or last, last, key=self.key, metrics=metrics)
        sources = SourcesOfWindows(self.readings, self.priority)
        return {one.name: sources.told(one, found[one.name]) for one in metrics}


def athlete_metrics(
    vault: Vault,
    athlete: AthleteId,
    *,
    first: date | None = None,
    last: date | None = None,
    today: date | None = None,
    rest: RestRule | None = None,
) -> History:
    """Return every figure on each day from `first` to `last`, by name; raises UnknownAthlete or AthleteErased.

    Without `last` the range ends on the newest day with data (not before `first`), without `first` it is that one day;
    empty where nothing is known and no range is given. rest: a rule to try instead of the athlete's own.
    """
    return MetricBasis.read(vault, athlete).between(first=first, last=last, today=today, rest=rest)


def metrics_between(
    held: Sequence[TableAsOf], first: date, last: date, *, key: bytes, metrics: Sequence[DailyMetric] | None = None
) -> History:
    """Return every figure on each day from `first` to `last`, both included, by name."""
    metrics = catalogue() if metrics is None else metrics
    found: History = {metric.name: [] for metric in metrics}
    for one in held or [TableAsOf(DailyTable((), {}), np.zeros(0, dtype=bool))]:
        table, holds = _covering(one, first, last)
        wanted = holds & np.array([first <= day <= last for day in table.dates], dtype=bool)
        if wanted.any():
            for metric in metrics:
                found[metric.name] += metric_days(table, metric, wanted=wanted, key=key)
    return {name: sorted(days, key=attrgetter("day")) for name, days in found.items()}


def _covering(one: TableAsOf, first: date, last: date) -> tuple[DailyTable, Mask]:
    """Return the table with unknown days before and after it, so that it reaches over the range, and its days."""
    table = one.table
    if not table.dates:
        unknown = table.between(first, last)
        return unknown, np.ones(len(unknown.dates), dtype=bool)
    before, after = (max((table.dates[0] - first).days, 0), max((last - table.dates[-1]).days, 0))
    reaching = table.between(min(first, table.dates[0]), max(last, table.dates[-1]))
    return reaching, np.pad(one.holds, (before, after), mode="edge")

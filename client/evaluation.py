"""How far each method errs on next-day readiness here: on days of this club that no model learnt from. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from client.biometrics.observations import Observation
from client.biometrics.streams import Stream
from client.features.daily import DailyTable, build
from models.arrays import Floats
from models.errors import NotEnoughData
from models.evaluation.comparison import judge
from models.evaluation.head_errors import judge_with_heads
from models.evaluation.readiness import ReadinessDays

LEAST_ATHLETES = 3  # ours: a mean over fewer would show how one athlete's days were predicted
LEAST_RESAMPLED = 5  # ours: drawing anew among fewer athletes says little of chance, and of one nothing
LEAST_INJURIES = 10  # ours, as in the audit reports: a smaller count is close to naming who they happened to


@dataclass(frozen=True, slots=True)
class AthleteDays:
    """One athlete's readiness, and the app that most of the answers came from ("" where there is none)."""

    source: str
    days: ReadinessDays


@dataclass(frozen=True, slots=True)
class SourceErrors:
    """Mean absolute errors in points of 0 to 10, over the athletes whose readiness comes from one app.

    athletes: those of them who have days to judge on. errors: by method, those that need no federation first, then
    "model" and "model_with_head"; others: of each further set of weights.
    """

    source: str
    athletes: int
    test_days: int
    errors: Mapping[str, float]
    others: tuple[float, ...]


def readiness_days(table: DailyTable) -> ReadinessDays:
    """Return readiness and weekday of consecutive days."""
    weekday = np.array([day.weekday() for day in table.dates], dtype=np.int64)
    return ReadinessDays(table.column(Stream.READINESS.value), weekday)


def athlete_days(readings: Sequence[Observation], *, priority: Sequence[str] = ()) -> AthleteDays:
    """Return one athlete's days as every model reads them. priority: apps, best first (docs/indices.md §1.2)."""
    apps = Counter(reading.source.app for reading in readings if reading.stream is Stream.READINESS)
    source = min(apps, key=lambda app: (-apps[app], app)) if apps else ""
    return AthleteDays(source, readiness_days(build(readings, source_priority=priority)))


def errors_by_source(
    athletes: Iterable[AthleteDays], weights: Floats, others: Sequence[Floats] = ()
) -> tuple[SourceErrors, ...]:
    """Judge `weights`, `others` and what needs no federation, by source; a source of too few athletes is left out.

    Of `weights` and the public initial weights also what they err with a private head for each athlete.
    Each athlete's newest 30 % of days are judged on: a training round never learns from them.
    """
    squads: dict[str, list[ReadinessDays]] = defaultdict(list)
    for one in athletes:
        if one.days.readiness.size:
            squads[one.source].append(one.days)
    found = [_errors(source, squads[source], weights, others) for source in sorted(squads)]
    return tuple(errors for errors in found if errors is not None)


def _errors(
    source: str, squad: Sequence[ReadinessDays], weights: Floats, others: Sequence[Floats]
) -> SourceErrors | None:
    try:
        judged = judge(weights, squad)
    except NotEnoughData:
        return None
    if judged.athletes < LEAST_ATHLETES:
        return None
    with_heads = judge_with_heads(weights, squad).errors
    return SourceErrors(
        source=source,
        athletes=judged.athletes,
        test_days=judged.test_days,
        errors={
            "person_mean": judged.person_mean,
            "ewma": judged.ewma,
            "local_ridge": judged.local_ridge,
            "local_ridge_daily": with_heads["local ridge daily"],
            "public_initial_weights": judged.public_initial_weights,
            "public_initial_weights_with_head": with_heads["public initial weights, daily head"],
            "model": judged.federated,
            "model_with_head": with_heads["model, daily head"],
        },
        others=tuple(judge(one, squad).federated for one in others),
    )

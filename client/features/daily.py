"""One row per local calendar day of one athlete: what features, models and coaching read.

NaN means "not known", always. A day without a reading is never 0; load is 0 only on a day that is known to
be without training. Readings of two devices for the same thing are never mixed within a day.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import chain, pairwise
from operator import attrgetter, itemgetter

import numpy as np
from numpy.typing import NDArray

from client.biometrics.observations import Observation
from client.biometrics.own_settings import NOTHING_SET, OwnSettings
from client.biometrics.rest_rule import EXPLICIT, RestBasis, RestRule
from client.biometrics.sessions import OF_SESSIONS
from client.biometrics.stream_spec import Aggregation
from client.biometrics.streams import SPECS, Stream
from client.features.day_derived import (
    DERIVED,
    TRAINED_MIN,
    compared_columns,
    shows_training,
    sleep_columns,
    trained_days,
    variability_columns,
)
from client.features.day_sources import chosen_by_day, not_overlapping
from client.features.days.best_trials import best_columns
from client.features.days.by_stream import by_stream_and_day
from client.features.days.heart_load import HEART_LOADS, heart_load_columns
from client.features.days.nights import nights_of
from client.features.days.possible_repeats import PossibleRepeat, differing, without_repeats
from client.features.days.session_means import WEIGHTED, Minutes, session_minutes, weighted_mean
from client.features.days.session_reports import MatchedReports, matched_reports
from client.features.rest import ASSUMED_REST, RestEvidence, assumed_rest_days
from models.arrays import Floats

ByDay = dict[date, list[Observation]]
COUNTED_ONCE = OF_SESSIONS | {Stream.STEPS}
"""Streams of which every minute counts once, whichever source it is from, and several sources of a day add up."""

_TIMES = attrgetter("start", "end")
_ZERO_AT_REST = frozenset({"load_au", *HEART_LOADS})
_MORNING_ANSWERS = (Stream.READINESS, Stream.FATIGUE, Stream.MOOD, Stream.SORENESS, Stream.STRESS)
_MAKE_LOAD = OF_SESSIONS | {Stream.REST_DAY, *_MORNING_ANSWERS}
_OF_SESSIONS_ALONE = (*(stream.value for stream in OF_SESSIONS), "load_au", TRAINED_MIN, *HEART_LOADS)


@dataclass(frozen=True, slots=True)
class DailyTable:
    """Consecutive local days and one float64 column per name, NaN where nothing is known.

    Names are the numeric `Stream` values (in the stream's unit) and the derived columns:
    load_au: the day's session load [AU], 0 only on a known rest day, NaN where training is not known;
    lnrmssd [ln ms]: from the day's first valid resting beat series, else from the app's own RMSSD;
    sleep_h [h]: main sleep by device or questionnaire, whichever this athlete has on more days, never mixed;
    sleep_midpoint_h [h after midnight, local, 0 to 24): of the main sleep; nap_min [min]: every other sleep.
    NAME_best, beside a test of which a day holds several trials: the best one, where NAME is their mean.
    NAME_instrument, beside a column that is compared with its own past: which instrument measured each day, where
    there is more than one (`client.features.days.instruments`).
    `session_load` is the sum over sessions, computed from rating times minutes where it was not given.
    assumed_rest: 1 where load_au is 0 by the athlete's rest rule alone, else 0; absent where there is no such day.
    if_one: by name, the columns that would be others were all sessions one that may be (`build`: repeats).
    """

    dates: tuple[date, ...]
    columns: Mapping[str, Floats]
    if_one: Mapping[str, Floats] = field(default_factory=dict)

    def column(self, name: str) -> Floats:
        """Return one column (days,); all NaN when the athlete has no such reading."""
        found = self.columns.get(name)
        return np.full(len(self.dates), np.nan) if found is None else found

    @property
    def as_one(self) -> "DailyTable":
        """The table as it would be were all sessions one that may be; the same where there is no such session."""
        return DailyTable(self.dates, {**self.columns, **self.if_one}) if self.if_one else self

    @property
    def newest_day(self) -> date | None:
        """The last day with a number that was recorded: assumed rest may reach further. None where there is none."""
        assumed = self.column(ASSUMED_REST) == 1.0
        read = [np.where(assumed, np.nan, c) if name in _ZERO_AT_REST else c for name, c in self.columns.items()]
        kept = [column for name, column in zip(self.columns, read, strict=True) if name != ASSUMED_REST]
        known = np.flatnonzero(np.any(~np.isnan(kept), axis=0)) if kept else np.array([])
        return self.dates[int(known[-1])] if known.size else None

    def until(self, day: date) -> "DailyTable":
        """Return the days up to and including `day`: what could be known that evening."""
        return self._sliced(slice(0, sum(1 for known in self.dates if known <= day)))

    def extended_to(self, day: date) -> "DailyTable":
        """Return the table with unknown days appended up to `day`."""
        if not self.dates or self.dates[-1] >= day:
            return self
        return self.between(self.dates[0], day)

    def between(self, first: date, last: date) -> "DailyTable":
        """Return the days from `first` to `last`; those before and after the table are unknown."""
        dates = tuple(first + timedelta(days=step) for step in range((last - first).days + 1))
        if not self.dates:
            return DailyTable(dates, {})
        before, after = (self.dates[0] - first).days, (last - self.dates[-1]).days
        part = slice(max(-before, 0), len(self.dates) - max(-after, 0))
        around = (max(before, 0), max(after, 0))
        columns, if_one = (
            {name: np.pad(values[part], around, constant_values=np.nan) for name, values in held.items()}
            for held in (self.columns, self.if_one)
        )
        return DailyTable(dates, columns, if_one)

    def _sliced(self, part: slice) -> "DailyTable":
        columns, if_one = (
            {name: values[part] for name, values in held.items()} for held in (self.columns, self.if_one)
        )
        return DailyTable(self.dates[part], columns, if_one)


def build(
    observations: Iterable[Observation],
    *,
    source_priority: Sequence[str] = (),
    rest: RestRule = EXPLICIT,
    today: date | None = None,
    own: OwnSettings = NOTHING_SET,
    repeats: Sequence[PossibleRepeat] = (),
) -> DailyTable:
    """Return the daily table of one athlete's readings; their order does not matter.

    source_priority: app names, best first, for streams that two sources give on the same day; without it the
    source with more readings over the whole history wins.
    rest: which days without a session count as rest beside the recorded ones; the table then reaches to the last
    complete day. today: days before it are over; without it only those before the newest reading are known to be.
    own: the athlete's constants, for what the heart did in sessions (`client.features.days.heart_load`).
    repeats: reports that may be of one session, as long as nobody has said; both count.
    """
    held = list(observations)
    table = _built(held, source_priority, rest, today, own)
    once = without_repeats(held, repeats) if repeats else held
    if len(once) == len(held):
        return table
    making = [one for one in once if one.stream in _MAKE_LOAD]
    other = _built(making, source_priority, rest, today or table.dates[-1], own)
    other = other.between(table.dates[0], table.dates[-1])
    pairs = {name: (table.columns[name], other.column(name)) for name in _OF_SESSIONS_ALONE if name in table.columns}
    return replace(table, if_one={name: two[1] for name, two in pairs.items() if differing(*two).any()})


def _built(
    observations: Sequence[Observation],
    source_priority: Sequence[str],
    rest: RestRule,
    today: date | None,
    own: OwnSettings,
) -> DailyTable:
    every = _in_order(observations)
    matched = matched_reports(every, priority=source_priority)
    ordered = _counted(every, matched, source_priority)
    if not ordered:
        return DailyTable((), {})
    nights = nights_of(ordered, priority=source_priority)
    by_stream = by_stream_and_day(ordered, nights)
    days = set(chain.from_iterable(by_stream.values()))
    first, last = min(days), max([*days, *([rest.until] if rest.until else [])])
    dates = tuple(first + timedelta(days=step) for step in range((last - first).days + 1))
    minutes = session_minutes(by_stream)
    columns = {
        stream.value: _column(stream, by_day, dates, source_priority, minutes=minutes)
        for stream, by_day in by_stream.items()
        if SPECS[stream].aggregation is not Aggregation.NONE
    }
    for derive in DERIVED:
        columns.update(derive(by_stream, columns, dates))
    columns.update(variability_columns(by_stream, columns, dates, source_priority))
    columns.update(sleep_columns(by_stream, nights, columns, dates, source_priority))
    columns.update(compared_columns(by_stream, dates, source_priority))
    columns.update(best_columns(by_stream, dates, source_priority))
    now = today or max(days)
    over = np.array([day < now for day in dates], dtype=bool)
    begun = rest.basis is not RestBasis.EXPLICIT and any(map(shows_training, ordered))
    trained = trained_days(by_stream, dates)
    columns.update(_rest_columns(rest, columns, trained, over=over, dates=dates, begun=begun))
    columns.update(heart_load_columns(by_stream, dates, columns["load_au"], own, matched.filled))
    return DailyTable(dates, columns)


def _in_order(observations: Iterable[Observation]) -> list[Observation]:
    """Put the readings of each stream in order, and those of sessions, which are matched, all together."""
    groups: dict[Stream | None, list[Observation]] = defaultdict(list)
    for one in observations:
        groups[None if one.stream in OF_SESSIONS else one.stream].append(one)
    return [one for held in groups.values() for one in _sorted(held)]


def _sorted(readings: list[Observation]) -> list[Observation]:
    """Sort by time; what else tells readings apart costs more, and is looked at only where two share their times."""
    found = sorted(readings, key=_TIMES)
    is_clear = all(one.start != other.start or one.end != other.end for one, other in pairwise(found))
    return found if is_clear else sorted(readings, key=_order)


def _counted(ordered: Sequence[Observation], sessions: MatchedReports, priority: Sequence[str]) -> list[Observation]:
    """Leave out what a better source tells of the same session or the same minutes."""
    steps = not_overlapping([one for one in ordered if one.stream is Stream.STEPS], priority)
    counted = {id(one) for one in (*sessions.counted, *steps)}
    return [one for one in ordered if one.stream not in COUNTED_ONCE or id(one) in counted]


def _order(reading: Observation) -> tuple[object, ...]:
    source = reading.source
    return (
        reading.start,
        reading.end,
        source.app,
        source.device,
        reading.entry,
        source.file_sha256,
        str(reading.value),
    )


def _column(
    stream: Stream, by_day: ByDay, dates: Sequence[date], priority: Sequence[str], *, minutes: Minutes
) -> Floats:
    chosen = by_day if stream in COUNTED_ONCE else chosen_by_day(by_day, priority)
    if stream in WEIGHTED:
        found = {day: weighted_mean(readings, minutes) for day, readings in chosen.items()}
    else:
        of_day = _OF_A_DAY[SPECS[stream].aggregation]
        values = ((day, [one.value for one in held if isinstance(one.value, float)]) for day, held in chosen.items())
        found = {day: of_day(numbers) for day, numbers in values}
    return np.array([found.get(day, np.nan) for day in dates])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


_OF_A_DAY: Mapping[Aggregation, Callable[[Sequence[float]], float]] = {
    Aggregation.SUM: sum,
    Aggregation.MEAN: _mean,
    Aggregation.MAX: max,
    Aggregation.LAST: itemgetter(-1),
}


def _rest_columns(
    rule: RestRule,
    columns: Mapping[str, Floats],
    trained: NDArray[np.bool_],
    *,
    over: NDArray[np.bool_],
    dates: tuple[date, ...],
    begun: bool,
) -> dict[str, Floats]:
    """load_au with 0 on assumed rest days, and which these are; empty where there is none."""
    unknown, load = np.full(len(dates), np.nan), columns["load_au"]
    answers = [columns.get(stream.value, unknown) for stream in _MORNING_ANSWERS]
    denied = columns.get(Stream.REST_DAY.value, unknown) == 0.0
    answered = np.any(~np.isnan(answers), axis=0)
    assumed = assumed_rest_days(rule, RestEvidence(dates, load, answered, trained | denied, over, begun))
    if not assumed.any():
        return {}
    return {"load_au": np.where(assumed, 0.0, load), ASSUMED_REST: assumed.astype(np.float64)}

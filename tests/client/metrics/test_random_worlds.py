"""No figure of a day depends on a later day, whatever an athlete's sources do: every metric of the catalogue.

What a night recorded belongs to the day of waking (docs/indices.md §4.5), so readings "up to a day" are those that
belong to it; no other reading is left to a later day.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import AUTO_DETECTED, Observation, ReadingSource, observe
from client.biometrics.own_settings import OwnSettings
from client.biometrics.rest_rule import EXPLICIT, RestBasis, RestRule
from client.biometrics.streams import Stream
from client.features.days.nights import nights_of
from client.features.past.as_of import tables_as_of
from client.metrics.athlete_metrics import History, metrics_between
from client.metrics.catalogue import catalogue

START, DAYS = datetime(2026, 1, 5, tzinfo=UTC), 12
APPS = [ReadingSource(name, name, name[0] * 64) for name in ("alpha", "beta")]
OWN = OwnSettings(
    heart_rate_max=190, heart_rate_rest=50, trimp_factor=0.64, trimp_exponent=1.92, sleep_need_h=8, response_p0=100
).changed(response_k1=1, response_k2=2)
METRICS = catalogue(OWN)
RULES = (EXPLICIT, RestRule(RestBasis.REPORTED), RestRule(RestBasis.COMPLETE_UNTIL, START.date() + timedelta(days=5)))
POINTS = {
    "answers": (Stream.FATIGUE, Stream.MOOD, Stream.SORENESS, Stream.STRESS, Stream.SLEEP_QUALITY, Stream.READINESS),
    "mood": (Stream.MOOD,),
    "heart": (Stream.RMSSD, Stream.RESTING_HEART_RATE),
    "asked": (Stream.SLEEP_DURATION_H,),
    "rest": (Stream.REST_DAY,),
    "jump": (Stream.JUMP_HEIGHT_CM,),
}
VALUES = {Stream.RMSSD: 50.0, Stream.RESTING_HEART_RATE: 48.0, Stream.JUMP_HEIGHT_CM: 35.0, Stream.REST_DAY: 0.0}

KINDS = (*POINTS, "slept", "rated", "half", "ran", "walked")
HOURS = (2.0, 8.0, 13.0, 17.0, 22.5, 23.75)


def world(rng: np.random.Generator) -> list[Observation]:
    """Readings of every kind, each from no app, one or two, which begin and end some day and leave days out."""
    found: list[Observation] = []
    for kind, app in product(KINDS, APPS):
        begun, ended = int(rng.integers(DAYS)), int(rng.choice([DAYS, rng.integers(DAYS)]))
        hour, share = float(rng.choice(HOURS)), float(rng.choice([0.0, 0.6, 1.0]))
        for day in range(begun, ended):
            if rng.random() < share:
                found += of_day(kind, app, day, hour + float(rng.choice([0.0, 0.2])), int(rng.integers(2)))
    return found


def of_day(kind: str, app: ReadingSource, day: int, hour: float, more: int) -> list[Observation]:
    """The readings of one kind; more: what to add to their values."""
    at = START + timedelta(days=day, hours=hour)
    if kind in POINTS:
        return [observe(stream, at, VALUES.get(stream, 3.0) + more, app) for stream in POINTS[kind]]
    if kind == "slept":
        minutes = 100.0 + 320 * more
        return [observe(Stream.SLEEP_PERIOD_MIN, at, minutes, app, end=at + timedelta(minutes=minutes))]
    end = at + timedelta(minutes=50)
    if kind in ("rated", "half"):
        found = [observe(Stream.SESSION_RPE, at, 4.0 + more, app, end=end)]
        return found + [observe(Stream.SESSION_DURATION_MIN, at, 50.0, app, end=end)] * (kind == "rated")
    quality = (AUTO_DETECTED,) if kind == "walked" else ()
    found = [observe(Stream.ACTIVITY_DURATION_MIN, at, 50.0, app, end=end, quality=quality)]
    return found + [observe(Stream.HEART_RATE_MEAN, at, 140.0, app, end=end, quality=quality)] * more


def figures(readings: list[Observation], rule: RestRule, day: date) -> History:
    """All figures of one day."""
    later = (START + timedelta(days=DAYS + 3)).date()
    held = tables_as_of(readings, rest=rule, today=later, own=OWN, since=day, until=day)
    return metrics_between(held, day, day, key=b"key", metrics=METRICS)


@given(st.integers(0, 2**32), st.sampled_from(RULES), st.integers(0, DAYS - 3))
def test_a_day_is_as_if_nothing_had_come_after_it(seed: int, rule: RestRule, after: int) -> None:
    readings = world(np.random.default_rng(seed))
    day, nights = (START + timedelta(days=after)).date(), nights_of(readings)

    known = [one for one in readings if nights.day_of(one) <= day]

    assert figures(readings, rule, day) == figures(known, rule, day)


LATER_ONES = {
    "rest by report, once training is known by a denial alone": (("answers", 0, 8.0, 0), ("rest", 1, 8.0, 0)),
    "rest, once a heart is measured": (("rest", 0, 8.0, 1), ("ran", 1, 17.0, 1)),
    "one session around midnight": (("rated", 0, 23.75, 0), ("rated", 1, 0.0, 1)),
    "a noticed walk before midnight": (("walked", 0, 23.75, 1), ("ran", 1, 0.0, 1)),
}


@pytest.mark.parametrize("case", LATER_ONES)
@pytest.mark.parametrize("names", [APPS, APPS[::-1]], ids=["first", "last"])
def test_what_comes_later_leaves_an_earlier_day_alone(case: str, names: list[ReadingSource]) -> None:
    before, later = LATER_ONES[case]
    known = of_day(before[0], names[0], *before[1:])

    for rule in RULES[:2]:
        every = [*known, *of_day(later[0], names[1], *later[1:])]
        assert figures(every, rule, START.date()) == figures(known, rule, START.date())


def test_nothing_comes_of_nothing() -> None:
    """What is not known at all is not computed, by no metric: that is why it need not be tried."""
    nothing = np.full(40, np.nan)

    known = {one.name for one in METRICS if not np.isnan(one.compute(*[nothing] * len(one.columns))).all()}

    assert not known

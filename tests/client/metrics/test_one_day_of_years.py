"""One day asked alone, of which most of a long history is left out, is that day of the whole range: every figure."""

from datetime import date, timedelta
from itertools import product

import numpy as np
import pytest

from client.biometrics.observations import Observation
from client.biometrics.own_settings import NOTHING_SET, OwnSettings
from client.biometrics.rest_rule import EXPLICIT, RestBasis, RestRule
from client.features.past.as_of import tables_as_of
from client.metrics.athlete_metrics import History, MetricBasis, metrics_between
from client.metrics.catalogue import catalogue
from client.metrics.recent import needed, reach_d
from tests.client.metrics.test_random_worlds import APPS, KINDS, OWN, START, of_day

SHARES = {APPS[0]: [0.3, 0.8], APPS[1]: [0.0, 0.0, 0.0, 0.2]}
DAYS = 620  # more than the longest window, so that something can be left out


def years(seed: int) -> list[Observation]:
    """Readings of two apps that begin and end some day; some kinds of one app alone, some that ended long ago."""
    rng, found = np.random.default_rng(seed), list[Observation]()
    for kind, app in product(KINDS, APPS):
        begun, ended = int(rng.integers(DAYS // 8)), int(rng.choice([DAYS, DAYS, rng.integers(DAYS)]))
        share, hour = float(rng.choice(SHARES[app])), float(rng.choice([7.0, 17.0, 22.5]))
        for day in range(begun, ended):
            if rng.random() < share:
                found += of_day(kind, app, day, hour, int(rng.integers(2)))
    return found


def of_all_readings(readings: list[Observation], rest: RestRule, own: OwnSettings, day: date, today: date) -> History:
    held = tables_as_of(readings, rest=rest, today=today, own=own, since=day, until=day)
    return metrics_between(held, day, day, key=b"k", metrics=catalogue(own))


@pytest.mark.parametrize(
    ("seed", "rest", "own"),
    [(1, EXPLICIT, OWN), (2, RestRule(RestBasis.REPORTED), OWN), (3, EXPLICIT, NOTHING_SET)],
)
def test_a_day_asked_alone_is_as_all_readings_say(seed: int, rest: RestRule, own: OwnSettings) -> None:
    readings, today = years(seed), START.date() + timedelta(days=DAYS + 3)
    held = MetricBasis(readings, own, (), rest, is_minor=False, key=b"k")

    day = START.date() + timedelta(days=540 + 20 * seed)
    alone = held.between(first=day, last=day, today=today)

    told = {name: [one._replace(sources=()) for one in days] for name, days in alone.items()}
    assert told == of_all_readings(readings, rest, own, day, today)
    assert len(needed(readings, catalogue(own), since=day, rest=rest)) < len(readings), "some are left out"


def test_what_is_left_out_is_old_and_decides_nothing() -> None:
    readings = years(4)
    last, metrics = START.date() + timedelta(days=DAYS), catalogue(OWN)
    mood = [one for day in range(DAYS) for one in of_day("mood", APPS[0], day, 7.0, 0)]
    two = [one for day in range(40) for one in of_day("mood", APPS[1], day, 8.0, 0)]
    rested = [one for day in range(DAYS) for one in of_day("rest", APPS[0], day, 7.0, 1)]
    reach = reach_d(metrics)
    assert reach is not None

    kept = needed(mood + rested, metrics, since=last, rest=EXPLICIT)

    assert reach < len(kept) - len(rested) < reach + 6
    assert len(needed(mood + two, metrics, since=last, rest=EXPLICIT)) == DAYS + 40, "two sources have an order"
    assert len(needed(mood, metrics, since=last, rest=RestRule(RestBasis.REPORTED))) == DAYS
    assert needed(readings, metrics, since=START.date() + timedelta(days=reach), rest=EXPLICIT) == readings
    assert needed(readings, metrics, since=date.max, rest=EXPLICIT) != readings

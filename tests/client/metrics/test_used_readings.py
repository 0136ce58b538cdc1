"""A reading that is said to be in no figure changes none of any day; one that is said to count changes some."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from operator import attrgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.features.days.days_of_readings import DaysOfReadings
from client.features.days.outranked import outranked
from client.features.past.as_of import tables_as_of
from client.metrics.athlete_metrics import metrics_between
from client.metrics.metric_day import MetricDay
from client.vault.codec import natural_key
from tests.client.metrics.test_random_worlds import DAYS, METRICS, OWN, START, world

NAMES = {"load_today", "sleep_7d_mean", "lnrmssd_7d", "resting_heart_rate_7d", "mood_z", "trimp_banister"}
TAKEN = [one for one in METRICS if one.name in NAMES or one.name == "sleep_midpoint_14d"]
IN_THESE = {Stream.RMSSD, Stream.RESTING_HEART_RATE, Stream.SLEEP_DURATION_H}
LAST, BY_START = {Stream.RESTING_HEART_RATE, Stream.SLEEP_DURATION_H}, attrgetter("start")
ORDERS = st.sampled_from([(), ("alpha",), ("beta",)])


def figures(readings: Sequence[Observation], order: tuple[str, ...]) -> dict[str, list[MetricDay]]:
    first, last = START.date(), START.date() + timedelta(days=DAYS)
    held = tables_as_of(readings, own=OWN, priority=order, since=first, until=last)
    return metrics_between(held, first, last, key=b"k", metrics=TAKEN)


def made_of(history: dict[str, list[MetricDay]]) -> dict[str, list[tuple[float | None, str]]]:
    return {name: [(one.value, one.inputs_hmac) for one in days] for name, days in history.items()}


def otherwise(readings: Iterable[Observation], unused: set[int]) -> list[Observation]:
    """The same readings, with other values of those that are not used: so little that sessions match as before."""
    return [
        replace(one, value=one.value * 1.01) if id(one) in unused and isinstance(one.value, float) else one
        for one in readings
    ]


@settings(max_examples=8, deadline=None)  # three histories each, with the table of every day
@given(st.integers(0, 2**32), ORDERS, st.randoms(use_true_random=False))
def test_what_is_not_used_changes_no_figure_and_what_counts_changes_one(
    seed: int, order: tuple[str, ...], some: st.DrawFn
) -> None:
    told = {natural_key(one): one for one in world(np.random.default_rng(seed))}  # as a vault holds them
    readings = [one for one in told.values() if one.stream is not Stream.REST_DAY]
    days = DaysOfReadings(readings, order)
    found = outranked(readings, priority=order)
    unused = {id(one.reading) for one in found if not one.is_used_in_part}

    before = figures(readings, order)

    assert figures(otherwise(readings, unused), order) == before
    if order:  # else a reading less changes which source has more of them
        voided = [one for one in readings if id(one) not in unused]
        assert made_of(figures(voided, order)) == made_of(before)
    beside = {id(one.reading) for one in found}
    last = {(one.stream, one.source.app, days.nights.day_of(one)): id(one) for one in sorted(readings, key=BY_START)}
    beside |= {id(one) for one in readings if one.stream in LAST} - set(last.values())
    counting = [one for one in readings if one.stream in IN_THESE and days.nights.counts(one) and id(one) not in beside]
    if counting:
        chosen = some.choice(counting)  # type: ignore[attr-defined]  # hypothesis draws a random.Random
        assert figures(otherwise(readings, {id(chosen)}), order) != before, chosen


@pytest.mark.parametrize(
    ("late", "unused"), [(range(4, 12), {"watch": 0, "ring": 0}), (range(1, 3), {"watch": 0, "ring": 2})]
)
def test_a_source_that_comes_first_by_now_took_nothing_from_the_days_before_it_did(
    late: range, unused: dict[str, int]
) -> None:
    """A ring with more days than the watch by now: figures of the days before it had more are the watch's."""
    watch, ring = (ReadingSource("", name, name[0] * 64) for name in ("watch", "ring"))
    readings = [
        observe(Stream.RESTING_HEART_RATE, START + timedelta(days=day, hours=7), 50.0, source)
        for source, held in ((watch, range(5)), (ring, late))
        for day in held
    ]

    found = [one.reading.source.app for one in outranked(readings)]

    assert {app: found.count(app) for app in unused} == unused

"""Every figure without a value, or of fewer days than are stored, says why: which source, which day."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import AUTO_DETECTED, Observation, ReadingSource, observe
from client.biometrics.own_settings import NOTHING_SET
from client.biometrics.rest_rule import EXPLICIT
from client.biometrics.streams import Stream
from client.features.daily import build
from client.features.days.nights import nights_of
from client.features.past.as_of import tables_as_of
from client.metrics.athlete_metrics import MetricBasis, metrics_between
from client.metrics.metric_day import MetricDay
from client.vault.codec import natural_key
from tests.client.metrics.last_day import metrics_on
from tests.client.metrics.test_random_worlds import DAYS, METRICS, OWN, START, world

REASONS = {"not_recorded", "insufficient", "today_unknown", "undefined", "constant_not_set"}
SHORT = REASONS - {"undefined", "constant_not_set"}
LEFT_OUT = {"new_source", "other_source", "incomplete_day"}
WATCH, FORM = (ReadingSource("", name, name[0] * 64) for name in ("watch", "form"))
MORNING = datetime(2026, 1, 5, 7, tzinfo=UTC)
REPORTED = {Stream.SESSION_RPE, Stream.SESSION_DURATION_MIN, Stream.SESSION_LOAD, Stream.ACTIVITY_DURATION_MIN}
ITEMS = {Stream.FATIGUE, Stream.MOOD, Stream.SORENESS, Stream.STRESS}
MADE_OF = {
    "load_au": REPORTED,
    "sleep_h": {Stream.SLEEP_DURATION_H},
    "lnrmssd": {Stream.RMSSD},
    "wellness_sum": ITEMS | {Stream.SLEEP_QUALITY},
    "morning_answers": ITEMS,
    **{stream.value: {stream} for stream in (*ITEMS, Stream.RESTING_HEART_RATE, Stream.READINESS)},
}


def stored_days(readings: list[Observation]) -> dict[str, set[date]]:
    """By column, the days of which anything is stored that it is made of."""
    nights = nights_of(readings)
    counting = [one for one in readings if AUTO_DETECTED not in one.quality and nights.counts(one)]
    found = {
        column: {nights.day_of(one) for one in counting if one.stream in streams} for column, streams in MADE_OF.items()
    }
    found["sleep_h"] |= set(nights.main)
    return found


@given(st.integers(0, 2**32), st.integers(0, DAYS + 1))
def test_no_figure_is_unknown_or_short_of_days_without_a_word(seed: int, after: int) -> None:
    told = world(np.random.default_rng(seed))
    readings = list({natural_key(one): one for one in told}.values())  # as a vault holds them
    day, nights = START.date() + timedelta(days=after), nights_of(readings)

    held = tables_as_of(readings, own=OWN, since=day, until=day)
    found = metrics_between(held, day, day, key=b"k", metrics=METRICS)

    stored = stored_days([one for one in readings if nights.day_of(one) <= day])
    for metric in METRICS:
        (one,) = found[metric.name]
        window = {day - timedelta(days=step) for step in range(one.expected)}
        number = len(stored.get(metric.columns[0], set()) & window)
        assert (one.value is None) == bool(REASONS & set(one.quality)), (metric.name, one)
        assert number <= one.valid or LEFT_OUT & set(one.quality), (metric.name, number, one)
        assert number == 0 or "not_recorded" not in one.quality, (metric.name, one)
        waits = bool(SHORT & set(one.quality)) and "constant_not_set" not in one.quality
        assert bool(one.lacks) == waits, (metric.name, one)
        assert all(lack.known < lack.least for lack in one.lacks), (metric.name, one)


@given(st.integers(0, 2**32), st.floats(0.1, 1))
def test_no_value_has_fewer_days_than_its_figure_says_it_needs(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    series = np.where(rng.random(60) < share, rng.integers(1, 5, 60).astype(float), np.nan)

    for metric in METRICS:
        columns = [np.where(rng.random(60) < share, series, np.nan) for _ in metric.columns[1:]]
        values, rules = metric.compute(series, *columns), metric.rules(series, *columns)
        for day in np.flatnonzero(~np.isnan(values)):
            assert all(rule.known[day] >= rule.least[day] for rule in rules), (metric.name, day)
            for need in metric.needs:
                part = series[max(day - need.ago - need.days + 1, 0) : max(day - need.ago + 1, 0)]
                assert np.sum(~np.isnan(part)) >= need.least, (metric.name, need)


def nights(source: ReadingSource, days: Iterable[int]) -> list[Observation]:
    found = []
    for day in days:
        end = MORNING + timedelta(days=day)
        if source is FORM:
            found.append(observe(Stream.SLEEP_DURATION_H, end, 7.5, source))
        else:
            found.append(observe(Stream.SLEEP_PERIOD_MIN, end - timedelta(hours=8), 440.0, source, end=end))
    return found


def basis(readings: list[Observation]) -> MetricBasis:
    return MetricBasis(readings, NOTHING_SET, (), EXPLICIT, is_minor=False, key=b"k")


def test_sleep_of_which_another_source_has_more_nights_says_which_and_how_many() -> None:
    """A watch was worn for a month, then only the form is answered: the week's mean is not of the answers."""
    (one,) = basis(nights(WATCH, range(30)) + nights(FORM, range(28, 40))).between()["sleep_7d_mean"]

    assert (one.value, one.valid, one.quality) == (None, 0, ("other_source", "insufficient"))
    assert [tuple(held) for held in one.sources] == [("form", 7)]

    earlier = MORNING.date() + timedelta(days=31)
    (one,) = basis(nights(WATCH, range(30)) + nights(FORM, range(28, 40))).between(first=earlier, last=earlier)[
        "sleep_7d_mean"
    ]
    assert (one.value, one.valid, one.quality) == (pytest.approx(440 / 60), 5, ("other_source",)), "nights 25 to 29"
    assert one.as_json()["sources"] == [{"source": "watch", "days": 5}, {"source": "form", "days": 4}]


def mood(days: Iterable[int]) -> list[Observation]:
    return [observe(Stream.MOOD, MORNING + timedelta(days=day), 3.0 + day % 2, FORM) for day in days]


def load(days: Iterable[int], value: float = 300.0) -> list[Observation]:
    return [observe(Stream.SESSION_LOAD, MORNING + timedelta(days=day), value + 10 * (day % 3), FORM) for day in days]


def on_day(readings: list[Observation], day: int) -> Mapping[str, MetricDay]:
    table = build(readings).between(MORNING.date(), MORNING.date() + timedelta(days=day))
    return metrics_on(table)


@pytest.mark.parametrize(
    ("name", "readings", "reason"),
    [
        ("mood_z", mood(range(29)), "today_unknown"),
        ("mood_z", mood(range(20, 29)), "insufficient"),
        ("mood_z", mood(range(30)), None),
        ("load_7d_sum", load(range(29)), "today_unknown"),
        ("load_7d_sum", load([*range(27), 28]), "insufficient"),
        ("load_7d_sum", load([*range(27), 28, 29]), "insufficient"),
        ("load_week_change", load(range(29)), "today_unknown"),
        ("load_week_change", load(range(23, 30)) + load(range(16, 23), 0.0)[::3], "insufficient"),
        ("load_28d_ewma", load(range(6, 29)), "today_unknown"),
        ("load_28d_ewma", load(range(7, 29)), "insufficient"),
        ("acwr_ra_coupled", load([2, *range(7, 29)]), "today_unknown"),
        ("acwr_ra_coupled", load(range(6, 30)), "insufficient"),
        ("fitness_42d", load(range(29)), "today_unknown"),
        ("fitness_42d", load([*range(10), *range(11, 29)]), "insufficient"),
        ("fitness_42d", load(range(30)), None),
        ("sleep_7d_mean", nights(WATCH, [26, 28]), "today_unknown"),
        ("sleep_7d_mean", nights(WATCH, [26]), "insufficient"),
        ("sleep_7d_mean", nights(WATCH, [20]), "not_recorded"),
        ("monotony_7d", [one for day in range(23, 30) for one in load([day], 300.0 - 10 * (day % 3))], "undefined"),
    ],
)
def test_only_the_day_itself_is_told_from_too_few_days(
    name: str, readings: list[Observation], reason: str | None
) -> None:
    found = on_day(readings, 29)[name]

    assert [code for code in found.quality if code in REASONS] == ([] if reason is None else [reason])
    assert (found.value is None) == (reason is not None)


@pytest.mark.parametrize(
    ("name", "readings", "told"),
    [
        ("load_28d_ewma", load(range(11, 30)), ["needs 24 of 28 days, 19 are known"]),
        ("monotony_7d", load([28]), ["needs 6 of 7 days, 1 is known"]),
        (
            "mood_z",
            mood(range(20, 29)),
            ["needs the day itself, which is missing", "needs 14 of the 28 days before, 9 are known"],
        ),
        ("acwr_ra_uncoupled_21", load(range(15, 30)), None),
        ("fitness_42d", load([*range(10), *range(11, 30)]), ["needs all 30 days since the first, 29 are known"]),
        ("form", load([*range(10), *range(11, 30)]), ["needs all 29 days since the first, 28 are known"]),
        ("recovery_time_morning_answers", load(range(30)), ["needs 8 hard sessions with a known end, 0 are known"]),
        ("injury_incidence_365d", load(range(30)), None),
    ],
)
def test_what_is_needed_and_what_is_there_is_said(
    name: str, readings: list[Observation], told: list[str] | None
) -> None:
    found = [lack.text for lack in on_day(readings, 29)[name].lacks]

    if told is not None:
        assert found == told
    elif "acwr" in name:
        assert found == [
            "needs 18 of the 21 days before the last 7, 8 are known",
            "needs 28 days since the first, 15 are known",
        ]
    else:
        assert found[0].startswith("needs 180 of 365 days")


def test_days_that_give_no_value_are_told() -> None:
    half = [observe(Stream.SESSION_RPE, MORNING + timedelta(days=27), 5.0, FORM)]
    answers = [observe(Stream.MOOD, MORNING + timedelta(days=day), 3.0, FORM) for day in range(30)]
    beats = [observe(Stream.RR_INTERVALS, MORNING + timedelta(days=29), (800.0, 3000.0, 810.0), WATCH)]

    found = on_day(load([*range(27), 28, 29]) + half + answers + beats, 29)

    assert found["load_7d_sum"].quality == ("incomplete_day", "insufficient")
    assert found["wellness_sum_z"].quality == ("incomplete_day", "insufficient"), "one of five answers"
    assert found["lnrmssd_7d"].quality[-2:] == ("incomplete_day", "insufficient")
    assert found["mood_z"].quality == ()

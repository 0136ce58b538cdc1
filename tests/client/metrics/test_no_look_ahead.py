"""A day's figure rests on that day and its past: the series says of each day what was known on that day.

Each value of a range that is computed once is compared, to the last bit, with the value from readings up to that day
alone; and with the figures that coaching computes one day at a time.
"""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.rest_rule import RestBasis, RestRule
from client.biometrics.streams import Stream
from client.features.baseline import robust_z
from client.features.daily import build
from client.features.days.nights import nights_of
from client.features.hrv_baseline import hrv_baseline
from client.features.past.as_of import tables_as_of
from client.metrics import own_past
from client.metrics.athlete_metrics import History, metrics_between
from client.metrics.why.unknown_reasons import INSUFFICIENT

START, KEY, DAYS = datetime(2026, 1, 5, 7, tzinfo=UTC), b"key", 64
PHONE, WATCH, STRAP = (ReadingSource(name, name, name[0] * 64) for name in ("phone", "watch", "strap"))
REPORTED = RestRule(RestBasis.REPORTED)
ITEMS = (Stream.FATIGUE, Stream.MOOD, Stream.SORENESS, Stream.STRESS, Stream.SLEEP_QUALITY, Stream.READINESS)


def mornings(rng: np.random.Generator, day: int, at: datetime) -> list[Observation]:
    """Two instruments whose majority changes, answers of which one begins late, sleep first asked and then worn."""
    found = [observe(item, at, float(rng.integers(1, 6)), PHONE) for item in ITEMS if day > 9 or item != Stream.MOOD]
    for source, share in ((WATCH, 0.3 if day < 30 else 0.95), (STRAP, 0.8 if day < 30 else 0.2)):
        if rng.random() < share:
            found.append(observe(Stream.RMSSD, at, float(rng.uniform(30, 90)), source))
            found.append(observe(Stream.RESTING_HEART_RATE, at, float(rng.integers(40, 60)), source))
    if day < 25 or rng.random() < 0.3:
        found.append(observe(Stream.SLEEP_DURATION_H, at, float(rng.uniform(5, 9)), PHONE))
    if day > 12:
        minutes = float(rng.integers(300, 480))
        found.append(observe(Stream.SLEEP_PERIOD_MIN, at - timedelta(hours=8.5), minutes, WATCH, end=at))
    return found


def sessions(rng: np.random.Generator, day: int, at: datetime) -> list[Observation]:
    """Sessions that two apps report, of which one begins to be used later and then reports more."""
    if day < 5 or day % 7 == 6:
        return []
    found, minutes = [], float(rng.integers(40, 90))
    for source in (PHONE, WATCH) if day > 20 else (PHONE,):
        end = at + timedelta(minutes=minutes)
        rating = float(rng.integers(2, 9)) if source is PHONE else 5.0
        found += [
            observe(Stream.SESSION_RPE, at, rating, source, end=end),
            observe(Stream.SESSION_DURATION_MIN, at, minutes, source, end=end),
        ]
    return found if rng.random() < 0.95 else found[-2:]


def history(seed: int) -> list[Observation]:
    """Readings of 64 days with gaps."""
    rng, found = np.random.default_rng(seed), []
    for day in range(DAYS):
        at = START + timedelta(days=day)
        if rng.random() < 0.93:
            found += mornings(rng, day, at)
        found += sessions(rng, day, at + timedelta(hours=9))
    return found


def figures(readings: list[Observation], *, last: int | None = None) -> History:
    """All figures of all days, or of the day `last`."""
    today = (START + timedelta(days=DAYS)).date()
    held = tables_as_of(readings, rest=REPORTED, today=today)
    first = START.date() if last is None else START.date() + timedelta(days=last)
    return metrics_between(held, first, first + timedelta(days=0 if last is not None else DAYS - 1), key=KEY)


@pytest.mark.parametrize("seed", [1, 2])
def test_each_day_of_a_series_is_what_its_own_past_says(seed: int) -> None:
    readings = history(seed)
    nights = nights_of(readings)
    whole = figures(readings)

    for day in range(seed, DAYS, 7):
        until = (START + timedelta(days=day)).date()
        alone = figures([one for one in readings if nights.day_of(one) <= until], last=day)
        assert {name: days[day] for name, days in whole.items()} == {name: days[0] for name, days in alone.items()}
    assert sum(one.value is not None for days in whole.values() for one in days) > 600


def test_a_source_that_is_used_more_later_does_not_rewrite_earlier_days() -> None:
    """The whole history prefers the watch; on day 20 the strap had more readings, and its night is that day's."""
    readings = [observe(Stream.RESTING_HEART_RATE, START + timedelta(days=n), 50.0, STRAP) for n in range(21)]
    readings += [observe(Stream.RESTING_HEART_RATE, START + timedelta(days=n), 60.0, WATCH) for n in range(18, 64)]

    means = {one.day: one for one in figures(readings)["resting_heart_rate_7d"]}

    assert means[(START + timedelta(days=20)).date()].value == 50.0
    assert means[(START + timedelta(days=63)).date()].value == 60.0
    assert build(readings).column("resting_heart_rate")[20] == 60.0, "as it is seen today"


@pytest.mark.parametrize("seed", [3, 4])
def test_series_agree_with_what_is_computed_for_one_day(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(rng.random(120) < 0.25, np.nan, rng.normal(4.0, 0.15, 120))
    found = {
        "z": (
            own_past.robust_z(values, typical_error=0.02, sign=-1),
            lambda s: robust_z(s, typical_error=0.02, sign=-1),
        ),
        "week": (own_past.mean_of_week(values), lambda s: hrv_baseline(s).recent_mean),
        "cv": (own_past.variation_of_week(values), lambda s: hrv_baseline(s).cv),
        "adjusted": (own_past.adjusted_z(values), lambda s: hrv_baseline(s).z),
        "midpoint": (own_past.midpoint(values), lambda s: own_past.midpoint(s[-14:])[-1]),
        "midpoint_sd": (own_past.midpoint_sd(values), lambda s: own_past.midpoint_sd(s[-14:])[-1]),
    }
    codes = own_past.band_codes(values)

    for name, (series, alone) in found.items():
        expected = [alone(values[: day + 1]) for day in range(len(values))]
        exact = [math.nan if one is None else one for one in expected]
        assert series == pytest.approx(np.array(exact), rel=1e-9, abs=1e-9, nan_ok=True), name
    for day in range(len(values)):
        seen = hrv_baseline(values[: day + 1])
        assert codes[f"swc_{seen.status.value}"][day], day
        assert codes["suppressed"][day] == seen.is_suppressed


def test_days_without_data_are_told_and_never_filled() -> None:
    readings = history(5)
    first, last = START.date() - timedelta(days=3), START.date() + timedelta(days=DAYS + 40)

    found = metrics_between(tables_as_of(readings), first, last, key=KEY)
    nothing = metrics_between([], first, first, key=KEY)

    assert {len(days) for days in found.values()} == {(last - first).days + 1}
    assert all(days[0].value is None and days[0].quality[-1] == "not_recorded" for days in found.values())
    assert found["load_28d_ewma"][-1].quality[-1] == "not_recorded"
    assert INSUFFICIENT in found["lnrmssd_z"][DAYS + 20].quality
    assert {name: days[0].inputs_hmac for name, days in nothing.items()} == {
        name: days[0].inputs_hmac for name, days in found.items()
    }


def test_inputs_have_one_fingerprint_under_one_key_and_none_without_it() -> None:
    readings = history(6)
    held = tables_as_of(readings)
    day = START.date() + timedelta(days=40)

    one, again, other = (metrics_between(held, day, day, key=key) for key in (b"a" * 16, b"a" * 16, b"b" * 16))

    def prints(found: History) -> list[str]:
        return [days[0].inputs_hmac for days in found.values()]

    assert prints(one) == prints(again)
    assert not set(prints(one)) & set(prints(other))
    assert len(set(prints(one))) == len(one), "equal inputs of two methods are told apart"
    assert {len(text) for text in prints(one)} == {64}

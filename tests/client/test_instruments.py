"""A baseline is of one instrument: after a change of source or method it begins again, and says so."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.coaching.domains import Domain
from client.coaching.evidence import evidence_on
from client.coaching.histories import domain_instruments, histories
from client.features.daily import DailyTable, build
from client.features.days.instruments import of_one_instrument
from client.metrics.metric_day import MetricDay
from tests.client.metrics.last_day import metrics_on

WATCH, STRAP = (ReadingSource(device, device, device[0] * 64) for device in ("watch", "strap"))
START = datetime(2026, 1, 1, 7, tzinfo=UTC)
RNG = np.random.default_rng(20261129)


def morning(day: int) -> datetime:
    return START + timedelta(days=day)


def rmssd(day: int, source: ReadingSource, level: float) -> list[Observation]:
    value = level + 4.0 * (day % 3)
    return [
        observe(Stream.RMSSD, morning(day), value, source),
        observe(Stream.RESTING_HEART_RATE, morning(day), 50.0 + level / 10 + day % 2, source),
    ]


def beats(day: int, level: float) -> list[Observation]:
    series = tuple(800.0 + (level + 4.0 * (day % 3)) * (n % 2) for n in range(120))
    return [observe(Stream.RR_INTERVALS, morning(day), series, WATCH, end=morning(day) + timedelta(seconds=97))]


def slept(day: int, source: ReadingSource, hours: float) -> list[Observation]:
    end = morning(day)
    minutes = 60 * hours - 40 + 10.0 * (day % 3)
    return [observe(Stream.SLEEP_PERIOD_MIN, end - timedelta(hours=hours), minutes, source, end=end)]


def answers(day: int, source: ReadingSource, level: float) -> list[Observation]:
    items = (Stream.FATIGUE, Stream.MOOD, Stream.SORENESS, Stream.STRESS, Stream.SLEEP_QUALITY)
    return [observe(stream, morning(day), level + day % 2, source) for stream in items]


def records(readings: list[Observation]) -> dict[str, MetricDay]:
    return metrics_on(build(readings))


Series = Callable[[int, bool], list[Observation]]


@pytest.mark.parametrize(
    ("name", "series"),
    [
        ("lnrmssd_z", lambda day, new: rmssd(day, STRAP if new else WATCH, 30.0 if new else 80.0)),
        ("lnrmssd_z", lambda day, new: beats(day, 25.0) if new else rmssd(day, WATCH, 80.0)),
        ("resting_heart_rate_z", lambda day, new: rmssd(day, STRAP if new else WATCH, 250.0 if new else 80.0)),
        ("sleep_z", lambda day, new: slept(day, STRAP if new else WATCH, 6.0 if new else 8.0)),
        ("wellness_sum_z", lambda day, new: answers(day, STRAP if new else WATCH, 1.0 if new else 4.0)),
        ("mood_z", lambda day, new: answers(day, STRAP if new else WATCH, 1.0 if new else 4.0)),
    ],
)
def test_after_a_change_the_baseline_begins_again_and_says_so(name: str, series: Series) -> None:
    def history(days: int, changed_after: int) -> dict[str, MetricDay]:
        return records([one for day in range(days) for one in series(day, day >= changed_after)])

    unchanged = history(45, 99)[name]
    fresh, settled = history(45, 41)[name], history(90, 41)[name]

    assert unchanged.value is not None
    assert "new_source" not in unchanged.quality
    assert fresh.value is None, "no day of the old instrument is the new one's past"
    assert {"new_source", "insufficient"} <= set(fresh.quality)
    assert settled.value is not None
    assert abs(settled.value) < 2
    assert "new_source" not in settled.quality


def test_the_weekly_mean_holds_days_of_one_instrument() -> None:
    readings = [one for day in range(40) for one in rmssd(day, *((STRAP, 30.0) if day >= 37 else (WATCH, 80.0)))]

    mean = records(readings)["lnrmssd_7d"]

    assert mean.value == pytest.approx(np.mean(np.log([30.0 + 4 * (day % 3) for day in (37, 38, 39)])))
    assert (mean.valid, "new_source" in mean.quality) == (3, True)


def test_back_at_the_old_instrument_its_own_days_are_the_past() -> None:
    def source(day: int) -> tuple[ReadingSource, float]:
        return (STRAP, 30.0) if 30 <= day < 36 else (WATCH, 80.0)

    record = records([one for day in range(42) for one in rmssd(day, *source(day))])["resting_heart_rate_z"]

    assert record.value is not None
    assert abs(record.value) < 2
    assert "new_source" in record.quality, "six days of its window are another instrument's"


def test_a_change_of_instrument_is_no_evidence_against_an_athlete() -> None:
    readings = [one for day in range(60) for one in rmssd(day, *((STRAP, 30.0) if day >= 55 else (WATCH, 80.0)))]
    table = build(readings)

    mixed = evidence_on(59, histories(table))
    apart = evidence_on(59, histories(table), instruments=domain_instruments(table))
    before = evidence_on(54, histories(table), instruments=domain_instruments(table))

    assert mixed.findings[Domain.HRV].points == 2
    assert Domain.HRV not in apart.findings
    assert before.findings[Domain.HRV].points == 0, "an earlier morning is judged by the instrument of its own day"


def test_one_instrument_adds_no_column() -> None:
    table: DailyTable = build([one for day in range(5) for one in rmssd(day, WATCH, 80.0) + slept(day, WATCH, 8)])

    assert [name for name in table.columns if name.endswith("_instrument")] == []


@given(st.lists(st.tuples(st.floats(1, 9), st.integers(0, 2)), min_size=1, max_size=40), st.data())
def test_what_is_left_is_of_the_last_instrument_and_nothing_is_added(
    days: list[tuple[float, int]], data: st.DataObject
) -> None:
    gaps = data.draw(st.sets(st.integers(0, len(days) - 1)))
    values = np.array([np.nan if n in gaps else value for n, (value, _) in enumerate(days)])
    numbers = np.array([np.nan if n in gaps else float(kind) for n, (_, kind) in enumerate(days)])

    found = of_one_instrument(values, numbers)

    kept = ~np.isnan(found)
    assert np.array_equal(found[kept], values[kept])
    assert len(set(numbers[kept])) <= 1
    assert np.isnan(values).all() or kept[np.flatnonzero(~np.isnan(values))[-1]]

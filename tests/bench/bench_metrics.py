"""Measures figures: of one day, and the whole daily series, for a squad with three years of readings.

Run it with `make bench`. Readings are invented: morning answers on seven days of ten, variability, resting heart rate
and sleep from a device, two sessions in three days. They are read from a vault, as the command reads them, in two
processes.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.metrics.athlete_metrics import athlete_metrics
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId

ATHLETES, DAYS, PROCESSES = 30, 3 * 365, 2
ONE_DAY_AIM_S, SERIES_AIM_S = 5.0, 20.0
START, KEY = datetime(2023, 1, 2, 6, tzinfo=UTC), UnlockKey(bytes(range(32)))
FORM, WATCH = ReadingSource("", "form", "f" * 64), ReadingSource("w", "watch", "e" * 64)
ITEMS = (Stream.FATIGUE, Stream.MOOD, Stream.SORENESS, Stream.STRESS, Stream.SLEEP_QUALITY, Stream.READINESS)


@dataclass(frozen=True, slots=True)
class MetricTimes:
    """What one measurement found, in seconds of wall time on `PROCESSES` processes. readings: of all athletes."""

    athletes: int
    days: int
    readings: int
    one_day_s: float
    series_s: float
    figures: int

    @property
    def lines(self) -> list[str]:
        """The figures, each in a line with its aim."""
        who = f"{self.athletes} athletes x {self.days} days, {self.readings:,} readings"
        rows = (
            ("one day's figures", self.one_day_s, ONE_DAY_AIM_S),
            ("every day's figures", self.series_s, SERIES_AIM_S),
        )
        return [who] + [
            f"  {name:<20} {took:6.1f} s  (aim {aim:g}: {'met' if took <= aim else 'MISSED'})"
            for name, took, aim in rows
        ]


def invented(seed: int, days: int) -> list[Observation]:
    """Readings of one athlete."""
    rng, found = np.random.default_rng(seed), []
    for day in range(days):
        at = START + timedelta(days=day)
        if rng.random() < 0.7:
            found += [observe(item, at, float(rng.integers(1, 6)), FORM) for item in ITEMS]
        found.append(observe(Stream.RMSSD, at, float(rng.uniform(40, 80)), WATCH))
        found.append(observe(Stream.RESTING_HEART_RATE, at, float(rng.integers(45, 60)), WATCH))
        asleep = float(rng.integers(380, 480))
        found.append(observe(Stream.SLEEP_PERIOD_MIN, at - timedelta(hours=8.2), asleep, WATCH, end=at))
        if day % 3:
            begun = at + timedelta(hours=10)
            end = begun + timedelta(minutes=75)
            found.append(observe(Stream.SESSION_RPE, begun, float(rng.integers(2, 9)), FORM, end=end))
            found.append(observe(Stream.SESSION_DURATION_MIN, begun, 75.0, FORM, end=end))
        else:
            found.append(observe(Stream.REST_DAY, at, 1.0, FORM))
    return found


def measure(*, athletes: int = ATHLETES, days: int = DAYS, processes: int = PROCESSES) -> MetricTimes:
    """Fill a vault and measure both."""
    last = (START + timedelta(days=days - 1)).date()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vault.sqlite3"
        readings = [invented(seed, days) for seed in range(athletes)]
        with Vault.open(path, KEY) as vault:
            ids = [vault.add_athlete(AthleteId(f"ath-{n:016x}"), f"A{n}", shirt_no=n).athlete for n in range(athletes)]
            for one, told in zip(ids, readings, strict=True):
                vault.add(one, told)
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            list(pool.map(partial(_figures, path, last, last), ids[:processes]))  # processes have started
            one_day_s, _ = _timed(pool, path, ids, last, last)
            series_s, figures = _timed(pool, path, ids, START.date(), last)
    return MetricTimes(athletes, days, sum(map(len, readings)), one_day_s, series_s, figures)


def _timed(
    pool: ProcessPoolExecutor, path: Path, athletes: Sequence[AthleteId], first: date, last: date
) -> tuple[float, int]:
    began = time.perf_counter()
    figures = sum(pool.map(partial(_figures, path, first, last), athletes))
    return time.perf_counter() - began, figures


def _figures(path: Path, first: date, last: date, athlete: AthleteId) -> int:
    with Vault.open(path, KEY) as vault:
        found = athlete_metrics(vault, athlete, first=first, last=last, today=last)
    return sum(map(len, found.values()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--athletes", type=int, default=ATHLETES)
    for text in measure(athletes=parser.parse_args().athletes).lines:
        print(text)

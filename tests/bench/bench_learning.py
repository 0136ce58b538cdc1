"""Measures private learning: clipped gradients of many athletes by five methods on identical work, and one exchange.

Run it with `make bench`. It prints tab-separated lines: athlete-rounds for each second of processor time, the median of
the repeats, the slowest and the fastest of them, and how many times as fast packed series are. Methods take turns, so
that whatever else the machine does meets all of them; one thread each. All must give the same numbers, or it ends.
pfl is measured in an environment of its own (`bench_pfl`): it asks for another dp-accounting than the tests do.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.features import RECOVERY_SCHEMA, AthleteSeries
from models.privacy.contribution import contribution
from models.privacy.discrete_gaussian import add_in_ring
from models.privacy.per_athlete_gradients import GradientKind
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe
from models.training.server_step import start, step
from models.training.simulation import simulated_manifest

ATHLETES, DAYS, COLUMNS, REPEATS = 1_000, 150, 25, 9
CLUBS, SQUAD, DIFFERENT_CLUBS = 100, 1_000, 10  # ten squads are more than the third-level cache holds
TOLERANCE = 1e-5  # of the largest number: single precision, whose sums are added in another order by each method
SHOWN: Mapping[GradientKind, str] = {"huber": "linear, Huber", "logistic": "linear, logistic", "mlp": "network of 433"}
LEAST_RATE: Mapping[GradientKind, float] = {"huber": 300_000, "logistic": 300_000, "mlp": 50_000}
LEAST_TIMES = {"two bare products": 0.6, "torch.func.vmap(grad)": 3.0, "Opacus": 5.0}  # of the linear models
MOST_EXCHANGE_S = 3.0
HEADER = ("work", "method", "median", "slowest", "fastest", "packed is times", "aim", "is met")

Method = Callable[[], np.ndarray]


@dataclass(frozen=True, slots=True)
class MethodRate:
    """Athlete-rounds a second of processor time of one method on one piece of work, repeat by repeat."""

    kind: GradientKind
    method: str
    rates: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of the repeats."""
        return statistics.median(self.rates)


@dataclass(frozen=True, slots=True)
class LearningRates:
    """What one measurement found. exchange_s: processor seconds of one exchange of `athletes`, repeat by repeat."""

    rates: tuple[MethodRate, ...]
    athletes: int
    exchange_s: tuple[float, ...]

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Cells of every line of the table, without its header."""
        packed = {one.kind: one.median for one in self.rates if one.method == "packed"}
        return [_row(one, packed[one.kind]) for one in self.rates] + [self._exchange_row()]

    def _exchange_row(self) -> tuple[str, ...]:
        seconds = statistics.median(self.exchange_s)
        shown = [f"{one:.2f} s" for one in (seconds, max(self.exchange_s), min(self.exchange_s))]
        is_met = _met(seconds < MOST_EXCHANGE_S)
        return f"exchange of {self.athletes:,}", "packed", *shown, "", f"< {MOST_EXCHANGE_S:g} s", is_met


def _row(one: MethodRate, packed: float) -> tuple[str, ...]:
    shown = [f"{rate:,.0f}" for rate in (one.median, min(one.rates), max(one.rates))]
    times = packed / one.median
    if one.method == "packed":
        least = LEAST_RATE[one.kind]
        return SHOWN[one.kind], one.method, *shown, "", f">= {least:,.0f}", _met(one.median >= least)
    aim = LEAST_TIMES.get(one.method) if one.kind != "mlp" else None
    said = ("", "") if aim is None else (f">= {aim:g} times", _met(times >= aim))
    return SHOWN[one.kind], one.method, *shown, f"{times:.2f}", *said


def _met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def measure(*, athletes: int = ATHLETES, repeats: int = REPEATS, squad: int = SQUAD) -> LearningRates:
    """Measure every method on every kind of loss, and the exchange; raises ValueError where numbers differ."""
    from tests.bench.gradient_methods import methods  # loads torch and Opacus

    rates: list[MethodRate] = []
    for kind in SHOWN:
        ways = methods(kind, invented_athletes(athletes, COLUMNS, seed=1), seed=2)
        _compare(ways)
        taken = [{name: processor_s(way) for name, way in ways.items()} for _ in range(repeats)]
        rates += [MethodRate(kind, name, tuple(athletes / one[name] for one in taken)) for name in ways]
    return LearningRates(tuple(rates), CLUBS * squad, _exchange_s(squad, repeats))


def _compare(ways: Mapping[str, Method]) -> None:
    """Raise ValueError unless all methods that return rows return the same; running each once also warms it up."""
    found = {name: way() for name, way in ways.items()}
    for name, rows in found.items():
        apart = np.abs(rows - found["packed"]).max() if rows.size else 0.0
        if apart > TOLERANCE * np.abs(found["packed"]).max():
            raise ValueError(f"{name} and packed series differ by {apart:.1e}")


def processor_s(work: Callable[[], object]) -> float:
    """Processor time of this process for one run, all threads."""
    began = time.process_time()
    work()
    return time.process_time() - began


def invented_athletes(count: int, columns: int, *, seed: int) -> list[AthleteSeries]:
    """Athletes of `DAYS` days with random features and outcomes, all to learn from."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((count, DAYS, columns), dtype=np.float32)
    y = (rng.random((count, DAYS)) < 0.5).astype(np.float32)
    return [AthleteSeries(*one, np.ones(DAYS, bool)) for one in zip(X, y, strict=True)]


def _exchange_s(squad: int, repeats: int) -> tuple[float, ...]:
    """Processor seconds of one exchange of `CLUBS` clubs: packing, gradients, clip, rounding, noise, sum and step."""
    recipe = exchange_recipe(RECOVERY_SCHEMA.model, athletes=CLUBS * squad, clubs=CLUBS)
    manifest, weights = simulated_manifest(recipe, CLUBS), initial_weights(recipe.model)
    squads = [invented_athletes(squad, len(RECOVERY_SCHEMA.features), seed=seed) for seed in range(DIFFERENT_CLUBS)]

    def exchange() -> None:
        sums = [contribution(manifest, weights, squads[club % DIFFERENT_CLUBS]) for club in range(CLUBS)]
        step(start(weights), add_in_ring(sums, manifest.modulus_bits), manifest)

    return tuple(processor_s(exchange) for _ in range(repeats))


def lines(found: LearningRates, load: Sequence[float]) -> list[str]:
    """The table, tab-separated, and what it was measured on."""
    said = f"# {DAYS} days x {COLUMNS} columns, athlete-rounds a CPU-second, {len(found.exchange_s)} repeats; "
    busy = f"load {load[0]:.1f} on {os.cpu_count()} cores; all methods agree to {TOLERANCE:g} of the largest number"
    return [said + busy, "\t".join(HEADER), *("\t".join(row) for row in found.rows)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    load = os.getloadavg()
    for text in lines(measure(repeats=parser.parse_args().repeats), load):
        print(text)

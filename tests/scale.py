"""How large a test is: what the gate has time for, or what a drill asks (tests/drills/).

A drill runs tests of the gate at a larger scale, many times over, or with other seeds. It says so in the environment,
because decorators and parameters are made when a test file is read.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from hypothesis import settings

FACTOR_VARIABLE = "HOMEFIELD_DRILL_FACTOR"
RUNS_VARIABLE = "HOMEFIELD_DRILL_RUNS"
SEED_VARIABLE = "HOMEFIELD_DRILL_SEED"
COUNTS_VARIABLE = "HOMEFIELD_DRILL_COUNTS"

FACTOR = int(os.environ.get(FACTOR_VARIABLE, "1"))
RUNS = int(os.environ.get(RUNS_VARIABLE, "1"))
SEED = int(os.environ.get(SEED_VARIABLE, "0"))

Size = TypeVar("Size")
Point = TypeVar("Point")

counts: Counter[str] = Counter()
"""What this process has tried, by name; a drill's summary is made of it."""


def scaled(count: int) -> int:
    """So many in the gate; a drill does `FACTOR` times as many."""
    return count * FACTOR


def sized(in_gate: Size, *, in_drill: Size) -> Size:
    """One of two sizes, where a measurement needs its own bounds at each."""
    return in_gate if FACTOR == 1 else in_drill


def seeded(number: int) -> int:
    """This seed in the gate; in a drill one that follows from it and the drill's own."""
    return number + SEED


def sampled(points: Sequence[Point], in_gate: int) -> Sequence[Point]:
    """Every point in a drill; in the gate about so many of them, evenly spread, of which the first and the last."""
    if FACTOR > 1 or len(points) <= in_gate:
        return points
    return [points[round(place * (len(points) - 1) / (in_gate - 1))] for place in range(in_gate)]


def fuzzed(count: int) -> settings:
    """Hypothesis settings: so many examples in the gate. Time does not count, since a machine may be busy."""
    return settings(max_examples=scaled(count), deadline=None)


def write_counts() -> None:
    """Add what this process has tried to the drill's file, if a drill asked for it."""
    path = os.environ.get(COUNTS_VARIABLE)
    if path and counts:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(counts) + "\n")

"""Figures of one program for its operator: counts of events, times, and readings taken when somebody asks.

A metric has at most one label, with the only values it may have written beside it: no person, athlete or organisation
can become one. Counting takes a lock of its own for a moment, so that whoever reads keeps nobody waiting.
"""

import bisect
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

OTHER: Final = "other"
PUBLICATION_BOUNDS_S: Final = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)

ReadFigure = Callable[[], float | None]
"""Takes a reading; None where there is none at the moment."""


@dataclass(frozen=True, slots=True)
class OperatorMetric:
    """What one metric is: name (with its unit), a sentence, and the label with all its values, if it has one."""

    name: str
    says: str
    label: str = ""
    values: tuple[str, ...] = ()


class EventCounter:
    """Counts events of one metric by its label's value; a value that is not declared counts as "other"."""

    def __init__(self, metric: OperatorMetric) -> None:
        self.metric = metric
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(metric.values or ("",), 0)

    def add(self, value: str = "", by: int = 1) -> None:
        """Count `by` events more."""
        known = value if value in self._counts else OTHER
        with self._lock:
            self._counts[known] = self._counts.get(known, 0) + by

    def counts(self) -> dict[str, int]:
        """Return the counts by value; "" where the metric has no label."""
        with self._lock:
            return dict(self._counts)


class TimeCounter:
    """How long things took: a histogram over fixed bounds in seconds."""

    def __init__(self, metric: OperatorMetric, bounds_s: tuple[float, ...] = PUBLICATION_BOUNDS_S) -> None:
        self.metric = metric
        self.bounds_s = bounds_s
        self._lock = threading.Lock()
        self._counts = [0] * (len(bounds_s) + 1)
        self._sum_s = 0.0

    def add(self, seconds: float) -> None:
        """Count one that took so long."""
        with self._lock:
            self._counts[bisect.bisect_left(self.bounds_s, seconds)] += 1
            self._sum_s += seconds

    def counts(self) -> tuple[list[int], float]:
        """Return how many took at most each bound, all of them last, and the sum of their seconds."""
        with self._lock:
            counts, sum_s = list(self._counts), self._sum_s
        return [sum(counts[: at + 1]) for at in range(len(counts))], sum_s


@dataclass(frozen=True, slots=True)
class ProgramFigures:
    """All figures of one program. readings: called at each scrape, so that each must be quick and wait for nobody."""

    counters: list[EventCounter] = field(default_factory=list)
    times: list[TimeCounter] = field(default_factory=list)
    readings: list[tuple[OperatorMetric, ReadFigure]] = field(default_factory=list)

    def counting(self, metric: OperatorMetric) -> EventCounter:
        """Add and return a counter."""
        counter = EventCounter(metric)
        self.counters.append(counter)
        return counter

    def timing(self, metric: OperatorMetric) -> TimeCounter:
        """Add and return a histogram."""
        times = TimeCounter(metric)
        self.times.append(times)
        return times

    def reading(self, metric: OperatorMetric, read: ReadFigure) -> None:
        """Add a reading."""
        self.readings.append((metric, read))

    @property
    def metrics(self) -> tuple[OperatorMetric, ...]:
        """Every metric of the program."""
        counted, timed = [one.metric for one in self.counters], [one.metric for one in self.times]
        return (*counted, *timed, *(metric for metric, _ in self.readings))


def rounded(value: float, least: float = 0.0) -> float:
    """Return a total to one significant digit, 0 below `least`: nobody's share can be read from it."""
    return float(f"{value:.0e}") if value >= max(least, 0.0) else 0.0


REFUSED_REQUESTS: Final = OperatorMetric(
    "homefield_refused_requests",
    "Requests that were refused, by HTTP status.",
    "status",
    ("400", "401", "403", "404", "408", "409", "410", "413", "422", "429", "500", "503", OTHER),
)


def refused_counter(figures: ProgramFigures) -> Callable[[int], None]:
    """Return what counts the refusals among a program's answers, by their status."""
    counter = figures.counting(REFUSED_REQUESTS)

    def count(status: int) -> None:
        if status >= 400:
            counter.add(str(status))

    return count

"""Figures in the text format that Prometheus scrapes, from a registry of the program's own."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from chassis.operations.figures import ProgramFigures, ReadFigure


class FiguresCollector(Collector):
    """Hands the figures of one program to a registry. A reading that fails is left out of that scrape."""

    def __init__(self, figures: ProgramFigures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Yield every figure as it is now."""
        yield from self._counted()
        yield from self._timed()
        for metric, read in self._figures.readings:
            value = _read(read)
            if value is not None:
                yield GaugeMetricFamily(metric.name, metric.says, value=value)

    def _counted(self) -> Iterator[Metric]:
        for one in self._figures.counters:
            labels = [one.metric.label] if one.metric.label else []
            family = CounterMetricFamily(one.metric.name, one.metric.says, labels=labels)
            for value, count in one.counts().items():
                family.add_metric([value] if labels else [], count)
            yield family

    def _timed(self) -> Iterator[Metric]:
        for one in self._figures.times:
            counts, sum_s = one.counts()
            names = [*map(str, one.bounds_s), "+Inf"]
            buckets: list[tuple[str, float]] = [(name, float(n)) for name, n in zip(names, counts, strict=True)]
            yield HistogramMetricFamily(one.metric.name, one.metric.says, buckets=buckets, sum_value=sum_s)


def registry_of(figures: ProgramFigures) -> CollectorRegistry:
    """Return a registry with these figures and nothing of the process or of Python."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(FiguresCollector(figures))
    return registry


def exposed(figures: ProgramFigures) -> bytes:
    """Return all figures as they are now."""
    return generate_latest(registry_of(figures))


def _read(read: ReadFigure) -> float | None:
    """Take a reading, or none where that fails: a log that is closed, for one, must not cost the other figures."""
    try:
        return read()
    except Exception:
        return None

"""Pieces that the node's charts share: round marks, values where nothing is known, and the finished chart."""

import math
from collections.abc import Sequence

from chassis.web.chart_spec import Spec
from chassis.web.charts import Chart, narrowed, to_svg
from client.web.text import minus

Rows = Sequence[Sequence[object]]

MISSING = "not recorded"
UNKNOWN = "not known"  # of a mean: too few of its days were recorded


def even_steps(top: float) -> list[float]:
    """Return round marks from 0 to at most `top`, so that no grid line crosses the labels above the bars."""
    size = 10.0 ** math.floor(math.log10(top / 3))
    step = next(size * factor for factor in (1, 2, 5, 10) if top / (size * factor) < 5)
    return [step * place for place in range(math.floor(top / step) + 1)]


def finished(spec: Spec, *, finding: str, about: str, label: str, columns: Sequence[str], rows: Rows) -> Chart:
    """Render wide and narrow, and tie the picture to its sentence and its table."""
    return Chart(
        finding=finding,
        about=about,
        label=label,
        wide=to_svg(spec),
        narrow=to_svg(narrowed(spec)),
        columns=columns,
        rows=rows,
    )


def json_value(value: float) -> float | None:
    """Return a value for the chart's rows: None where nothing is known."""
    return round(float(value), 3) if math.isfinite(value) else None


def table_value(value: float, digits: int, *, missing: str = MISSING) -> str:
    """Return a value for the table twin: a word where nothing is known."""
    return minus(value, digits) if math.isfinite(value) else missing

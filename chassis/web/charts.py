"""Charts as accessible SVG inside the page, rendered on the server from Vega-Lite, each with a table twin."""

import copy
import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis.errors import UnsafeChart

# What would break the pages' content policy, or clash with another chart's ids.
FORBIDDEN = ("style=", "<script", "url(#")


@dataclass(frozen=True, slots=True)
class Chart:
    """A rendered chart. `finding` is the sentence it shows; `rows` hold the same figures as the picture."""

    finding: str
    about: str
    label: str
    wide: str
    narrow: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]] = field(default_factory=tuple)
    large: bool = False


@functools.cache
def _theme() -> dict[str, Any]:
    text = (Path(__file__).parent / "vega-theme.json").read_text(encoding="utf-8")
    theme: dict[str, Any] = json.loads(text)["page"]
    return theme


def to_svg(spec: Mapping[str, Any]) -> str:
    """Render one Vega-Lite specification in the page theme; raises UnsafeChart if the SVG may not stand in a page."""
    import vl_convert  # a large library that only pages with charts need

    # No address may be read while a chart is drawn, whatever a specification names.
    try:
        svg: str = vl_convert.vegalite_to_svg({**spec, "config": _theme()}, allowed_base_urls=[])
    except ValueError as error:  # its message may hold the figures
        raise UnsafeChart("expected a chart that can be drawn from its own figures alone") from error
    for token in FORBIDDEN:
        if token in svg:
            raise UnsafeChart(f"expected an SVG without {token!r}")
    return _unspoken(svg)


def _unspoken(svg: str) -> str:
    """Hide the drawing from screen readers: the figure around it says the finding, and the table has the numbers."""
    return re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg).replace("<svg ", '<svg aria-hidden="true" ', 1)


def narrowed(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the specification with the sizes of `usermeta.narrow`; "spec.width" reaches inside."""
    result: dict[str, Any] = copy.deepcopy(dict(spec))
    for path, size in result.get("usermeta", {}).get("narrow", {}).items():
        *parents, last = path.split(".")
        target = result
        for parent in parents:
            target = target[parent]
        target[last] = size
    return result

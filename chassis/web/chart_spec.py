"""Chart specifications kept as Vega-Lite files beside the code that fills them in.

In a file, the text "$name" stands for a value that the code fills in, and `"$if": "name"` keeps a layer only where
that value is neither None nor False.
"""

import functools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chassis.errors import UnfilledChart

Spec = dict[str, Any]
MARK, CONDITION = "$", "$if"


def filled(path: Path, **values: object) -> Spec:
    """Return the specification of a file with its values; raises UnfilledChart unless both name the same ones."""
    spec, names = _read(path)
    if names != set(values):
        raise UnfilledChart(f"expected a value for each name in {path.name}, got others: {sorted(names ^ set(values))}")
    result: Spec = _fill(spec, values)
    return result


@functools.cache
def _read(path: Path) -> tuple[Spec, frozenset[str]]:
    spec: Spec = json.loads(path.read_text(encoding="utf-8"))
    return spec, frozenset(_names(spec))


def _names(node: Any) -> Iterator[str]:
    """Yield every name that the specification mentions."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [value] if key == CONDITION else _names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _names(value)
    elif _is_name(node):
        yield node.removeprefix(MARK)


def _fill(node: Any, values: Mapping[str, object]) -> Any:
    if isinstance(node, dict):
        return {key: _fill(value, values) for key, value in node.items() if key != CONDITION}
    if isinstance(node, list):
        return [_fill(value, values) for value in node if _is_kept(value, values)]
    return values[node.removeprefix(MARK)] if _is_name(node) else node


def _is_kept(node: Any, values: Mapping[str, object]) -> bool:
    if not isinstance(node, dict) or CONDITION not in node:
        return True
    value = values[node[CONDITION]]
    return value is not None and value is not False


def _is_name(node: Any) -> bool:
    return isinstance(node, str) and node.startswith(MARK)

"""Chart specifications: filled from files, and never with a value missing or too many."""

import json
from pathlib import Path

import pytest

from chassis.errors import UnfilledChart
from chassis.web.chart_spec import filled

SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": "$rows"},
    "layer": [{"mark": "bar", "y": ["$low", 9]}, {"$if": "plan", "mark": "rule", "y": "$plan"}],
}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """The file of a small specification."""
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(SPEC), encoding="utf-8")
    return path


def test_names_give_way_to_values(spec: Path) -> None:
    result = filled(spec, rows=[{"n": 1}], low=0, plan=[2.5])

    assert result == {
        "$schema": SPEC["$schema"],
        "data": {"values": [{"n": 1}]},
        "layer": [{"mark": "bar", "y": [0, 9]}, {"mark": "rule", "y": [2.5]}],
    }


@pytest.mark.parametrize("absent", [None, False])
def test_a_layer_without_its_value_is_left_out(spec: Path, absent: object) -> None:
    assert filled(spec, rows=[], low=0, plan=absent)["layer"] == [{"mark": "bar", "y": [0, 9]}]


@pytest.mark.parametrize("value", [0, 0.0, [], ""])
def test_a_layer_whose_value_is_only_small_stays(spec: Path, value: object) -> None:
    assert len(filled(spec, rows=[], low=0, plan=value)["layer"]) == 2


@pytest.mark.parametrize("values", [{"rows": [], "low": 0}, {"rows": [], "low": 0, "plan": 1, "high": 2}])
def test_a_missing_or_unknown_value_is_refused(spec: Path, values: dict[str, object]) -> None:
    with pytest.raises(UnfilledChart, match=r"plan|high"):
        filled(spec, **values)


def test_filling_leaves_the_file_as_it_was_read(spec: Path) -> None:
    first = filled(spec, rows=[1], low=0, plan=1)
    first["layer"].clear()

    assert len(filled(spec, rows=[2], low=0, plan=1)["layer"]) == 2
    assert filled(spec, rows=[2], low=0, plan=1)["data"] == {"values": [2]}

"""The model of acts names the code that does each of its steps; the code is there under these names."""

import re
from importlib import import_module
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[2] / "formal" / "acts.pml"
NAMES = sorted(set(re.findall(r"code: ([\w.]+)", MODEL.read_text(encoding="utf-8"))))


def found(name: str) -> object:
    """Import the longest part of a dotted name that is a module, and walk the rest."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        try:
            value: object = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            value = getattr(value, part)
        return value
    raise AssertionError(f"no module of {name}")


@pytest.mark.parametrize("name", NAMES)
def test_each_step_of_the_model_has_its_code(name: str) -> None:
    assert callable(found(name))


def test_the_model_has_a_step_for_append_adopt_refuse_and_settle() -> None:
    steps = {name.rpartition(".")[2] for name in NAMES}

    assert {"append_many", "adopt", "refuse_other_moments", "settle", "publish", "write"} <= steps

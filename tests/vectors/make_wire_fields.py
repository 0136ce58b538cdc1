"""Writes wire_fields.json: every field of every type that leaves a node. Run it only for a reviewed privacy decision.

python tests/vectors/make_wire_fields.py
"""

import dataclasses
import importlib
import inspect
import json
import re
import sys
import typing
from pathlib import Path

from pydantic import BaseModel

MODULES = (
    "models.masks.messages",
    "models.wire",
    "policies.campaign",
    "policies.terms.season",
    "policies.grant",
    "policies.release",
    "policies.snapshot",
    "policies.sign_in.ticket",
)
GOLDEN = Path(__file__).with_name("wire_fields.json")


def describe() -> dict[str, dict[str, str]]:
    """Field names and plain types of every model and dataclass defined in the modules of the boundary."""
    described = {}
    for name in MODULES:
        module = importlib.import_module(name)
        for kind, value in sorted(inspect.getmembers(module, inspect.isclass)):
            if value.__module__ == name and (issubclass(value, BaseModel) or dataclasses.is_dataclass(value)):
                described[f"{name}.{kind}"] = _fields(value)
    return described


def _fields(kind: type) -> dict[str, str]:
    hints = typing.get_type_hints(kind)
    names = kind.model_fields if issubclass(kind, BaseModel) else [field.name for field in dataclasses.fields(kind)]
    return {name: _plain(hints[name]) for name in names}


def _plain(hint: object) -> str:
    name = getattr(hint, "__name__", "") if not typing.get_args(hint) else ""
    text = re.sub(r"\b[a-z_]+\.", "", name or str(hint))
    return re.sub(r"Optional\[(\w+(?:\[[\w, ]+\])?)\]", r"\1 | None", text)  # older Pythons write it so


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    GOLDEN.write_text(json.dumps(describe(), indent=1) + "\n", encoding="utf-8")

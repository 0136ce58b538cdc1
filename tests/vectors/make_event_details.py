"""Writes event_details.json: every field of every form of event. Run it only for a reviewed decision.

python tests/vectors/make_event_details.py
"""

import json
import sys
import types
import typing
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).with_name("event_details.json")


def describe(forms: Iterable[Any] | None = None) -> dict[str, dict[str, Any]]:
    """Kind of each form, the fields that open one by one, and those in `rest`, each with its type and bounds."""
    from audit.entries.details.forms import FORMS

    return {
        form.form: {
            "kind": form.kind.value,
            "opened": _fields(form, lambda name, form=form: name in form.opened),
            "rest": _fields(form, lambda name, form=form: name not in form.opened),
        }
        for form in (FORMS.values() if forms is None else forms)
    }


def text() -> str:
    """The golden file as it is written."""
    return json.dumps(describe(), indent=1, ensure_ascii=False) + "\n"


def _fields(model: Any, is_wanted: Any) -> dict[str, Any]:
    return {
        name: _plain(field.annotation, field.metadata) for name, field in model.model_fields.items() if is_wanted(name)
    }


def _plain(hint: Any, metadata: Iterable[Any]) -> Any:
    """A type as text: enumerations with their values, models with their fields, texts and numbers with their bounds."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " | ".join(str(_plain(one, [])) for one in arguments)
    if typing.get_origin(hint) is typing.Annotated:
        return _plain(arguments[0], [one for given in arguments[1:] for one in getattr(given, "metadata", [given])])
    if typing.get_origin(hint) is tuple:
        return [_plain(arguments[0], [])]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return f"{hint.__name__}: {', '.join(str(getattr(one, 'word', one.value)) for one in hint)}"
    if hasattr(hint, "model_fields"):
        return _fields(hint, lambda _name: True)
    name = "None" if hint is type(None) else hint.__name__
    bounds = [f"{key}={value}" for one in metadata for key in _BOUNDS if (value := getattr(one, key, None)) is not None]
    return " ".join([name, *bounds])


_BOUNDS = ("pattern", "min_length", "max_length", "ge", "le")

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    GOLDEN.write_text(text(), encoding="utf-8")

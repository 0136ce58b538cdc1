"""Details of entries from before they were typed: untyped objects in existing logs, read for showing, never written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from pydantic import JsonValue

from audit.errors import MalformedProof
from policies.vocabulary import Action, Category, Granularity, Purpose, Role

E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True)
class DetailsV1:
    """What such an entry says. What does not apply is None; because: the reason as a finished sentence, or "".

    is_unknown: the service stopped before the event could take effect, and nothing else is known of it.
    """

    person: str | None
    role: Role | None
    action: Action | None
    purpose: Purpose | None
    category: Category | None
    granularity: Granularity | None
    allowed: bool
    because: str
    is_unknown: bool
    fields: Mapping[str, JsonValue] = field(repr=False)


def read_v1(fields: Mapping[str, JsonValue]) -> DetailsV1:
    """Return the typed view of untyped details; raises MalformedProof for words that this version never wrote."""
    person, granularity = _text(fields, "person"), _text(fields, "granularity")
    try:
        return DetailsV1(
            person=person,
            role=_word(Role, _text(fields, "role")),
            action=_word(Action, _text(fields, "action")),
            purpose=_word(Purpose, _text(fields, "purpose")),
            category=_word(Category, _text(fields, "category")),
            granularity=None if granularity is None else Granularity.from_word(granularity),
            allowed=bool(fields.get("allowed", False)),
            because=_text(fields, "because") or "",
            is_unknown=fields.get("outcome") == "unknown",
            fields=fields,
        )
    except (ValueError, KeyError) as error:
        raise MalformedProof("expected details in the words of the first version") from error


def _word(kind: type[E], text: str | None) -> E | None:
    return None if text is None else kind(text)


def _text(fields: Mapping[str, JsonValue], name: str) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise MalformedProof(f"expected text as {name}")
    return value

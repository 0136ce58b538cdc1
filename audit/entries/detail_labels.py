"""The sealed details of an entry in plain words, for whoever holds the key that opens them."""

import json
from collections.abc import Mapping
from datetime import date
from enum import Enum, StrEnum
from typing import Any

from audit.entries.detail_words import CODES, FIELDS
from audit.entries.details.athletes import CellChange, RefundBooked
from audit.entries.details.base import Details
from audit.entries.entry_fields import read_named
from audit.entries.opened_details import COMMON, read_opened
from audit.errors import MalformedProof
from chassis.cli.printable import printable
from policies.vocabulary import Granularity

BY_FIELD = {"subject": "About athlete", "part_of_day": "Part of day (UTC)"}
"""What the journal adds to entries that open field by field."""
LABELS_V1 = {
    "at": "When",
    "org": "Organisation",
    "organisation": "Organisation",
    **BY_FIELD,
    "person": "Who",
    "role": "As",
    "action": "To",
    "purpose": "For",
    "category": "What",
    "granularity": "How fine",
    "allowed": "Allowed",
    "because": "Because",
    "rule": "Rule",
    "number": "Your entry no.",
    "event": "Act",
    "answers": "Answer to act",
    "sent": "Answer went out",
    "what": "What was asked",
    "outcome": "What came of it",
    "campaign": "Campaign",
    "reported": "As reported",
}
"""Names of single fields, and of the members of details from before they were typed; others keep their own names."""
_VOCABULARY = frozenset({"role", "action", "purpose", "category", "granularity"})


def detail_lines(details: Mapping[str, Any]) -> list[str]:
    """Return one line per member, the known ones first and in a fixed order.

    Details that claim a form and are not of it are shown as they are: a commitment may be to anything.
    """
    is_by_field = "organisation" in details
    try:
        opened = read_named(details) if is_by_field else read_opened(details)
    except MalformedProof:
        return _lines_v1(details)
    if not isinstance(opened.details, Details):
        return _lines_v1(details)
    lines = _lines(opened.details, {**details, "org": opened.org})
    return lines + [f"{label}: {_words(name, details[name])}" for name, label in BY_FIELD.items() if name in details]


def _lines(details: Details, common: Mapping[str, Any]) -> list[str]:
    """One line for each field of the form that is not absent, and for what the journal adds to every entry."""
    values = {name: common[name] for name in COMMON if name in common}
    values |= {name: value for name in type(details).model_fields if (value := getattr(details, name)) is not None}
    return [f"{label}: {_typed_words(name, values[name])}" for name, label in FIELDS.items() if name in values]


def _typed_words(name: str, value: object) -> str:
    if isinstance(value, Granularity):
        return value.word
    if isinstance(value, StrEnum) and type(value) in CODES:
        return CODES[type(value)][value]
    if isinstance(value, Enum):
        return _words(name, str(value.value).replace("_", " "))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "; ".join(_part_words(part) for part in value)
    return _words(name, value)


def _part_words(part: CellChange | RefundBooked) -> str:
    if isinstance(part, RefundBooked):
        return f"{part.micro_rho:,} of campaign {part.campaign}"
    return _change_words(part)


def _change_words(change: CellChange) -> str:
    what, whom = change.category.value.replace("_", " "), change.recipient_role.value.replace("_", " ")
    until = "" if change.ends is None else f" until {change.ends.date().isoformat()}"
    return printable(f"{what} for {whom} of {change.recipient_org}: {change.granularity.word}{until}")


def _lines_v1(details: Mapping[str, Any]) -> list[str]:
    known = [name for name in LABELS_V1 if name in details]
    others = sorted(name for name in details if name not in LABELS_V1)
    return [
        f"{LABELS_V1.get(name, printable(name))}: {_words(name, details[name])}"
        for name in [*known, *others]
        if name != "kind"
    ]


def _words(name: str, value: Any) -> str:
    if name == "number" and isinstance(value, int):
        return f"{value + 1:,}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "nothing"
    if name in _VOCABULARY and isinstance(value, str):
        value = value.replace("_", " ")
    return printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))

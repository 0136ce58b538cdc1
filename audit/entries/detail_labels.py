"""The sealed details of an entry in plain words, for whoever holds the key that opens them."""

import json
from collections.abc import Mapping
from typing import Any

from chassis.cli.printable import printable

LABELS = {
    "at": "When",
    "org": "Organisation",
    "person": "Who",
    "role": "As",
    "action": "To",
    "purpose": "For",
    "category": "What",
    "granularity": "How fine",
    "allowed": "Allowed",
    "because": "Because",
    "number": "Your entry no.",
    "event": "Act",
    "answers": "Answer to act",
    "sent": "Answer went out",
    "what": "What was asked",
    "outcome": "What came of it",
    "campaign": "Campaign",
    "reported": "As reported",
}
"""What a person calls the members that we know; others keep their own names."""
_VOCABULARY = frozenset({"role", "action", "purpose", "category", "granularity"})


def detail_lines(details: Mapping[str, Any]) -> list[str]:
    """Return one line per member, the known ones first and in a fixed order."""
    known = [name for name in LABELS if name in details]
    others = sorted(name for name in details if name not in LABELS)
    return [
        f"{LABELS.get(name, printable(name))}: {_words(name, details[name])}"
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

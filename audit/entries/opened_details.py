"""The opened details of one entry, typed or from before details were: what happened, when, and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from audit.entries.details.base import Details
from audit.entries.details.forms import read_details
from audit.entries.details_v1 import DetailsV1, read_v1
from audit.entries.events import EventKind
from audit.errors import MalformedProof

COMMON = frozenset({"event", "kind", "org", "at", "number"})
"""What the journal adds to the details of every entry."""


@dataclass(frozen=True, slots=True)
class OpenedDetails:
    """One opened entry. org: who acted, or "" where that is not known. event: what ties the entries of one request.

    number: the athlete's own, from 0; None where the entry is about nobody.
    """

    kind: EventKind
    org: str
    at: datetime
    event: str | None
    number: int | None
    details: Details | DetailsV1


def read_opened(fields: Mapping[str, JsonValue]) -> OpenedDetails:
    """Return what opened details say; raises MalformedProof for what no version of the service wrote."""
    org, event, number = fields.get("org", ""), fields.get("event"), fields.get("number")
    if not isinstance(org, str) or not isinstance(event, str | None) or not isinstance(number, int | None):
        raise MalformedProof("expected organisation, event and number of an entry")
    try:
        kind, at = EventKind(str(fields.get("kind"))), datetime.fromisoformat(str(fields.get("at")))
    except ValueError as error:
        raise MalformedProof("expected kind and time of an entry") from error
    return OpenedDetails(kind, org, at, event, number, _details(kind, fields))


def _details(kind: EventKind, fields: Mapping[str, JsonValue]) -> Details | DetailsV1:
    if "form" not in fields:
        return read_v1(fields)
    return read_details(kind, {name: value for name, value in fields.items() if name not in COMMON})

"""The ten fields of an entry, made of its typed details and of what the journal knows, and read back from them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue

from audit.entries.details.base import Details, Eight
from audit.entries.details.forms import FORMS, parse_details
from audit.entries.disclosure import SecretFields
from audit.entries.events import EventKind
from audit.entries.opened_details import OpenedDetails, read_opened
from audit.errors import MalformedProof
from policies.canonical import canonical_bytes

_FROM_DETAILS = ("role", "purpose", "category", "granularity", "rule", "outcome")
_COMMON = ("at", "event", "kind", "number")
_OF_THE_JOURNAL = ("organisation", "part_of_day", "subject")
_HOURS = 6


class PartOfDay(StrEnum):
    """A quarter of the day in UTC: as finely as an opened entry tells the time."""

    NIGHT = "night"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"

    @classmethod
    def of(cls, at: datetime) -> "PartOfDay":
        """Return the quarter of a time in UTC."""
        return _PARTS[at.hour // _HOURS]


_PARTS = tuple(PartOfDay)


@dataclass(frozen=True, slots=True)
class EntryContext:
    """What the journal knows of an entry beside its details.

    subject: the athlete, or None where it is about nobody. event: what ties the entries of one request. number: the
    athlete's own, from 0. at: when it was recorded, in UTC.
    """

    organisation: str
    subject: str | None
    event: str
    number: int | None
    at: datetime


def fields_of(details: Details, context: EntryContext) -> tuple[SecretFields, SecretFields]:
    """Return the eight fields and the two, each under a fresh secret.

    A form that opens no field of its own tells no time of day either: the eight of a decision, a release, the ledger
    or a sign-in are constants, for a dummy as for an athlete.
    """
    eight, rest = details.parts()
    part_of_day = PartOfDay.of(context.at).value if details.opened else None
    common = {
        "at": context.at.isoformat(),
        "event": context.event,
        "kind": details.kind.value,
        "number": context.number,
    }
    return (
        SecretFields.of_org({**eight, "organisation": context.organisation, "part_of_day": part_of_day}),
        SecretFields.of_subject(subject=context.subject, rest=canonical_bytes({**rest, **common}).decode()),
    )


def read_named(members: Mapping[str, JsonValue]) -> OpenedDetails:
    """Return what the ten fields say, given by their names with the members of `rest` in place of `rest`.

    Raises MalformedProof for anything else; absent fields may be left out.
    """
    form = FORMS.get(str(members.get("form")))
    absent = dict.fromkeys(() if form is None else form.opened)
    said = {name: value for name, value in members.items() if name not in _OF_THE_JOURNAL}
    return read_opened({**absent, **said, "org": members.get("organisation") or ""})


def read_fields(org: SecretFields, own: SecretFields) -> OpenedDetails:
    """Return what the ten fields say; raises MalformedProof unless `fields_of` could have made them."""
    try:
        rest: dict[str, JsonValue] = json.loads(own.values["rest"] or "")
        common = {name: rest.pop(name) for name in _COMMON}
        kind, at = EventKind(str(common["kind"])), datetime.fromisoformat(str(common["at"]))
        form = str(rest.pop("form"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedProof("expected form, kind, time, event and number among the details of an entry") from error
    eight = Eight(**{name: org.values[name] for name in _FROM_DETAILS})
    details = parse_details(kind, form, eight, {"form": form, **rest})
    number = common["number"]
    return OpenedDetails(
        kind,
        org.values["organisation"] or "",
        at,
        str(common["event"]),
        number if isinstance(number, int) else None,
        details,
    )

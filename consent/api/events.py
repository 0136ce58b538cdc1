"""POST /v1/events: an organisation has its own event logged; the details stay sealed, except of a published model."""

from typing import Any

from fastapi import APIRouter
from pydantic import JsonValue

from audit.entries.events import EventKind
from audit.entries.opening_json import opening_json
from consent.api.entry import Body, Signed, Store
from consent.decisions.opened_reports import PUBLIC_REPORTS
from consent.decisions.reported_events import read_report
from consent.errors import InvalidChange

router = APIRouter(prefix="/v1")


class EventRequest(Body):
    """One event of the calling organisation. details: the fields of the form in which it reports this kind.

    opening: whether to answer with what opens the entry for everybody; of a published model only.
    """

    kind: EventKind
    details: dict[str, JsonValue]
    opening: bool = False


@router.post("/events")
def append(signed: Signed, store: Store) -> dict[str, Any]:
    """Append and return the entry: the hash of its leaf. It gets a place in the log with the next publication."""
    wanted = signed.read(EventRequest)
    details = read_report(signed.org.kind, wanted.kind, wanted.details)
    if wanted.opening and wanted.kind not in PUBLIC_REPORTS:
        raise InvalidChange("opening: an event of this kind stays sealed")
    entry = store.append_event(signed.org.org_id, details)
    opened = {"opening": opening_json(store.open_report(entry))} if wanted.opening else {}
    return {"entry": entry.hex(), **opened}

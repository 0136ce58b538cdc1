"""POST /v1/events: an organisation has its own event logged; the details stay sealed."""

from fastapi import APIRouter
from pydantic import JsonValue

from audit.entries.events import EventKind
from consent.api.entry import Body, Signed, Store
from consent.decisions.reported_events import read_report

router = APIRouter(prefix="/v1")


class EventRequest(Body):
    """One event of the calling organisation. details: the fields of the form in which it reports this kind."""

    kind: EventKind
    details: dict[str, JsonValue]


@router.post("/events")
def append(signed: Signed, store: Store) -> dict[str, str]:
    """Append and return the entry: the hash of its leaf. It gets a place in the log with the next publication."""
    wish = signed.read(EventRequest)
    details = read_report(signed.org.kind, wish.kind, wish.details)
    return {"entry": store.append_event(signed.org.org_id, details).hex()}

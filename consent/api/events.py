"""POST /v1/events: an organisation has its own event logged; the details stay sealed."""

from typing import Any

from fastapi import APIRouter

from audit.entries.events import EventKind
from consent.api.entry import Body, Signed, Store

router = APIRouter(prefix="/v1")


class EventRequest(Body):
    """One event of the calling organisation."""

    kind: EventKind
    details: dict[str, Any]


@router.post("/events")
def append(signed: Signed, store: Store) -> dict[str, str]:
    """Append and return the entry: the hash of its leaf. It gets a place in the log with the next publication."""
    wish = signed.read(EventRequest)
    return {"entry": store.append_event(signed.org.org_id, wish.kind, wish.details).hex()}

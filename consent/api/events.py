"""POST /v1/events: an organisation has its own event logged; the details stay sealed."""

from typing import Any

from fastapi import APIRouter

from audit.events import EventKind
from consent.api.entry import Body, Signed, Store

router = APIRouter(prefix="/v1")


class EventRequest(Body):
    """One event of the calling organisation."""

    kind: EventKind
    details: dict[str, Any]


@router.post("/events")
def append(signed: Signed, store: Store) -> dict[str, int]:
    """Append and return the entry's place in the log."""
    wish = signed.read(EventRequest)
    return {"index": store.append_event(signed.org.org_id, wish.kind, wish.details)}

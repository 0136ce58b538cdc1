"""/v1/members: a club enrols its athletes and asks who is erased; /v1/keys: what checks our signatures."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from chassis.names import DisplayName
from consent.api.entry import Body, Signed, Store
from policies.vocabulary import ATHLETE_ID, AthleteId

router = APIRouter(prefix="/v1")

AthleteText = Annotated[str, Field(pattern=ATHLETE_ID)]


class EnrolRequest(Body):
    """One athlete of the calling club."""

    athlete: AthleteText
    name: DisplayName
    shirt_no: int = Field(ge=0, le=999)
    is_minor: bool


@router.get("/keys")
def keys(request: Request) -> dict[str, Any]:
    """Public keys and the log's name; unsigned. log_vkey: the first of the log's keys, Ed25519."""
    state = request.app.state
    log = {"log_vkey": state.log_vkeys[0], "log_vkeys": state.log_vkeys, "log_origin": state.log_origin}
    return {"service_key": state.service_key, **log}


@router.post("/members", status_code=201)
def enrol(signed: Signed, store: Store) -> dict[str, str]:
    """Enrol; doing it again is fine, leaves no entry, and so must not tell the epoch: it counts the choices made."""
    wanted = signed.read(EnrolRequest)
    member = store.enrol(
        signed.org.org_id,
        AthleteId(wanted.athlete),
        name=wanted.name,
        shirt_no=wanted.shirt_no,
        is_minor=wanted.is_minor,
    )
    return {"athlete": member.athlete}


@router.get("/members/erased")
def erased(signed: Signed, store: Store) -> dict[str, list[AthleteId]]:
    """Say which of the club's own athletes a node put back from a backup must erase again; no entry, nothing new."""
    return {"athletes": store.erased_members(signed.org.org_id)}

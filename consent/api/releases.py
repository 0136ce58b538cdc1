"""POST /v1/releases and GET /v1/office/{club}: proposals come in, and the squad page goes out."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from chassis.names import DisplayName
from consent.api.entry import SQUAD, Signed, Store
from consent.api.outcomes import ThisIntent
from consent.decisions.values import Actor
from policies.release import ReleaseProposal
from policies.vocabulary import OrgId, Role

router = APIRouter(prefix="/v1")

OrgInPath = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]


@router.post("/releases", status_code=201)
def propose(signed: Signed, store: Store) -> dict[str, str]:
    """Put a release in front of one of the calling club's athletes; the answer says nothing about theirs.

    sha256: of the whole release, which the athlete approves. bytes_sha256: of the bytes that the recipient would see.
    """
    view = store.propose_release(signed.org.org_id, signed.read(ReleaseProposal))
    return {"release_id": view.release_id, "sha256": view.sha256, "bytes_sha256": view.bytes_sha256}


@router.get("/office/{club}")
def office(
    club: OrgInPath,
    person: Annotated[DisplayName, Query()],
    role: Annotated[Role, Query()],
    signed: Signed,
    store: Store,
    intent: ThisIntent,
) -> dict[str, Any]:
    """The squad page for one person of a club's front office, asked for by the league's server."""
    signed.spend(SQUAD)
    page = store.office_view(signed.org.org_id, OrgId(club), Actor(person, role))
    intent.recorded(signed.org.org_id, page.event)
    rows = [{"no": row.no, "name": row.name, "band": row.band, "range": row.interval} for row in page.rows]
    return {"club_name": page.club_name, "published": page.published, "rows": rows}

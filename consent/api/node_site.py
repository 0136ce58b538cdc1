"""POST /v1/node-site: a club's node says under which address athletes reach their own site there."""

from fastapi import APIRouter
from pydantic import Field

from consent.api.entry import Body, Signed, Store
from consent.registry import node_sites

router = APIRouter(prefix="/v1")


class NodeSiteRequest(Body):
    """The origin of the calling club's node; empty where it has none that athletes can reach."""

    address: str = Field(max_length=300)


@router.post("/node-site")
def register(signed: Signed, store: Store) -> dict[str, str]:
    """Keep the address; the same again is fine and leaves no entry."""
    wanted = signed.read(NodeSiteRequest)
    with store.transactions.write() as tx:
        return {"address": node_sites.register(tx, signed.org.org_id, wanted.address)}

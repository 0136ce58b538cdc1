"""POST /v1/keys: an organisation changes the key that it signs with, by a statement of its present key and the new."""

from fastapi import APIRouter

from chassis.http.key_change import SignedKeyChange
from consent.api.entry import Signed, Store

router = APIRouter(prefix="/v1")


@router.post("/keys")
def rotate(signed: Signed, store: Store) -> dict[str, str | None]:
    """Change the key; doing it again is fine. former_counts_until: both keys sign until then."""
    wanted = signed.read(SignedKeyChange)
    until = store.org_keys.rotate(signed.org.org_id, wanted)
    return {"key": wanted.change.key, "former_counts_until": None if until is None else until.isoformat()}

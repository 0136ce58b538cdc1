"""/v1/leagues: a club joins a league, leaves it, and reads back where it is. No league can do that for a club."""

from typing import Any

from fastapi import APIRouter

from consent.api.entry import Signed, Store
from consent.api.releases import OrgInPath
from consent.registry.values import KnownLeague
from policies.vocabulary import OrgId

router = APIRouter(prefix="/v1/leagues")


@router.get("")
def known(signed: Signed, store: Store) -> dict[str, Any]:
    """Every registered league, and since when the calling club is in it."""
    return {"leagues": [_as_json(league) for league in store.leagues(signed.org.org_id)]}


@router.post("/{league}/join")
def join(league: OrgInPath, signed: Signed, store: Store) -> dict[str, Any]:
    """Join; doing it again is fine."""
    return _as_json(store.join_league(signed.org.org_id, OrgId(league)))


@router.post("/{league}/leave")
def leave(league: OrgInPath, signed: Signed, store: Store) -> dict[str, Any]:
    """Leave; the league's open campaigns are closed for the club, and its releases to the league end."""
    return _as_json(store.leave_league(signed.org.org_id, OrgId(league)))


def _as_json(league: KnownLeague) -> dict[str, Any]:
    joined = None if league.joined is None else league.joined.isoformat()
    return {"league": league.league, "name": league.name, "joined": joined}

"""Does what an operator's command asks, in the one process that writes; the answer is what the command prints."""

from datetime import datetime
from typing import Any

from audit.entries.details.codes import FreezeCause
from consent.identity.sessions import AthleteSessions
from consent.operator.requests import (
    AddOrganisation,
    AddOrganisationKey,
    EndSecondClub,
    EraseAthlete,
    FreezeAthlete,
    ListPlayers,
    ListSessions,
    OperatorRequest,
    RetireOrganisationKey,
    RevokeOrganisation,
    SetSecondClub,
    UnfreezeAthlete,
)
from consent.registry.values import ListedPlayer, Member, Org, SecondClub, second_club_told
from consent.service import Service
from consent.store import ConsentStore
from policies.signing import VerifyKey
from policies.vocabulary import AthleteId, OrgId

MOST_LISTED = 10_000


def perform(service: Service, request: OperatorRequest) -> dict[str, Any]:
    """Do it and return what was done, as plain JSON. Raises a child of ConsentError, PolicyError or AuditError."""
    store = service.store
    match request:
        case AddOrganisation():
            key = VerifyKey.from_text(request.key)
            return _org(store.add_org(OrgId(request.org), name=request.name, kind=request.kind, key=key))
        case AddOrganisationKey():
            return _add_key(store, request)
        case RetireOrganisationKey():
            store.org_keys.retire(OrgId(request.org), request.key_id)
            return {"org": request.org, "retired": request.key_id}
        case RevokeOrganisation():
            told = store.org_keys.revoke(OrgId(request.org))
            return _org(store.org(OrgId(request.org))) | {"athletes_told": told}
        case ListPlayers():
            return _list_players(store, request)
        case EraseAthlete():
            store.erase(AthleteId(request.athlete))
            return {"athlete": request.athlete}
        case FreezeAthlete():
            return _frozen(store, store.freeze(AthleteId(request.athlete), FreezeCause.OPERATOR).athlete)
        case UnfreezeAthlete():
            return _frozen(store, store.unfreeze(AthleteId(request.athlete)).athlete)
        case SetSecondClub():
            wanted = SecondClub(OrgId(request.club), request.sixteenths, request.until)
            return _second_club(store.set_second_club(AthleteId(request.athlete), wanted))
        case EndSecondClub():
            return _second_club(store.end_second_club(AthleteId(request.athlete)))
        case ListSessions():
            return {"sessions": _sessions(service.sessions, request.athlete)}


def _sessions(sessions: AthleteSessions, athlete: str | None) -> list[dict[str, Any]]:
    """The newest, as many as an answer holds."""
    found = [one for one in sessions.every() if athlete in (None, one.athlete)]
    return [
        {
            "athlete": one.athlete,
            "method": one.method.value,
            "since": one.opened.isoformat(timespec="seconds"),
            "seen": one.seen.isoformat(timespec="seconds"),
        }
        for one in found[:MOST_LISTED]
    ]


def _add_key(store: ConsentStore, request: AddOrganisationKey) -> dict[str, Any]:
    key = VerifyKey.from_text(request.key)
    until = store.org_keys.add(OrgId(request.org), key, overlap_d=request.overlap_d)
    return _org(store.org(OrgId(request.org))) | {"former_counts_until": _moment(until)}


def _list_players(store: ConsentStore, request: ListPlayers) -> dict[str, Any]:
    change = store.list_players(OrgId(request.org), [ListedPlayer(one.shirt_no, one.name) for one in request.players])
    listed = len(request.players)
    return {"org": request.org, "listed": listed, "added": change.added, "removed": change.removed}


def _org(org: Org) -> dict[str, Any]:
    return {
        "org": org.org_id,
        "name": org.name,
        "kind": org.kind.value,
        "key_id": org.key.key_id if org.key else "",
    }


def _second_club(member: Member) -> dict[str, Any]:
    return {"athlete": member.athlete, **second_club_told(member)}


def _frozen(store: ConsentStore, athlete: AthleteId) -> dict[str, Any]:
    causes = store.member(athlete).frozen
    return {"athlete": athlete, "frozen_by": sorted(cause.value for cause in causes)}


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")

"""A wall that is taken down, one at a time, is found by the crossings: by what is read, by what is told, by the log."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import client.web.access
import consent.ledger.campaign_register
import consent.releases.releases
import consent.releases.squad_page
import server.federation.fleet_api.own_objects
from consent.errors import NotFound
from consent.ledger import campaigns
from consent.registry import orgs
from consent.storage.rows import ReleaseRow
from consent.store import ConsentStore
from tests.privacy.crossing import consent_api, fleet_api, node_pages, portal
from tests.privacy.crossing.consent_api import ApiCrossings
from tests.privacy.crossing.findings import crossings
from tests.privacy.crossing.fleet_api import FleetCrossings
from tests.privacy.crossing.node_pages import NodeCrossings
from tests.privacy.crossing.portal import PortalCrossings
from tests.privacy.crossing.tenants import Tenants

pytestmark = pytest.mark.xdist_group("crossings")
Patch = Callable[[pytest.MonkeyPatch], None]


def any_club_is_ours(patched: pytest.MonkeyPatch) -> None:
    """A league names whatever club it likes."""
    patched.setattr(consent.releases.squad_page.leagues, "require_club", lambda tx, league, club: orgs.get(tx, club))


def any_campaign_is_ours(patched: pytest.MonkeyPatch) -> None:
    """A league asks about whatever campaign it likes."""
    register = consent.ledger.campaign_register
    patched.setattr(register.campaigns, "of_league", lambda tx, sha256, league: campaigns.get(tx, sha256))


def refusals_leave_nothing(patched: pytest.MonkeyPatch) -> None:
    """Whoever is refused leaves no entry."""
    patched.setattr(ConsentStore, "note_refusal", lambda store, org, route: None)


def found_at(tenants: Tenants, route: str) -> list[str]:
    """What the crossings of one route of the interface find."""
    slots, walls = {route: consent_api.ROUTES[route].slots}, consent_api.walls(tenants)
    with closing(ApiCrossings(tenants)) as crossed:
        every = crossings(slots, consent_api.CALLERS, consent_api.TENANTS)
        made = {one: crossed.send(one) for one in every}
    left = [one for crossing, answered in made.items() for one in consent_api.what_is_left(crossing, answered)]
    return walls.problems(made) + left


@pytest.mark.parametrize(
    ("hole", "route", "finding"),
    [
        (any_club_is_ours, "GET /v1/office/{club}", "by a-rival with club of club-a: reads Canary 11"),
        (
            any_campaign_is_ours,
            "GET /v1/campaigns/{sha256}/spend",
            "by a-rival with campaign of club-a: is not answered like nothing",
        ),
        (refusals_leave_nothing, "GET /v1/snapshot", "by gb: 403"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_hole_in_the_interface_is_found(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch, hole: Patch, route: str, finding: str
) -> None:
    whole = found_at(tenants, route)
    hole(monkeypatch)

    found = found_at(tenants, route)

    assert whole == []
    assert f"{route} {finding}" in found


def test_a_portal_that_shows_any_request_is_found(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    def anybodys(tx: Any, athlete: str, release_id: str) -> ReleaseRow:
        row: ReleaseRow | None = tx.session.get(ReleaseRow, release_id)
        if row is None:
            raise NotFound("expected a request")
        return row

    monkeypatch.setattr(consent.releases.releases, "_own", anybodys)
    route = "GET /asked/{release_id}"

    with closing(PortalCrossings(tenants)) as crossed:
        made = {one: crossed.send(one) for one in crossings({route: ("release",)}, portal.PLACES, portal.TENANTS)}
    found = portal.walls(tenants).problems(made)

    assert f"{route} by the athlete with release of club-b: is not answered like nothing" in found
    assert f"{route} by the athlete with release of a team mate: is not answered like nothing" in found


def test_a_node_without_squads_is_found(tenants: Tenants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = client.web.access.PageAccessRequests
    monkeypatch.setattr(requests, "_of_other_squads", lambda self, viewer: frozenset())
    route = "GET /athletes/{athlete}"

    with closing(NodeCrossings(tenants, tmp_path / "node", monkeypatch)) as crossed:
        every = crossings({route: ("athlete",)}, ["a coach of the first team"], node_pages.TENANTS)
        made = {one: crossed.send(one) for one in every}
        found = crossed.walls().problems(made)

    name = "Secret Under-19"
    assert f"{route} by a coach of the first team with athlete of under-19: reads {name}" in found


def test_a_fleet_api_that_takes_an_id_for_a_permission_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.federation.fleet_api.own_objects, "_narrow", lambda state, asked: None)
    routes = {route: filled[0] for route, filled in fleet_api.ROUTES.items() if "object" in route or "confirm" in route}
    crossed = FleetCrossings()

    made = {one: crossed.send(one) for one in crossings(routes, ("club-a",), fleet_api.TENANTS)}
    found = fleet_api.walls().problems(made)

    for route, slot in (("pull-object", "object"), ("push-object", "answer"), ("confirm-message-received", "question")):
        told = f"POST /v1/fleet/{route} by club-a with node of club-a, {slot} of club-b: is not answered like nothing"
        assert told in found
    assert any(one.endswith("reads canary of club-b") for one in found)

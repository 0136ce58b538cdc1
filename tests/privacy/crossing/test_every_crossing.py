"""Every route of every program, every kind of caller, things of the own and of the other tenant: nobody reads across.

The routes are those of the applications themselves. Of each answer it is asked whether it holds a text of a tenant
that is not the caller's, whether it tells what is another's from what does not exist, and whether the log received
exactly what it should. The gate takes a seeded sample; the drill `crossings` takes them all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from starlette.applications import Starlette

from consent.declared_events import API_ROUTES
from tests.architecture.test_typed_events import routes_of
from tests.privacy.crossing import consent_api, coordinator_pages, fleet_api, node_pages, portal, public_pages
from tests.privacy.crossing.consent_api import ApiCrossings
from tests.privacy.crossing.coordinator_pages import CoordinatorCrossings
from tests.privacy.crossing.findings import Answered, Crossing, crossings
from tests.privacy.crossing.fleet_api import FleetCrossings
from tests.privacy.crossing.node_pages import NodeCrossings
from tests.privacy.crossing.portal import PortalCrossings
from tests.privacy.crossing.public_pages import PublicCrossings
from tests.privacy.crossing.tenants import NOTHING, OTHER, OWN, Tenants
from tests.scale import counts, seeded

pytestmark = pytest.mark.xdist_group("crossings")  # the tenants are filled once
SEED = seeded(8)


def counted(made: Mapping[Crossing, Answered], compared: int) -> None:
    """Note for a drill what was tried."""
    counts["crossings"] += len(made)
    counts["answers compared"] += compared


def is_filled(app: Starlette, filled: Iterable[str]) -> None:
    """Whoever adds a route says here how it is filled, or it would not be crossed."""
    assert set(routes_of(app)) == set(filled)


def done(made: Mapping[Crossing, Answered], caller: str) -> int:
    """How many requests of a caller were carried out: walls around nothing prove nothing."""
    return sum(answered.is_done for crossing, answered in made.items() if crossing.caller == caller)


def test_the_interface_of_the_consent_service(tenants: Tenants) -> None:
    slots = {route: filled.slots for route, filled in consent_api.ROUTES.items()}
    every, walls = crossings(slots, consent_api.CALLERS, consent_api.TENANTS), consent_api.walls(tenants)
    with closing(ApiCrossings(tenants)) as crossed:
        names = {" ".join(route.split()[:2]) for route in consent_api.ROUTES}
        is_filled(crossed.http.app, {*names, *portal.ROUTES})
        made = {one: crossed.send(one) for one in walls.sample(every, most=consent_api.most, seed=SEED)}

    counted(made, walls.compared(made))
    assert set(API_ROUTES) == names
    assert walls.problems(made) == []
    assert [one for crossing, answered in made.items() for one in consent_api.what_is_left(crossing, answered)] == []
    assert min(done(made, caller) for caller in consent_api.KNOWN) > 0


def test_the_portal_of_the_athletes(tenants: Tenants) -> None:
    slots = {route: page.slots for route, page in portal.ROUTES.items()}
    every, walls = crossings(slots, portal.CALLERS, portal.TENANTS), portal.walls(tenants)
    with closing(PortalCrossings(tenants)) as crossed:
        made = {one: crossed.send(one) for one in walls.sample(every, most=portal.most, seed=SEED)}

    counted(made, walls.compared(made))
    assert walls.problems(made) == []
    assert [one for crossing, answered in made.items() for one in portal.what_is_left(crossing, answered)] == []
    assert min(done(made, caller) for caller in portal.PLACES) > 0


def test_the_pages_of_a_club(tenants: Tenants, tmp_path: Path, patched: pytest.MonkeyPatch) -> None:
    slots = {route: page.slots for route, page in node_pages.ROUTES.items()}
    every = crossings(slots, node_pages.CALLERS, node_pages.TENANTS)
    with closing(NodeCrossings(tenants, tmp_path / "node", patched)) as crossed:
        is_filled(crossed.http.app, node_pages.ROUTES)
        walls = crossed.walls()
        made = {one: crossed.send(one) for one in walls.sample(every, most=node_pages.most, seed=SEED)}

    counted(made, walls.compared(made))
    assert walls.problems(made) == []
    left = [node_pages.what_is_left(crossing, answered, crossed.athletes) for crossing, answered in made.items()]
    assert [one for found in left for one in found] == []
    assert min(done(made, caller) for caller in node_pages.STAFF) > 0


def test_the_pages_of_a_league(tenants: Tenants, tmp_path: Path, patched: pytest.MonkeyPatch) -> None:
    slots = {route: page.slots for route, page in coordinator_pages.ROUTES.items()}
    made = {}
    with closing(CoordinatorCrossings(tenants, tmp_path / "league", patched)) as crossed:
        is_filled(crossed.http.app, coordinator_pages.ROUTES)
        walls = crossed.walls()
        for one in crossings(slots, coordinator_pages.CALLERS, coordinator_pages.TENANTS):
            made[one] = crossed.send(one)

    counted(made, walls.compared(made))
    assert walls.problems(made) == []
    left = [coordinator_pages.what_is_left(crossing, answered) for crossing, answered in made.items()]
    assert [one for found in left for one in found] == []
    squads = {caller: made[Crossing("GET /squad", caller, ())] for caller in coordinator_pages.OFFICES}
    assert [bool(one.found(tenants.things[OWN].people)) for one in squads.values()] == [True, False, False]
    assert [bool(one.found(tenants.things[OTHER].people)) for one in squads.values()] == [False, True, False]


def test_the_fleet_api(tenants: Tenants) -> None:
    slots = {route: filled[0] for route, filled in fleet_api.ROUTES.items()}
    every, walls, crossed = crossings(slots, fleet_api.CALLERS, fleet_api.TENANTS), fleet_api.walls(), FleetCrossings()
    made = {one: crossed.send(one) for one in walls.sample(every, most=lambda _: 1.5, seed=SEED)}

    counted(made, walls.compared(made))
    is_filled(crossed.http.app, fleet_api.ROUTES)
    assert walls.problems(made) == []
    assert [one for crossing, answered in made.items() for one in fleet_api.what_is_left(crossing, answered)] == []


def test_what_everybody_may_read_names_nobody_and_is_the_same_to_all(tenants: Tenants, tmp_path: Path) -> None:
    crossed, found, told = PublicCrossings(tenants, tmp_path / "witness"), list[str](), Counter[int]()
    with crossed.opened() as apps:
        for name, app in apps.items():
            is_filled(app, public_pages.ROUTES[name])
            for route in public_pages.ROUTES[name]:
                answers = {one: crossed.send(name, Crossing(route, one, ())) for one in public_pages.CALLERS}
                told.update(answered.status for answered in answers.values())
                found += [f"{name} {route}" for one in answers.values() if one.found(crossed.secret()) or one.kinds]
                found += [name + route for one in answers.values() if one.comparable != answers["nobody"].comparable]
                counts["crossings"] += len(answers)

    assert found == []
    assert told[200] > 40


def test_a_look_at_another_clubs_athlete_stands_in_that_athletes_own_list(tenants: Tenants) -> None:
    victim = tenants.athletes[OTHER][0]
    with closing(ApiCrossings(tenants)) as crossed:
        before = crossed.world.store.looks(victim, limit=1000).total
        for tenant in (OTHER, NOTHING):
            crossed.send(Crossing("POST /v1/decisions", OWN, (("athlete", tenant),)))
        after = crossed.world.store.looks(victim, limit=1000)

    assert after.total == before + 1
    assert (after.entries[0].allowed, after.entries[0].org_name) == (False, f"The {OWN}")

"""Node, coordinator and consent service with clocks apart: up to a minute all works, beyond it a refusal says why."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit.entries.details.league import Heartbeat
from chassis.http.signed_client import SignedClient
from client.consent_client import NodeConsentClient
from client.errors import ClockApart, NotApproved
from client.federation.approval import check_manifest
from consent.app import app_of
from consent.errors import Conflict
from policies.snapshot import CLOCK_TOLERANCE
from policies.vocabulary import Category, Granularity, OrgId, Purpose, Role
from server.consent_client import CoordinatorConsentClient
from server.errors import ConsentServiceFailed
from tests.consent.league import FakeClock, Template, World, manifest
from tests.scale import scaled

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
skews = st.integers(-120_000, 120_000).map(lambda ms: timedelta(milliseconds=ms))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The small league, filled once."""
    return Template.make(tmp_path_factory.mktemp("template") / "union")


@pytest.fixture(scope="module")
def world(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The consent service at its own time; one athlete shares sleep with the coach."""
    opened = template.open_copy(tmp_path_factory.mktemp("skew") / "union", FakeClock())
    opened.give(opened.athletes["club-a"][0], Category.SLEEP, Role.COACH)
    yield opened
    opened.service.close()


@pytest.fixture(scope="module")
def served(world: World) -> TestClient:
    """The real application."""
    return TestClient(app_of(world.service, clock=world.clock))


def line(world: World, served: TestClient, org: str, skew: timedelta) -> SignedClient:
    """A program's line to the service, with a clock of its own."""

    def forward(request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode()
        got = served.request(request.method, target, content=request.content, headers=dict(request.headers))
        return httpx.Response(got.status_code, content=got.content, headers={"X-Homefield-Time": time_of(got)})

    def time_of(got: httpx.Response) -> str:
        return str(got.headers["X-Homefield-Time"])

    return SignedClient(
        "http://consent",
        world.keys[org],
        audience=world.service.keys.service.verify_key.key_id,
        clock=lambda: world.clock.now + skew,
        largest_answer=1_000_000,
        transport=httpx.MockTransport(forward),
    )


def direction(skew: timedelta) -> str:
    seconds = abs(skew).total_seconds()
    amount = f"{seconds:.0f}" if seconds >= 120 or seconds == int(seconds) else f"{seconds:.1f}"
    return f"clock is {amount} s {'ahead of' if skew > timedelta(0) else 'behind'} the consent service's; up to 60 s"


@settings(max_examples=scaled(20), deadline=None)
@given(skews)
@example(timedelta(milliseconds=-50))
@example(timedelta(seconds=-60))
@example(timedelta(seconds=60))
@example(timedelta(seconds=-60, milliseconds=-1))
@example(timedelta(seconds=60, milliseconds=1))
def test_a_node_within_the_tolerance_sees_what_is_shared_and_beyond_it_is_told_its_clocks_error(
    world: World, served: TestClient, skew: timedelta
) -> None:
    key = world.service.keys.service.verify_key
    with contextlib.closing(line(world, served, "club-a", skew)) as http:
        node = NodeConsentClient(http, key, CLUB, lambda: world.clock.now + skew)
        if abs(skew) > CLOCK_TOLERANCE:
            with pytest.raises(ClockApart) as refused:
                node.snapshot()
            assert f"this node's {direction(skew)}" in str(refused.value)
            return
        found = node.snapshot()

    assert found.is_live(
        world.athletes["club-a"][0],
        categories=[Category.SLEEP],
        purpose=Purpose.TRAINING,
        recipient_org=CLUB,
        recipient_role=Role.COACH,
        granularity=Granularity.DAILY,
        now=world.clock.now + skew,
    )


@settings(max_examples=15, deadline=None)
@given(skews)
@example(timedelta(seconds=-60, milliseconds=-1))
@example(timedelta(seconds=60, milliseconds=1))
def test_a_coordinator_is_told_its_clocks_error_too(world: World, served: TestClient, skew: timedelta) -> None:
    with contextlib.closing(line(world, served, "league", skew)) as http:
        coordinator = CoordinatorConsentClient(http)
        if abs(skew) <= CLOCK_TOLERANCE:
            coordinator.event(Heartbeat())
            return
        with pytest.raises(ConsentServiceFailed) as refused:
            coordinator.event(Heartbeat())

    assert f"the coordinator's {direction(skew)}" in str(refused.value)


@settings(max_examples=15, deadline=None)
@given(skews)
@example(timedelta(seconds=60))
@example(timedelta(seconds=60, milliseconds=1))
def test_a_campaign_opened_by_a_league_whose_clock_is_ahead(world: World, skew: timedelta) -> None:
    """Positive: the league's clock is ahead, so that by the clocks of node and consent service it opens later."""
    opens = world.clock.now + skew
    made = world.campaign(
        opens=opens, expires=opens + timedelta(days=7), campaign_id=f"c-{abs(skew // timedelta(milliseconds=1))}"
    )
    sha256 = world.store.register_campaign(LEAGUE, made)
    is_tolerated = skew <= CLOCK_TOLERANCE

    refusal = r"clock is .* s behind the opening that the league's clock set; up to 60 s"
    conflict = pytest.raises(Conflict, match=f"the consent service's {refusal}")
    with contextlib.nullcontext() if is_tolerated else conflict:
        world.store.issue_tokens(CLUB, sha256, [])
    node = manifest(world, opens=opens, expires=opens + timedelta(days=7), model="no-such-model")
    # Last of all a node looks whether it has the model: nothing stood against the campaign before that.
    reason = "does not fit what is installed here" if is_tolerated else f"this node's {refusal}"
    with pytest.raises(NotApproved, match=reason):
        check_manifest(node, club=CLUB, fleet_key="key-a", now=world.clock.now)


def test_a_campaign_that_is_over_has_expired_by_any_clock_and_no_clock_is_called_wrong(world: World) -> None:
    ends, expired = world.clock.now, "the campaign has expired: it was open until"
    over = manifest(world, opens=ends - timedelta(hours=1), expires=ends)

    with pytest.raises(NotApproved, match=f"{expired} .*, 0 s ago by this node's clock$"):
        check_manifest(over, club=CLUB, fleet_key="key-a", now=ends)
    with pytest.raises(Conflict, match=f"{expired} .* ago by the consent service's clock$"):
        world.store.register_campaign(LEAGUE, world.campaign(opens=ends - timedelta(hours=1), expires=ends))


def test_the_operator_of_the_service_reads_whose_clock_is_off_and_the_caller_only_that_it_was_refused(
    world: World, served: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with contextlib.closing(line(world, served, "club-a", timedelta())) as http:
        http.send("GET", "/v1/snapshot")  # right again: what another test left off is told once
    caplog.clear()
    with contextlib.closing(line(world, served, "club-a", timedelta(seconds=-75))) as http:
        answer = http.send("GET", "/v1/snapshot")

    (record,) = [one for one in caplog.records if one.name == "consent.identity.signed_requests"]
    assert (answer.status, answer.body) == (401, b'{"error":"request refused"}')
    assert "the caller's clock is 75 s behind this service's" in str(record.__dict__["detail"])
    assert record.org == CLUB  # type: ignore[attr-defined]

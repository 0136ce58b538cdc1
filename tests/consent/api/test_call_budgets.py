"""One club that asks for all that it may: it is told to wait, others are served, and a withdrawal always is."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import consent.web.portal
from consent.api.turns import ALL_AT_ONCE, AT_ONCE, MOST_WAITING, CallTurns
from consent.app import app_of
from consent.errors import TooOften
from consent.web.never_limited import address_budget
from policies.vocabulary import Category, OrgId, Role
from tests.consent.identity.test_consent_identity import new_code
from tests.consent.league import Caller, FakeClock, Template, make_service
from tests.own_loop import run_apart
from tests.waiting import HANG_S

REQUESTS, ITEMS, PAGES = 12, 200, 5


@pytest.fixture
def limited(template: Template, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    """The small league with small budgets."""
    monkeypatch.setattr(consent.web.portal, "PAGES_OF_A_PERSON", PAGES)
    world = template.open_copy(tmp_path / "union", clock, requests_a_minute=REQUESTS, items_a_minute=ITEMS)
    with TestClient(app_of(world.service, clock=clock), raise_server_exceptions=False) as http:
        yield Caller(world, http)
    world.service.close()


def question(caller: Caller, items: int) -> dict[str, object]:
    item = {"athlete": caller.world.athletes["club-a"][0], "category": "sleep", "granularity": "daily"}
    return {
        "actor": {"person": "R. D.", "role": "coach"},
        "action": "read",
        "purpose": "training",
        "items": [item] * items,
    }


def test_a_key_has_so_many_requests_and_others_are_served(limited: Caller) -> None:
    answers = [limited.send("club-a", "GET", "/v1/snapshot") for _ in range(REQUESTS + 2)]

    assert [answer.status_code for answer in answers] == [200] * REQUESTS + [429] * 2
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert limited.send("club-b", "GET", "/v1/snapshot").status_code == 200


def test_a_key_has_so_many_items_and_what_is_refused_leaves_no_entry(limited: Caller) -> None:
    first = limited.send("club-a", "POST", "/v1/decisions", question(limited, ITEMS - 10))
    size = limited.world.log_size
    second = limited.send("club-a", "POST", "/v1/decisions", question(limited, 11))

    assert (first.status_code, second.status_code) == (200, 429)
    assert limited.world.log_size == size
    assert limited.send("club-a", "POST", "/v1/decisions", question(limited, 10)).status_code == 200


def test_calls_that_write_about_a_whole_squad_cost_a_squad(limited: Caller) -> None:
    office = "/v1/office/club-a?person=T&role=front_office"

    statuses = [limited.send("league", "GET", office).status_code for _ in range(4)]

    assert statuses == [200, 200, 200, 429]


def test_an_athlete_who_has_opened_too_many_pages_can_still_stop(limited: Caller) -> None:
    world, http = limited.world, limited.http
    athlete = world.athletes["club-a"][0]
    world.give(athlete, Category.SLEEP, Role.COACH)
    here = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    http.post("/sign-in", data={"code": new_code(world, athlete)}, headers=here)
    session = world.service.sessions.read(http.cookies["homefield-portal"])
    assert session is not None

    pages = [http.get("/shared") for _ in range(PAGES + 2)]
    stopped = http.post("/shared/stop-all", data={"csrf": session.csrf}, headers=here, follow_redirects=False)

    assert {page.status_code for page in pages} == {200, 429}
    busy = pages[-1]
    assert f"Try again in {busy.headers['Retry-After']} seconds" in busy.text
    assert "Sleep" not in busy.text
    assert stopped.status_code == 303
    assert not any(cell.is_on for cell in world.store.matrix(athlete))


@pytest.mark.parametrize(
    ("method", "path", "cookie", "is_free"),
    [
        ("POST", "/shared/stop-all", b"", True),
        ("POST", "/budget/freeze", b"", True),
        ("POST", "/shared/unfreeze", b"", False),
        ("POST", "/shared/stop", b"", True),
        ("POST", "/change/sleep/stop", b"", True),
        ("POST", "/asked/rel-1/stop", b"", True),
        ("GET", "/log/tile/0/000", b"", True),
        ("GET", "/shared", b"homefield-theme=dark; homefield-portal=abc", True),
        ("GET", "/shared", b"homefield-theme=dark", False),
        ("POST", "/sign-in", b"", False),
        ("POST", "/change/sleep/confirm", b"", False),
        ("GET", "/v1/snapshot", b"homefield-portal=abc", False),
    ],
)
def test_what_no_address_is_counted_for(
    limited: Caller, method: str, path: str, cookie: bytes, *, is_free: bool
) -> None:
    scope = {"type": "http", "method": method, "path": path, "headers": [(b"cookie", cookie)]}

    assert address_budget(limited.world.service.settings).is_free(scope) is is_free


def test_one_club_holds_only_its_turns_and_too_many_who_wait_are_sent_away() -> None:
    async def attack() -> tuple[int, int, bool]:
        turns, done, inside, most = CallTurns(), asyncio.Event(), 0, 0

        async def call(org: str) -> None:
            nonlocal inside, most
            async with turns.turn(OrgId(org)):
                inside += 1
                most = max(most, inside)
                await done.wait()
                inside -= 1

        flood = [asyncio.create_task(call("club-a")) for _ in range(MOST_WAITING + AT_ONCE)]
        await asyncio.sleep(0)
        held = inside
        refused = 0
        try:
            await call("club-a")
        except TooOften as error:
            refused = error.retry_after_s
        other = asyncio.create_task(call("club-b"))
        await asyncio.sleep(0)
        is_other_served = inside == held + 1
        done.set()
        await asyncio.wait_for(asyncio.gather(*flood, other), HANG_S)
        return held, refused, is_other_served and most <= ALL_AT_ONCE

    held, refused, is_fair = run_apart(attack())

    assert held == AT_ONCE
    assert refused > 0
    assert is_fair


def test_budgets_are_settings(tmp_path: Path, clock: FakeClock) -> None:
    service = make_service(tmp_path / "union", clock, address_requests_a_minute=7)

    assert address_budget(service.settings).a_minute == 7
    service.close()

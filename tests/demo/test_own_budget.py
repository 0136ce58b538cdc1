"""The demo reads an athlete's rounds from the real budget page, as that athlete sees it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from consent.app import app_of
from deploy.demo.people.budget import rounds_on
from models.features import RECOVERY_SCHEMA, RISK_SCHEMA
from policies.vocabulary import OrgId
from tests.consent.league import FakeClock, World, fill, make_service

CLUB = OrgId("club-a")
ADDRESS = "http://127.0.0.1:8600"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    clock = FakeClock()
    made = fill(make_service(tmp_path / "union", clock, demo=True), clock)
    yield made
    made.service.close()


def take_part(world: World, model: str, rounds: list[int]) -> None:
    """One campaign of four rounds, of which these are paid for the first athlete."""
    campaign = world.campaign(model=model, campaign_id=f"{model.split('-')[0]}-20261123-1")
    sha256 = world.store.register_campaign(OrgId("league"), campaign)
    (token,) = world.store.issue_tokens(CLUB, sha256, world.athletes["club-a"][:1]).tokens
    for number in rounds:
        world.store.commit_round(CLUB, sha256, number, [token.token])


def budget_page(world: World) -> str:
    browser = TestClient(app_of(world.service, clock=world.clock), base_url=ADDRESS)
    fields = {"athlete": world.athletes["club-a"][0]}
    browser.post("/demo/sign-in", data=fields, headers={"Origin": ADDRESS}, follow_redirects=False)
    return browser.get("/budget").text


@pytest.mark.parametrize(
    ("recovery", "risk", "expected"),
    [
        ([], [], {}),
        ([1], [], {RECOVERY_SCHEMA.model: 1}),
        ([1, 2, 3], [], {RECOVERY_SCHEMA.model: 3}),
        ([1, 3], [1, 2, 3, 4], {RECOVERY_SCHEMA.model: 2, RISK_SCHEMA.model: 4}),
    ],
    ids=["none", "one", "the first three", "two apart, and another model"],
)
def test_rounds_are_counted_for_each_model(
    world: World, recovery: list[int], risk: list[int], expected: dict[str, int]
) -> None:
    world.take_part(world.athletes["club-a"][0])
    take_part(world, RECOVERY_SCHEMA.model, recovery)
    if risk:
        take_part(world, RISK_SCHEMA.model, risk)

    assert rounds_on(budget_page(world)) == expected

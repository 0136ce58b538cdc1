"""What is stated of an athlete is read by the staff of their squad and by nobody else of the club."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audit.entries.events import EventKind
from client.app import build_app
from client.health.statements import AvailabilityStatements
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.availability.records import records_of, stated
from tests.client.web.conftest import ORIGIN
from tests.client.web.staff_on_the_list import PIN, new_staff_code

YOUTH = "under-19"
Ids = dict[str, AthleteId]


@pytest.fixture
def browser(settings: Any, consent: Any, clock: Any, own_vault: Vault, ids: Ids) -> Iterator[TestClient]:
    """A node where one athlete of the youth has a limit."""
    own_vault.move_to_squad(ids["new"], YOUTH)
    AvailabilityStatements(records_of(own_vault, settings.directory)).add(stated(ids["new"]))
    app = build_app(settings, vault=own_vault, consent_client=consent, clock=clock)
    with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False) as http:
        yield http


@pytest.mark.parametrize(("squad", "sees"), [(YOUTH, True), ("first-team", False)])
def test_only_staff_of_the_squad_read_a_limit(
    browser: TestClient, settings: Any, clock: Any, squad: str, sees: bool
) -> None:
    code = new_staff_code(settings.directory, clock, squads=(squad,))
    assert browser.post("/sign-in", data={"code": code, "pin": PIN}).status_code == 303

    for page in ("/availability", "/availability/table", "/board", "/board/table"):
        text = browser.get(page).text
        assert ("Cleo Hart" in text, "no sprinting" in text.lower()) == (sees, sees), page


def test_a_try_at_the_record_of_another_squad_is_refused_and_found(
    browser: TestClient, settings: Any, clock: Any, consent: Any, ids: Ids
) -> None:
    code = new_staff_code(settings.directory, clock, squads=("first-team",))
    browser.post("/sign-in", data={"code": code, "pin": PIN})

    answer = browser.get(f"/athletes/{ids['new']}/health")

    assert answer.status_code == 404
    assert "Cleo" not in answer.text
    assert consent.events[-1][0] is EventKind.LOOK_REFUSED
    assert consent.events[-1][1]["athlete"] == ids["new"]

"""A coach of one squad sees no other: not on the board, not in a list, not by address, not by deciding."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audit.entries.events import EventKind
from client.app import build_app
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.web.staff_on_the_list import PIN, new_staff_code

YOUTH = "under-19"
ORIGIN = "http://127.0.0.1:8300"
Ids = dict[str, AthleteId]


@pytest.fixture
def vault(stocked: Path, tmp_path: Path, ids: Ids) -> Iterator[Vault]:
    """The squad of five, of whom two play for the youth."""
    place = tmp_path / "two-squads.sqlite3"
    shutil.copy(stocked, place)
    with Vault.open(place, UnlockKey(b"k" * 32)) as opened:
        for one in ("tired", "new"):
            opened.move_to_squad(ids[one], YOUTH)
        yield opened


@pytest.fixture
def browser(settings: Any, consent: Any, clock: Any, vault: Vault) -> Iterator[TestClient]:
    app = build_app(settings, vault=vault, consent_client=consent, clock=clock)
    with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False) as http:
        yield http


def sign_in(browser: TestClient, settings: Any, clock: Any, *squads: str) -> None:
    code = new_staff_code(settings.directory, clock, squads=squads)
    assert browser.post("/sign-in", data={"code": code, "pin": PIN}).status_code == 303


def asked_about(consent: Any) -> set[AthleteId]:
    return {question.athlete for _, _, questions in consent.asked for question in questions}


@pytest.mark.parametrize("path", ["/board", "/athletes", "/imports"])
def test_a_page_asks_about_and_shows_the_own_squad_alone(
    browser: TestClient, settings: Any, clock: Any, consent: Any, ids: Ids, path: str
) -> None:
    sign_in(browser, settings, clock, "first-team")

    page = browser.get(path)

    assert page.status_code == 200
    assert asked_about(consent) == {ids["well"], ids["hurt"], ids["private"]}
    assert "Bea" not in page.text
    assert "Cleo" not in page.text
    assert "2 hours off" not in page.text


def test_a_person_of_several_squads_sees_all_of_theirs(
    browser: TestClient, settings: Any, clock: Any, consent: Any, ids: Ids
) -> None:
    sign_in(browser, settings, clock, "first-team", YOUTH)

    page = browser.get("/athletes").text

    assert all(name in page for name in ("Ada", "Bea", "Cleo", "Edda"))
    assert asked_about(consent) == {ids[one] for one in ("well", "tired", "new", "hurt", "private")}


def test_a_squad_without_athletes_is_an_empty_page(browser: TestClient, settings: Any, clock: Any) -> None:
    sign_in(browser, settings, clock, "reserves")

    assert "Nobody is listed" in browser.get("/athletes").text


@pytest.mark.parametrize("path", ["/athletes/{}", "/athletes/{}/decided"])
def test_an_athlete_of_another_squad_is_the_404_of_nothing(
    browser: TestClient, settings: Any, clock: Any, consent: Any, ids: Ids, path: str
) -> None:
    sign_in(browser, settings, clock, "first-team")

    other, nothing, unknown = (browser.get(path.format(who)) for who in (ids["tired"], "nobody", ids["unknown"]))

    assert (other.status_code, other.content) == (404, nothing.content)
    assert other.content == unknown.content
    assert {name: value for name, value in other.headers.items() if name != "date"} == dict(nothing.headers)
    assert ids["tired"] not in asked_about(consent)


@pytest.mark.parametrize("step", ["decide", "record", "ask", "undo"])
def test_nothing_can_be_decided_about_an_athlete_of_another_squad(
    browser: TestClient, settings: Any, clock: Any, consent: Any, ids: Ids, step: str
) -> None:
    sign_in(browser, settings, clock, YOUTH)
    token = browser.get("/board").text.partition('name="csrf" value="')[2].partition('"')[0]
    fields = {"csrf": token, "proposal": "x", "answer": "fine" if step == "ask" else "accept", "record": "decision:x"}

    answer = browser.post(f"/athletes/{ids['hurt']}/{step}", data=fields)

    assert answer.status_code == 404
    assert consent.decided == []
    assert not any(kind is EventKind.ATHLETE_ASKED for kind, _ in consent.events)
    assert ids["hurt"] not in asked_about(consent)


@pytest.mark.parametrize("path", ["/athletes/{}", "/athletes/{}/decided"])
def test_a_try_at_an_athlete_of_another_squad_is_recorded_as_theirs(
    browser: TestClient, settings: Any, clock: Any, consent: Any, ids: Ids, path: str
) -> None:
    sign_in(browser, settings, clock, "first-team")

    browser.get(path.format(ids["tired"]))
    browser.get(path.format("nobody"))

    tries = [body for kind, body in consent.events if kind is EventKind.LOOK_REFUSED]
    assert [(body["athlete"], body["role"]) for body in tries] == [(ids["tired"], "coach")]


def test_moving_an_athlete_acts_with_the_next_page(
    browser: TestClient, settings: Any, clock: Any, vault: Vault, ids: Ids
) -> None:
    sign_in(browser, settings, clock, "first-team")
    assert browser.get(f"/athletes/{ids['well']}").status_code == 200

    vault.move_to_squad(ids["well"], YOUTH)

    assert browser.get(f"/athletes/{ids['well']}").status_code == 404
    assert "Ada" not in browser.get("/athletes").text


def test_what_a_person_may_see_changes_with_their_squads_and_signs_them_out(
    browser: TestClient, settings: Any, clock: Any
) -> None:
    sign_in(browser, settings, clock, "first-team")

    new_staff_code(settings.directory, clock, squads=[YOUTH])

    assert browser.get("/athletes").headers["location"] == "/sign-in"


def test_the_demo_sees_every_squad(settings: Any, consent: Any, clock: Any, vault: Vault) -> None:
    app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)
    with TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}) as http:
        http.post("/demo/sign-in", data={"persona": "coach"})
        page = http.get("/athletes").text

    assert all(name in page for name in ("Ada", "Bea", "Cleo", "Edda"))


def test_a_squad_is_sealed_like_a_name(vault: Vault, tmp_path: Path, ids: Ids) -> None:
    assert vault.athlete(ids["tired"]).squad == YOUTH
    assert vault.athlete(ids["well"]).squad == "first-team"
    for path in tmp_path.glob("two-squads*"):
        assert YOUTH.encode() not in path.read_bytes()

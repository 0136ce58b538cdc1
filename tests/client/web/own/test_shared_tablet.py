"""A tablet that several share: a PIN for each, empty forms, nothing shown, and nothing left after sending."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audit.entries.events import EventKind
from client.app import build_app
from client.vault.own_answers.kept_answers import KeptAnswers
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.web.own.athlete_codes import new_athlete_code
from tests.client.web.own.conftest import Phone
from tests.client.web.own.test_own_forms import USUAL, today, vault

__all__ = ["vault"]
Ids = dict[str, AthleteId]
PIN, OTHER_PIN = "385172", "640913"
ADDRESS = "http://127.0.0.1:8300"


def browser(settings: Any, vault: Vault, consent: Any, clock: Any) -> TestClient:
    app = build_app(settings, vault=vault, consent_client=consent, clock=clock)
    return TestClient(app, base_url=ADDRESS, follow_redirects=False, headers={"Origin": ADDRESS})


@pytest.fixture
def tablet(settings: Any, vault: Vault, consent: Any, clock: Any) -> Iterator[Phone]:
    with browser(settings, vault, consent, clock) as http:
        yield Phone(http, settings, clock)


def join(tablet: Phone, athlete: AthleteId, pin: str = PIN) -> Any:
    code = new_athlete_code(tablet.settings.directory, tablet.clock, athlete)
    return tablet.http.post("/me/tablet/join", data={"code": code, "pin": pin})


def enter(tablet: Phone, athlete: AthleteId, pin: str = PIN) -> Any:
    return tablet.http.post("/me/tablet/open", data={"athlete": athlete, "pin": pin})


def send(tablet: Phone, form: str = "morning") -> Any:
    page = tablet.page(f"/me/forms/{form}")
    return tablet.send(page, f"/me/forms/{form}", **USUAL, day="2026-11-24", note="canary")


def test_two_athletes_send_one_after_the_other_and_nothing_is_shown(
    tablet: Phone, vault: Vault, consent: Any, ids: Ids
) -> None:
    assert join(tablet, ids["new"]).headers["location"] == "/me/tablet/forms"
    assert "How are you this morning?" in tablet.page("/me/tablet/forms")
    assert send(tablet).headers["location"] == "/me/tablet/thanks"
    join(tablet, ids["well"], OTHER_PIN)
    tablet.send(tablet.page("/me/tablet/forms"), "/me/tablet/leave")
    page = tablet.page("/me/tablet")
    assert "Cleo Hart" in page
    assert "Ada Lund" in page
    assert "Bea" not in page, "who did not join is not named"

    assert enter(tablet, ids["well"], OTHER_PIN).headers["location"] == "/me/tablet/forms"
    assert "canary" not in tablet.page("/me/forms/morning")
    assert send(tablet).status_code == 303

    assert len(today(vault, ids["new"])) == len(today(vault, ids["well"])) == 5
    assert [details["deed"] for _, details in consent.events] == [
        *("signed_in_by_code", "filled_in", "signed_in_by_code", "filled_in"),
    ]
    assert {kind for kind, _ in consent.events} == {EventKind.OWN_SITE}
    thanks = tablet.page("/me/tablet/thanks")
    assert "canary" not in thanks
    assert "Ada" not in thanks
    for path in ("/me/tablet/forms", "/me/forms/morning"):
        assert tablet.http.get(path).status_code == 303, "the session ended with the sending"


def test_on_a_tablet_nothing_but_an_empty_form_opens(tablet: Phone, vault: Vault, ids: Ids) -> None:
    join(tablet, ids["well"])
    send(tablet)
    enter(tablet, ids["well"])

    for path in (
        *("/me", "/me/not-ok", "/me/forms", "/me/forms/morning/sent", "/me/forms/morning/of/0/1", "/me/offline"),
        "/me/offline/morning",
    ):
        answer = tablet.http.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/me/sign-in"), path
    page = tablet.http.get("/me/forms/morning")
    assert "canary" not in page.text
    assert "<script" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    (held,) = KeptAnswers(vault, ids["well"]).all()
    tablet.http.post("/me/forms/take-back", data={"csrf": csrf[1], "answer": held.id})
    fields = {"csrf": csrf[1], "athlete": ids["well"], "sending": "{}"}
    assert tablet.http.post("/me/answers", data=fields).status_code == 401
    assert KeptAnswers(vault, ids["well"]).all() == [held]


def test_it_ends_after_ten_minutes(tablet: Phone, clock: Any, ids: Ids) -> None:
    join(tablet, ids["well"])
    clock.at += timedelta(minutes=9)
    assert tablet.http.get("/me/forms/morning").status_code == 200
    clock.at += timedelta(minutes=1)

    assert tablet.http.get("/me/forms/morning").status_code == 303


def test_the_fifth_wrong_pin_deletes_it(tablet: Phone, ids: Ids) -> None:
    join(tablet, ids["well"])
    for _ in range(4):
        assert enter(tablet, ids["well"], "111112").status_code == 422
    assert enter(tablet, ids["well"]).status_code == 303, "a right one counts anew"
    for _ in range(5):
        assert enter(tablet, ids["well"], "111112").status_code == 422

    assert enter(tablet, ids["well"]).status_code == 422
    assert "Ada Lund" not in tablet.page("/me/tablet")


def test_a_pin_is_of_one_tablet_and_one_athlete(
    tablet: Phone, settings: Any, vault: Vault, consent: Any, clock: Any, ids: Ids
) -> None:
    join(tablet, ids["well"])
    join(tablet, ids["new"], OTHER_PIN)

    assert enter(tablet, ids["new"], PIN).status_code == 422
    assert enter(tablet, ids["tired"], PIN).status_code == 422
    assert enter(tablet, AthleteId("ath-00000000000000ff"), PIN).status_code == 422
    with browser(settings, vault, consent, clock) as http:
        other = Phone(http, settings, clock)
        assert enter(other, ids["well"]).status_code == 422
        assert "Ada Lund" not in other.page("/me/tablet")


@pytest.mark.parametrize("pin", ["123456", "000000", "12345", "abcdef"])
def test_a_weak_pin_leaves_the_code_unused(tablet: Phone, ids: Ids, pin: str) -> None:
    code = new_athlete_code(tablet.settings.directory, tablet.clock, ids["well"])
    assert tablet.http.post("/me/tablet/join", data={"code": code, "pin": pin}).status_code == 422

    assert tablet.http.post("/me/tablet/join", data={"code": code, "pin": PIN}).status_code == 303


def test_a_code_that_opens_nothing_sets_no_pin(tablet: Phone, consent: Any) -> None:
    answer = tablet.http.post("/me/tablet/join", data={"code": "aaaa-bbbb-cccc-dddd", "pin": PIN})

    assert answer.status_code == 422
    assert consent.events == []


def test_the_file_holds_neither_the_pin_nor_the_tablets_id(tablet: Phone, settings: Any, ids: Ids) -> None:
    join(tablet, ids["well"])
    held = {name: value for name, value in tablet.http.cookies.items() if "tablet" in name}
    assert len(held) == 1

    with sqlite3.connect(settings.directory / "staff.sqlite3") as file:
        (row,) = file.execute("SELECT tablet, person, pin FROM tablet_pin").fetchall()

    assert PIN not in row
    assert not set(held.values()) & set(row)


def test_a_file_of_staff_of_before_comes_up(tmp_path: Path) -> None:
    from client.staff.database import SCHEMA, StaffFile
    from client.staff.tablet_pins import TabletPins

    with sqlite3.connect(tmp_path / "staff.sqlite3", isolation_level=None) as file:
        type(SCHEMA)("staff", SCHEMA.steps[:2]).bring_up(file)
    (tmp_path / "keys").mkdir()
    opened = StaffFile(tmp_path)

    assert TabletPins(opened).athletes("x") == []
    opened.close()

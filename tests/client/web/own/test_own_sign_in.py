"""An athlete's code opens their own site once, and nothing of the staff's; a staff session opens nothing of theirs."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.entries.events import EventKind
from client.staff.database import StaffFile
from client.staff.people import StaffPeople, staff_person
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Role
from tests.client.web.own.athlete_codes import new_athlete_code
from tests.client.web.own.conftest import Phone
from tests.client.web.staff_on_the_list import PIN, new_staff_code

Ids = dict[str, AthleteId]


def test_a_code_opens_the_athletes_own_page_and_stands_in_their_part_of_the_log(
    phone: Phone, consent: Any, ids: Ids
) -> None:
    phone.sign_in(ids["well"])

    assert "Ada Lund" in phone.page()
    assert consent.events == [(EventKind.OWN_SITE, {"athlete": ids["well"], "deed": "signed_in_by_code"})]


def test_a_code_works_once(phone: Phone, settings: Any, clock: Any, ids: Ids) -> None:
    code = new_athlete_code(settings.directory, clock, ids["well"])
    phone.http.post("/me/sign-in", data={"code": code})

    again = phone.http.post("/me/sign-in", data={"code": code})

    assert again.status_code == 422
    assert "This code opens nothing here" in again.text


def test_a_code_is_good_for_half_an_hour(phone: Phone, settings: Any, clock: Any, ids: Ids) -> None:
    code = new_athlete_code(settings.directory, clock, ids["well"])
    clock.at += timedelta(minutes=31)

    assert phone.http.post("/me/sign-in", data={"code": code}).status_code == 422


def test_without_an_entry_nobody_is_signed_in_and_the_code_still_stands(
    phone: Phone, consent: Any, settings: Any, clock: Any, ids: Ids
) -> None:
    code = new_athlete_code(settings.directory, clock, ids["well"])
    consent.events_down = True
    refused = phone.http.post("/me/sign-in", data={"code": code})
    consent.events_down = False

    assert refused.status_code == 503
    assert "set-cookie" not in refused.headers
    assert phone.http.post("/me/sign-in", data={"code": code}).status_code == 303


def test_codes_of_staff_and_of_athletes_open_nothing_of_the_other(
    phone: Phone, settings: Any, clock: Any, ids: Ids
) -> None:
    staff, own = new_staff_code(settings.directory, clock), new_athlete_code(settings.directory, clock, ids["well"])

    assert phone.http.post("/me/sign-in", data={"code": staff}).status_code == 422
    assert phone.http.post("/sign-in", data={"code": own, "pin": PIN}).status_code == 422


def test_a_staff_session_opens_no_own_page_and_is_not_touched_by_one(
    phone: Phone, settings: Any, clock: Any, ids: Ids
) -> None:
    phone.http.post("/sign-in", data={"code": new_staff_code(settings.directory, clock), "pin": PIN})
    before = dict(phone.http.cookies)
    closed = phone.http.get("/me")
    phone.sign_in(ids["well"])

    assert (closed.status_code, closed.headers["location"]) == (303, "/me/sign-in")
    assert before.items() <= dict(phone.http.cookies).items()
    assert phone.http.get("/board").status_code == 200
    assert "Ada Lund" in phone.page()


def test_an_own_session_opens_no_page_of_the_staff(signed_in: Callable[[str], Phone]) -> None:
    phone = signed_in("well")

    for path in ("/board", "/athletes", "/imports", "/model"):
        assert phone.http.get(path).headers["location"] == "/sign-in"


def test_the_cookie_of_one_under_the_name_of_the_other_opens_nothing(
    signed_in: Callable[[str], Phone], settings: Any
) -> None:
    phone = signed_in("well")
    own = phone.http.cookies[f"homefield-own-{settings.club}"]
    phone.http.cookies.set(f"homefield-node-{settings.club}", own)

    assert phone.http.get("/board").headers["location"] == "/sign-in"


def test_signing_out_ends_the_session_on_the_node(signed_in: Callable[[str], Phone], settings: Any) -> None:
    phone = signed_in("well")
    held = phone.http.cookies[f"homefield-own-{settings.club}"]

    assert phone.send(phone.page(), "/me/sign-out").headers["location"] == "/me/sign-in"
    phone.http.cookies.set(f"homefield-own-{settings.club}", held)

    assert phone.http.get("/me").headers["location"] == "/me/sign-in"


def test_a_sign_in_lasts_a_day_and_no_longer(signed_in: Callable[[str], Phone], clock: Any) -> None:
    phone = signed_in("well")
    clock.at += timedelta(hours=15, minutes=59)
    phone.page()
    clock.at += timedelta(minutes=2)

    assert phone.http.get("/me").headers["location"] == "/me/sign-in"
    assert "This sign-in has ended" in phone.page("/me/sign-in")


def test_an_erased_athlete_is_signed_out(
    phone: Phone, settings: Any, clock: Any, ids: Ids, stocked: Path, tmp_path: Path
) -> None:
    phone.sign_in(ids["new"])
    phone.page()
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        vault.erase(ids["new"])

    assert phone.http.get("/me").headers["location"] == "/me/sign-in"
    code = new_athlete_code(settings.directory, clock, ids["new"])
    assert phone.http.post("/me/sign-in", data={"code": code}).status_code == 422


@pytest.fixture
def stocked(stocked: Path, tmp_path: Path) -> Path:
    """A vault of its own: one athlete is erased from it."""
    own = tmp_path / "own.sqlite3"
    own.write_bytes(stocked.read_bytes())
    return own


def test_ten_wrong_codes_close_the_sign_in_for_a_while(phone: Phone) -> None:
    tries = [phone.http.post("/me/sign-in", data={"code": f"aaaa-bbbb-cccc-{n:04d}"}) for n in range(23456, 23468)]

    assert [one.status_code for one in tries[:10]] == [422] * 10
    assert tries[10].status_code == 429
    assert "Try again in 5 minutes." in tries[10].text


@pytest.mark.parametrize("path", ["/me/nowhere", "/me/athletes/ath-00000000000000bb"])
def test_an_address_that_is_none_says_so_in_the_frame_of_the_own_site(
    signed_in: Callable[[str], Phone], path: str
) -> None:
    answer = signed_in("well").http.get(path)

    assert answer.status_code == 404
    assert "Nothing is shown at this address" in answer.text
    assert "Your own page" in answer.text


def test_a_staff_file_of_before_comes_up_with_its_people(tmp_path: Path) -> None:
    """Version 1 of the file had no athletes: who was on the list stays."""
    file = StaffFile(tmp_path)
    StaffPeople(file).put(staff_person("Kim", Role.COACH, ["first-team"]))
    file.close()
    with sqlite3.connect(tmp_path / "staff.sqlite3") as old:
        for table in ("athlete_code", "athlete_session", "spent_ticket", "tablet_pin"):
            old.execute(f"DROP TABLE {table}")
        old.execute("UPDATE schema_version SET version = 1 WHERE component = 'staff'")
    old.close()

    file = StaffFile(tmp_path)
    with file.reading() as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {"athlete_code", "athlete_session", "spent_ticket", "tablet_pin"} <= tables
    assert [one.name for one in StaffPeople(file).every()] == ["Kim"]
    file.close()

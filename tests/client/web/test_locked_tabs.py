"""Two tabs of one locked device: what the second one asks is answered by how the session stands by then."""

from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient

from tests.client.web.staff_on_the_list import PIN
from tests.client.web.test_signing_in import signed_in, unlock


def test_a_locked_page_in_a_second_tab_opens_what_the_first_has_unlocked(
    plain: TestClient, settings: Any, clock: Any
) -> None:
    signed_in(plain, settings, clock)
    clock.at += timedelta(minutes=20)
    token = plain.get("/board").text.partition('name="csrf" value="')[2].partition('"')[0]
    second = {"csrf": token, "back": "/athletes"}
    unlock(plain, PIN)

    for pin in (PIN, "192830"):
        answer = plain.post("/unlock", data=second | {"pin": pin})
        assert (answer.status_code, answer.headers["location"]) == (303, "/athletes")
    assert plain.get("/board").status_code == 200


def test_a_locked_page_of_a_session_that_has_ended_says_that_it_has(
    plain: TestClient, settings: Any, clock: Any
) -> None:
    signed_in(plain, settings, clock)
    clock.at += timedelta(minutes=20)
    token = plain.get("/board").text.partition('name="csrf" value="')[2].partition('"')[0]
    clock.at += timedelta(hours=12)

    answer = plain.post("/unlock", data={"csrf": token, "pin": PIN})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    page = plain.get("/sign-in").text
    assert "has ended" in page
    assert "Five wrong PINs" not in page

"""Who is there: codes that open one device once, the PIN that unlocks it, demo personas, and what removal ends."""

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from client.app import build_app
from client.errors import BadNodeSettings, UnknownPerson
from client.staff.database import FILE_NAME, FORMER_FILE, StaffFile
from client.staff.people import StaffPeople, person_of, staff_person
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import Role
from tests.client.web.staff_on_the_list import PIN, new_staff_code

COOKIE = "homefield-node-club-a"


def signed_in(plain: TestClient, settings: Any, clock: Any, **who: Any) -> Any:
    code = new_staff_code(settings.directory, clock, **who)
    answer = plain.post("/sign-in", data={"code": code, "pin": PIN})
    assert answer.status_code == 303, answer.text
    return answer


def unlock(plain: TestClient, pin: str, **fields: str) -> Any:
    page = plain.get("/board").text
    token = page.partition('name="csrf" value="')[2].partition('"')[0]
    return plain.post("/unlock", data={"csrf": token, "pin": pin, **fields})


@pytest.mark.parametrize("path", ["/board", "/athletes", "/imports", "/model", "/athletes/ath-00000000000000aa"])
def test_nobody_signed_in_sees_nothing(plain: TestClient, path: str) -> None:
    answer = plain.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert not answer.content


def test_personas_exist_only_in_the_demo(plain: TestClient) -> None:
    assert "Robin" not in plain.get("/sign-in").text
    assert plain.post("/demo/sign-in", data={"persona": "coach"}).status_code == 404


def test_personas_exist_only_on_loopback(settings: Any, consent: Any, clock: Any, stocked: Path) -> None:
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True)
        with TestClient(app, client=("192.0.2.7", 50000), follow_redirects=False) as http:
            own = {"Origin": "http://testserver"}
            assert http.post("/demo/sign-in", data={"persona": "coach"}, headers=own).status_code == 404


def test_a_session_of_the_demo_ends_with_the_demo(
    context: Any, settings: Any, consent: Any, clock: Any, stocked: Path
) -> None:
    held = dict(context.http.cookies)
    assert context.http.get("/board").status_code == 200

    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        app = build_app(settings, vault=vault, consent_client=consent, clock=clock)
        with TestClient(app, cookies=held, follow_redirects=False) as http:
            assert http.get("/board").headers["location"] == "/sign-in"


def test_a_sign_in_code_signs_one_person_in(plain: TestClient, settings: Any, clock: Any) -> None:
    code = new_staff_code(settings.directory, clock, name="Kim <Ray>")

    answer = plain.post("/sign-in", data={"code": f" {code.upper()} ", "pin": PIN})

    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    page = plain.get("/board").text
    assert "Kim &lt;Ray&gt;, performance coach" in page
    assert "Ada Lund" in page


def test_a_code_opens_one_device(plain: TestClient, settings: Any, clock: Any) -> None:
    code = new_staff_code(settings.directory, clock)
    assert plain.post("/sign-in", data={"code": code, "pin": PIN}).status_code == 303

    again = plain.post("/sign-in", data={"code": code, "pin": PIN})

    assert again.status_code == 422
    assert "opens nothing once it was used" in again.text


def test_a_wrong_or_old_code_is_refused_in_words(plain: TestClient, settings: Any, clock: Any) -> None:
    code = new_staff_code(settings.directory, clock, role=Role.MEDICAL)

    wrong = plain.post("/sign-in", data={"code": "aaaa-bbbb-cccc-dddd", "pin": PIN})
    clock.at += timedelta(minutes=30)
    old = plain.post("/sign-in", data={"code": code, "pin": PIN})

    assert (wrong.status_code, old.status_code) == (422, 422)
    assert "Nothing was saved." in wrong.text


@pytest.mark.parametrize("pin", ["", "12345", "123456", "000000", "abcdef"])
def test_a_pin_that_anybody_would_guess_is_refused_and_the_code_stands(
    plain: TestClient, settings: Any, clock: Any, pin: str
) -> None:
    code = new_staff_code(settings.directory, clock)

    answer = plain.post("/sign-in", data={"code": code, "pin": pin})

    assert answer.status_code == 422
    assert 'href="#pin"' in answer.text
    assert plain.post("/sign-in", data={"code": code, "pin": PIN}).status_code == 303


def test_a_code_is_not_used_up_by_a_sign_in_that_cannot_be_logged(
    plain: TestClient, settings: Any, clock: Any, consent: Any
) -> None:
    code = new_staff_code(settings.directory, clock)
    consent.is_down = True
    refused = plain.post("/sign-in", data={"code": code, "pin": PIN})
    consent.is_down = False

    assert refused.status_code == 503
    assert plain.post("/sign-in", data={"code": code, "pin": PIN}).status_code == 303


def test_the_staffs_file_is_the_owners_alone_and_holds_no_code(settings: Any, clock: Any) -> None:
    code = new_staff_code(settings.directory, clock)
    path = settings.directory / FILE_NAME

    assert code.replace("-", "").encode() not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_codes_of_version_0_1_which_worked_all_day_are_gone(settings: Any) -> None:
    former = settings.keys / FORMER_FILE
    former.write_text("[]")

    StaffFile(settings.directory).close()

    assert not former.exists()


@pytest.mark.parametrize(
    ("name", "role", "squads"),
    [
        ("", Role.COACH, ["first-team"]),
        ("x" * 61, Role.COACH, ["first-team"]),
        ("Kim\n", Role.FRONT_OFFICE, ["first-team"]),
        ("Kim\x1b[2J", Role.COACH, ["first-team"]),
        ("Kim", Role.COACH, []),
        ("Kim", Role.COACH, ["First Team"]),
    ],
)
def test_nobody_another_role_or_no_squad_is_refused(name: str, role: Role, squads: list[str]) -> None:
    with pytest.raises(BadNodeSettings):
        staff_person(name, role, squads)


def test_fifteen_idle_minutes_lock_the_page_and_the_pin_opens_it(plain: TestClient, settings: Any, clock: Any) -> None:
    signed_in(plain, settings, clock)
    for _ in range(2):
        clock.at += timedelta(minutes=14)
        assert plain.get("/athletes").status_code == 200
    clock.at += timedelta(minutes=15, seconds=1)

    locked = plain.get("/athletes")
    opened = unlock(plain, PIN, back="/athletes")

    assert locked.status_code == 423
    assert "Ada" not in locked.text
    assert "Kim" not in locked.text
    assert 'name="back" value="/athletes"' in locked.text
    assert (opened.status_code, opened.headers["location"]) == (303, "/athletes")
    assert "Ada Lund" in plain.get("/athletes").text


def test_a_form_of_a_locked_page_changes_nothing(plain: TestClient, settings: Any, clock: Any, consent: Any) -> None:
    signed_in(plain, settings, clock)
    page = plain.get("/athletes").text
    token = page.partition('name="csrf" value="')[2].partition('"')[0]
    clock.at += timedelta(minutes=20)

    answer = plain.post(
        "/athletes/ath-00000000000000ee/record", data={"csrf": token, "proposal": "x", "answer": "accept"}
    )

    assert answer.status_code == 423
    assert consent.decided == []


def test_five_wrong_pins_sign_the_device_out(plain: TestClient, settings: Any, clock: Any) -> None:
    signed_in(plain, settings, clock)
    clock.at += timedelta(minutes=20)

    answers = [unlock(plain, f"19283{number}") for number in range(5)]

    assert [answer.status_code for answer in answers] == [422] * 5
    assert "the PIN that you chose" in answers[3].text
    left = ("Four tries are left", "Three tries are left", "Two tries are left", "One try is left")
    for words, answer in zip(left, answers, strict=False):
        assert f"{words}; then you are signed out." in answer.text
        assert "This device is locked" in answer.text
        assert "Nothing was touched" not in answer.text
    assert "signed this device out" in answers[4].text
    assert plain.get("/board").headers["location"] == "/sign-in"


def test_a_locked_page_counts_the_tries_also_when_it_is_opened_anew(
    plain: TestClient, settings: Any, clock: Any
) -> None:
    signed_in(plain, settings, clock)
    clock.at += timedelta(minutes=20)
    fresh = plain.get("/board").text
    unlock(plain, "192830")

    again = plain.get("/board").text
    unlock(plain, PIN)
    clock.at += timedelta(minutes=20)

    assert "Nothing was touched here for 15 minutes." in fresh
    assert "Five tries are left" in fresh
    assert "It stays locked." in again
    assert "Four tries are left" in again
    assert "Five tries are left" in plain.get("/board").text


def test_unlocking_leads_nowhere_else(plain: TestClient, settings: Any, clock: Any) -> None:
    signed_in(plain, settings, clock)
    for back in ("//evil.example", "https://evil.example", "/\\evil.example", "/sign-in?x=1", ""):
        clock.at += timedelta(minutes=20)
        assert unlock(plain, PIN, back=back).headers["location"] == "/board"


def test_after_twelve_hours_the_device_is_signed_out_and_no_pin_helps(
    plain: TestClient, settings: Any, clock: Any
) -> None:
    signed_in(plain, settings, clock)
    clock.at += timedelta(hours=11, minutes=59)
    locked = plain.get("/board")
    clock.at += timedelta(minutes=1)

    assert locked.status_code == 423
    assert plain.get("/board").headers["location"] == "/sign-in"


def test_a_session_without_a_pin_ends_when_it_is_idle(context: Any, clock: Any) -> None:
    clock.at += timedelta(minutes=15)

    assert context.http.get("/model").headers["location"] == "/sign-in"


def test_removing_a_person_ends_their_sessions_at_once_also_a_locked_one(
    plain: TestClient, settings: Any, clock: Any
) -> None:
    signed_in(plain, settings, clock)
    assert plain.get("/athletes").status_code == 200
    file = StaffFile(settings.directory)  # as a command opens it, beside the running node

    StaffPeople(file).remove(person_of("Kim"))

    assert plain.get("/athletes").headers["location"] == "/sign-in"
    assert "This sign-in has ended" in plain.get("/sign-in").text
    clock.at += timedelta(minutes=20)
    assert plain.get("/athletes").headers["location"] == "/sign-in"
    with pytest.raises(UnknownPerson):
        StaffPeople(file).named("Kim")
    file.close()


def test_a_code_of_somebody_who_was_removed_opens_nothing(plain: TestClient, settings: Any, clock: Any) -> None:
    code = new_staff_code(settings.directory, clock)
    file = StaffFile(settings.directory)
    StaffPeople(file).remove(person_of("Kim"))
    file.close()

    assert plain.post("/sign-in", data={"code": code, "pin": PIN}).status_code == 422


def test_a_restart_keeps_who_is_signed_in(
    plain: TestClient, settings: Any, clock: Any, consent: Any, stocked: Path
) -> None:
    signed_in(plain, settings, clock)

    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        app = build_app(settings, vault=vault, consent_client=consent, clock=clock)
        with TestClient(app, cookies=dict(plain.cookies), follow_redirects=False) as http:
            assert http.get("/athletes").status_code == 200


def test_signing_out_ends_the_session_itself(context: Any) -> None:
    cookie = context.http.cookies[COOKIE]
    page = context.http.get("/model").text

    assert context.send(page, "/sign-out").headers["location"] == "/sign-in"

    context.http.cookies.set(COOKIE, cookie)
    assert context.http.get("/model").status_code == 303


def test_signing_out_needs_the_own_form(context: Any) -> None:
    assert context.http.post("/sign-out", data={"csrf": "x"}).status_code == 403
    assert context.http.get("/model").status_code == 200


def test_a_made_up_cookie_opens_nothing(plain: TestClient) -> None:
    plain.cookies.set(COOKIE, "a" * 43)

    assert plain.get("/board").headers["location"] == "/sign-in"


def test_health_says_ok(plain: TestClient) -> None:
    assert plain.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/board", "/sign-in", "/nowhere", "/athletes/nobody", "/openapi.json", "/docs"])
def test_every_answer_has_the_strict_headers_and_no_script(context: Any, path: str) -> None:
    answer = context.http.get(path)

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "<script" not in answer.text
    assert "style=" not in answer.text


def test_an_unexpected_failure_is_the_same_closed_page_and_logs_no_message(
    context: Any, consent: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("resting pulse 41 of Ada")

    monkeypatch.setattr(consent, "snapshot", broken)

    answer = context.http.get("/board")

    assert answer.status_code == 503
    assert "We cannot show this page right now" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    (record,) = caplog.records
    assert record.__dict__["error"] == "RuntimeError"
    assert record.__dict__["at"].startswith("broken:")
    assert "Ada" not in caplog.text

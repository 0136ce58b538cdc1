"""Who is there: desk codes, idle time, demo personas only in the demo on loopback, headers on every answer."""

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from client.app import build_app
from client.errors import BadNodeSettings
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from client.web.staff_codes import FILE_NAME, MOST_WRONG, StaffCodeIssuer, issue
from policies.vocabulary import Role


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
        app = build_app(settings, vault=vault, consent_client=consent, clock=clock, demo=True, hosts=("testserver",))
        with TestClient(app, client=("192.0.2.7", 50000), follow_redirects=False) as http:
            assert http.post("/demo/sign-in", data={"persona": "coach"}).status_code == 404


def test_a_desk_code_signs_one_person_in(plain: TestClient, settings: Any, clock: Any) -> None:
    code = issue(settings.keys / FILE_NAME, name="Kim <Ray>", role=Role.COACH, now=clock())

    answer = plain.post("/sign-in", data={"code": f" {code.upper()} "})

    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    page = plain.get("/board").text
    assert "Kim &lt;Ray&gt;, performance coach" in page
    assert "Ada Lund" in page


def test_a_wrong_or_old_code_is_refused_in_words(plain: TestClient, settings: Any, clock: Any) -> None:
    code = issue(settings.keys / FILE_NAME, name="Kim", role=Role.MEDICAL, now=clock())

    wrong = plain.post("/sign-in", data={"code": "aaaa-bbbb-cccc-dddd"})
    clock.at += timedelta(hours=12, seconds=1)
    old = plain.post("/sign-in", data={"code": code})

    assert (wrong.status_code, old.status_code) == (422, 422)
    assert "Nothing was saved." in wrong.text


def test_guessing_closes_the_desk_for_a_while(settings: Any, clock: Any) -> None:
    path = settings.keys / FILE_NAME
    code = issue(path, name="Kim", role=Role.COACH, now=clock())
    issuer = StaffCodeIssuer(path, clock)

    for number in range(MOST_WRONG):
        assert issuer.check(f"wrong-{number}") is None

    assert issuer.check(code) is None
    clock.at += timedelta(minutes=6)
    assert issuer.check(code) is not None


def test_codes_are_kept_as_hashes_in_a_file_of_the_owner_alone(settings: Any, clock: Any) -> None:
    path = settings.keys / FILE_NAME
    code = issue(path, name="Kim", role=Role.COACH, now=clock())

    assert code.encode() not in path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(("name", "role"), [("", Role.COACH), ("x" * 61, Role.COACH), ("Kim", Role.FRONT_OFFICE)])
def test_a_code_for_nobody_or_another_role_is_refused(settings: Any, clock: Any, name: str, role: Role) -> None:
    with pytest.raises(BadNodeSettings):
        issue(settings.keys / FILE_NAME, name=name, role=role, now=clock())


def test_fifteen_idle_minutes_sign_out(context: Any, clock: Any) -> None:
    clock.at += timedelta(minutes=14)
    assert context.http.get("/model").status_code == 200
    clock.at += timedelta(minutes=14)
    assert context.http.get("/model").status_code == 200
    clock.at += timedelta(minutes=15, seconds=1)

    assert context.http.get("/model").headers["location"] == "/sign-in"


def test_signing_out_ends_the_session_itself(context: Any) -> None:
    cookie = context.http.cookies["homefield_node"]
    page = context.http.get("/model").text

    assert context.send(page, "/sign-out").headers["location"] == "/sign-in"

    context.http.cookies.set("homefield_node", cookie)
    assert context.http.get("/model").status_code == 303


def test_signing_out_needs_the_own_form(context: Any) -> None:
    assert context.http.post("/sign-out", data={"csrf": "x"}).status_code == 403
    assert context.http.get("/model").status_code == 200


def test_a_made_up_cookie_opens_nothing(plain: TestClient) -> None:
    plain.cookies.set("homefield_node", "a" * 43)

    assert plain.get("/board").headers["location"] == "/sign-in"


def test_another_host_name_is_refused(plain: TestClient) -> None:
    assert plain.get("/health", headers={"host": "evil.example"}).status_code == 400


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
    assert "RuntimeError in broken" in caplog.text
    assert "Ada" not in caplog.text

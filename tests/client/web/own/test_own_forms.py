"""Questionnaires at the athlete's own site without scripts: filled in, changed, taken back, and what is refused."""

import json
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from audit.entries.events import EventKind
from chassis.web.secured_answers import SCRIPTED_POLICY
from client.app import build_app
from client.biometrics.streams import Stream
from client.forms.library.approvals import FormApproval, add_approval
from client.forms.library.form_library import FormLibrary
from client.vault.keys import UnlockKey
from client.vault.own_answers.kept_answers import KeptAnswers
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.web.own.conftest import Phone

Ids = dict[str, AthleteId]
FILLED = (EventKind.OWN_SITE, "filled_in")
USUAL = {"item-sleep": "4", "item-energy": "3", "item-muscles": "2", "item-stress": "5", "item-mood": "4"}


@pytest.fixture
def vault(stocked: Path, tmp_path: Path) -> Iterator[Vault]:
    """A vault of its own: answers are stored."""
    with Vault.open(Path(shutil.copy(stocked, tmp_path / "own.sqlite3")), UnlockKey(b"k" * 32)) as opened:
        yield opened


@pytest.fixture
def plain(settings: Any, vault: Vault, consent: Any, clock: Any) -> Iterator[TestClient]:
    """A browser at a node whose vault may be written."""
    app = build_app(settings, vault=vault, consent_client=consent, clock=clock)
    headers = {"Origin": "http://127.0.0.1:8300"}
    with TestClient(app, base_url="http://127.0.0.1:8300", follow_redirects=False, headers=headers) as browser:
        yield browser


@pytest.fixture
def ada(signed_in: Callable[[str], Phone], consent: Any) -> Phone:
    """Ada's phone, with nothing yet in the log but her signing in."""
    phone = signed_in("new")
    consent.events.clear()
    return phone


def today(vault: Vault, athlete: AthleteId) -> dict[str, Any]:
    return {r.stream.value: r.value for r in vault.read(athlete) if r.source.app == "own answer"}


def deeds(consent: Any) -> list[tuple[EventKind, str]]:
    return [(kind, details["deed"]) for kind, details in consent.events]


def send(phone: Phone, form: str, **fields: str) -> Any:
    return phone.send(phone.page(f"/me/forms/{form}"), f"/me/forms/{form}", **fields)


def body(phone: Phone, *, athlete: AthleteId, **changes: Any) -> dict[str, str]:
    """What the script of a page sends."""
    page = phone.page("/me/forms/morning")
    made = {
        "id": str(uuid.uuid4()),
        "form": "morning",
        "version": 1,
        "day": "2026-11-24",
        "part": 1,
        "answered_at": "2026-11-24T06:20:00Z",
        "answers": {"mood": 2},
        "note": "",
        "note_for": None,
        **changes,
    }
    csrf = re.search(r'data-csrf="([0-9a-f]+)"', page)
    assert csrf is not None
    return {"csrf": csrf[1], "athlete": athlete, "sending": json.dumps(made)}


def test_a_morning_is_sent_and_shown(ada: Phone, vault: Vault, consent: Any, ids: Ids) -> None:
    answer = send(ada, "morning", **USUAL, day="2026-11-24")

    assert (answer.status_code, answer.headers["location"]) == (303, "/me/forms/morning/sent")
    stored = {"sleep_quality": 4.0, "fatigue": 3.0, "soreness": 2.0, "stress": 5.0, "mood": 4.0}
    assert today(vault, ids["new"]) == stored
    assert deeds(consent) == [FILLED]
    page = ada.page("/me/forms/morning/sent")
    assert "Sent. Thank you." in page
    assert "4 – Good" in page
    assert "Hours of sleep" not in page, "what was left open is nothing"


def test_the_same_page_sent_twice_is_one_answer_and_one_entry(ada: Phone, vault: Vault, consent: Any, ids: Ids) -> None:
    page = ada.page("/me/forms/morning")

    for _ in range(2):
        assert ada.send(page, "/me/forms/morning", **USUAL, day="2026-11-24").status_code == 303

    assert len(KeptAnswers(vault, ids["new"]).all()) == 1
    assert deeds(consent) == [FILLED]


def test_an_answer_is_changed_and_taken_back(ada: Phone, vault: Vault, consent: Any, clock: Any, ids: Ids) -> None:
    send(ada, "morning", **USUAL, day="2026-11-24")
    clock.at += timedelta(minutes=5)
    page = ada.page("/me/forms/morning/of/0/1")
    assert len(re.findall(" checked", page.split("Add a note")[0])) == 5, "what was sent is filled in"
    ada.send(page, "/me/forms/morning", **{"item-mood": "1"}, day="2026-11-24")
    assert today(vault, ids["new"]) == {"mood": 1.0}

    sent = ada.page("/me/forms/morning/sent")
    answer = ada.send(sent, "/me/forms/take-back")

    assert answer.status_code == 303
    assert today(vault, ids["new"])["mood"] == 4.0
    assert "Taken back" in ada.page("/me/forms/morning/sent")
    week = ada.page("/me/forms")
    assert (week.count("taken back"), week.count("replaced by")) == (1, 0)
    assert deeds(consent) == [FILLED, FILLED, FILLED]


def test_a_body_map_and_a_late_day(ada: Phone, vault: Vault, ids: Ids) -> None:
    page = ada.page("/me/forms/morning")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf is not None
    fields = {"csrf": csrf[1], "id": str(uuid.uuid4()), "day": "2026-11-20"}
    areas = ["front_left_knee", "back_left_calf"]
    answer = ada.http.post("/me/forms/morning", data={**fields, "item-sore_areas": areas, "item-sleep_hours": "7,5"})

    assert answer.status_code == 303
    assert today(vault, ids["new"]) == {"soreness_area": " ".join(areas), "sleep_duration_h": 7.5}
    (reading,) = (one for one in vault.read(ids["new"], [Stream.SLEEP_DURATION_H]) if one.source.app == "own answer")
    assert reading.day.isoformat() == "2026-11-20"
    shown = ada.page("/me/forms/morning/sent")
    assert "left knee (front), left calf (back)" in shown
    assert "7.5 h" in shown


def test_a_rest_day_is_one_tap(ada: Phone, vault: Vault, ids: Ids) -> None:
    answer = ada.send(ada.page("/me/forms"), "/me/forms/rest-day")

    assert answer.status_code == 303
    assert today(vault, ids["new"]) == {"rest_day": 1.0}


def test_a_session_and_a_rest_day(ada: Phone, vault: Vault, ids: Ids) -> None:
    send(ada, "session", **{"item-effort": "7", "item-minutes": "65"}, part="1", day="2026-11-24")
    assert '<option value="2" selected>' in ada.page("/me/forms/session"), "the next training of the day"
    send(ada, "rest-day", **{"item-rest": "1.0"}, day="2026-11-23")

    assert today(vault, ids["new"]) == {"session_rpe": 7.0, "session_duration_min": 65.0, "rest_day": 1.0}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Nothing is answered yet"),
        ({"item-sleep": "9"}, "Sleep: expected a number from 1 to 5"),
        ({"item-sleep_hours": "40", "item-sleep": "4"}, "Hours of sleep: expected a number from 0.25 to 24"),
        ({"item-sleep": "four"}, "Sleep: expected a number"),
        ({"item-sleep": "4", "day": "2026-11-25"}, "for a day that had not come"),
        ({"item-sleep": "4", "day": "2026-11-16"}, "up to 7 days"),
        ({"item-sleep": "4", "day": "tomorrow"}, "cannot be read"),
        ({"item-sleep": "4", "id": "1"}, "cannot be read"),
        ({"item-sleep": "4", "note": "a" * 10_000}, "at most 500 characters"),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_was_filled_in_stays(
    ada: Phone, vault: Vault, consent: Any, ids: Ids, fields: dict[str, str], said: str
) -> None:
    answer = send(ada, "morning", **{"day": "2026-11-24", "item-mood": "", **fields})

    assert answer.status_code == 422
    assert said in answer.text
    if fields.get("item-sleep") == "4":
        assert 'value="4" checked' in answer.text
    assert KeptAnswers(vault, ids["new"]).all() == []
    assert consent.events == []


def test_without_the_log_the_form_still_takes_answers_and_the_entry_follows(
    ada: Phone, vault: Vault, consent: Any, ids: Ids
) -> None:
    consent.is_down = True
    assert ada.http.get("/me/forms/morning").status_code == 200
    assert send(ada, "morning", **USUAL, day="2026-11-24").status_code == 303
    assert len(today(vault, ids["new"])) == 5
    assert consent.events == []

    consent.is_down = False
    send(ada, "rest-day", **{"item-rest": "1.0"}, day="2026-11-24")

    assert deeds(consent) == [FILLED, FILLED]


def test_a_script_sends_an_answer_once_and_gets_no_redirect(ada: Phone, vault: Vault, consent: Any, ids: Ids) -> None:
    fields = body(ada, athlete=ids["new"])

    first, again = (ada.http.post("/me/answers", data=fields) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == {"code": "new", "where": "/me/forms/morning/sent"}
    assert again.json()["code"] == "again"
    assert today(vault, ids["new"]) == {"mood": 2.0}
    assert deeds(consent) == [FILLED]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"day": "2026-11-25"}, 422, "future"),
        ({"day": "2026-11-16"}, 410, "too_old"),
        ({"note": "a" * 10_000}, 422, "unreadable"),
        ({"answers": {"mood": 9}}, 422, "bad_value"),
        ({"form": "weekly-health", "answers": {"volume": 8}}, 422, "unknown_form"),
    ],
)
def test_a_script_is_told_what_cannot_be_taken(
    ada: Phone, vault: Vault, ids: Ids, change: dict[str, Any], status: int, code: str
) -> None:
    answer = ada.http.post("/me/answers", data=body(ada, athlete=ids["new"], **change))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert KeptAnswers(vault, ids["new"]).all() == []


def test_a_replayed_body_with_another_day_is_refused(ada: Phone, vault: Vault, ids: Ids) -> None:
    fields = body(ada, athlete=ids["new"])
    ada.http.post("/me/answers", data=fields)
    other = json.loads(fields["sending"]) | {"day": "2026-11-23"}

    answer = ada.http.post("/me/answers", data={**fields, "sending": json.dumps(other)})

    assert (answer.status_code, answer.json()["code"]) == (409, "id_taken")
    assert len(KeptAnswers(vault, ids["new"]).all()) == 1


def test_another_athletes_answer_is_refused_and_noted(
    ada: Phone, vault: Vault, ids: Ids, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ada.http.post("/me/answers", data=body(ada, athlete=ids["well"]))

    assert (answer.status_code, answer.json()["code"]) == (403, "another_athlete")
    assert KeptAnswers(vault, ids["well"]).all() == KeptAnswers(vault, ids["new"]).all() == []
    assert "an answer of another athlete was refused" in caplog.text


def test_without_a_session_or_its_token_nothing_is_taken(ada: Phone, phone: Phone, vault: Vault, ids: Ids) -> None:
    fields = body(ada, athlete=ids["new"])
    assert ada.http.post("/me/answers", data={**fields, "csrf": "0" * 64}).status_code == 401
    page = ada.page("/me/forms/morning")
    assert ada.http.post("/me/forms/morning", data={**USUAL, "day": "2026-11-24"}).status_code == 403
    phone.http.cookies.clear()

    assert phone.http.post("/me/answers", data=fields).status_code == 401
    assert phone.send(page, "/me/forms/morning", **USUAL).headers["location"] == "/me/sign-in"
    for path in ("/me/forms", "/me/forms/morning", "/me/offline", "/me/offline/morning", "/me/forms/morning/of/1/1"):
        assert phone.http.get(path).headers["location"] == "/me/sign-in"
    assert KeptAnswers(vault, ids["new"]).all() == []


def test_another_athlete_cannot_take_an_answer_back(
    ada: Phone, vault: Vault, ids: Ids, signed_in: Callable[[str], Phone]
) -> None:
    send(ada, "morning", **USUAL, day="2026-11-24")
    (held,) = KeptAnswers(vault, ids["new"]).all()
    bea = signed_in("tired")
    csrf = re.search(r'data-csrf="([0-9a-f]+)"', bea.page("/me/forms"))
    assert csrf is not None

    bea.http.post("/me/forms/take-back", data={"csrf": csrf[1], "answer": held.id})

    assert len(today(vault, ids["new"])) == 5
    assert held.note not in bea.page("/me/forms") or held.note == ""


def test_what_a_phone_keeps_holds_no_answer_and_no_name(ada: Phone) -> None:
    send(ada, "morning", **USUAL, day="2026-11-24", note="canary")

    for path in ("/me/offline", "/me/offline/morning", "/me/offline/session"):
        page = ada.page(path)
        assert "Cleo" not in page
        assert "canary" not in page
        assert "Sign out" not in page
    assert " checked" not in ada.page("/me/offline/morning").split("Add a note")[0]


def test_a_form_about_health_is_there_once_it_is_approved(ada: Phone, settings: Any, clock: Any) -> None:
    assert ada.http.get("/me/forms/weekly-health").status_code == 404
    form = FormLibrary.read(settings.directory).find("weekly-health")
    named = {"form": form.id, "version": form.version, "sha256": form.sha256, "person": "staff-1", "name": "Noor"}
    add_approval(settings.directory / "forms", FormApproval.model_validate({**named, "at": clock()}))

    page = ada.page("/me/forms/weekly-health")

    assert page.count('type="radio"') == 4 * 4 + 3
    assert send(ada, "weekly-health", **{"item-participation": "0.0"}, day="2026-11-24").status_code == 303


def test_scripts_are_files_of_the_node_and_nothing_else_runs(ada: Phone) -> None:
    page = ada.http.get("/me/forms/morning")
    policy = page.headers["content-security-policy"]

    assert policy == SCRIPTED_POLICY
    assert "unsafe" not in policy
    assert "http" not in policy
    assert re.findall(r"<script(?! src=\"/me/scripts/[a-z]+\.js\")", page.text) == []
    worker = ada.http.get("/me/worker.js")
    assert (worker.status_code, worker.headers["service-worker-allowed"]) == (200, "/me")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert ada.http.get("/me/scripts/worker.js").status_code == 404
    assert ada.http.get("/me/scripts/..%2fown_forms.py").status_code == 404
    assert "script-src" not in ada.http.get("/sign-in").headers["content-security-policy"]

"""What was brought is one session's alone, and is destroyed with it, once it is stored, and once it is left out."""

import re
from datetime import timedelta
from typing import Any

import pytest

from client.uploads import session_uploads
from client.uploads.forgetting import forget_ended
from client.uploads.form_parts import FormParts
from policies.vocabulary import AthleteId
from tests.client.web.conftest import Clock, FakeConsent
from tests.client.web.uploads.conftest import RESTING, Uploader, wellness

Ids = dict[str, AthleteId]


def test_another_session_finds_nothing_of_it(
    uploader: Uploader, settings: Any, consent: FakeConsent, clock: Clock, ids: Ids
) -> None:
    uploader.bring(("monday.csv", wellness()), athlete=ids["new"])
    path, page = uploader.looked_at()
    theirs = dict(uploader.http.cookies)
    uploader.http.cookies.clear()
    uploader.sign_in("coach")

    assert uploader.http.get(path).status_code == 404
    assert "monday.csv" not in uploader.http.get("/imports").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', uploader.http.get("/imports").text)
    assert csrf is not None
    for verb in ("use", "again", "leave-out"):
        assert uploader.http.post(f"{path}/{verb}", data={"csrf": csrf[1], "version": 1}).status_code == 404
    uploader.http.cookies.clear()
    uploader.http.cookies.update(theirs)
    assert uploader.http.get(path).status_code == 200
    assert uploader.answer(page, path, "use", csrf=csrf[1]).status_code == 403


def test_signing_out_destroys_what_was_brought(uploader: Uploader, ids: Ids) -> None:

    uploader.bring(("monday.csv", wellness()), athlete=ids["new"])
    spool = uploader.app.state.uploads.spool
    assert spool.held > 0

    uploader.send(uploader.http.get("/imports").text, "/sign-out")

    assert spool.held == 0


def test_whoever_signs_out_while_files_come_leaves_nothing(
    uploader: Uploader, ids: Ids, consent: FakeConsent, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = len(consent.events)
    monkeypatch.setattr(FormParts, "finish", lambda _: uploader.app.state.sessions.end_of("demo-coach"))

    answer = uploader.bring(("monday.csv", wellness()), athlete=ids["new"])

    assert answer.headers["location"] == "/sign-in"
    assert (uploader.app.state.uploads.spool.held, len(consent.events)) == (0, told)


def test_a_session_that_ends_by_itself_leaves_nothing(uploader: Uploader, clock: Clock, ids: Ids) -> None:
    uploader.bring(("monday.csv", wellness()), athlete=ids["new"])
    uploads = uploader.app.state.uploads
    forget_ended(uploads, uploader.app.state.sessions)
    assert uploads.spool.held > 0

    clock.at += timedelta(hours=13)
    forget_ended(uploads, uploader.app.state.sessions)

    assert uploads.spool.held == 0


def test_stored_and_left_out_files_give_their_room_back(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("monday.csv", wellness()), ("rest.json", RESTING), athlete=ids["new"])
    uploads = uploader.app.state.uploads
    (first, page), (second, _) = uploader.looked_at(0), uploader.looked_at(1)

    uploader.answer(page, first, "use")
    assert uploads.spool.held > 0
    uploader.answer(page.replace(first, second), second, "leave-out")

    assert uploads.spool.held == 0
    assert "Left out by you" in uploader.http.get("/imports").text
    assert uploader.answer(page.replace(first, second), second, "use").status_code == 303
    assert [one for one in uploader.held(ids["new"]) if one.value == 51.25] == []


def test_uploads_that_came_at_once_are_no_more_than_may_wait(
    uploader: Uploader, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = uploader.app.state.uploads
    monkeypatch.setattr(session_uploads, "MOST_WAITING", 1)
    monkeypatch.setattr(uploads, "check_room", lambda _: None)  # each began while there was room
    uploader.bring(("monday.csv", wellness()), athlete=ids["new"])
    held = uploads.spool.held

    refused = uploader.bring(("tuesday.csv", wellness()), athlete=ids["new"])

    assert refused.status_code == 422
    assert "store or leave out what waits" in refused.text
    assert uploads.spool.held == held
    assert "tuesday.csv" not in uploader.http.get("/imports").text


def test_a_form_with_an_endless_boundary_is_refused_by_one_sentence(uploader: Uploader) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=" + "x" * 5_000}

    answer = uploader.http.post("/imports/files", content=b"x", headers=kind)

    assert answer.status_code == 422
    assert "choose the files and send it again" in answer.text
    assert uploader.app.state.uploads.spool.held == 0

"""From the board: whom to ask, one press for the answer, the row that moves, and undo."""

import re
from datetime import timedelta
from typing import Any

import pytest

from audit.entries.events import EventKind
from client.coaching.journal import CoachingJournal, PlannedDay
from client.coaching.training_session import TrainingSession
from policies.vocabulary import AthleteId, Purpose, Role
from tests.client.web.test_board_page import row

Ids = dict[str, AthleteId]


def form_of(page: str, action: str, athlete: str) -> dict[str, str]:
    """Hidden fields of the form of one athlete."""
    forms = re.findall(rf'<form[^>]*action="{action}".*?</form>', page, re.S)
    return next(
        dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        for form in forms
        if athlete in form
    )


def press(context: Any, athlete: str, answer: str, note: str = "") -> Any:
    fields = form_of(context.http.get("/board").text, "/board/ask", athlete)
    return context.http.post("/board/ask", data=fields | {"answer": answer, "note": note})


def undo(context: Any, athlete: str) -> Any:
    return context.http.post("/board/undo", data=form_of(context.http.get("/board").text, "/board/undo", athlete))


def kinds(consent: Any) -> list[tuple[EventKind, str]]:
    return [(kind, details.get("change", details.get("answer", ""))) for kind, details in consent.events]


def test_one_press_answers_and_the_row_moves(context: Any, consent: Any, ids: Ids) -> None:
    answer = press(context, ids["new"], "fine", "watch  at home")

    assert (answer.status_code, answer.headers["location"]) == (303, "/board#ask")
    page = context.http.get("/board").text
    assert "<h1>One not OK, one well below usual, one to ask</h1>" in page
    assert page.index('id="decided"') < page.index("Cleo Hart") < page.index('id="planned"')
    assert "asked, fine: Robin Dale, 06:28, “watch at home”" in row(page, "Cleo Hart")
    assert kinds(consent)[-1] == (EventKind.ATHLETE_ASKED, "noted")
    assert not any("fine" in str(details) or "watch" in str(details) for _, details in consent.events)


def test_not_ok_stops_the_session_and_outranks_the_light(context: Any, ids: Ids) -> None:
    press(context, ids["new"], "not_ok")

    page = context.http.get("/board").text
    assert "<h1>Two not OK, one well below usual, one to ask</h1>" in page
    assert "Not OK, told to staff" in row(page, "Cleo Hart")
    assert "→ Rest and speak to the medical team" in row(page, "Cleo Hart")
    own = context.http.get(f"/athletes/{ids['new']}").text
    assert "The athlete told staff that they are not OK." in own


def test_somebody_who_shares_nothing_can_be_asked_and_stopped(context: Any, consent: Any, ids: Ids) -> None:
    press(context, ids["private"], "not_ok")

    path = f"/athletes/{ids['private']}"
    assert context.send(context.http.get(path).text, f"{path}/decide", answer="accept").status_code == 303
    page = context.http.get("/board").text
    assert "0 of 480 AU proposal accepted: Robin Dale" in row(page, "Secret Person")
    assert consent.decided[-1]["athlete"] == ids["private"]


def test_undo_takes_back_the_newest_record_and_both_stay(context: Any, consent: Any, ids: Ids) -> None:
    path = f"/athletes/{ids['hurt']}"
    context.send(context.http.get(path).text, f"{path}/decide", answer="accept")
    assert "Undo" in row(context.http.get("/board").text, "Edda Vale")

    assert undo(context, ids["hurt"]).status_code == 303

    page = context.http.get("/board").text
    assert "Decide : Edda Vale" in row(page, "Edda Vale")
    assert kinds(consent)[-1] == (EventKind.PROPOSAL_DECIDED, "taken_back")
    assert "<dt>Taken back</dt><dd>1</dd>" in context.http.get(path).text
    context.send(context.http.get(path).text, f"{path}/decide", answer="accept")
    assert "0 of 480 AU" in row(context.http.get("/board").text, "Edda Vale")


def test_undo_of_an_answer_asks_again(context: Any, consent: Any, ids: Ids) -> None:
    press(context, ids["new"], "fine")

    undo(context, ids["new"])

    assert "<h1>One not OK, one well below usual, two to ask</h1>" in context.http.get("/board").text
    assert kinds(consent)[-1] == (EventKind.ATHLETE_ASKED, "taken_back")


def test_the_same_press_twice_is_one_answer(context: Any, consent: Any, ids: Ids) -> None:
    fields = form_of(context.http.get("/board").text, "/board/ask", ids["new"]) | {"answer": "fine", "note": ""}

    for _ in range(2):
        assert context.http.post("/board/ask", data=fields).status_code == 303

    assert kinds(consent).count((EventKind.ATHLETE_ASKED, "noted")) == 1


def test_an_answer_that_cannot_be_logged_does_not_count(context: Any, consent: Any, ids: Ids) -> None:
    fields = form_of(context.http.get("/board").text, "/board/ask", ids["new"]) | {"answer": "not_ok"}
    consent.events_down = True

    assert context.http.post("/board/ask", data=fields).status_code == 503

    consent.events_down = False
    assert "Not enough data" in row(context.http.get("/board").text, "Cleo Hart")


@pytest.mark.parametrize("record", ["", "decision:x", "check-in:99", "check-in:"])
def test_what_does_not_stand_cannot_be_taken_back(context: Any, consent: Any, ids: Ids, record: str) -> None:
    press(context, ids["new"], "fine")
    fields = form_of(context.http.get("/board").text, "/board/undo", ids["new"])
    before = list(consent.events)

    context.http.post("/board/undo", data=fields | {"record": record})

    assert consent.events == before
    assert "asked, fine" in row(context.http.get("/board").text, "Cleo Hart")


def test_the_next_day_nothing_of_yesterday_can_be_taken_back(context: Any, consent: Any, clock: Any, ids: Ids) -> None:
    press(context, ids["new"], "fine")
    record = form_of(context.http.get("/board").text, "/board/undo", ids["new"])["record"]
    clock.at += timedelta(days=1)
    context.sign_in()
    token = form_of(context.http.get("/board").text, "/board/ask", ids["private"])["csrf"]

    context.http.post("/board/undo", data={"csrf": token, "athlete": ids["new"], "record": record})

    assert kinds(consent)[-1] != (EventKind.ATHLETE_ASKED, "taken_back")


@pytest.mark.parametrize("fields", [{"answer": "ill"}, {"note": "x" * 201}, {"athlete": "ath-00000000000000f0"}])
def test_an_answer_that_cannot_be_is_refused(context: Any, consent: Any, ids: Ids, fields: dict[str, str]) -> None:
    sent = form_of(context.http.get("/board").text, "/board/ask", ids["new"]) | {"answer": "fine"} | fields

    assert context.http.post("/board/ask", data=sent).status_code in (404, 422)
    assert not any(kind is EventKind.ATHLETE_ASKED for kind, _ in consent.events)


def test_who_could_not_be_reached_is_asked_again(context: Any, ids: Ids) -> None:
    press(context, ids["new"], "not_reached")

    page = context.http.get("/board").text
    assert "<h1>One not OK, one well below usual, two to ask</h1>" in page
    assert "asked, could not be reached: Robin Dale" in row(page, "Cleo Hart")
    press(context, ids["new"], "fine")
    assert "asked, fine" in row(context.http.get("/board").text, "Cleo Hart")


@pytest.mark.parametrize("answer", ["modify", "reject"])
def test_of_one_who_is_not_ok_a_coach_can_decide_nothing_but_rest(
    context: Any, consent: Any, ids: Ids, answer: str
) -> None:
    press(context, ids["new"], "not_ok")
    path = f"/athletes/{ids['new']}"
    page = context.http.get(path).text
    assert "The medical team may decide otherwise." in page
    assert f'value="{answer}"' not in page

    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    fields = {"answer": answer, "load": "300", "reason": "feels_well"}
    assert context.http.post(f"{path}/record", data=hidden | fields).status_code in (200, 404)
    assert consent.decided == []

    consent.role, consent.purpose = Role.MEDICAL, Purpose.CARE
    context.sign_in("medical")
    page = context.http.get(path).text
    form = context.send(page, f"{path}/decide", answer=answer).text
    assert context.send(form, f"{path}/record", load="300", reason="medical_advice").status_code == 303


def test_what_the_medical_team_decided_no_coach_takes_back(context: Any, consent: Any, ids: Ids) -> None:
    press(context, ids["new"], "not_ok")
    consent.role, consent.purpose = Role.MEDICAL, Purpose.CARE
    context.sign_in("medical")
    path = f"/athletes/{ids['new']}"
    page = context.http.get(path).text
    context.send(page, f"{path}/decide", answer="accept")
    proposal = re.findall(r'name="proposal" value="([^"]*)"', page)[0]
    consent.role, consent.purpose = Role.COACH, Purpose.TRAINING
    context.sign_in()

    board = context.http.get("/board").text
    assert "0 of 480 AU" in row(board, "Cleo Hart")
    assert "Undo" not in row(board, "Cleo Hart")
    token = form_of(board, "/board/ask", ids["private"])["csrf"]
    context.http.post("/board/undo", data={"csrf": token, "athlete": ids["new"], "record": f"decision:{proposal}"})
    assert "0 of 480 AU" in row(context.http.get("/board").text, "Cleo Hart")


def test_withdrawing_changes_no_load_that_was_decided_for_today(context: Any, consent: Any, ids: Ids) -> None:
    path = f"/athletes/{ids['tired']}"
    assert context.send(context.http.get(path).text, f"{path}/decide", answer="accept").status_code == 303
    name = "Bea &lt;b&gt;Sand&lt;/b&gt; &amp; Co"
    before = row(context.http.get("/board").text, name)

    consent.granted[ids["tired"]] = ()
    after = row(context.http.get("/board").text, name)

    load = re.findall(r"\d+ of 480 AU", before)
    assert load
    assert load == re.findall(r"\d+ of 480 AU", after)


def test_a_red_light_without_a_proposal_can_be_asked_about(context: Any, clock: Any, settings: Any, ids: Ids) -> None:
    journal = CoachingJournal(settings.journal_path, lambda _: pytest.fail("plans need no seal"))
    journal.set_plan(PlannedDay(clock().date(), TrainingSession(0.0)))
    journal.close()

    said = row(context.http.get("/board").text, "Bea &lt;b&gt;Sand&lt;/b&gt; &amp; Co")

    assert "no load today, so there is nothing to lower" in said
    assert "Fine :" in said

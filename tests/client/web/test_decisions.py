"""Deciding: one press, or a load and a reason; the log first, a way back, and attacks that must fail."""

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.web.page_errors import page_of_form
from client.coaching.evidence import Evidence, Flags
from client.coaching.readiness import Light, Readiness
from client.declared_events import ROUTES
from client.web.athlete import athlete_finding
from policies.vocabulary import AthleteId, Category
from tests.client.web.test_board_groups import DECISION, KEPT, morning

Ids = dict[str, AthleteId]


@pytest.fixture(autouse=True)
def _only_what_is_needed(consent: Any, ids: Ids) -> None:
    """Readiness and the injury record make a proposal; without measurements the pages need no charts."""
    consent.granted[ids["hurt"]] = (Category.READINESS, Category.INJURY)


def path(ids: Ids, who: str = "hurt") -> str:
    return f"/athletes/{ids[who]}"


def accept(context: Any, ids: Ids, who: str = "hurt") -> Any:
    page = context.http.get(path(ids, who)).text
    return context.send(page, f"{path(ids, who)}/decide", answer="accept")


def reason_form(context: Any, ids: Ids) -> str:
    """The page that asks for a load and a reason."""
    page = context.http.get(path(ids)).text
    return str(context.send(page, f"{path(ids)}/decide", answer="modify").text)


def modified(context: Any, ids: Ids, load: str, reason: str) -> Any:
    return context.send(reason_form(context, ids), f"{path(ids)}/record", load=load, reason=reason)


def test_accepting_is_one_press_and_leads_to_a_done_page(context: Any, consent: Any, ids: Ids) -> None:
    answer = accept(context, ids)

    assert answer.status_code == 303
    assert answer.headers["location"] == f"{path(ids)}/decided"
    done = context.http.get(answer.headers["location"]).text
    assert "A decision is recorded" in done
    assert "0 AU of 480 AU planned" in done
    assert [(one["person"], one["answer"]) for one in consent.decided] == [("demo-coach", "accept")]


def test_a_decided_athlete_leaves_the_list_of_decisions(context: Any, ids: Ids) -> None:
    accept(context, ids)

    page = context.http.get("/board").text

    assert "<h1>One well below usual, two to ask, one with less load today</h1>" in page
    assert "0 of 480 AU" in page
    assert "Decided today" in context.http.get(path(ids)).text


@pytest.mark.parametrize("step", ["decide", "record", "ask", "undo"])
def test_a_browser_that_loads_a_forms_address_again_comes_back_to_the_athlete(
    context: Any, ids: Ids, step: str
) -> None:
    answer = context.http.get(f"{path(ids)}/{step}")

    assert answer.status_code == 303
    assert answer.headers["location"] == path(ids)


def test_every_form_of_the_node_lies_below_a_page() -> None:
    pages, forms = ({path for verb, path in map(str.split, ROUTES) if verb == one} for one in ("GET", "POST"))
    forms -= pages

    assert forms
    assert {page_of_form(path) for path in forms} <= pages


def test_the_page_of_nobody_does_not_ask_to_wait(context: Any) -> None:
    answer = context.http.get("/athletes/ath-00000000000000f0")

    assert answer.status_code == 404
    assert "Waiting does not help" in answer.text
    assert "Try again" not in answer.text


def test_after_a_decision_its_grounds_reason_and_person_stay_on_the_page(context: Any, ids: Ids) -> None:
    assert modified(context, ids, "200", "talked").status_code == 303

    page = context.http.get(path(ids)).text

    assert "<h1>Edda Vale: less load today, decided</h1>" in page
    assert "The athlete reported pain. That comes before any number." in page
    assert re.search(r"<dt>Reason given</dt>\s*<dd>Agreed with the athlete</dd>", page)
    assert re.search(r"<dt>Decided by</dt>\s*<dd>Robin Dale, ", page)


@given(st.sampled_from([None, DECISION, KEPT]), st.sampled_from(Light), st.booleans())
def test_the_title_of_an_athlete_tells_a_decision_and_a_reported_problem(
    decision: Any, light: Light, is_ill: bool
) -> None:
    ill = Evidence(Readiness(light, None, None, {}), {}, {}, Flags(illness=is_ill))

    title = athlete_finding("Ada", morning(light, decision=decision, **({"evidence": ill} if is_ill else {})))

    if decision is not None:
        assert title.endswith(", decided")
        assert ("less load" in title) == (decision.chosen_au < decision.planned_au)
    elif is_ill:
        assert "as usual" not in title


def test_the_page_that_asks_for_a_reason_keeps_nothing(context: Any, consent: Any, ids: Ids) -> None:
    reason_form(context, ids)

    assert consent.decided == []
    assert "Proposed change" in context.http.get(path(ids)).text


def test_modify_asks_for_load_and_reason_and_keeps_both(context: Any, ids: Ids) -> None:
    assert modified(context, ids, "200", "talked").status_code == 303

    page = context.http.get(path(ids)).text
    assert "200 AU of 480 AU planned" in page
    assert "<dt>Decided otherwise</dt><dd>1 of 1</dd>" in page


@pytest.mark.parametrize("load", ["481", "-1", "", "1e2", "12.5", "٣", "99999999999"])
def test_a_load_above_the_plan_or_no_number_is_refused_with_everything_kept(context: Any, ids: Ids, load: str) -> None:
    answer = modified(context, ids, load, "talked")

    assert answer.status_code == 422
    assert "Nothing was saved." in answer.text
    assert "Expected a whole number from 0 to 480 AU" in answer.text
    assert 'value="talked" selected' in answer.text


def test_modify_and_reject_need_a_reason(context: Any, ids: Ids) -> None:
    assert modified(context, ids, "200", "").status_code == 422


def test_recording_straight_away_meets_the_same_checks(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))

    raised = context.http.post(
        f"{path(ids)}/record", data=hidden | {"answer": "modify", "load": "9000", "reason": "talked"}
    )
    unexplained = context.http.post(f"{path(ids)}/record", data=hidden | {"answer": "reject", "reason": "because"})

    assert (raised.status_code, unexplained.status_code) == (422, 422)
    assert consent.decided == []


def test_a_decision_that_cannot_be_logged_is_not_taken(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    consent.events_down = True

    answer = context.send(page, f"{path(ids)}/decide", answer="accept")

    assert answer.status_code == 503
    consent.events_down = False
    assert "Proposed change" in context.http.get(path(ids)).text


def test_a_consent_withdrawn_before_recording_leaves_nothing_to_decide(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    consent.granted[ids["hurt"]] = (Category.INJURY,)

    answer = context.send(page, f"{path(ids)}/decide", answer="accept")
    assert (answer.status_code, "Not enough data" in answer.text) == (200, True)
    consent.is_down = True
    assert context.send(page, f"{path(ids)}/decide", answer="accept").status_code == 503
    assert consent.decided == []


@pytest.mark.parametrize(
    ("change", "headers"),
    [
        ({"csrf": "wrong"}, {}),
        ({"csrf": ""}, {}),
        ({}, {"origin": "https://elsewhere.example"}),
        ({}, {"origin": "null"}),
        ({}, {"sec-fetch-site": "cross-site"}),
        ({}, {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:8300"}),
    ],
)
def test_a_form_from_elsewhere_changes_nothing(
    context: Any, consent: Any, ids: Ids, change: dict[str, str], headers: dict[str, str]
) -> None:
    page = context.http.get(path(ids)).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    deeds = {"decide": {"answer": "accept"}, "ask": {"answer": "not_ok"}, "undo": {"record": "decision:x"}}

    answers = [
        context.http.post(f"{path(ids)}/{step}", data=hidden | fields | change, headers=headers)
        for step, fields in deeds.items()
    ]

    assert {answer.status_code for answer in answers} <= {403, 422}
    assert consent.decided == []
    assert "Not yet today" in context.http.get(path(ids)).text


def test_our_own_form_is_taken_although_its_origin_is_hidden(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))

    answer = context.http.post(
        f"{path(ids)}/decide",
        data=hidden | {"answer": "accept"},
        headers={"origin": "null", "sec-fetch-site": "same-origin"},
    )

    assert answer.status_code == 303
    assert len(consent.decided) == 1


def test_another_proposal_than_the_one_seen_is_not_decided(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))

    answer = context.http.post(f"{path(ids)}/decide", data=hidden | {"proposal": "f" * 32, "answer": "accept"})

    assert "Proposed change" in answer.text
    assert consent.decided == []


def test_sending_the_same_decision_twice_keeps_the_first(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text

    context.send(page, f"{path(ids)}/decide", answer="accept")
    again = context.send(page, f"{path(ids)}/decide", answer="accept")

    assert "Decided today" in again.text
    assert len(consent.decided) == 1


def test_yesterdays_form_decides_nothing_today(context: Any, consent: Any, clock: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    clock.at += timedelta(days=1)

    assert context.send(page, f"{path(ids)}/decide", answer="accept").headers["location"] == "/sign-in"
    assert consent.decided == []


def test_decisions_are_sealed_in_the_journal(context: Any, settings: Any, ids: Ids) -> None:
    accept(context, ids)

    data = b"".join(f.read_bytes() for f in settings.directory.glob("journal.sqlite3*"))
    assert b"demo-coach" not in data
    assert b"accept" not in data

"""Deciding: a check page before anything is kept, the log first, and attacks that must fail."""

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
    check = context.send(page, f"{path(ids, who)}/decide", answer="accept")
    return context.send(check.text, f"{path(ids, who)}/record")


def modified(context: Any, ids: Ids, load: str, reason: str) -> Any:
    page = context.http.get(path(ids)).text
    form = context.send(page, f"{path(ids)}/decide", answer="modify")
    return context.send(form.text, f"{path(ids)}/check", load=load, reason=reason)


def test_accepting_goes_over_a_check_page_to_a_done_page(context: Any, consent: Any, ids: Ids) -> None:
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

    assert "<h1>One to decide, one to ask, one with less load today</h1>" in page
    assert "Decided: 0 AU of 480 AU planned" in page
    assert "Decided today" in context.http.get(path(ids)).text


@pytest.mark.parametrize("step", ["decide", "check", "record"])
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


def test_the_page_of_somebody_who_no_longer_shares_does_not_ask_to_wait(context: Any, consent: Any, ids: Ids) -> None:
    consent.granted[ids["hurt"]] = ()

    answers = [context.http.get(path(ids)), context.http.get("/athletes/ath-00000000000000f0")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text == answers[1].text
    assert "Waiting does not help" in answers[0].text
    assert "Try again" not in answers[0].text


def test_after_a_decision_its_grounds_reason_and_person_stay_on_the_page(context: Any, ids: Ids) -> None:
    context.send(modified(context, ids, "200", "talked").text, f"{path(ids)}/record")

    page = context.http.get(path(ids)).text

    assert "<h1>Edda Vale: less load today, decided</h1>" in page
    assert "The athlete reported pain. That comes before any number." in page
    assert re.search(r"<dt>Reason given</dt>\s*<dd>Agreed with the athlete</dd>", page)
    assert re.search(r"<dt>Decided by</dt>\s*<dd>demo-coach, ", page)


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


def test_the_check_page_keeps_nothing(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    check = context.send(page, f"{path(ids)}/decide", answer="accept")

    assert "Nothing is recorded yet." in check.text
    assert consent.decided == []
    assert "Proposed change" in context.http.get(path(ids)).text


def test_modify_asks_for_load_and_reason_and_keeps_both(context: Any, ids: Ids) -> None:
    check = modified(context, ids, "200", "talked")

    assert "200 AU" in check.text
    assert "Agreed with the athlete" in check.text
    assert context.send(check.text, f"{path(ids)}/record").status_code == 303
    assert "<dt>Decided otherwise</dt><dd>1 of 1</dd>" in context.http.get(path(ids)).text


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
    check = context.send(page, f"{path(ids)}/decide", answer="accept")
    hidden = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', check.text))

    raised = context.http.post(
        f"{path(ids)}/record", data=hidden | {"answer": "modify", "load": "9000", "reason": "talked"}
    )
    unexplained = context.http.post(f"{path(ids)}/record", data=hidden | {"answer": "reject", "reason": "because"})

    assert (raised.status_code, unexplained.status_code) == (422, 422)
    assert consent.decided == []


def test_a_decision_that_cannot_be_logged_is_not_taken(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    check = context.send(page, f"{path(ids)}/decide", answer="accept").text
    consent.events_down = True

    answer = context.send(check, f"{path(ids)}/record")

    assert answer.status_code == 503
    consent.events_down = False
    assert "Proposed change" in context.http.get(path(ids)).text


def test_a_consent_withdrawn_before_recording_closes_the_decision(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    check = context.send(page, f"{path(ids)}/decide", answer="accept").text
    consent.granted[ids["hurt"]] = (Category.INJURY,)

    assert context.send(check, f"{path(ids)}/record").status_code == 404
    consent.is_down = True
    assert context.send(check, f"{path(ids)}/record").status_code == 503
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
    check = context.send(page, f"{path(ids)}/decide", answer="accept").text
    hidden = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', check))

    answer = context.http.post(f"{path(ids)}/record", data=hidden | change, headers=headers)

    assert answer.status_code in (403, 422)
    assert consent.decided == []


def test_our_own_form_is_taken_although_its_origin_is_hidden(context: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))

    answer = context.http.post(
        f"{path(ids)}/decide",
        data=hidden | {"answer": "accept"},
        headers={"origin": "null", "sec-fetch-site": "same-origin"},
    )

    assert "Is this what you decided?" in answer.text


def test_another_proposal_than_the_one_seen_is_not_decided(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    check = context.send(page, f"{path(ids)}/decide", answer="accept").text
    hidden = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', check))

    answer = context.http.post(f"{path(ids)}/record", data=hidden | {"proposal": "f" * 32})

    assert "Proposed change" in answer.text
    assert consent.decided == []


def test_sending_the_same_decision_twice_keeps_the_first(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    check = context.send(page, f"{path(ids)}/decide", answer="accept").text

    context.send(check, f"{path(ids)}/record")
    again = context.send(check, f"{path(ids)}/record")

    assert "Decided today" in again.text
    assert len(consent.decided) == 1


def test_yesterdays_form_decides_nothing_today(context: Any, consent: Any, clock: Any, ids: Ids) -> None:
    page = context.http.get(path(ids)).text
    check = context.send(page, f"{path(ids)}/decide", answer="accept").text
    clock.at += timedelta(days=1)

    assert context.send(check, f"{path(ids)}/record").headers["location"] == "/sign-in"
    assert consent.decided == []


def test_decisions_are_sealed_in_the_journal(context: Any, settings: Any, ids: Ids) -> None:
    accept(context, ids)

    data = b"".join(f.read_bytes() for f in settings.directory.glob("journal.sqlite3*"))
    assert b"demo-coach" not in data
    assert b"accept" not in data

"""Today at the athlete's own site: own light of all that is held, the plan, an answer that only lowers, who decided."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entries.events import EventKind
from client.coaching.light.at_home import LIGHT_CATEGORIES
from client.coaching.proposal import Proposal
from client.coaching.regression import Level
from client.coaching.training_session import TrainingSession
from client.statements.answers import AthleteAnswerKind, BadAnswer, answered
from client.vault.preferences.light_choice import LightChoice
from policies.vocabulary import AthleteId, Category
from tests.client.web.own.conftest import Phone

Ids = dict[str, AthleteId]
Sign = Callable[[str], Phone]


@pytest.fixture
def phone(context: Any, settings: Any, clock: Any) -> Phone:
    """A phone at the demo's node, beside its coach."""
    return Phone(context.http, settings, clock)


def heading(page: str) -> str:
    return re.findall("<h1>(.*?)</h1>", page)[0]


def proposal_of(page: str) -> str:
    return re.findall(r'name="proposal" value="([0-9a-f]+)"', page)[0]


def most_of(page: str) -> int:
    return int(re.findall(r"A whole number up to (\d+)", page)[0])


def test_the_light_is_of_all_that_is_held_whatever_is_shared(signed_in: Sign, consent: Any, context: Any) -> None:
    shared = signed_in("well").page()
    consent.granted.clear()

    page = signed_in("well").page()

    assert heading(page) == heading(shared) == "As usual this morning"
    assert '<span class="light ready">' in page
    assert "Morning answers" in page


def test_what_the_athlete_left_out_is_no_part_of_the_own_light_either(
    signed_in: Sign, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    left = LightChoice(clock().date(), LIGHT_CATEGORIES - {Category.SLEEP})
    monkeypatch.setattr("client.coaching.light.at_home.light_choices", lambda *_: [left])

    assert heading(signed_in("well").page()) == "Not enough data for a light this morning"


def test_reading_it_is_the_athletes_own_and_asks_and_records_nothing(signed_in: Sign, consent: Any) -> None:
    phone = signed_in("well")
    consent.events.clear()
    consent.asked.clear()
    consent.is_down = True

    page = phone.page()

    assert (consent.events, consent.asked) == ([], [])
    assert "As usual this morning" in page


def test_too_little_to_compare_is_said_as_such(signed_in: Sign) -> None:
    page = signed_in("new").page()

    assert heading(page) == "Not enough data for a light this morning"
    assert "A light needs two independent sources" in page
    assert "Nothing is expected of tomorrow here" in page


def test_a_proposal_is_asked_with_its_reasons_and_the_athlete_answers_it(
    signed_in: Sign, context: Any, consent: Any, ids: Ids
) -> None:
    phone = signed_in("tired")
    page = phone.page()
    assert heading(page) in ("Rest today?", "An easier session today?", "A little less today?")
    consent.events.clear()

    answer = phone.send(page, "/me/answer", answer="talk")

    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert consent.events == [(EventKind.OWN_SITE, {"athlete": ids["tired"], "deed": "answered"})]
    assert "You want to talk about it first." in phone.page()
    assert "the athlete wants to talk first" in context.http.get("/board").text
    assert "The athlete wants to talk first" in context.http.get(f"/athletes/{ids['tired']}").text


def test_the_same_answer_twice_is_one_and_a_later_one_counts(signed_in: Sign, context: Any, consent: Any) -> None:
    phone = signed_in("tired")
    page = phone.page()
    consent.events.clear()
    for kind in ("talk", "talk", "accept"):
        phone.send(page, "/me/answer", answer=kind)

    assert len(consent.events) == 2
    assert "You accepted it." in phone.page()
    assert "the athlete accepts" in context.http.get("/board").text


def eased(signed_in: Sign, context: Any) -> tuple[Phone, str]:
    """A plan above every own day: a proposal that can be made easier still."""
    phone = signed_in("well")
    from client.coaching.journal import CoachingJournal, PlannedDay
    from tests.client.web.conftest import NOW

    journal = CoachingJournal(phone.settings.journal_path, lambda _: pytest.fail("plans need no seal"))
    journal.set_plan(PlannedDay(NOW.date(), TrainingSession.of(rpe=10, minutes=120), "a long one"))
    journal.close()
    return phone, phone.page()


def test_easier_lowers_and_the_coach_reads_to_what(signed_in: Sign, context: Any) -> None:
    phone, page = eased(signed_in, context)
    most = most_of(page)

    assert phone.send(page, "/me/answer", answer="easier", load=str(most - 40)).status_code == 303

    assert f"You asked for at most {most - 40} AU." in phone.page()
    assert f"the athlete asks for at most {most - 40} AU" in context.http.get("/board").text


@pytest.mark.parametrize("typed", ["", "-5", "1e9", "12.5", "many", "99999", "٣"])
def test_what_is_no_lower_load_is_refused_with_both_numbers_and_kept(
    signed_in: Sign, context: Any, consent: Any, typed: str
) -> None:
    phone, page = eased(signed_in, context)
    most = most_of(page)
    consent.events.clear()

    answer = phone.send(page, "/me/answer", answer="easier", load=typed)

    assert answer.status_code == 422
    said = f"99,999 AU is above today’s proposal of {most} AU" if typed == "99999" else "Expected a whole number of AU"
    assert said in answer.text
    assert f'value="{typed}"' in answer.text
    assert consent.events == []
    assert "asks for at most" not in context.http.get("/board").text


def test_an_answer_to_another_proposal_changes_nothing(signed_in: Sign, consent: Any) -> None:
    phone = signed_in("tired")
    page = phone.page()
    consent.events.clear()

    answer = phone.send(page.replace(proposal_of(page), "f" * 32), "/me/answer", answer="accept")

    assert answer.status_code == 409
    assert "What you sent is not possible now" in answer.text
    assert consent.events == []


def test_without_an_entry_there_is_no_answer(signed_in: Sign, context: Any, consent: Any) -> None:
    phone = signed_in("tired")
    page = phone.page()
    consent.is_down = True

    assert phone.send(page, "/me/answer", answer="accept").status_code == 503
    consent.is_down = False
    assert "the athlete accepts" not in context.http.get("/board").text


def test_one_athlete_cannot_answer_for_another(signed_in: Sign, context: Any, consent: Any, ids: Ids) -> None:
    phone = signed_in("tired")
    page = phone.page()
    phone.sign_in(ids["well"])
    consent.events.clear()

    assert phone.send(page, "/me/answer", answer="accept").status_code == 403
    assert consent.events == []


def test_what_was_decided_stands_with_who_and_when(signed_in: Sign, context: Any, ids: Ids) -> None:
    phone, home = signed_in("tired"), f"/athletes/{ids['tired']}"
    context.send(context.http.get(home).text, f"{home}/decide", answer="accept")

    page = phone.page()

    assert "Decided today" in page
    assert "<dt>By</dt><dd>Robin Dale</dd>" in page
    assert "<dt>When</dt><dd>06:28</dd>" in page
    assert "<dt>Decision</dt><dd>The proposal is used</dd>" in page


def test_an_athlete_who_said_not_ok_reads_that_first(signed_in: Sign) -> None:
    phone = signed_in("well")
    phone.send(phone.page("/me/not-ok"), "/me/not-ok/say", say="ill", note="")

    page = phone.page()

    assert heading(page) == "You are not OK today"
    assert "You are not OK. That comes before any number." in page
    assert 'value="easier"' not in page
    assert "Rest today, and speak to the medical team." in page


@given(load=st.text(max_size=12), most=st.floats(0, 3000))
def test_no_text_asks_for_more_than_is_proposed(load: str, most: float) -> None:
    from tests.client.web.conftest import NOW, WELL

    day = NOW.replace(hour=0, minute=0)
    proposal = Proposal(
        WELL, NOW.date(), Level.CAUTION, TrainingSession(3000.0, None, None), TrainingSession(most, None, None),
        "because", "unless", (), day, day + timedelta(hours=24), "0" * 64,
    )  # fmt: skip
    try:
        given_ = answered(proposal, AthleteAnswerKind.EASIER, load, at=NOW)
    except BadAnswer:
        return
    assert given_.load_au is not None
    assert 0 <= given_.load_au <= most

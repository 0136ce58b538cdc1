"""Who looked, folded by person and day, and what was decided about one's sessions: names, times and reasons."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from client.access_records.looks import KEPT, Looks
from client.errors import AthleteErased
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category, PersonId, Role
from tests.client.web.own.conftest import Phone

Ids = dict[str, AthleteId]
Sign = Callable[[str], Phone]


@pytest.fixture
def phone(context: Any, settings: Any, clock: Any) -> Phone:
    """A phone at the demo's node, beside its coach."""
    return Phone(context.http, settings, clock)


def lines(page: str) -> list[str]:
    return [
        " ".join(re.sub("<[^>]*>", " ", one).split())
        for one in re.findall('<li class="row apart">.*?</li>', page, re.S)
    ]


def test_thirty_one_looks_of_a_morning_are_one_line_with_first_and_last_time(
    signed_in: Sign, context: Any, clock: Any
) -> None:
    clock.at = clock.at.replace(hour=7, minute=2)
    context.sign_in()
    for _ in range(30):
        context.http.get("/board")
        clock.at += timedelta(minutes=4)
    clock.at = clock.at.replace(hour=9, minute=10)
    context.http.get("/board")

    assert lines(signed_in("well").page("/me/looked")) == ["Robin Dale performance coach 31 times, 07:02–09:10"]


def test_each_page_that_asks_counts_once_for_whom_it_asks(signed_in: Sign, context: Any, ids: Ids) -> None:
    context.http.get("/board")
    context.http.get(f"/athletes/{ids['well']}")
    context.http.get(f"/athletes/{ids['tired']}")

    assert lines(signed_in("well").page("/me/looked")) == ["Robin Dale performance coach 2 times, 06:28"]


def test_a_look_at_which_nothing_could_be_shown_says_so(signed_in: Sign, context: Any, consent: Any, ids: Ids) -> None:
    context.http.get("/board")
    consent.granted[ids["well"]] = (Category.INJURY,)
    context.http.get("/board")

    assert lines(signed_in("well").page("/me/looked")) == [
        "Robin Dale performance coach; 1 time nothing could be shown 2 times, 06:28"
    ]


def test_a_look_that_was_not_decided_is_none_and_one_that_is_not_noted_is_not_shown(
    signed_in: Sign, context: Any, consent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent.is_down = True
    context.http.get("/board")
    consent.is_down = False
    assert lines(signed_in("well").page("/me/looked")) == []

    def full(*_: object, **__: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(Looks, "note", full)
    closed = context.http.get("/board")
    assert closed.status_code == 503
    assert "Ada" not in closed.text


def test_an_athlete_sees_the_looks_at_them_alone(signed_in: Sign, context: Any, ids: Ids) -> None:
    context.http.get(f"/athletes/{ids['tired']}")

    assert lines(signed_in("well").page("/me/looked")) == []


def test_what_is_older_than_ninety_days_goes_and_erasure_closes_the_rest(
    vault: Vault, tmp_path: Any, clock: Any
) -> None:
    athlete = vault.add_athlete(AthleteId("ath-00000000000000aa"), "Mara", shirt_no=7).athlete
    looks = Looks(tmp_path / "journal.sqlite3", lambda one: vault.seal_of(one)[2])
    day = clock().date()
    for back in (KEPT.days + 1, KEPT.days, 0):
        looks.note(
            PersonId("p"),
            Role.COACH,
            {athlete: True},
            at=clock() - timedelta(days=back),
            day=day - timedelta(days=back),
        )

    assert [(day - one.day).days for one in looks.of(athlete)] == [0, KEPT.days]
    vault.erase(athlete)
    with pytest.raises(AthleteErased):
        looks.of(athlete)
    looks.close()


def test_a_decision_stands_with_who_why_the_answer_and_what_was_done(signed_in: Sign, context: Any, ids: Ids) -> None:
    phone, home = signed_in("tired"), f"/athletes/{ids['tired']}"
    phone.send(phone.page(), "/me/answer", answer="talk")
    page = context.send(context.http.get(home).text, f"{home}/decide", answer="modify").text
    context.send(page, f"{home}/record", load="100", reason="talked")

    shown = phone.page("/me/decisions")

    facts = dict(re.findall("<dt>(.*?)</dt><dd>(.*?)</dd>", shown))
    assert facts["Decided"] == "Another load: 100 AU"
    assert facts["By"] == "Robin Dale, 06:28"
    assert facts["Plan"] == "480 AU"
    assert facts["Your answer"] == "You want to talk about it first."
    assert facts["Done that day"] == "not recorded"
    assert facts["Why"] == "Agreed with the athlete"


def test_a_decision_that_was_taken_back_stays_and_says_by_whom(signed_in: Sign, context: Any, ids: Ids) -> None:
    phone, home = signed_in("tired"), f"/athletes/{ids['tired']}"
    context.send(context.http.get(home).text, f"{home}/decide", answer="accept")
    context.send(context.http.get(home).text, f"{home}/undo")

    assert "<dt>Taken back</dt><dd>Robin Dale, 06:28</dd>" in phone.page("/me/decisions")
    assert "Nothing was decided yet" in signed_in("well").page("/me/decisions")

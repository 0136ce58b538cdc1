"""The athlete page: only shared categories, the same closed page for denied and unknown, charts with table twins."""

import math
import re
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.text import sentence
from client.features.daily import DailyTable
from client.web.access import SHOWN
from client.web.athlete import availability_record
from client.web.text import CATEGORY_WORDS
from policies.vocabulary import AthleteId, Category, Purpose, Role

Ids = dict[str, AthleteId]


def test_nobody_unknown_and_not_enrolled_are_the_same_page(context: Any, consent: Any, ids: Ids) -> None:
    consent.enrolled.discard(ids["private"])
    left = context.http.get(f"/athletes/{ids['private']}")
    unknown = context.http.get(f"/athletes/{ids['unknown']}")
    nonsense = context.http.get("/athletes/nobody")

    assert left.status_code == unknown.status_code == nonsense.status_code == 404
    assert left.content == unknown.content == nonsense.content
    same = [name for name in left.headers if left.headers[name] != unknown.headers[name]]
    assert same == []


def test_opening_a_page_that_is_not_shared_is_asked_and_so_recorded(context: Any, consent: Any, ids: Ids) -> None:
    consent.asked.clear()

    context.http.get(f"/athletes/{ids['private']}")

    (_, _, questions) = consent.asked[0]
    assert [(q.athlete, q.category) for q in questions] == [(ids["private"], category) for category in SHOWN]


def test_evidence_shows_measured_beside_own_usual(context: Any, ids: Ids) -> None:
    page = context.http.get(f"/athletes/{ids['tired']}").text

    assert "Well below usual" in page
    assert re.search(r"7-day mean \d\.\d\d, usual \d\.\d\d to \d\.\d\d \(ln ms\)", page)
    assert re.search(r"Sum \d+ of 20, usual \d+ to \d+", page)
    assert "For the athlete and the medical team alone." in page


def test_a_light_and_a_word_hold_no_percentile_and_no_share(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(f"/athletes/{ids['tired']}").text
    assert "of 100 of own days" not in page
    assert "Share of Z" not in page

    consent.role, consent.purpose = Role.MEDICAL, Purpose.CARE
    context.sign_in("medical")
    page = context.http.get(f"/athletes/{ids['tired']}").text
    assert "of 100 of own days" in page
    assert "Share of Z" in page


def test_only_shared_categories_are_measured(context: Any, consent: Any, ids: Ids) -> None:
    consent.granted[ids["tired"]] = (Category.READINESS, Category.WELLNESS, Category.SLEEP)

    page = context.http.get(f"/athletes/{ids['tired']}").text

    assert "Morning answers" in page
    for hidden in ("Heart-rate", "Resting pulse", "ln ms", "Session load", "pain"):
        assert hidden not in page


def test_without_readiness_there_is_no_light_and_no_proposal(context: Any, consent: Any, ids: Ids) -> None:
    consent.granted[ids["tired"]] = (Category.SLEEP,)

    page = context.http.get(f"/athletes/{ids['tired']}").text

    assert "Proposed change" not in page
    assert set(re.findall(r'class="light (\w+)', page)) == {"unknown"}
    assert "Two shorter nights" in page


def test_every_chart_has_its_finding_and_its_table(context: Any, ids: Ids) -> None:
    page = context.http.get(f"/athletes/{ids['well']}").text

    figures = re.findall(r"<figure.*?</figure>", page, re.S)
    assert len(figures) == 3
    for figure in figures:
        assert "<figcaption>" in figure
        assert 'role="img" aria-label="' in figure
        assert "<table" in figure
        assert "style=" not in figure
        assert "url(#" not in figure


def test_a_missing_day_is_a_word_and_never_zero(context: Any, ids: Ids) -> None:
    page = context.http.get(f"/athletes/{ids['new']}").text

    assert "not recorded" in page
    assert '<td class="num">0</td>' not in page


def test_too_little_data_asks_and_proposes_nothing(context: Any, ids: Ids) -> None:
    page = context.http.get(f"/athletes/{ids['new']}").text

    assert "not enough data, please ask" in page
    assert "A light needs two independent sources (morning answers, sleep, heart, jump test)" in page
    assert "None is known here this morning." in page
    assert "Proposed change" not in page


def test_what_is_not_compared_says_what_it_needs_and_what_is_there(context: Any, consent: Any, ids: Ids) -> None:
    page = context.http.get(f"/athletes/{ids['new']}").text

    assert "Resting pulse: needs 14 of the 28 days before, 3 are known." in page
    assert re.search(r"A comparison needs 6 of 7 and 24 of 28 days: \d and \d are known", page)
    consent.granted[ids["new"]] = (Category.READINESS, Category.WELLNESS)
    page = context.http.get(f"/athletes/{ids['new']}").text
    assert "Morning answers: needs" in page
    assert "Resting pulse" not in page
    assert "Sleep:" not in page
    assert "Not in this list" not in context.http.get(f"/athletes/{ids['well']}").text


@pytest.mark.parametrize("category", [one for one in SHOWN if one is not Category.READINESS])
def test_every_category_has_its_line_and_only_what_is_shared_says_more(
    context: Any, consent: Any, ids: Ids, category: Category
) -> None:
    consent.granted[ids["new"]] = (category,)

    page = context.http.get(f"/athletes/{ids['new']}").text

    told = re.findall(r"<dt>([^<]+)</dt><dd>(newest entry of [^<]+|nothing recorded)</dd>", page)
    holds = {category} - {Category.INJURY, Category.TESTS}
    assert [(name, said != "nothing recorded") for name, said in told] == [
        (sentence(CATEGORY_WORDS[one]), one in holds) for one in SHOWN if one is not Category.READINESS
    ]


def test_the_injury_record_shows_whether_the_athlete_could_train_without_any_light(
    context: Any, consent: Any, ids: Ids
) -> None:
    consent.granted[ids["new"]] = (Category.INJURY,)

    page = context.http.get(f"/athletes/{ids['new']}").text

    assert "<h2>Injury record</h2>" in page
    assert "<dt>Today</dt><dd>Not recorded</dd>" in page
    assert "<dd>28 not recorded</dd>" in page


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, math.nan]), min_size=1, max_size=60))
def test_the_injury_record_counts_each_of_its_days_once(shares: list[float]) -> None:
    day = date(2026, 3, 1)
    dates = tuple(day - timedelta(days=back) for back in range(len(shares) - 1, -1, -1))

    record = availability_record(DailyTable(dates, {"availability": np.array(shares)}), day)

    counts = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z ]+)", record["Last 28 days"])}
    assert sum(counts.values()) == 28
    assert counts.get("full", 0) == shares[-28:].count(1.0)
    assert counts.get("not training", 0) == shares[-28:].count(0.0)
    assert counts.get("restricted", 0) == shares[-28:].count(0.5)


def test_the_proposal_says_because_and_would_change_if(context: Any, ids: Ids) -> None:
    page = context.http.get(f"/athletes/{ids['hurt']}").text

    assert "Edda Vale: rest today?" in page
    assert "The athlete reported pain. That comes before any number." in page
    assert "Would change if" in page
    assert "End of Tuesday 24 November 2026" in page
    assert page.index('value="accept"') < page.index('value="modify"') < page.index('value="reject"')


def test_names_are_escaped_everywhere(context: Any, ids: Ids) -> None:
    page = context.http.get(f"/athletes/{ids['tired']}").text

    assert "<b>Sand" not in page
    assert "<title>Bea &lt;b&gt;Sand&lt;/b&gt; &amp; Co – Homefield</title>" in page


def test_previous_and_next_are_those_of_the_list_and_are_asked_nothing(
    context: Any, consent: Any, ids: dict[str, Any]
) -> None:
    consent.granted[ids["new"]] = ()  # who shares nothing stands in the list like everybody

    consent.asked.clear()
    page = context.http.get(f"/athletes/{ids['tired']}").text

    assert f'href="/athletes/{ids["well"]}">Previous: Ada Lund</a>' in page
    assert f'href="/athletes/{ids["new"]}">Next: Cleo Hart</a>' in page
    assert {question.athlete for _, _, asked in consent.asked for question in asked} == {ids["tired"]}
    assert "Previous:" not in context.http.get(f"/athletes/{ids['well']}").text
    assert "Next:" not in context.http.get(f"/athletes/{ids['private']}").text

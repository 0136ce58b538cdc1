"""The front office sees bands that were released, one text for everything else, and nothing more (invariant 2)."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.entries.events import EventKind
from server.consent_client import SquadPageLine

RELEASED = {"no": 2, "name": "Bela S.", "band": "75-80", "range": "70-85"}
HIDDEN = {"no": 4, "name": "Idris N.", "band": None, "range": None}


@pytest.fixture
def squad(office):
    office.consent.rows = [HIDDEN, RELEASED]
    office.sign_in("office:club-a")
    return office


def test_the_squad_is_shown_in_shirt_order_with_bands_or_the_one_text(squad):
    page = squad.client.get("/squad").text

    rows = re.findall(r'<tr><td class="num">(\d+)</td><th scope="row">(.*?)</th><td>(.*?)</td></tr>', page)
    assert rows == [("2", "Bela S.", "<strong>75–80</strong> (70–85)"), ("4", "Idris N.", "Not available")]


def test_each_look_asks_the_consent_service_anew_in_the_persons_name(squad):
    squad.client.get("/squad")
    squad.client.get("/squad")

    assert squad.consent.looks == [("club-a", "T. W.")] * 2


def test_without_the_consent_service_nothing_is_shown(squad):
    squad.consent.down = True

    answer = squad.client.get("/squad")

    assert answer.status_code == 503
    assert "Bela" not in answer.text
    assert "cannot show this page" in answer.text


def test_a_front_office_whose_club_has_left_the_league_is_told_so_and_shown_nothing(squad):
    squad.consent.has_left = True

    answer = squad.client.get("/squad")

    assert answer.status_code == 404
    assert "not in this league now" in answer.text
    assert "Bela" not in answer.text
    assert "again" not in answer.text  # trying again would not help


def test_behind_a_busy_consent_service_the_page_says_when_to_try_again_and_shows_nothing(squad):
    squad.consent.busy_s = 9

    answer = squad.client.get("/squad")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "9")
    assert "Try again in 9 seconds" in answer.text
    assert "Bela" not in answer.text


def test_a_page_says_nothing_of_counts_totals_or_the_squad_as_a_whole(squad):
    page = squad.client.get("/squad").text.lower()

    for word in ("average", " of 2", "squad as a whole", "share", "refus", "declin", "withdr", "pending", "log size"):
        assert word not in page, word
    assert "<a " not in page.split("<tbody>")[1].split("</tbody>")[0]


def test_nothing_of_a_hidden_row_differs_but_number_and_name(squad):
    page = squad.client.get("/squad").text
    (hidden,) = [line.strip() for line in page.splitlines() if "Idris" in line]

    assert hidden == '<tr><td class="num">4</td><th scope="row">Idris N.</th><td>Not available</td></tr>'


def test_two_looks_at_the_same_rows_are_the_same_bytes_headers_included(squad):
    first, second = squad.client.get("/squad"), squad.client.get("/squad")

    assert first.content == second.content
    assert first.headers == second.headers
    assert first.headers["cache-control"] == "no-store"


@given(hidden=st.lists(st.booleans(), min_size=2, max_size=6))
@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_a_page_with_a_hidden_row_tells_as_much_as_the_consent_answer_and_no_more(squad, hidden):
    squad.consent.rows = [
        {"no": n, "name": f"P {n}", "band": None if h else "60-65", "range": None if h else "55-70"}
        for n, h in enumerate(hidden)
    ]

    page = squad.client.get("/squad").text

    assert page.count("<td>Not available</td>") == sum(hidden)
    assert page.count("<strong>60–65</strong> (55–70)") == len(hidden) - sum(hidden)


@pytest.mark.parametrize("row", [{"band": "75-80", "range": None}, {"band": None, "range": "70-85"}, {"reason": "x"}])
def test_a_row_of_another_shape_is_no_answer(row):
    with pytest.raises(ValueError):
        SquadPageLine.model_validate({"no": 1, "name": "P", "band": None, "range": None} | row)


def test_names_are_escaped(squad):
    squad.consent.rows = [{"no": 1, "name": "<script>alert(1)</script>", "band": None, "range": None}]

    assert "<script>" not in squad.client.get("/squad").text


def test_a_front_office_cannot_open_the_operators_pages_and_vice_versa(squad):
    told = len(squad.consent.events)
    assert squad.client.get("/campaigns").status_code == 403
    squad.sign_in("operator")
    assert squad.client.get("/squad").status_code == 403
    assert squad.consent.looks == []
    refused = [body for kind, body in squad.consent.events[told:] if kind is EventKind.LOOK_REFUSED]
    assert [(body["role"], body["page"]) for body in refused] == [("front_office", "campaigns"), ("operator", "squad")]


def test_a_refusal_that_cannot_be_recorded_is_no_answer(squad):
    squad.consent.down = True

    assert squad.client.get("/nodes").status_code == 503


def test_the_meaning_page_claims_nothing_that_is_banned(squad):
    page = squad.client.get("/meaning").text.lower()

    for word in ("injury-prone", "prevents injur", "risk score", "anonymous", "guaranteed"):
        assert word not in page
    assert "does not forecast injury" in page


def test_every_page_is_closed_to_scripts_and_others(squad):
    answer = squad.client.get("/squad")

    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "style=" not in answer.text
    assert "<script" not in answer.text

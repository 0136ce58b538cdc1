"""What coaches are told of availability: looked at, sent, taken back; and that no byte tells them more."""

import re
from datetime import timedelta
from typing import Any

import pytest

from audit.entries.events import EventKind
from client.biometrics.observations import observe
from client.biometrics.streams import Stream
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.web.conftest import SOURCE
from tests.client.web.health_record.pages import LIMIT, as_coach, as_physio, enter, form, say, state, text_of
from tests.client.web.test_board_page import row

Ids = dict[str, AthleteId]


def written(consent: Any) -> list[str]:
    return [details["change"] for kind, details in consent.events if kind is EventKind.RECORD_WRITTEN]


def path_of(athlete: str) -> str:
    return f"/athletes/{athlete}/health"


def test_the_words_and_their_readers_are_shown_before_anything_is_sent(medical: Any, consent: Any, ids: Ids) -> None:
    check = say(medical, ids["private"])

    page = text_of(check.text)
    assert "Modified: no sprinting, at most 300 AU a day until 4 December 2026." in page
    assert "Who will read it Robin Dale, performance coach Mika Stone, medical team Secret Person" in page
    assert written(consent) == []
    as_coach(medical, consent)
    assert "no sprinting" not in medical.http.get("/board").text


def test_a_coach_reads_the_words_on_board_page_and_availability_without_any_grant(
    medical: Any, consent: Any, ids: Ids
) -> None:
    state(medical, ids["private"])
    as_coach(medical, consent)

    words = "modified: no sprinting, at most 300 AU a day until 4 December 2026"
    board = medical.http.get("/board").text
    assert words in row(board, "Secret Person")
    assert words.capitalize()[:20] in medical.http.get(f"/athletes/{ids['private']}").text
    page = text_of(medical.http.get("/availability").text)
    assert "One with a limit" in page
    assert "No sprinting, at most 300 AU a day 4 December 2026 Mika Stone, 24 November 2026" in page
    table = medical.http.get("/availability/table")
    assert "4,Secret Person,Reduced" in table.text
    assert "Secret" not in table.headers["content-disposition"]
    assert written(consent) == ["availability_stated"]


def test_a_limit_caps_the_plan_and_a_load_above_it_is_refused_with_both_numbers(
    medical: Any, consent: Any, ids: Ids
) -> None:
    state(medical, ids["hurt"])
    as_coach(medical, consent)

    board = row(medical.http.get("/board").text, "Edda Vale")
    assert "300 AU, lowered from 480 AU by a limit" in board
    path = f"/athletes/{ids['hurt']}"
    reason = medical.send(medical.http.get(path).text, f"{path}/decide", answer="modify")
    refused = medical.send(reason.text, f"{path}/record", load="400", reason="talked")

    assert refused.status_code == 422
    assert "400 AU is above the stated limit of 300 AU." in refused.text
    assert 'value="400"' in refused.text


def test_somebody_with_a_limit_is_never_as_planned(medical: Any, consent: Any, ids: Ids) -> None:
    state(medical, ids["well"])
    state(medical, ids["hurt"], availability="none", limits="", cap="")
    as_coach(medical, consent)

    page = medical.http.get("/board").text

    assert "one with a limit" in page.partition("<h1>")[2].partition("</h1>")[0]
    assert page.index('id="limited"') < page.index("Ada Lund")
    assert 'id="planned"' not in page
    assert "Edda Vale (not available until 4 December 2026)" in page


def test_a_statement_is_taken_back_on_its_day_and_stays_in_the_record(medical: Any, consent: Any, ids: Ids) -> None:
    state(medical, ids["well"])
    assert form(medical, ids["well"], "take-back").status_code == 303

    page = text_of(medical.http.get(path_of(ids["well"])).text)
    assert "Nothing stated Nothing." in page
    assert "taken back on 24 November 2026 by Mika Stone" in page
    assert written(consent) == ["availability_stated", "statement_taken_back"]
    as_coach(medical, consent)
    assert "no sprinting" not in medical.http.get("/board").text


def test_after_its_day_a_statement_is_not_taken_back_but_replaced(
    medical: Any, consent: Any, clock: Any, ids: Ids
) -> None:
    state(medical, ids["well"])
    clock.at += timedelta(hours=23)
    medical.sign_in("medical")

    assert "Take the newest back" not in medical.http.get(path_of(ids["well"])).text
    state(medical, ids["well"], availability="full", limits="", cap="", until="")
    assert "Fully available." in text_of(medical.http.get(path_of(ids["well"])).text)


def test_a_limit_that_ended_stands_first_until_somebody_says_what_holds(
    medical: Any, clock: Any, own_vault: Vault, ids: Ids
) -> None:
    state(medical, ids["well"], until="2026-11-24")
    state(medical, ids["hurt"])
    clock.at += timedelta(days=1)
    own_vault.add(
        ids["new"], [observe(Stream.MOOD, clock.at, 4.0, SOURCE)]
    )  # the demo's day is that of its newest reading
    medical.sign_in("medical")

    page = text_of(medical.http.get("/medical").text)

    assert "One to renew or release, one with limits" in page
    assert page.index("The limit ended on 24 Nov: renew or release") < page.index("Limit ends 4 Dec")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"availability": ""}, "Choose what is possible."),
        ({"limits": "", "cap": ""}, "“reduced” needs a limit or a cap"),
        ({"cap": "lots"}, "Expected a whole number from 0 to 9,000 AU, got “lots”."),
        ({"until": ""}, "A limit needs its last day"),
        ({"until": "2026-11-23"}, "Expected a last day from 24 November 2026"),
        ({"cap": "60", "unit": "percent", "until": "soon"}, "Expected a day as 2026-11-24, got “soon”."),
    ],
)
def test_a_statement_that_cannot_be_is_told_and_its_input_kept(
    medical: Any, consent: Any, ids: Ids, changes: dict[str, str], sentence: str
) -> None:
    answer = say(medical, ids["well"], **changes)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{(LIMIT | changes)["cap"]}"' in answer.text
    assert written(consent) == []


def test_a_share_of_the_own_usual_day_is_told_as_a_load(medical: Any, consent: Any, ids: Ids) -> None:
    check = say(medical, ids["well"], cap="50", unit="percent")
    hidden = say(medical, ids["private"], cap="50", unit="percent")

    assert "%" not in text_of(check.text).partition("Who will read it")[0]
    assert "at most 1" in check.text
    assert "The own usual day is not known here: say the cap in AU." in hidden.text


@pytest.mark.parametrize("deed", ["change", "sign", "say", "state", "take-back"])
def test_a_coach_who_tries_is_refused_in_a_sentence_and_the_athlete_finds_the_try(
    medical: Any, consent: Any, own_vault: Vault, ids: Ids, deed: str
) -> None:
    state(medical, ids["well"])
    as_coach(medical, consent)
    csrf = medical.http.get("/board").text.partition('name="csrf" value="')[2].partition('"')[0]
    asked = len(consent.asked)

    answer = medical.http.post(f"{path_of(ids['well'])}/{deed}", data={"csrf": csrf, "availability": "full"})

    assert answer.status_code == 403
    assert "only the medical team, or the athlete of their own word, may state or lift a limit" in answer.text
    assert {one.athlete for _, _, questions in consent.asked[asked:] for one in questions} == {ids["well"]}
    assert written(consent) == ["availability_stated"]
    assert "no sprinting" in medical.http.get("/board").text


def test_a_coach_who_opens_the_medical_pages_is_led_to_the_board_or_refused(
    medical: Any, consent: Any, ids: Ids
) -> None:
    as_coach(medical, consent)

    assert medical.http.get("/medical").headers["location"] == "/availability"
    assert medical.http.get(path_of(ids["hurt"])).status_code == 403
    assert 'href="/medical"' not in medical.http.get("/board").text


COACHES_PAGES = ("/board", "/board/table", "/athletes", "/availability", "/availability/table")


@pytest.mark.parametrize("shared", [True, False])
def test_a_coachs_pages_are_the_same_bytes_whatever_the_diagnosis_and_stage(
    medical: Any, consent: Any, ids: Ids, shared: bool
) -> None:
    """The attack: read a diagnosis, an area or a stage's reason from any byte that a coach is served."""
    if not shared:
        del consent.granted[ids["hurt"]]
    everything = []
    for said in (
        {},
        {"what": "TRAINING-CONTACT", "place": "head", "type": "brain or nerve", "began": "2026-11-20"},
        {"what": "ILLNESS", "place": "unspecified", "type": "respiratory", "began": "2026-11-22"},
    ):
        as_physio(medical, consent)
        enter(medical, ids["hurt"], **said)
        if shared:
            form(medical, ids["hurt"], "sign", stage="0" if said else "1", note=f"because of {said.get('type')}")
        if not everything:
            state(medical, ids["hurt"])
        as_coach(medical, consent)
        medical.http.cookies.set("fixed", "1")
        everything.append([_without_token(medical, page, ids) for page in (*COACHES_PAGES, f"/athletes/{ids['hurt']}")])

    assert everything[0] == everything[1] == everything[2]
    assert all(word not in " ".join(everything[0]).lower() for word in ("thigh", "muscle", "concuss", "respirat"))


def _without_token(browser: Any, page: str, ids: Ids) -> str:
    """A page without the token of its session, which is another at every sign-in."""
    return re.sub(r'name="csrf" value="[^"]*"', "", browser.http.get(page).text)

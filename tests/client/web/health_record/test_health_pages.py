"""The medical team's pages and the availability board: what is entered, signed and told, by whom, and who sees it."""

import re
from typing import Any

import pytest

from audit.entries.events import EventKind
from client.health.episodes import episodes
from client.health.stages import Stages
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category
from tests.client.availability.records import records_of
from tests.client.web.health_record.pages import ENTRY, enter, form, text_of

Ids = dict[str, AthleteId]


def written(consent: Any) -> list[str]:
    return [details["change"] for kind, details in consent.events if kind is EventKind.RECORD_WRITTEN]


def path_of(athlete: str) -> str:
    return f"/athletes/{athlete}/health"


def test_a_physiotherapist_finds_an_empty_page_that_says_what_it_is_for(medical: Any, consent: Any) -> None:
    page = text_of(medical.http.get("/medical").text)

    assert "No limit and no open episode is shown" in page
    assert "Athletes with a limit or an open injury or illness appear here." in page
    assert re.search(r"Exposure about [0-9,]+ h Injuries that cost time 0: 0\.0 per 1,000 h", page)
    asked = {(one.category, one.granularity.word) for _, _, questions in consent.asked for one in questions}
    assert asked == {(Category.INJURY, "raw"), (Category.TRAINING_LOAD, "daily")}


def test_an_injury_is_entered_logged_and_shown(medical: Any, consent: Any, ids: Ids) -> None:
    sent = enter(medical, ids["hurt"])

    assert (sent.status_code, sent.headers["location"]) == (303, path_of(ids["hurt"]))
    assert written(consent) == ["episode_entered"]
    assert not any("thigh" in str(details) for _, details in consent.events)
    page = text_of(medical.http.get("/medical").text)
    assert "One open without a word to coaches" in page
    assert "Thigh, right, muscle; no contact, match" in page
    assert "No range: it needs 20 earlier cases" in page
    assert "Say what is possible" in page


def test_entering_needs_no_grant_and_reading_does(medical: Any, consent: Any, own_vault: Vault, ids: Ids) -> None:
    assert enter(medical, ids["private"]).status_code == 303

    assert len(episodes(own_vault, ids["private"])) == 1
    page = text_of(medical.http.get(path_of(ids["private"])).text)
    assert "No open episode is shown: none was recorded, or it is not shared with you" in page
    assert "thigh" not in page.lower()
    assert "Secret Person" not in text_of(medical.http.get("/medical").text.partition("<form")[0])


def test_a_record_that_was_withdrawn_looks_as_if_it_had_never_been_written(
    medical: Any, consent: Any, ids: Ids
) -> None:
    pages, own = ("/medical", path_of(ids["hurt"])), path_of(ids["hurt"])
    shared = consent.granted[ids["hurt"]]
    nothing_recorded = medical.http.get(own).text
    consent.granted[ids["hurt"]] = tuple(one for one in shared if one is not Category.INJURY)
    never_shared = [medical.http.get(page).text for page in pages]
    consent.granted[ids["hurt"]] = shared
    enter(medical, ids["hurt"])
    form(medical, ids["hurt"], "sign", stage="1", note="")

    consent.granted[ids["hurt"]] = tuple(one for one in shared if one is not Category.INJURY)

    assert [medical.http.get(page).text for page in pages] == never_shared
    assert medical.http.get(own).text == nothing_recorded


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"what": ""}, "Choose what it is."),
        ({"place": "left knee|x"}, "Choose a body area."),
        ({"type": ""}, "Choose a type"),
        ({"began": "24.11.2026"}, "Expected a day as 2026-11-24, got “24.11.2026”."),
        ({"began": "2026-11-25"}, "Expected an onset in the last 5 years, got 2026-11-25."),
    ],
)
def test_a_wrong_entry_is_told_with_what_came_and_all_input_is_kept(
    medical: Any, consent: Any, own_vault: Vault, ids: Ids, changes: dict[str, str], sentence: str
) -> None:
    answer = enter(medical, ids["hurt"], **changes)

    assert answer.status_code == 422
    assert sentence in answer.text
    kept = ENTRY | changes
    assert all(f'value="{kept[name]}" selected' in answer.text for name in ("what", "type") if kept[name])
    assert episodes(own_vault, ids["hurt"]) == []
    assert written(consent) == []


def test_the_same_form_twice_is_one_episode_and_one_entry(
    medical: Any, consent: Any, own_vault: Vault, ids: Ids
) -> None:
    for _ in range(2):
        enter(medical, ids["hurt"])

    assert len(episodes(own_vault, ids["hurt"])) == 1
    assert written(consent) == ["episode_entered"]


def test_an_episode_is_corrected_and_closed_and_what_stood_there_stays(medical: Any, consent: Any, ids: Ids) -> None:
    enter(medical, ids["hurt"])
    corrected = ENTRY | {"place": "thigh, left", "ended": "2026-11-20"}

    assert form(medical, ids["hurt"], "change", **corrected).status_code == 303

    page = medical.http.get(f"{path_of(ids['hurt'])}").text
    assert "no open episode is shown" in page
    link = page.partition("?episode=")[2].partition('"')[0]
    shown = text_of(medical.http.get(f"{path_of(ids['hurt'])}?episode={link}").text)
    assert "16 days, moderate" in shown
    assert "What stood here before: 1 Until 24 November 2026, changed by Mika Stone: 3 November 2026" in shown
    assert "thigh, right" in shown
    assert written(consent) == ["episode_entered", "episode_changed"]
    assert "Ended in the last 365 days: 1" in text_of(medical.http.get("/medical").text)


def test_a_stage_is_signed_by_name_step_by_step(
    medical: Any, consent: Any, own_vault: Vault, settings: Any, ids: Ids
) -> None:
    enter(medical, ids["hurt"])
    for stage in ("2", "1"):
        assert form(medical, ids["hurt"], "sign", stage=stage, note="seen elsewhere").status_code == 303

    page = text_of(medical.http.get(path_of(ids["hurt"])).text)

    assert "stage 1, rehabilitation" in page
    assert "24 November 2026, stage 2, individual: Mika Stone. No criteria asked" in page
    assert written(consent)[1:] == ["stage_signed", "stage_signed"]
    record = episodes(own_vault, ids["hurt"])[0].record
    assert [one.stage for one in Stages(records_of(own_vault, settings.directory)).of(ids["hurt"], record)] == [2, 1]


def test_a_step_on_without_every_criterion_needs_a_note_and_keeps_the_input(
    medical: Any, consent: Any, ids: Ids
) -> None:
    enter(medical, ids["hurt"])
    begun = form(medical, ids["hurt"], "sign", stage="5", note="")
    assert begun.status_code == 422
    assert "begins at stage 5 needs a note that says why" in begun.text
    form(medical, ids["hurt"], "sign", stage="1", note="")

    refused = form(medical, ids["hurt"], "sign", stage="2", met="jogging", note="")
    skipped = form(medical, ids["hurt"], "sign", stage="4", note="he is fine")
    done = form(medical, ids["hurt"], "sign", stage="2", met="jogging", note="range like the other side")

    assert refused.status_code == skipped.status_code == 422
    assert "Not every criterion is met: say in a note why" in refused.text
    assert 'value="jogging" checked' in refused.text
    assert "Stage 4 comes after stage 3; the newest signature is for stage 1." in skipped.text
    assert 'value="he is fine"' in skipped.text
    assert done.status_code == 303
    assert "1 of 3 criteria met: jogging" in text_of(medical.http.get(path_of(ids["hurt"])).text)

"""Whose a label is, once it was said, is filled in for the next file of its kind, and goes with the athlete."""

from pathlib import Path
from typing import Any

import pytest

from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.web.conftest import Clock, FakeConsent
from tests.client.web.uploads.conftest import Uploader, uploading

Ids = dict[str, AthleteId]
BEFORE = "Chosen as for the file that was stored on 24 November 2026"


def bring(uploader: Uploader, day: int, *, label: str = "Zwölfer", column: str = "player") -> tuple[str, str]:
    uploader.bring((f"{day}.csv", f"date,{column},mood\n2026-11-{day},{label},4\n"))
    path, page = uploader.looked_at()
    return path, " ".join(page.split())


def stored(uploader: Uploader, day: int, athlete: AthleteId, **where: str) -> str:
    path, page = bring(uploader, day, **where)
    assert uploader.answer(page, path, "use", who=[f"0.{athlete}"]).status_code == 303
    return path


def moods(uploader: Uploader, athlete: AthleteId) -> list[int]:
    return [one.day.day for one in uploader.held(athlete) if one.source.app == "club-sheet"]


def test_the_next_file_is_ready_and_the_answer_can_be_changed(uploader: Uploader, ids: Ids) -> None:
    stored(uploader, 17, ids["new"])

    path, page = bring(uploader, 18)
    assert BEFORE in page
    assert "This stores one file of Cleo Hart." in uploader.http.get("/imports").text
    uploader.answer(page, path, "use", who=[f"0.{ids['tired']}"])
    _, page = bring(uploader, 19)
    assert f'<option value="0.{ids["tired"]}" selected>' in page
    uploader.send(uploader.http.get("/imports").text, "/imports/store-ready")
    uploader.app.state.uploads.finish()

    assert (moods(uploader, ids["new"]), moods(uploader, ids["tired"])) == ([17], [18, 19])


@pytest.mark.parametrize("where", [{"label": "Zwölf"}, {"column": "athlete"}])
def test_another_label_or_column_is_asked_about(uploader: Uploader, ids: Ids, where: dict[str, str]) -> None:
    stored(uploader, 17, ids["new"])

    _, page = bring(uploader, 18, **where)

    assert BEFORE not in page
    assert "Whose rows are these?" in page


def test_whose_a_label_of_rows_was_that_were_taken_out_again_is_filled_in_and_asked(
    uploader: Uploader, ids: Ids
) -> None:
    path = stored(uploader, 17, ids["new"])
    uploader.send(uploader.http.get(path).text, f"{path}/undo")
    uploader.app.state.uploads.finish()

    path, page = bring(uploader, 18)

    assert f"{BEFORE} and taken out again. Change it if it is somebody else." in page
    assert f'<option value="0.{ids["new"]}" selected>' in page
    assert "Store what is ready" not in uploader.http.get("/imports").text
    uploader.answer(page, path, "use")
    assert moods(uploader, ids["new"]) == [18]
    assert f"{BEFORE}. Change it" in bring(uploader, 19)[1]


def test_nobody_is_filled_in_who_is_not_seen_or_was_erased(uploader: Uploader, consent: FakeConsent, ids: Ids) -> None:
    stored(uploader, 17, ids["new"])
    granted = consent.granted.pop(ids["new"])
    path, page = bring(uploader, 18)
    assert BEFORE not in page
    assert ids["new"] not in page
    consent.granted[ids["new"]] = granted
    assert BEFORE in " ".join(uploader.http.get(path).text.split())

    uploader.vault.erase(ids["new"])

    assert uploader.vault.with_rows_in("remembered_label") == []
    assert BEFORE not in " ".join(uploader.http.get(path).text.split())


def test_what_one_role_said_stays_with_it_and_no_label_is_kept(
    settings: Any, consent: FakeConsent, clock: Clock, own_vault: Vault, ids: Ids, tmp_path: Path
) -> None:
    with uploading(settings, consent, clock, own_vault) as coach:
        stored(coach, 17, ids["new"])
    with uploading(settings, consent, clock, own_vault, "medical") as medical:
        assert BEFORE not in bring(medical, 18)[1]
    with uploading(settings, consent, clock, own_vault) as colleague:
        assert BEFORE in bring(colleague, 19)[1]
    everything = b"".join(one.read_bytes() for one in tmp_path.iterdir() if one.is_file())
    assert "Zwölfer".encode() not in everything

"""Taking a file out again takes what was brought here, and nothing that somebody else brought with the same bytes."""

from datetime import UTC
from pathlib import Path

import pytest

from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.vault.journal import imports
from policies.vocabulary import AthleteId, Category
from tests.client.web.conftest import NOW, FakeConsent
from tests.client.web.uploads.conftest import Uploader, wellness

Ids = dict[str, AthleteId]


def operator_imports(uploader: Uploader, athlete: AthleteId, folder: Path) -> None:
    (folder / "monday.csv").write_bytes(wellness().encode())
    Importer(uploader.vault, LocalClock(UTC, NOW), Attribution(athlete)).take(folder / "monday.csv")


def stored_here(uploader: Uploader, athlete: AthleteId) -> str:
    uploader.bring(("monday.csv", wellness().encode()), athlete=athlete)
    path, page = uploader.looked_at()
    assert uploader.answer(page, path, "use").status_code == 303
    return path


def taken_out(uploader: Uploader, path: str) -> None:
    uploader.send(uploader.http.get(path).text, f"{path}/undo")
    uploader.app.state.uploads.finish()
    assert "Taken out again" in uploader.http.get("/imports").text


@pytest.mark.parametrize("is_first", [True, False])
def test_the_operators_import_of_the_same_bytes_stays(
    uploader: Uploader, consent: FakeConsent, ids: Ids, tmp_path: Path, is_first: bool
) -> None:
    athlete = ids["new"]
    consent.granted[athlete] = (Category.TRAINING_LOAD,)  # of what the file holds, the coach may see nothing
    before = uploader.held(athlete)
    if is_first:
        operator_imports(uploader, athlete, tmp_path)
    path = stored_here(uploader, athlete)
    if not is_first:
        operator_imports(uploader, athlete, tmp_path)
    held = uploader.held(athlete)
    assert held != before

    taken_out(uploader, path)

    assert uploader.held(athlete) == held
    assert sorted((one.who, one.is_undone) for one in imports(uploader.vault, athlete)) == [
        ("demo-coach", True),
        ("operator", False),
    ]


def test_what_a_colleague_brought_stays_until_they_take_it_out(uploader: Uploader, ids: Ids) -> None:
    before = uploader.held(ids["new"])
    first = stored_here(uploader, ids["new"])
    held, cookies = uploader.held(ids["new"]), dict(uploader.http.cookies)
    uploader.http.cookies.clear()
    uploader.sign_in("coach")
    taken_out(uploader, stored_here(uploader, ids["new"]))
    assert uploader.held(ids["new"]) == held

    uploader.http.cookies.clear()
    uploader.http.cookies.update(cookies)
    taken_out(uploader, first)

    assert uploader.held(ids["new"]) == before

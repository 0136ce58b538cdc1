"""Whether a brought file is stored already is said before it is stored again, to whoever may see all of it alone."""

import re
import threading
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.uploads import session_uploads
from client.vault.journal import imports
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category, Purpose, Role
from tests.client.web.conftest import ALL, NOW, Clock, FakeConsent
from tests.client.web.uploads.conftest import RESTING, Uploader, uploading, wellness
from tests.client.web.uploads.test_told_of_stored_files import SLEEP, plain, sign_in_again, stored
from tests.waiting import HANG_S

Ids = dict[str, AthleteId]
STORED = "Stored already, on 24 November 2026; nothing of it is new"
KNOWN = "Known already: you brought the same file as"
STORE = "Store what is ready"


def brought(uploader: Uploader, athlete: AthleteId, text: str = "") -> tuple[str, str]:
    uploader.bring(("monday.csv", text or wellness()), athlete=athlete)
    return uploader.looked_at()


def operator_imports(uploader: Uploader, athlete: AthleteId, folder: Path, text: str) -> None:
    (folder / "rest.json").write_text(text)
    Importer(uploader.vault, LocalClock(UTC, NOW), Attribution(athlete)).take(folder / "rest.json")


def test_a_stored_file_says_so_at_once_and_is_not_stored_again(uploader: Uploader, ids: Ids) -> None:
    path, page = brought(uploader, ids["new"])
    uploader.answer(page, path, "use")
    sign_in_again(uploader)
    before = imports(uploader.vault, ids["new"])

    path, page = brought(uploader, ids["new"])

    listed = uploader.http.get("/imports").text
    assert STORED in listed
    assert STORE not in listed
    assert "<h1>This file is stored already</h1>" in page
    assert f"{STORED}." in page
    assert "Use this reading" not in page
    assert "is stored already; nothing new" in uploader.answer(page, path, "use").text
    assert imports(uploader.vault, ids["new"]) == before


@pytest.mark.parametrize("shared", [(Category.READINESS,), (Category.READINESS, Category.SLEEP)])
def test_of_what_may_not_be_seen_in_full_nobody_is_told_that_it_is_stored(
    uploader: Uploader, consent: FakeConsent, ids: Ids, tmp_path: Path, shared: tuple[Category, ...]
) -> None:
    """The attack: whoever may not see a figure makes up the file that would hold it, and brings it."""
    consent.granted[ids["new"]] = shared
    operator_imports(uploader, ids["new"], tmp_path, RESTING)
    seen = []
    for text in (RESTING, RESTING.replace("51.25", "52.25")):
        path, page = brought(uploader, ids["new"], text)
        lists = uploader.http.get("/imports").text
        seen.append([re.sub("[0-9a-f]{16,}|5[12].25", "", one) for one in (page, lists)])
        uploader.answer(page, path, "leave-out")
        sign_in_again(uploader)

    assert seen[0] == seen[1]
    assert STORE in seen[0][1]


def test_what_this_session_brought_it_is_told_whatever_may_be_seen(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    consent.granted[ids["new"]] = (Category.READINESS,)
    path, page = brought(uploader, ids["new"])
    uploader.answer(page, path, "use")

    brought(uploader, ids["new"])

    listed = uploader.http.get("/imports").text
    assert f"{KNOWN} monday.csv" in listed
    assert STORE not in listed


def test_of_two_copies_one_is_stored(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("one.csv", wellness()), ("two.csv", wellness()), athlete=ids["new"])

    listed = uploader.http.get("/imports").text

    assert f"{STORE} (1)" in listed
    assert f"{KNOWN} one.csv" in listed
    assert "One file is known already and not stored again." in listed


def test_the_same_bytes_read_another_way_are_no_stored_file(uploader: Uploader, ids: Ids) -> None:
    table = "date,player,mood\n2026-11-20,Cleo Hart,2\n"
    stored(uploader, table)
    uploader.bring(("club.csv", table))
    path, page = uploader.looked_at()
    assert STORED in page

    page = uploader.answer(page, path, "again", read_as=["day", "athlete", "fatigue"], written=["date", "", "straight"])

    assert STORED not in page.text
    assert "Use this reading" in page.text


def test_a_role_that_brings_more_of_a_file_still_brings_it(
    settings: Any, consent: FakeConsent, clock: Clock, own_vault: Vault, ids: Ids
) -> None:
    table = "date,player,mood,weight (kg)\n2026-11-20,Cleo Hart,2,70\n"
    with uploading(settings, consent, clock, own_vault) as coach:
        stored(coach, table)
    consent.role, consent.purpose = Role.MEDICAL, Purpose.CARE
    with uploading(settings, consent, clock, own_vault, "medical") as medic:
        medic.bring(("club.csv", table))
        assert STORED not in medic.looked_at()[1]


def test_one_that_was_taken_out_again_is_ready_to_be_stored(uploader: Uploader, ids: Ids) -> None:
    path, page = brought(uploader, ids["new"])
    uploader.answer(page, path, "use")
    uploader.send(uploader.http.get(path).text, f"{path}/undo")
    uploader.app.state.uploads.finish()

    brought(uploader, ids["new"])

    assert f"{STORE} (1)" in uploader.http.get("/imports").text


def test_what_no_figure_would_use_is_told_before_it_is_stored_by_athlete_and_stores_nothing(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    before = [uploader.held(ids[name]) for name in ("well", "new")], imports(uploader.vault, ids["well"])
    uploader.bring(("club.csv", SLEEP))
    path, page = uploader.looked_at()
    both = "Sleep: one night of Ada Lund and one night of Cleo Hart would be stored and not used in the numbers"

    assert both in plain(page)
    assert ([uploader.held(ids[name]) for name in ("well", "new")], imports(uploader.vault, ids["well"])) == before
    consent.granted[ids["well"]] = tuple(set(ALL) - {Category.SLEEP})
    of_one = "Sleep: one night of Cleo Hart would be stored and not used in the numbers; another source comes first"
    assert of_one in plain(uploader.http.get(path).text)


def test_while_that_is_looked_up_the_page_says_so(
    uploader: Uploader, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploader.bring(("club.csv", SLEEP))
    path = re.findall(r'href="(/imports/files/[0-9a-f]+)"', uploader.http.get("/imports").text)[0]
    monkeypatch.setattr(session_uploads, "MOMENT_S", 0.01)
    goes_on = threading.Event()
    uploader.app.state.uploads._thread.submit(lambda: goes_on.wait(HANG_S))

    under_way = uploader.http.get(path).text
    goes_on.set()
    uploader.app.state.uploads.finish()

    assert "It is being looked up what of it the numbers would not use, and which days would change." in under_way
    page = uploader.http.get(path).text
    assert "being looked up" not in page
    assert "not used in the numbers" in page

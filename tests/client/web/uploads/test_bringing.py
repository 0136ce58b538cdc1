"""Files brought in the browser: looked at first, stored for whom it was said, seen by one session, gone with it."""

import re
import threading
from typing import Any

import pytest

from audit.entries.events import EventKind
from client.biometrics.streams import SPECS, Stream
from client.uploads import session_uploads
from client.uploads.brought import Upload
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Category, Purpose, Role
from tests.client.web.conftest import Clock, FakeConsent
from tests.client.web.staff_on_the_list import PIN, new_staff_code
from tests.client.web.uploads.conftest import INJURY, RESTING, Uploader, uploading, wellness, zipped
from tests.waiting import HANG_S

Ids = dict[str, AthleteId]


def streams(uploader: Uploader, athlete: AthleteId) -> set[Stream]:
    """Streams of what was brought: the vault's own readings come from a strap."""
    return {one.stream for one in uploader.held(athlete) if one.source.device != "strap"}


def test_nothing_is_stored_before_the_rows_were_looked_at(uploader: Uploader, ids: Ids) -> None:
    assert uploader.bring(("monday.csv", wellness()), athlete=ids["new"]).status_code == 303
    path, page = uploader.looked_at()

    assert streams(uploader, ids["new"]) == set()
    assert "10 Nov 2026, 07:00" in page
    assert "Cleo Hart" in page

    assert uploader.answer(page, path, "use").headers["location"] == "/imports"
    assert Stream.FATIGUE in streams(uploader, ids["new"])
    assert "Stored" in uploader.http.get("/imports").text
    assert "10 Nov 2026" not in uploader.http.get(path).text  # the rows are not kept for longer


def test_the_rows_show_what_is_dropped_and_why(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("monday.csv", wellness(days=9) + wellness(days=1, sleep="65").splitlines()[-1]), athlete=ids["new"])
    _, page = uploader.looked_at()

    assert "1 outside 0.25 to 24 h" in page


def test_a_zip_is_read_file_by_file_and_ready_files_are_stored_at_once(uploader: Uploader, ids: Ids) -> None:
    folder = zipped({"a/w.csv": wellness(), "a/rest.json": RESTING, "a/photo.jpg": "x"})
    uploader.bring(("squad.zip", folder), athlete=ids["new"])
    page = uploader.http.get("/imports").text
    assert "2 files are ready to be stored" in page
    assert "Resting pulse, watch" in page
    assert "Fitbit" not in page
    assert "squad.zip/a/photo.jpg" in page

    uploader.send(page, "/imports/store-ready")
    uploader.app.state.uploads.finish()

    assert {Stream.FATIGUE, Stream.RESTING_HEART_RATE} <= streams(uploader, ids["new"])


def test_a_file_that_names_nobody_waits_until_it_is_said(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("rest.json", RESTING))
    path, page = uploader.looked_at()
    assert "Whose file is this?" in page
    assert "Store what is ready" not in uploader.http.get("/imports").text

    wrong = uploader.answer(page, path, "use")
    assert wrong.status_code == 422
    assert "Nothing was saved" in wrong.text

    assert uploader.answer(page, path, "use", who=[f"0.{ids['new']}"]).status_code == 303
    assert streams(uploader, ids["new"]) == {Stream.RESTING_HEART_RATE}


def test_rows_of_nobody_are_left_out_and_of_no_one_are_guessed(uploader: Uploader, ids: Ids) -> None:
    table = "date,player,fatigue\n2026-11-20,Ada Lund,3\n2026-11-19,A. Lund,4\n2026-11-20,P. Hall,5\n"
    uploader.bring(("table.csv", table))
    path, page = uploader.looked_at()
    assert "“A. Lund”" in page
    assert "“P. Hall”" in page
    assert 'name="who"' in page

    uploader.answer(page, path, "use", who=[f"0.{ids['well']}", "2.nobody"])

    brought = [one.value for one in uploader.held(ids["well"]) if one.source.app == "club-sheet"]
    assert sorted(map(str, brought)) == ["3.0", "4.0"]


@pytest.mark.parametrize("who", ["private", "unknown"])
def test_nobody_whom_this_person_does_not_see_can_be_named(uploader: Uploader, ids: Ids, who: str) -> None:
    refused = uploader.bring(("rest.json", RESTING), athlete=ids[who])
    assert refused.status_code == 422
    assert "What you brought" not in uploader.http.get("/imports").text

    uploader.bring(("rest.json", RESTING))
    path, page = uploader.looked_at()
    assert ids[who] not in page
    assert uploader.answer(page, path, "use", who=[f"0.{ids[who]}"]).status_code == 422


def test_rows_that_carry_the_id_of_somebody_unseen_are_not_stored(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("table.csv", f"player,date,readiness,observed\n{ids['private']},2026-11-20,7,True\n"))
    path, page = uploader.looked_at()

    assert "Secret Person" not in page
    uploader.answer(page, path, "use", who=["0.nobody"])
    assert streams(uploader, ids["private"]) == set()


def test_an_athlete_who_stops_sharing_in_between_is_asked_about_anew(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    uploader.bring(("rest.json", RESTING), athlete=ids["new"])
    path, page = uploader.looked_at()
    del consent.granted[ids["new"]]

    answer = uploader.answer(page, path, "use")

    assert answer.status_code == 422
    assert streams(uploader, ids["new"]) == set()


def test_files_of_injury_are_the_medical_teams(
    settings: Any, consent: FakeConsent, clock: Clock, own_vault: Vault, ids: Ids
) -> None:
    with uploading(settings, consent, clock, own_vault, "coach") as coach:
        coach.bring(("injury.csv", INJURY), athlete=ids["new"])
        page = coach.http.get("/imports").text
        assert "the medical team brings such files" in page
        assert "Look at the rows" not in page
    consent.role, consent.purpose = Role.MEDICAL, Purpose.CARE
    with uploading(settings, consent, clock, own_vault, "medical") as medic:
        medic.bring(("injury.csv", INJURY), athlete=ids["new"])
        path, page = medic.looked_at()
        medic.answer(page, path, "use")
        assert {SPECS[one].category for one in streams(medic, ids["new"])} == {Category.INJURY}


def test_a_table_that_also_holds_body_mass_is_taken_without_it(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("t.csv", "date,player,fatigue,weight (kg)\n2026-11-20,Ada Lund,3,70\n"))
    path, page = uploader.looked_at()
    assert "weight (kg): left out" in page

    assert uploader.answer(page, path, "use").status_code == 303
    assert streams(uploader, ids["well"]) == {Stream.FATIGUE}


def test_whether_a_value_is_stored_already_is_told_to_nobody(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    """Else a coach could try out values of a stream that an athlete does not share with coaches."""
    consent.granted[ids["new"]] = (Category.READINESS,)
    seen = []
    for text in (RESTING, RESTING, RESTING.replace("51.25", "52.25")):
        uploader.bring(("rest.json", text), athlete=ids["new"])
        path, page = uploader.looked_at()
        uploader.answer(page, path, "use")
        shown = re.sub("[0-9a-f]{16,}|51.25|52.25", "", page + uploader.http.get(path).text)
        lines = re.findall(r"<dt>(?:Rows|State)</dt><dd>.*?</dd>", uploader.http.get("/imports").text, re.S)
        seen.append((shown, [re.sub("[0-9a-f]{16,}", "", line) for line in lines[:2]]))
        uploader.http.cookies.clear()  # what one session brought twice it is told
        uploader.sign_in("coach")

    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("shared", [(Category.READINESS,), (Category.HEART,)])
def test_the_list_of_imports_does_not_tell_it_either(
    uploader: Uploader, consent: FakeConsent, ids: Ids, shared: tuple[Category, ...]
) -> None:
    consent.granted[ids["new"]] = shared
    damaged = RESTING.replace("]", ', {"dateTime": "11/21/26 00:00:00", "value": {"date": "11/21/26", "value": 900}}]')
    texts = (damaged, damaged, damaged.replace("51.25", "52.25"))
    for text in texts:
        uploader.bring(("rest.json", text), athlete=ids["new"])
        path, page = uploader.looked_at()
        uploader.answer(page, path, "use")

    taken = uploader.http.get("/imports").text.partition("<h2>Taken in</h2>")[2]
    rows = [one for one in re.findall(r"<details.*?</details>", taken, re.S) if "Resting pulse, watch" in one]

    assert len(rows) == (len(texts) if shared == (Category.READINESS,) else 2)  # who may see it stores it once
    assert len(set(rows)) == 1
    assert "1 kept; 1 dropped" in rows[0]


def test_what_was_stored_is_taken_out_again_and_nothing_else(uploader: Uploader, ids: Ids) -> None:
    before = uploader.held(ids["new"])
    uploader.bring(("monday.csv", wellness()), athlete=ids["new"])
    path, page = uploader.looked_at()
    uploader.answer(page, path, "use")
    assert uploader.held(ids["new"]) != before

    uploader.send(uploader.http.get(path).text, f"{path}/undo")
    uploader.app.state.uploads.finish()

    assert uploader.held(ids["new"]) == before
    assert "Taken out again" in uploader.http.get("/imports").text
    assert 'action="' + path + '/undo"' not in uploader.http.get(path).text


def test_a_page_of_before_stores_nothing(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("t.csv", "date,player,fatigue,mood\n2026-11-20,Ada Lund,1,2\n"))
    path, page = uploader.looked_at()
    again = uploader.answer(page, path, "again", read_as=["day", "athlete", "mood", "fatigue"], written=[""] * 4)
    assert again.status_code == 200

    stale = uploader.answer(page, path, "use")

    assert stale.status_code == 409
    assert streams(uploader, ids["well"]) == set()


def test_a_file_that_another_tab_has_read_anew_at_that_moment_is_not_stored(
    uploader: Uploader, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploader.bring(("t.csv", "date,player,fatigue,mood\n2026-11-20,Ada Lund,1,2\n"))
    path, page = uploader.looked_at()
    uploads = uploader.app.state.uploads
    store = uploads.store

    def store_after_another_tab(upload: Upload, looked: Any) -> bool:
        uploads.read_again(upload, upload.files[0], upload.files[0].mapping)
        uploads.finish()
        return bool(store(upload, looked))

    monkeypatch.setattr(uploads, "store", store_after_another_tab)
    stale = uploader.answer(page, path, "use")

    assert stale.status_code == 409
    assert "read anew meanwhile" in stale.text
    assert streams(uploader, ids["well"]) == set()


def test_bringing_is_recorded_before_it_is_read_and_storing_before_it_is_stored(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    consent.events_down = True
    assert uploader.bring(("monday.csv", wellness()), athlete=ids["new"]).status_code == 503
    assert (uploader.app.state.uploads.spool.held, consent.events_down) == (0, True)
    consent.events_down = False
    uploader.bring(("monday.csv", wellness()), athlete=ids["new"])
    path, page = uploader.looked_at()
    consent.events_down = True
    assert uploader.answer(page, path, "use").status_code == 503
    assert streams(uploader, ids["new"]) == set()
    consent.events_down = False
    uploader.answer(page, path, "use")

    told = [details for kind, details in consent.events if kind is EventKind.INGEST]
    assert [(one["files"], one["athlete"]) for one in told] == [(1, ids["new"]), (1, ids["new"])]


@pytest.mark.parametrize("csrf", ["", "0" * 64])
def test_a_form_without_the_sessions_token_is_refused(uploader: Uploader, csrf: str, ids: Ids) -> None:
    assert uploader.bring(("monday.csv", wellness()), csrf=csrf).status_code == 403
    assert uploader.app.state.uploads.spool.held == 0


def test_a_broken_archive_is_one_line_and_harms_no_other(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(
        ("out.zip", zipped({"../../evil.csv": "x"})), ("cut.zip", zipped({"a": "b"})[:40]), ("ok.json", RESTING)
    )

    page = uploader.http.get("/imports").text

    assert "a path that leads out of it" in page
    assert "cut off or damaged" in page
    assert "Look at the rows" in page


def test_a_person_brings_files_for_their_own_squads_alone(
    uploader: Uploader, settings: Any, clock: Clock, ids: Ids
) -> None:
    uploader.vault.move_to_squad(ids["new"], "under-19")
    uploader.http.cookies.clear()
    code = new_staff_code(settings.directory, clock)
    assert uploader.http.post("/sign-in", data={"code": code, "pin": PIN}).status_code == 303

    assert uploader.bring(("rest.json", RESTING), athlete=ids["new"]).status_code == 422
    uploader.bring(("table.csv", "date,player,fatigue\n2026-11-20,Cleo Hart,3\n"))
    path, page = uploader.looked_at()

    assert ids["new"] not in page
    assert "“Cleo Hart”, whose?" in page
    assert uploader.answer(page, path, "use", who=[f"0.{ids['new']}"]).status_code == 422
    assert streams(uploader, ids["new"]) == set()


def test_a_table_that_is_refused_as_a_whole_can_still_be_read_another_way(uploader: Uploader, ids: Ids) -> None:
    rows = "".join(f"2026-11-{day:02d},Ada Lund,{1 + day % 7},{1 + day % 5}\n" for day in range(1, 21))
    uploader.bring(("t.csv", "date,player,mood,fatigue\n" + rows))
    path, page = uploader.looked_at()
    assert "This file cannot be read as it is" in page
    assert "Use this reading" not in page

    page = uploader.answer(page, path, "again", read_as=["day", "athlete", "", "fatigue"], written=[""] * 4).text
    assert "Use this reading" in page
    uploader.answer(page, path, "use")

    assert streams(uploader, ids["well"]) == {Stream.FATIGUE}


def test_reading_goes_on_beside_the_page_which_says_how_far_it_is(
    uploader: Uploader, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_uploads, "MOMENT_S", 0.01)
    uploads, goes_on = uploader.app.state.uploads, threading.Event()
    uploads._thread.submit(lambda: goes_on.wait(HANG_S))

    page = uploader.http.get("/imports").text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    files = {"files": ("a.csv", wellness())}
    sent = uploader.http.post("/imports/files", data={"csrf": csrf, "athlete": ids["new"]}, files=files)
    under_way = uploader.http.get("/imports").text
    goes_on.set()
    uploads.finish()

    assert sent.status_code == 303
    assert "0 of 1 files" in under_way
    assert '<progress id="reading" max="1" value="0">' in under_way
    assert "Show the newest state" in under_way
    assert "One file is ready to be stored" in uploader.http.get("/imports").text

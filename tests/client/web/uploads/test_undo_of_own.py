"""Taking a file out again takes what was brought here, and nothing that somebody else brought with the same bytes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.uploads import session_uploads
from client.uploads.brought import FileState
from client.vault.history.undoing import undo
from client.vault.journal import imports
from policies.vocabulary import AthleteId, Category
from tests.client.web.conftest import NOW, Clock, FakeConsent
from tests.client.web.uploads.conftest import Uploader, wellness
from tests.waiting import HANG_S

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


def test_what_a_colleague_brought_stays_until_they_take_it_out(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    """Neither may see what it holds: to whoever may it is said that it is stored, and it is not stored again."""
    consent.granted[ids["new"]] = (Category.TRAINING_LOAD,)
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


def test_no_sealed_byte_of_what_was_taken_out_is_left(uploader: Uploader, ids: Ids, tmp_path: Path) -> None:
    def sealed() -> set[bytes]:
        database, _, _ = uploader.vault.seal_of(ids["new"])
        with database.reading() as connection:
            return {row[0] for row in connection.execute("SELECT sealed FROM observation")}

    def on_disk() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("vault.sqlite3*"))

    before = sealed()
    path = stored_here(uploader, ids["new"])
    brought = sealed() - before
    assert brought
    assert all(one in on_disk() for one in brought)

    taken_out(uploader, path)

    assert not any(one[:32] in on_disk() for one in brought)


def test_what_the_operator_took_out_in_part_is_taken_out_whole(uploader: Uploader, ids: Ids) -> None:
    """A file of two athletes is two imports; one of them is gone already."""
    table = "date,player,fatigue\n2026-11-20,Ada Lund,3\n2026-11-20,Cleo Hart,4\n"
    before = [uploader.held(ids[name]) for name in ("well", "new")]
    uploader.bring(("table.csv", table))
    path, page = uploader.looked_at()
    assert uploader.answer(page, path, "use").status_code == 303
    undo(uploader.vault, [imports(uploader.vault, ids["well"])[-1].number], at=NOW, who="operator")

    taken_out(uploader, path)

    assert [uploader.held(ids[name]) for name in ("well", "new")] == before


def test_a_file_of_two_athletes_is_stored_of_both_or_of_neither(
    uploader: Uploader, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the page would not know what it has to take out again."""
    before = [uploader.held(ids[name]) for name in ("well", "new")]
    uploader.bring(("table.csv", "date,player,fatigue\n2026-11-20,Ada Lund,3\n2026-11-20,Cleo Hart,4\n"))
    path, page = uploader.looked_at()
    journal = Importer._journal

    def fail_at_the_second(importer: Importer, file: Any, owner: AthleteId, outcome: Any) -> None:
        if owner == ids["new"]:
            raise ZeroDivisionError
        journal(importer, file, owner, outcome)

    monkeypatch.setattr(Importer, "_journal", fail_at_the_second)
    uploader.answer(page, path, "use")

    assert [uploader.held(ids[name]) for name in ("well", "new")] == before
    assert "could not be read or stored now" in uploader.http.get(path).text


def test_undoing_from_two_threads_while_it_is_stored_leaves_all_or_nothing(
    uploader: Uploader, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attack: a file is taken out while it is being stored, and then by two requests at once."""
    before, uploads = uploader.held(ids["new"]), uploader.app.state.uploads
    monkeypatch.setattr(session_uploads, "MOMENT_S", HANG_S)
    uploader.bring(("monday.csv", wellness()), athlete=ids["new"])
    path, page = uploader.looked_at()
    (held,) = uploader.http.cookies.values()
    (upload,) = uploads.of(held)
    (file,) = upload.files
    storing, go_on, store = threading.Event(), threading.Event(), Importer.store

    def held_back(*arguments: Any) -> Any:
        storing.set()
        assert go_on.wait(HANG_S)
        return store(*arguments)

    monkeypatch.setattr(Importer, "store", held_back)
    with ThreadPoolExecutor() as threads:
        stored = threads.submit(uploader.answer, page, path, "use")
        assert storing.wait(HANG_S)
        uploads.undo(upload, file)
        assert file.state is FileState.STORING
        go_on.set()
        assert stored.result().status_code == 303
        assert file.state is FileState.STORED
        assert uploader.held(ids["new"]) != before
        list(threads.map(lambda _: uploads.undo(upload, file), range(2)))

    assert (file.state, file.problem) == (FileState.UNDONE, "")
    assert uploader.held(ids["new"]) == before
    assert [one.is_undone for one in imports(uploader.vault, ids["new"])[-1:]] == [True]


def test_a_recording_without_a_time_comes_back_after_it_was_taken_out(
    uploader: Uploader, consent: FakeConsent, ids: Ids, clock: Clock
) -> None:
    """Its only time is that of the first import: brought twice it is known, and stays until both are taken out."""
    consent.granted[ids["new"]] = (Category.TRAINING_LOAD,)
    beats = "\n".join(["812", "845", "798"] * 20)
    before, paths = uploader.held(ids["new"]), list[str]()
    for _ in range(2):
        uploader.bring(("beats.txt", beats), athlete=ids["new"])
        path, page = uploader.looked_at()
        uploader.answer(page, path, "use")
        paths.append(path)
        clock.at += timedelta(minutes=2)
    once = uploader.held(ids["new"])
    assert len(once) == len(before) + 1
    assert [one.counts["added"] for one in imports(uploader.vault, ids["new"])[-2:]] == [1, 0]

    taken_out(uploader, paths[0])
    assert uploader.held(ids["new"]) == once, "it was brought a second time as well"
    taken_out(uploader, paths[1])
    assert uploader.held(ids["new"]) == before

    uploader.bring(("beats.txt", beats), athlete=ids["new"])
    path, page = uploader.looked_at()
    uploader.answer(page, path, "use")
    assert len(uploader.held(ids["new"])) == len(once)

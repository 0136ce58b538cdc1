"""A table that was read once is read so again by the same role: never with a name in it, and looked at if undone."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from client.vault.keys import UnlockKey
from client.vault.preferences.remembered_tables import (
    MOST_REMEMBERED,
    remember_table,
    remembered_table,
    remembered_tables,
)
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.web.conftest import Clock, FakeConsent
from tests.client.web.uploads.conftest import Uploader, uploading

Ids = dict[str, AthleteId]
COLUMNS = "date,player,fatigue,mood"
SAID = {"read_as": ["day", "athlete", "fatigue", "mood"], "written": ["date", "", "reversed", "reversed"]}
BEFORE = "It is read as a table with the same columns was on"
READY = "One file is ready to be stored"


def bring(uploader: Uploader, day: int, *, columns: str = COLUMNS, answers: str = "1,2") -> tuple[str, str]:
    uploader.bring((f"{day}.csv", f"{columns}\n2026-11-{day},Cleo Hart,{answers}\n"))
    return uploader.looked_at()


def stored(uploader: Uploader, day: int, **where: str) -> str:
    path, page = bring(uploader, day, **where)
    page = uploader.answer(page, path, "again", **SAID).text
    uploader.answer(page, path, "use")
    return path


def held(uploader: Uploader, ids: Ids, day: int) -> dict[str, Any]:
    return {
        one.stream.value: one.value
        for one in uploader.held(ids["new"])
        if one.source.app == "club-sheet" and one.day.day == day
    }


def test_the_next_file_is_ready_as_the_last_one_was_read(uploader: Uploader, ids: Ids) -> None:
    stored(uploader, 17)

    _, page = bring(uploader, 18)

    assert BEFORE in " ".join(page.split())
    assert "the file does not say which end" not in page
    assert "<h1>One row gives figures</h1>" in page
    listed = uploader.http.get("/imports").text
    assert READY in listed
    uploader.send(listed, "/imports/store-ready")
    uploader.app.state.uploads.finish()
    assert held(uploader, ids, 18) == held(uploader, ids, 17) == {"fatigue": 5.0, "mood": 4.0}


def test_what_is_changed_is_remembered_in_its_place_once_it_is_stored(uploader: Uploader, ids: Ids) -> None:
    stored(uploader, 17)
    path, page = bring(uploader, 18)

    page = uploader.answer(page, path, "again", **(SAID | {"written": ["date", "", "straight", ""]})).text
    assert "A new kind of file" in page
    assert READY not in uploader.http.get("/imports").text
    uploader.answer(page, path, "use")
    bring(uploader, 19)
    uploader.send(uploader.http.get("/imports").text, "/imports/store-ready")
    uploader.app.state.uploads.finish()

    assert held(uploader, ids, 19) == {"fatigue": 1.0, "mood": 2.0}


def test_the_answers_of_a_file_that_was_taken_out_again_are_kept_and_looked_at_first(
    uploader: Uploader, ids: Ids
) -> None:
    path = stored(uploader, 17)
    uploader.send(uploader.http.get(path).text, f"{path}/undo")
    uploader.app.state.uploads.finish()

    path, page = bring(uploader, 18)

    words = " ".join(page.split())
    assert f"{BEFORE} 24 November 2026, which was taken out again." in words
    assert "<h1>Read as one that was taken out again</h1>" in words
    assert READY not in uploader.http.get("/imports").text
    uploader.answer(page, path, "use")  # the form says what was said then
    assert held(uploader, ids, 18) == {"fatigue": 5.0, "mood": 4.0}
    assert "which was taken out again" not in " ".join(bring(uploader, 19)[1].split())
    assert READY in uploader.http.get("/imports").text


def test_taking_out_a_file_leaves_answers_that_were_given_since_as_they_are(uploader: Uploader, ids: Ids) -> None:
    first = stored(uploader, 17)
    path, page = bring(uploader, 18)
    page = uploader.answer(page, path, "again", **(SAID | {"written": ["date", "", "straight", ""]})).text
    uploader.answer(page, path, "use")

    uploader.send(uploader.http.get(first).text, f"{first}/undo")
    uploader.app.state.uploads.finish()

    assert "which was taken out again" not in " ".join(bring(uploader, 19)[1].split())


def test_a_direction_that_was_chosen_without_showing_the_rows_again_is_not_asked_twice(
    uploader: Uploader, ids: Ids
) -> None:
    path, page = bring(uploader, 17)
    uploader.answer(page, path, "use")  # the best end of fatigue is chosen in the form, and the mapping stays as it is

    _, page = bring(uploader, 18)

    assert "the file does not say which end" not in page
    assert "mood: read as" not in page
    assert READY in uploader.http.get("/imports").text


SAME = "Its columns have the names of those of a table of 24 November 2026, and are read as they were there."
LESS = (
    "All its columns stood in a table of 24 November 2026, which had others besides, and are read as they were there."
)


@pytest.mark.parametrize(
    ("columns", "answers", "said", "title"),
    [
        ("date,player,mood,fatigue", "2,1", SAME, "Known columns in another layout"),
        ("date,player,fatigue,,mood", "1,,2", SAME, "Known columns in another layout"),
        ("date,player,fatigue", "1", LESS, "A new kind of file"),
    ],
)
def test_what_is_said_of_a_table_that_is_nearly_one_of_before_is_true(
    uploader: Uploader, ids: Ids, columns: str, answers: str, said: str, title: str
) -> None:
    stored(uploader, 17)

    path, page = bring(uploader, 18, columns=columns, answers=answers)

    words = " ".join(page.split())
    assert said in words
    assert f"<h1>{title}</h1>" in words
    assert "Most of its columns" not in words
    changed = {"read_as": ["day", "athlete", "fatigue"], "written": ["date", "", "straight"]}
    if columns == "date,player,fatigue":
        words = " ".join(uploader.answer(page, path, "again", **changed).text.split())
        assert "No reader knows this table. It is read as you said." in words
        assert said not in words


@pytest.mark.parametrize(
    "columns", ["date,player,fatigue,mood,x", "date,player,mood,fatigue", "date,player,Fatigue,mood"]
)
def test_a_table_with_another_header_is_a_new_one(uploader: Uploader, ids: Ids, columns: str) -> None:
    stored(uploader, 17)

    _, page = bring(uploader, 18, columns=columns, answers="1,2,y" if ",x" in columns else "1,2")

    assert BEFORE not in " ".join(page.split())


def test_of_a_table_with_one_column_more_only_that_one_is_asked(uploader: Uploader, ids: Ids) -> None:
    stored(uploader, 17)

    path, page = bring(uploader, 18, columns="date,player,fatigue,Frage 1,mood,stress", answers="1,7,2,3")

    words = " ".join(page.split())
    assert "Most of its columns stood in a table of 24 November 2026" in words
    assert "New in this one: <code>Frage 1</code>, <code>stress</code>." in words
    assert "A new kind of file" in page
    assert READY not in uploader.http.get("/imports").text
    assert "stress: the file does not say which end of the scale is the best" in words
    assert "fatigue: the file" not in words
    assert "mood: read as" not in words
    uploader.answer(page, path, "use")  # of the columns of before the form says what was said then
    assert held(uploader, ids, 18) == {"fatigue": 5.0, "mood": 4.0, "stress": 3.0}


def test_a_table_of_another_kind_or_role_has_no_answers_filled_in(
    settings: Any, consent: FakeConsent, clock: Clock, own_vault: Vault, ids: Ids
) -> None:
    with uploading(settings, consent, clock, own_vault) as coach:
        stored(coach, 17)
        _, page = bring(coach, 18, columns="date,player,mood,v,w,x,y,z", answers="1,1,1,1,1,1")
        assert "Most of its columns" not in page
    with uploading(settings, consent, clock, own_vault, "medical") as medical:
        _, page = bring(medical, 19, columns="date,player,fatigue,mood,x", answers="1,2,3")
        assert "Most of its columns" not in page


def test_names_of_columns_that_bear_an_athletes_name_are_not_kept(uploader: Uploader, ids: Ids) -> None:
    path, page = bring(uploader, 17, columns="date,player,fatigue,mood,said by Hart", answers="1,2,x")
    said = {name: [*values, ""] for name, values in SAID.items()}
    uploader.answer(uploader.answer(page, path, "again", **said).text, path, "use")

    assert not [text for text in remembered_tables(uploader.vault) if "Hart" in text]
    assert "Most of its columns" not in bring(uploader, 18, columns="date,player,fatigue,mood,y", answers="1,2,x")[1]


def test_what_one_role_was_told_stays_with_it(
    settings: Any, consent: FakeConsent, clock: Clock, own_vault: Vault, ids: Ids
) -> None:
    with uploading(settings, consent, clock, own_vault) as coach:
        stored(coach, 17)
    with uploading(settings, consent, clock, own_vault, "medical") as medical:
        _, page = bring(medical, 18)
        assert BEFORE not in " ".join(page.split())
    with uploading(settings, consent, clock, own_vault) as colleague:
        _, page = bring(colleague, 19)
        assert BEFORE in " ".join(page.split())


def test_a_column_that_bears_an_athletes_name_is_not_remembered(uploader: Uploader, ids: Ids) -> None:
    for day in (17, 18):
        path, page = bring(uploader, day, columns="date,player,fatigue,mood Hart")
        assert BEFORE not in " ".join(page.split())
        page = uploader.answer(page, path, "again", **SAID).text
        uploader.answer(page, path, "use")

    assert held(uploader, ids, 18) == {"fatigue": 5.0, "mood": 4.0}


def test_a_vault_forgets_the_table_that_was_used_longest_ago(stocked: Path, tmp_path: Path) -> None:
    path = tmp_path / "vault.sqlite3"
    shutil.copy(stocked, path)
    with Vault.open(path, UnlockKey(b"k" * 32)) as vault:
        for number in range(MOST_REMEMBERED):
            remember_table(vault, f"heading-{number}", f"as-{number}")
        remember_table(vault, "heading-0", "as-before")
        remember_table(vault, "heading-new", "as-new")

        kept = {number: remembered_table(vault, f"heading-{number}") for number in (0, 1, 2)}

        assert kept == {0: "as-before", 1: None, 2: "as-2"}
        assert remembered_table(vault, "heading-new") == "as-new"
    everything = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert not [word for word in (b"heading-", b"as-before", b"as-2") if word in everything]

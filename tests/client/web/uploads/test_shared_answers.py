"""What was answered for one waiting file is proposed for the others of its sign-in that ask the same, and marked so."""

from policies.vocabulary import AthleteId
from tests.client.web.conftest import FakeConsent
from tests.client.web.uploads.conftest import Uploader
from tests.client.web.uploads.test_told_of_stored_files import plain

Ids = dict[str, AthleteId]
SAID = {"read_as": ["day", "athlete", "fatigue"], "written": ["date", "", "reversed"]}
PROPOSED = "What you said of a.csv, which has the same columns, is proposed for it."


def table(day: int, label: str = "Cleo Hart", columns: str = "date,player,fatigue") -> str:
    return f"{columns}\n2026-11-{day},{label},1\n"


def paths(uploader: Uploader) -> dict[str, str]:
    """The page of each brought file, by its name."""
    found: dict[str, str] = {}
    for upload in uploader.app.state.uploads.of(next(iter(uploader.http.cookies.values()))):
        found |= {one.name: f"/imports/files/{one.key}" for one in upload.files}
    return found


def test_columns_are_proposed_at_once_shown_as_such_and_not_ready(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("a.csv", table(17)), ("b.csv", table(18)))
    uploader.bring(("c.csv", table(19)), ("d.csv", table(20, columns="date,player,mood")))
    path = paths(uploader)
    uploader.answer(uploader.http.get(path["a.csv"]).text, path["a.csv"], "again", **SAID)

    for name in ("b.csv", "c.csv"):
        page = uploader.http.get(path[name]).text
        assert PROPOSED in plain(page)
        assert "<h1>Proposed as for a.csv</h1>" in page
        assert "5 (1 in the file)" in page
        assert "the file does not say which end" not in page
    assert PROPOSED not in plain(uploader.http.get(path["d.csv"]).text)
    listed = uploader.http.get("/imports").text
    assert "Proposed as for a.csv: check its columns" in listed
    assert "Store what is ready" not in listed
    uploader.answer(uploader.http.get(path["b.csv"]).text, path["b.csv"], "use")
    assert [one.value for one in uploader.held(ids["new"]) if one.source.app == "club-sheet"] == [5.0]


def test_an_answer_of_a_person_is_not_replaced_and_what_does_not_fit_is_not_proposed(
    uploader: Uploader, ids: Ids
) -> None:
    other = "date,player,fatigue\n20/11/2026,Cleo Hart,1\n21/11/2026,Cleo Hart,2\n"
    uploader.bring(("a.csv", table(17)), ("b.csv", table(18)), ("c.csv", other))
    path = paths(uploader)
    straight = SAID | {"written": ["date", "", "straight"]}
    uploader.answer(uploader.http.get(path["b.csv"]).text, path["b.csv"], "again", **straight)
    uploader.answer(uploader.http.get(path["a.csv"]).text, path["a.csv"], "again", **SAID)

    assert "1 (" not in uploader.http.get(path["b.csv"]).text
    page = uploader.http.get(path["c.csv"]).text
    assert PROPOSED not in plain(page)
    assert "2 rows: 2 give figures" in page


def test_whose_a_label_is_is_proposed_and_asked(uploader: Uploader, consent: FakeConsent, ids: Ids) -> None:
    uploader.bring(("a.csv", table(17, "Zwölf")), ("b.csv", table(18, "Zwölf")), ("c.csv", table(19, "Elf")))
    path = paths(uploader)
    page = uploader.http.get(path["a.csv"]).text
    uploader.answer(page, path["a.csv"], "again", who=[f"0.{ids['new']}"])

    page = uploader.http.get(path["b.csv"]).text
    assert "Proposed as you chose for a.csv. Change it if it is somebody else." in page
    assert f'<option value="0.{ids["new"]}" selected>' in page
    assert "whose rows are these?" in uploader.http.get("/imports").text
    assert "Proposed as you chose" not in uploader.http.get(path["c.csv"]).text
    granted = consent.granted.pop(ids["new"])
    unseen = uploader.http.get(path["b.csv"]).text
    assert [word for word in ("Proposed as you chose", ids["new"]) if word in unseen] == []
    consent.granted[ids["new"]] = granted
    uploader.answer(page, path["b.csv"], "use")
    assert len([one for one in uploader.held(ids["new"]) if one.source.app == "club-sheet"]) == 1

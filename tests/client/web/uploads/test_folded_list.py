"""The list of brought files: two lines each, open where an answer is needed, and one button for what comes next."""

import html
import re

from policies.vocabulary import AthleteId
from tests.client.web.uploads.conftest import RESTING, Uploader, wellness
from tests.client.web.uploads.test_told_of_stored_files import plain

Ids = dict[str, AthleteId]
TABLE = "date,player,fatigue\n2026-11-20,Cleo Hart,1\n"


def folds(page: str) -> list[tuple[bool, str]]:
    """Each folded line of what was brought: whether it is open, and its two lines."""
    brought = page.partition('id="brought"')[2].partition("</ul>")[0]
    found = re.findall(r'<details class="fold"( open)?>\s*<summary>(.*?)</summary>', brought, re.S)
    return [(bool(is_open), plain(html.unescape(lines))) for is_open, lines in found]


def primary(page: str) -> list[str]:
    """The buttons that stand out."""
    return [plain(one) for one in re.findall(r'<(?:a|button) class="btn go".*?</(?:a|button)>', page, re.S)]


def test_only_what_needs_an_answer_is_open(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("scan.pdf", b"%PDF-1.4\n\x00"), ("rest.json", RESTING), ("w.csv", wellness()), ("club.csv", TABLE))

    assert folds(uploader.http.get("/imports").text) == [
        (True, "rest.json Whose rows are these? (1 row)"),
        (True, "w.csv Whose rows are these? (3 rows)"),
        (True, "club.csv A new kind of file: check its columns (1 row)"),
        (False, "scan.pdf Not taken: a PDF"),
    ]
    uploader.bring(("more.json", RESTING), athlete=ids["new"])
    assert (False, "more.json Ready to be stored (1 row)") in folds(uploader.http.get("/imports").text)


def test_a_stored_file_counts_the_rows_that_somebody_got(uploader: Uploader) -> None:
    days = "".join(
        f"2026-11-{20 + day},{who},{1 + day}\n" for who in ("Cleo Hart", "Zed") for day in range(3 - (who == "Zed"))
    )
    uploader.bring(("club.csv", "date,player,fatigue\n" + days + "2026-11-24,Cleo Hart,x\n"))
    path, page = uploader.looked_at()
    number = re.search(r'value="(\d+)\.nobody"', page)
    assert number is not None

    uploader.answer(page, path, "use", who=[f"{number[1]}.nobody"])
    stored = folds(uploader.http.get("/imports").text)
    uploader.send(uploader.http.get(path).text, f"{path}/undo")
    uploader.app.state.uploads.finish()
    undone = folds(uploader.http.get("/imports").text)

    assert [line.partition(";")[0] for _, line in stored] == ["club.csv Stored (3 of 6 rows)"]
    assert undone == [(False, "club.csv Taken out again")]


def test_the_button_of_what_comes_next_stands_out_alone(uploader: Uploader, ids: Ids) -> None:
    assert primary(uploader.http.get("/imports").text) == ["Look at them first"]
    uploader.bring(("club.csv", TABLE))
    assert primary(uploader.http.get("/imports").text) == ["Look at the rows of club.csv"]
    path, page = uploader.looked_at()
    assert primary(page) == ["Show again with my changes"]  # which end of the scale is the best is open

    said = {"read_as": ["day", "athlete", "fatigue"], "written": ["date", "", "straight"]}
    page = uploader.answer(page, path, "again", **said).text
    assert primary(page) == ["Use this reading the rows are stored"]
    uploader.bring(("rest.json", RESTING), athlete=ids["new"])
    assert primary(uploader.http.get("/imports").text) == ["Store what is ready (1)"]


def test_after_signing_out_the_page_says_why_no_name_is_there_and_how_to_undo(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("rest.json", RESTING), athlete=ids["new"])
    uploader.send(uploader.http.get("/imports").text, "/imports/store-ready")
    uploader.app.state.uploads.finish()
    uploader.http.cookies.clear()
    uploader.sign_in("coach")

    page = plain(uploader.http.get("/imports").text)

    assert "rest.json" not in page
    assert "Names of files are shown only to the person who brought them, until they sign out." in page
    assert "the operator can still take an import out again, with homefield-node imports undo" in page

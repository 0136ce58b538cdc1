"""What the pages say of a file once it is stored: what is not used, how many rows are whose, and what stays listed."""

import html
import re

from policies.vocabulary import AthleteId, Category
from tests.client.web.conftest import ALL, FakeConsent
from tests.client.web.uploads.conftest import Uploader

Ids = dict[str, AthleteId]
SLEEP = "date,player,hours of sleep\n2026-11-20,Ada Lund,7.5\n2026-11-21,Ada Lund,late\n2026-11-22,Cleo Hart,8\n"
UNUSED = "Sleep: one night of Ada Lund is stored and not used in the numbers; another source comes first: another"


def plain(page: str) -> str:
    """The words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def stored(uploader: Uploader, text: str, name: str = "club.csv") -> str:
    uploader.bring((name, text))
    path, page = uploader.looked_at()
    assert uploader.answer(page, path, "use").status_code == 303
    return path


def title(uploader: Uploader) -> str:
    found = re.search(r"<h1>(.*?)</h1>", uploader.http.get("/imports").text)
    return html.unescape(found[1]) if found else ""


def sign_in_again(uploader: Uploader) -> None:
    uploader.http.cookies.clear()
    uploader.sign_in("coach")


def test_what_no_figure_uses_is_told_to_who_may_see_that_kind_now(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    path = stored(uploader, SLEEP.replace("2026-11-22,Cleo Hart,8\n", ""))

    page = plain(uploader.http.get(path).text)
    assert f"{UNUSED} table. Whoever runs this node can change which comes first." in page
    assert "Stored; part of it is not used in the numbers" in plain(uploader.http.get("/imports").text)
    consent.granted[ids["well"]] = tuple(set(ALL) - {Category.SLEEP})
    assert "not used in the numbers" not in plain(uploader.http.get(path).text)
    assert "not used in the numbers" not in plain(uploader.http.get("/imports").text)


def test_a_stored_file_says_how_many_rows_are_whose_and_of_whom_it_is_not_said(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    path = stored(uploader, SLEEP)

    table = uploader.http.get(path).text.partition("Whose its rows are")[2].partition("</table>")[0]
    assert re.findall(r'row">(.*?)</th><td class="num">(\d)</td>\s*<td class="num">(\d)', table) == [
        ("Ada Lund", "2", "1"),
        ("Cleo Hart", "1", "1"),
    ]
    del consent.granted[ids["new"]]
    page = uploader.http.get(path).text
    assert "Cleo Hart" not in page
    assert "an athlete whom you do not see now" in page


def test_what_stays_listed_is_kind_rows_and_columns_and_whose_only_where_it_may_be_seen(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    stored(uploader, SLEEP)
    sign_in_again(uploader)

    listed = plain(uploader.http.get("/imports").text.partition("<h2>Taken in</h2>")[2])
    assert "2 rows: 1 gave figures" in listed
    assert "Sleep: 1 kept, 1 refused; 1 no number" in listed
    assert "Cleo Hart" in listed
    consent.granted[ids["new"]] = tuple(set(ALL) - {Category.SLEEP})
    assert "Cleo Hart" not in plain(uploader.http.get("/imports").text.partition("<h2>Taken in</h2>")[2])


def test_a_file_of_several_athletes_is_one_file_before_and_after_signing_out(uploader: Uploader, ids: Ids) -> None:
    path = stored(uploader, SLEEP)
    assert title(uploader) == "2 files were taken in; one file was set aside"  # one stands in the vault already
    sign_in_again(uploader)
    assert title(uploader) == "2 files were taken in; one file was set aside"

    path = stored(uploader, SLEEP.replace("hours of sleep", "sleep (h)").replace("2026-11-2", "2026-11-1"))
    uploader.send(uploader.http.get(path).text, f"{path}/undo")
    uploader.app.state.uploads.finish()
    before = title(uploader)
    sign_in_again(uploader)
    assert before == title(uploader) == "2 files were taken in; one file was set aside; one file was taken out again"


def test_a_table_that_waits_for_its_names_is_asked_about_and_not_refused(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("t.csv", "when,Frage 1\n20.11.2026,4\n21.11.2026,3\n"), athlete=ids["new"])

    assert title(uploader) == "One file waits for your answer"
    assert "refused" not in uploader.http.get("/board").text


def test_rows_are_shown_with_the_zone_of_their_times(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("club.csv", SLEEP))

    assert "else in this node’s zone (UTC)" in plain(uploader.looked_at()[1])

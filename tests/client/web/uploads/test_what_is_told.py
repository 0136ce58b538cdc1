"""What the pages say of brought files is true for whoever reads it: what was refused, taken out, and whose it is."""

import html
import re

from chassis.text import short_date
from policies.vocabulary import AthleteId
from tests.client.sessions.test_xml_sessions import START, tcx
from tests.client.web.conftest import FakeConsent
from tests.client.web.uploads.conftest import INJURY, RESTING, Uploader, wellness

Ids = dict[str, AthleteId]


def title(uploader: Uploader) -> str:
    """The heading of the page of imports."""
    found = re.search(r"<h1>(.*?)</h1>", uploader.http.get("/imports").text)
    return html.unescape(found[1]) if found else ""


def stored(uploader: Uploader, athlete: AthleteId, name: str = "monday.csv", text: str | bytes = "") -> str:
    """Bring a file and store it; returns the address of its page."""
    uploader.bring((name, text or wellness()), athlete=athlete)
    path, page = uploader.looked_at()
    assert uploader.answer(page, path, "use").status_code == 303
    return path


def test_the_title_and_the_board_tell_what_was_refused_and_what_was_taken_out(uploader: Uploader, ids: Ids) -> None:
    path = stored(uploader, ids["new"])
    assert title(uploader) == "2 files were taken in; one file was set aside"  # two stand in the vault already
    assert "refused" not in uploader.http.get("/board").text

    uploader.bring(("injury.csv", INJURY), athlete=ids["new"])
    assert title(uploader).endswith("one file was set aside; one file was refused since you signed in")
    assert "one file was refused since you signed in." in uploader.http.get("/board").text

    uploader.send(uploader.http.get(path).text, f"{path}/undo")
    uploader.app.state.uploads.finish()
    told = "one file was set aside; one file was refused since you signed in; one file was taken out again"
    assert title(uploader) == f"One file was taken in; {told}"
    assert "one file was refused since you signed in; one file was taken out again." in uploader.http.get("/board").text

    uploader.http.cookies.clear()
    uploader.sign_in("coach")
    assert title(uploader).endswith("one file was set aside; one file was taken out again")


def test_whose_a_file_is_stands_beside_it_before_and_after_it_is_stored(
    uploader: Uploader, consent: FakeConsent, ids: Ids
) -> None:
    uploader.bring(("rest.json", RESTING), athlete=ids["new"])
    page = uploader.http.get("/imports").text
    assert "This stores one file of Cleo Hart." in page
    assert f'<option value="{ids["new"]}" selected>' not in page  # the next files are of whom is said then
    assert "<dt>Whose</dt><dd>Cleo Hart</dd>" in page

    uploader.send(page, "/imports/store-ready")
    uploader.app.state.uploads.finish()
    path, page = uploader.looked_at()
    assert "This file is stored" in page
    assert "of Cleo Hart." in page
    assert "undo and its open questions end when you sign out" in uploader.http.get("/imports").text

    del consent.granted[ids["new"]]
    assert "Cleo Hart" not in uploader.http.get(path).text
    assert "<dt>Whose</dt><dd>–</dd>" in uploader.http.get("/imports").text


def test_a_recording_is_shown_as_the_sessions_that_it_gives(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("run.tcx", tcx(2, points=300)), athlete=ids["new"])
    _, page = uploader.looked_at()

    rows = re.findall(r"<tr>(.*?)</tr>", page.partition("a line for each session")[2].partition("</table>")[0], re.S)
    (line,) = rows[1:]
    assert f"{START:%H:%M}" in line or short_date(START.date()) in line
    assert "10\u00a0min" in line
    assert "150.5\u00a0/min" in line
    assert "1,800\u00a0m" in line
    assert "no day" not in page
    assert "603 rows, summarised as " in page


def test_rows_given_to_nobody_are_not_counted_as_figures(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("t.csv", "date,player,fatigue\n2026-11-20,Ada Lund,3\n2026-11-19,A. L.,4\n"))
    path, page = uploader.looked_at()

    page = uploader.answer(page, path, "again", who=["0.nobody"]).text

    assert "2 rows: 1 gives figures; 1 row given to nobody" in page
    assert re.search(r'Fatigue</th><td class="num">1</td>\s*<td class="num">0</td><td>1 given to nobody', page)


def test_a_table_whose_names_say_nothing_is_named_by_a_person(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("t.csv", "when,Frage 1\n20.11.2026,4\n21.11.2026,3\n"), athlete=ids["new"])
    assert "Say what its columns hold" in uploader.http.get("/imports").text
    path, page = uploader.looked_at()
    assert "What do its columns hold?" in page
    assert "The names of its columns do not tell what was measured." in page
    assert "Use this reading" not in page
    unnamed = uploader.answer(page, path, "again")
    assert unnamed.status_code == 422
    assert "No column is read as a figure" in unnamed.text

    page = uploader.answer(page, path, "again", read_as=["day", "mood"], written=["%d.%m.%Y", ""]).text
    assert "2 rows: 2 give figures" in page
    uploader.answer(page, path, "use")

    assert {one.day.day for one in uploader.held(ids["new"]) if one.source.app == "club-sheet"} == {20, 21}


def test_which_end_of_a_scale_is_the_best_is_said_by_a_person(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("t.csv", "date,player,fatigue,mood\n2026-11-20,Cleo Hart,1,2\n"))
    path, page = uploader.looked_at()
    asked = "fatigue: the file does not say which end of the scale is the best"
    assert asked in page
    assert "mood: read as “1 to 5, 5 is best”; choose “1 to 5, 1 is best” where that is so" in page
    said = {"read_as": ["day", "athlete", "fatigue", "mood"]}
    refused = uploader.answer(page, path, "use", **said, written=["date", "", "", ""])
    assert refused.status_code == 422
    assert "Choose which end of the scale of “fatigue” is the best" in refused.text

    page = uploader.answer(page, path, "again", **said, written=["date", "", "reversed", "reversed"]).text
    assert asked not in page
    assert "mood: read as" not in page
    uploader.answer(page, path, "use")

    held = {one.stream.value: one.value for one in uploader.held(ids["new"]) if one.source.app == "club-sheet"}
    assert held == {"fatigue": 5.0, "mood": 4.0}


def test_a_file_that_is_gone_says_to_bring_it_again_and_a_refused_one_what_it_is(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("injury.csv", INJURY), athlete=ids["new"])
    assert "<dt>Kind</dt><dd>Injury, illness or nutrition</dd>" in uploader.http.get("/imports").text

    gone = uploader.http.get("/imports/files/0123456789abcdef")

    assert gone.status_code == 404
    assert "This file is no longer here" in gone.text
    assert "Try again in a few minutes" not in gone.text


def test_everything_that_is_open_is_said_at_once_and_the_rows_say_which_end_is_best(
    uploader: Uploader, ids: Ids
) -> None:
    uploader.bring(("t.csv", "date,player,fatigue\n2026-11-20,A. L.,1\n"))
    path, page = uploader.looked_at()
    said = {"read_as": ["day", "athlete", "fatigue"]}

    refused = uploader.answer(page, path, "use", **said, written=["date", "", ""]).text
    assert "Choose which end of the scale of “fatigue” is the best" in refused
    assert "Choose whose the rows of “A. L.” are" in refused

    page = uploader.answer(page, path, "again", **said, written=["date", "", "reversed"]).text
    assert "Fatigue, 5 is best" in page


def test_no_direction_stands_above_values_before_it_was_chosen_and_what_is_turned_says_so(
    uploader: Uploader, ids: Ids
) -> None:
    uploader.bring(("t.csv", "date,player,fatigue,mood,rpe\n2026-11-20,Cleo Hart,1,2,7\n"))
    path, page = uploader.looked_at()
    said = {"read_as": ["day", "athlete", "fatigue", "mood", "session_rpe"]}

    assert heads(page) == ["Fatigue", "Mood", "Effort"]
    assert cells(page) == ["1", "2", "7"]

    page = uploader.answer(page, path, "again", **said, written=["date", "", "reversed", "", ""]).text
    assert heads(page) == ["Fatigue, 5 is best", "Mood, 5 is best", "Effort"]
    assert cells(page) == ["5 (1 in the file)", "2", "7"]


def test_doubts_of_a_column_end_when_it_is_read_another_way(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("t.csv", "date,player,distance,duration,weight (kg)\n20/01/2026,Cleo Hart,5000,60,70\n"))
    path, page = uploader.looked_at()
    doubts = ["distance: its name says no unit", "duration: its name says no unit", "weight (kg): left out"]
    assert [one for one in doubts if one in page] == doubts
    said = {"read_as": ["day", "athlete", "distance", "activity_duration_min", "mood"]}

    page = uploader.answer(page, path, "again", **said, written=["%d/%m/%Y", "", "[yd_i]", "", ""]).text

    assert [one for one in doubts if one in page] == doubts[1:2]


def test_a_name_that_two_athletes_have_is_said_to_be_theirs(uploader: Uploader, ids: Ids) -> None:
    uploader.vault.rename(ids["tired"], "Cleo  HART")
    uploader.bring(("t.csv", "date,player,mood\n2026-11-20,Cleo Hart,2\n2026-11-20,C. H.,2\n"))

    page = " ".join(uploader.looked_at()[1].split())

    assert "“Cleo Hart” stands on 1 row of this file. 2 athletes whom you see have this name." in page
    assert "“C. H.” stands on 1 row of this file. No athlete whom you see has this name or id." in page


def test_rows_without_a_day_are_not_said_to_be_taken_in_by_any_column(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("t.csv", "date,player,mood\n2026-11-20,Cleo Hart,2\nnever,Cleo Hart,3\n"))

    page = uploader.looked_at()[1]

    assert re.search(r'Mood</th><td class="num">1</td>\s*<td class="num">0</td><td>no cell was refused</td>', page)
    assert "1 row: a time that cannot be read" in page


def test_a_recording_of_many_sessions_says_that_ten_lines_of_it_are_shown(uploader: Uploader, ids: Ids) -> None:
    beats = "\n".join(["812", "845", "798"] * 20)
    uploader.bring(("beats.txt", beats), athlete=ids["new"])
    assert "<h2> What is read, a line for each session or reading </h2>" in " ".join(uploader.looked_at()[1].split())


def heads(page: str) -> list[str]:
    """The names above the values of the first rows."""
    return re.findall(r'<th scope="col" class="num">(.*?)</th>', page.partition("as they would be read")[2])[:3]


def cells(page: str) -> list[str]:
    """The values of the first row."""
    return re.findall(r'<td class="num">(.*?)</td>', page.partition("as they would be read")[2])[:3]


def test_days_to_come_are_named_as_such(uploader: Uploader, ids: Ids) -> None:
    rows = "".join(f"2031-01-{day:02d},Ada Lund,3\n" for day in range(1, 28))
    uploader.bring(("t.csv", f"date,player,mood\n{rows}"))

    assert (
        "27 of 27 rows have a time that cannot be read, or one before 2001 or in the future" in uploader.looked_at()[1]
    )


def test_a_file_of_another_kind_is_told_by_what_it_is_and_what_to_do(uploader: Uploader, ids: Ids) -> None:
    uploader.bring(("scan.pdf", b"%PDF-1.4\n\x00\x01"), ("plan.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + _WORD))

    page = uploader.http.get("/imports").text

    assert "A PDF; ask for the export as CSV or Excel, and import that" in page
    assert "A Word document; ask for the export as CSV or Excel, and import that" in page


_WORD = b"\x00" * 600 + "WordDocument".encode("utf-16-le")

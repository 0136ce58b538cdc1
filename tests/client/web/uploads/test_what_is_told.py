"""What the pages say of brought files is true for whoever reads it: what was refused, taken out, and whose it is."""

import html
import re

from policies.vocabulary import AthleteId
from tests.client.web.uploads.conftest import INJURY, Uploader, wellness

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
    assert title(uploader).endswith("one file was set aside; one file was refused")
    assert "one file was refused." in uploader.http.get("/board").text

    uploader.send(uploader.http.get(path).text, f"{path}/undo")
    uploader.app.state.uploads.finish()
    told = "one file was set aside; one file was refused; one file was taken out again"
    assert title(uploader) == f"One file was taken in; {told}"
    assert "one file was refused; one file was taken out again." in uploader.http.get("/board").text

    uploader.http.cookies.clear()
    uploader.sign_in("coach")
    assert title(uploader).endswith("one file was set aside; one file was taken out again")

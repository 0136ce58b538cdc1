"""The board's filter and its table: what this reader sees, nobody's name in the file's, nothing a spreadsheet runs."""

import csv
import io
from typing import Any

from policies.vocabulary import AthleteId
from tests.client.web.test_board_page import row

Ids = dict[str, AthleteId]


def table(context: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(context.http.get("/board/table").text)))


def test_the_table_holds_the_rows_of_the_board(context: Any) -> None:
    page, answer, rows = context.http.get("/board").text, context.http.get("/board/table"), table(context)

    assert answer.headers["content-disposition"] == 'attachment; filename="morning-board-2026-11-24.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert rows[0] == ["group", "number", "name", "readiness", "plan", "proposed", "note"]
    assert [one[2] for one in rows[1:]] == [
        "Edda Vale",
        "Bea <b>Sand</b> & Co",
        "Cleo Hart",
        "Secret Person",
        "Ada Lund",
    ]
    for _, number, name, word, plan, *_ in rows[1:]:
        shown = row(page, name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
        assert all(part in shown for part in (number, word, plan))


def test_who_withdrew_is_the_same_row_as_who_never_recorded(context: Any, consent: Any, ids: Ids) -> None:
    consent.granted[ids["tired"]] = ()

    cells = {one[2]: one[3:] for one in table(context)[1:]}

    assert cells["Bea <b>Sand</b> & Co"] == cells["Secret Person"]


def test_the_table_is_one_act(context: Any, consent: Any) -> None:
    consent.asked.clear()

    context.http.get("/board/table")

    assert len(consent.asked) == 1


def test_a_name_or_a_number_is_found_and_the_title_stays_that_of_everybody(context: Any) -> None:
    whole = context.http.get("/board").text
    title = whole[whole.index("<h1>") : whole.index("</h1>")]

    for sought, found in (("?q=ada", {"Ada Lund"}), ("?q=5", {"Edda Vale"}), ("?q=nobody", set())):
        page = context.http.get(f"/board{sought}").text
        names = {name for name in ("Ada Lund", "Edda Vale", "Cleo Hart", "Secret Person") if f">{name}</a>" in page}
        assert names == found
        assert title in page
        assert "Show the whole board" in page


def test_only_what_needs_somebody(context: Any) -> None:
    page = context.http.get("/board?show=needed").text

    assert ">Edda Vale</a>" in page
    assert ">Ada Lund</a>" not in page
    assert context.http.get("/board?show=other").status_code == 422

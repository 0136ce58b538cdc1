"""The week plan: planned and done, what a change would add up to, saving and undoing, and nobody's load unshared."""

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest

from audit.entries.events import EventKind
from policies.vocabulary import AthleteId, Category
from tests.client.availability.records import stated

Ids = dict[str, AthleteId]
SQUAD = "squad:first-team"
FIELDS = ("title", "rpe", "minutes", "load", "starts", "drills")


def send(
    context: Any, do: str, *rows: dict[str, str], who: str = SQUAD, save: str = "", week: str = "2026-11-24"
) -> Any:
    """Fill the form of a week; each row names its day, and what else was typed."""
    page = context.http.get("/plan").text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    data: dict[str, Any] = {"csrf": csrf, "week": week, "who": who, "do": do, "save": save}
    data |= {name: [row.get(name, "") for row in rows] for name in FIELDS}
    data |= {"day": [row["day"] for row in rows], "slot": [row.get("slot", "1") for row in rows]}
    data["match"] = [f"{row['day']}-{row.get('slot', '1')}" for row in rows if row.get("match")]
    return context.http.post("/plan/week", data=data)


def title_of(page: str) -> str:
    return re.findall(r"<h1>(.*?)</h1>", page, re.S)[0]


def line_of(page: str, name: str, *, table: int = 0) -> str:
    """The row of a squad, a group or an athlete; table: the last for -1."""
    rows = re.findall(r'<tr role="row">\s*<th role="rowheader" scope="row">\s*<a .*?</tr>', page, re.S)
    return [row for row in rows if f">{name}</a>" in row][table]


def cells(row: str) -> list[str]:
    found = re.findall(r'<td role="cell"[^>]*>(.*?)</td>', row, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


WEEK = [
    {"day": f"2026-11-{day}", "title": title, "rpe": rpe, "minutes": minutes, "match": match}
    for day, title, rpe, minutes, match in (
        (24, "Intervals", "8", "60", ""),
        (25, "Large game", "9", "60", ""),
        (26, "Speed", "6", "60", ""),
        (27, "Activation", "4", "40", ""),
        (28, "Match", "7", "90", "yes"),
        (29, "Recovery", "3", "30", ""),
    )
]


def test_a_week_is_saved_shown_and_read_by_the_board(context: Any, consent: Any) -> None:
    answer = send(context, "save", *WEEK)

    assert (answer.status_code, answer.headers["location"]) == (303, "/plan?week=2026-11-23&who=squad%3Afirst-team")
    page = context.http.get(answer.headers["location"]).text
    row = cells(line_of(page, "First team"))
    assert [one.split(" done")[0] for one in row[:2]] == ["No plan", "480 AU Intervals"]
    assert row[5:8] == ["630 AU Match", "90 AU Recovery", "2,260 1 day without a plan"]
    assert title_of(page) == "First team: 2,260 AU on 6 of 7 days planned"
    assert re.findall(r'data-label="(Tue 24[^"]*|Sat[^"]*|Mon[^"]*)"', page)[:3] == [
        "Mon 23",
        "Tue 24, D−4",
        "Sat 28, match",
    ]
    assert consent.events[-1] == (
        EventKind.PLAN_SET,
        {"day": "2026-11-24", "until": "2026-11-29", "person": "demo-coach"},
    )
    assert "480 AU" in context.http.get("/board").text


def test_a_preview_says_what_it_adds_up_to_and_saves_nothing(context: Any, consent: Any) -> None:
    send(context, "save", *WEEK)
    events = len(consent.events)

    page = send(context, "preview", *WEEK[:2], {"day": "2026-11-26", "load": "500", "title": "Speed"}).text

    assert title_of(page) == "Not saved yet. First team: 2,400 AU on 6 of 7 days planned"
    table = page[page.index("What it adds up to") :]
    assert cells(table[: table.index("Largest day")])[:2] == ["2,260 AU on 6 of 7 days", "2,400 AU on 6 of 7 days"]
    assert 'value="500"' in page
    assert len(consent.events) == events
    assert title_of(context.http.get("/plan").text) == "First team: 2,260 AU on 6 of 7 days planned"


def test_monotony_of_the_page_is_that_of_the_formula(context: Any) -> None:
    send(context, "save", {"day": "2026-11-30", "load": "0"}, week="2026-11-30")

    loads = (609, 0, 740, 435, 652, 942, 0)
    rows = [
        {"day": f"2026-{'11-30' if number == 0 else f'12-0{number}'}", "load": str(load)}
        for number, load in enumerate(loads)
    ]
    page = send(context, "preview", *rows, week="2026-11-30").text

    assert "<strong>1.3</strong>" in page
    assert "3,378 AU planned" in title_of(page)


def test_errors_name_the_day_keep_what_was_typed_and_stand_in_the_order_of_the_form(context: Any, consent: Any) -> None:
    events = len(consent.events)

    answer = send(
        context,
        "save",
        {"day": "2026-11-25", "title": "Game", "rpe": "12", "minutes": "60"},
        {"day": "2026-11-26", "rpe": "8", "minutes": "60", "load": "500"},
    )

    assert answer.status_code == 422
    assert re.findall(r'<p><a href="#([^"]+)">([^<]+)</a></p>', answer.text) == [
        ("rpe-2026-11-25-1", "Wed 25: Expected an effort from 0 to 10, got “12”."),
        ("rpe-2026-11-26-1", "Thu 26: 500 AU is not 8 × 60 min, which is 480 AU; leave one of them out."),
    ]
    assert 'value="Game"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    assert len(consent.events) == events


def test_a_day_that_is_over_keeps_its_plan(context: Any) -> None:
    answer = send(context, "save", {"day": "2026-11-23", "load": "300"})

    assert answer.status_code == 422
    assert "23 November 2026 is over or of another week; its plan stays." in answer.text


def test_an_athletes_own_session_counts_in_place_of_the_groups(context: Any, ids: Ids) -> None:
    send(context, "save", *WEEK)
    own = {"day": "2026-11-24", "title": "Pool", "load": "150"}

    send(context, "save", own, who=ids["hurt"])

    page = context.http.get("/plan").text
    assert "150 AU Pool" in cells(line_of(page, "Edda Vale"))[1]
    assert cells(line_of(page, "Edda Vale"))[2] == "540 AU Large game"
    assert "150 AU" in context.http.get(f"/athletes/{ids['hurt']}").text
    assert "480 AU" in context.http.get(f"/athletes/{ids['well']}").text


def test_a_save_is_undone_once_and_both_stay_in_the_record(context: Any) -> None:
    send(context, "save", *WEEK, save="a" * 32)
    page = context.http.get("/plan").text
    assert "Undo the newest" in page

    done = context.send(page, "/plan/undo")

    assert done.status_code == 303
    after = context.http.get("/plan").text
    assert "Undo the newest" not in after
    assert "undone by " in after
    assert "high-intensity intervals" in cells(line_of(after, "First team"))[1]


def test_what_was_saved_yesterday_is_not_undone_today(context: Any, clock: Any) -> None:
    send(context, "save", *WEEK[1:], save="a" * 32)
    page = context.http.get("/plan").text
    clock.at += timedelta(days=1)
    context.sign_in()

    assert "Undo the newest" not in context.http.get("/plan").text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', context.http.get("/plan").text)[0]
    context.http.post("/plan/undo", data={"csrf": csrf, "week": "2026-11-24", "save": "a" * 32})
    assert "540 AU Large game" in cells(line_of(context.http.get("/plan").text, "First team"))
    assert "Undo the newest" in page


def test_a_form_sent_twice_is_one_save(context: Any) -> None:
    for _ in range(2):
        send(context, "save", *WEEK, save="b" * 32)

    assert context.http.get("/plan").text.count("performance coach, Tuesday 24 November 2026") == 1


def test_the_week_before_fills_the_form_and_is_not_saved(context: Any) -> None:
    send(context, "save", *WEEK)

    page = context.http.get("/plan?week=2026-12-01&copy=2026-11-24").text

    assert title_of(page).startswith("Not saved yet. First team: 2,260 AU on 6 of 7 days planned")
    assert 'name="title" value="Large game"' in page
    assert re.search(r'<option value="2026-11-23"\s+selected', page)
    assert re.findall(r'name="match" value="([^"]+)" checked', page) == ["2026-12-05-1"]
    assert title_of(context.http.get("/plan?week=2026-12-01").text) == "First team: no plan for this week yet"


def test_of_who_does_not_share_load_nothing_done_is_shown(context: Any, consent: Any, ids: Ids) -> None:
    send(context, "save", *WEEK)
    shown = cells(line_of(context.http.get("/plan").text, "Ada Lund", table=-1))[0]
    assert re.search(r"done \d", shown)

    consent.granted[ids["well"]] = tuple(c for c in consent.granted[ids["well"]] if c is not Category.TRAINING_LOAD)
    page = context.http.get("/plan").text

    assert cells(line_of(page, "Ada Lund", table=-1)) == cells(line_of(page, "Secret Person", table=-1))
    assert "done: not enough data" in cells(line_of(page, "Ada Lund", table=-1))[0]


def test_opening_it_asks_for_the_load_of_everybody_in_one_act(context: Any, consent: Any, ids: Ids) -> None:
    consent.asked.clear()

    context.http.get("/plan")

    ((_, _, questions),) = consent.asked
    enrolled = {one for name, one in ids.items() if name != "unknown"}
    assert {(q.athlete, q.category) for q in questions} == {(one, Category.TRAINING_LOAD) for one in enrolled}


def test_a_day_above_the_own_largest_is_told_of_whom_may_be_shown(context: Any, consent: Any, ids: Ids) -> None:
    consent.granted[ids["tired"]] = ()

    page = send(context, "preview", {"day": "2026-11-26", "load": "900"}).text

    said = re.findall(r"([A-Z][a-z]+ [A-Z][a-z]+), Thu 26: 900 AU is above the largest own day", page)
    assert set(said) == {"Ada Lund", "Edda Vale"}
    assert "Sand" not in page[page.index("With the change above") : page.index("Athlete by athlete")]


def test_a_group_has_a_plan_of_its_own(context: Any, ids: Ids) -> None:
    csrf = re.findall(r'name="csrf" value="([^"]+)"', context.http.get("/plan").text)[0]
    made = context.http.post(
        "/plan/groups",
        data={"csrf": csrf, "week": "2026-11-24", "group": "Keepers", "member": [ids["well"], ids["new"]]},
    )
    assert made.status_code == 303
    send(context, "save", *WEEK)

    send(context, "save", {"day": "2026-11-25", "load": "200", "title": "Shots"}, who="group:first-team/Keepers")

    page = context.http.get("/plan").text
    assert "2 athletes" in line_of(page, "Keepers")
    assert cells(line_of(page, "Keepers"))[2:4] == ["200 AU Shots", "360 AU Speed"]
    assert cells(line_of(page, "Ada Lund", table=-1))[2] == "200 AU Shots"
    assert cells(line_of(page, "Edda Vale", table=-1))[2] == "540 AU Large game"


def test_a_group_without_a_name_is_one_sentence_and_keeps_the_choice(context: Any, ids: Ids) -> None:
    csrf = re.findall(r'name="csrf" value="([^"]+)"', context.http.get("/plan").text)[0]

    answer = context.http.post(
        "/plan/groups", data={"csrf": csrf, "week": "2026-11-24", "group": "a/b", "member": [ids["well"]]}
    )

    assert answer.status_code == 422
    assert "at most 30 characters without a slash" in answer.text
    assert re.search(rf'value="{ids["well"]}"\s*checked', answer.text)


@pytest.mark.parametrize("who", ["everyone", "squad:under-19", "ath-00000000000000ff", "nobody"])
def test_nobody_plans_for_whom_they_do_not_see(context: Any, consent: Any, who: str) -> None:
    events = len(consent.events)

    assert send(context, "save", WEEK[0], who=who).status_code == 404
    assert len(consent.events) == events


def test_the_table_is_the_plan_of_the_week_without_anything_done(context: Any, ids: Ids) -> None:
    send(context, "save", *WEEK)
    send(context, "save", {"day": "2026-11-24", "load": "150", "title": "=Pool"}, who=ids["hurt"])

    answer = context.http.get("/plan/table?week=2026-11-24")

    assert answer.headers["content-disposition"] == 'attachment; filename="plan-2026-11-23.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["date"], row["for"], row["title"]) for row in rows][-2:] == [
        ("2026-11-29", "squad:first-team", "Recovery"),
        ("2026-11-24", ids["hurt"], "'=Pool"),
    ]


def test_nothing_above_what_a_limit_leaves_is_planned_for_one_athlete(context: Any, consent: Any, ids: Ids) -> None:
    context.http.app.state.site.statements.add(stated(ids["hurt"]))
    two = [{"day": "2026-11-25", "load": "200"}, {"day": "2026-11-25", "slot": "2", "rpe": "5", "minutes": "30"}]
    events = len(consent.events)

    above = send(context, "save", *two, who=ids["hurt"])

    assert above.status_code == 422
    assert '<a href="#load-2026-11-25-1">Wed 25: 350 AU is above the stated limit of 300 AU.</a>' in above.text
    assert 'value="200"' in above.text
    assert len(consent.events) == events
    assert send(context, "save", two[0], who=ids["hurt"]).status_code == 303


def test_a_plan_of_all_says_whose_day_a_limit_lowers(context: Any, ids: Ids) -> None:
    context.http.app.state.site.statements.add(stated(ids["hurt"], until=date(2026, 11, 25)))

    preview = send(context, "preview", *WEEK).text
    send(context, "save", *WEEK)
    page = context.http.get("/plan").text

    said = "Edda Vale, Tue 24: 480 AU is above the stated limit of 300 AU."
    assert said in preview[preview.index("With the change above what a limit leaves") :]
    lines = re.findall(r"<p>([^<]+ is above the stated limit [^<]+)</p>", page)
    assert lines == [said, "Edda Vale, Wed 25: 540 AU is above the stated limit of 300 AU."]
    assert "300 AU" in context.http.get(f"/athletes/{ids['hurt']}").text

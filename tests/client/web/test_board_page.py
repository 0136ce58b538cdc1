"""The morning board: the finding first, everybody enrolled, and nothing when consent cannot be checked."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from client.errors import ClockApart, NodeKeyNotTaken
from client.web.site import ClubSite
from client.web.tables import Tables
from policies.vocabulary import AthleteId, Category, Role
from tests.client.web.conftest import ALL
from tests.client.web.staff_on_the_list import PIN, new_staff_code

Ids = dict[str, AthleteId]


def row(page: str, name: str) -> str:
    """The text of one athlete's row."""
    found = next(one for one in re.findall(r'<li id="a-.*?</li>', page, re.S) if f">{name}</a>" in one)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found)).split())


def test_title_is_the_finding_and_exceptions_come_first(context: Any) -> None:
    page = context.http.get("/board").text

    assert "<h1>One not OK, one well below usual, two to ask</h1>" in page
    headings = re.findall(r'<h2 class="group" id="([a-z-]+)">', page)
    assert headings == ["not-ok", "well-below", "ask", "planned"]
    assert page.index("Edda Vale") < page.index("Bea ") < page.index("Cleo Hart") < page.index("Ada Lund")


def test_what_a_light_needs_is_said_where_there_is_none(context: Any, consent: Any, ids: Ids) -> None:
    assert "A light needs two independent sources" in context.http.get("/board").text

    consent.enrolled -= {ids["new"], ids["private"]}

    assert "A light needs" not in context.http.get("/board").text


def test_the_lights_false_alarms_are_printed(context: Any) -> None:
    page = context.http.get("/board").text

    assert "about 7 of 100 days" in " ".join(page.split())
    assert "on 16" in page


def test_names_are_escaped(context: Any) -> None:
    page = context.http.get("/board").text

    assert "<b>Sand" not in page
    assert "Bea &lt;b&gt;Sand&lt;/b&gt; &amp; Co" in page


def test_nothing_of_who_does_not_share_is_in_the_bytes(context: Any, ids: Ids) -> None:
    """Their name is on the list of a club that enrolled them; what the node holds of them is nowhere."""
    board = context.http.get("/board").text
    assert row(board, "Secret Person").startswith("4 Secret Person Not enough data 480 AU no light shown to you yet")

    for path in ("/imports", "/model", f"/athletes/{ids['well']}"):
        answer = context.http.get(path)

        assert answer.status_code == 200
        for mark in ("Secret", "Person", ids["private"], "private one"):
            assert mark not in answer.text


def same_for(context: Any, path: str, names: dict[str, str]) -> str:
    """A page without what differs by itself: whose it is, who stands beside them, and the mark of the form."""
    page = re.sub(r'<a class="screen" href="/athletes/[^"]+">(Previous|Next): .*?</a>', "", context.http.get(path).text)
    for mark, plain in names.items():
        page = page.replace(mark, plain)
    return re.sub(r'name="csrf" value="[^"]+"', "csrf", page)


def test_who_withdrew_everything_looks_like_one_who_never_recorded_anything(
    context: Any, consent: Any, ids: Ids, settings: Any
) -> None:
    consent.granted[ids["tired"]] = ()
    with_data = row(context.http.get("/board").text, "Bea &lt;b&gt;Sand&lt;/b&gt; &amp; Co")
    never = row(context.http.get("/board").text, "Secret Person")

    assert with_data.partition("Co")[2].replace("Bea <b>Sand</b> & Co", "N") == never.partition("Person")[2].replace(
        "Secret Person", "N"
    )
    pages = [
        same_for(context, f"/athletes/{ids[who]}", {ids[who]: "ID", html.escape(name): "NAME"})
        for who, name in (("tired", "Bea <b>Sand</b> & Co"), ("private", "Secret Person"))
    ]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("category", [one for one in Category if one in ALL])
def test_a_withdrawn_category_looks_like_one_that_was_never_recorded(
    context: Any, consent: Any, ids: Ids, category: Category, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of one who stopped sharing a category, against the page of one whose vault never held it."""
    path, who = f"/athletes/{ids['well']}", ids["well"]
    consent.granted[who] = tuple(one for one in ALL if one is not category)
    withdrew = [same_for(context, path, {}), row(context.http.get("/board").text, "Ada Lund")]

    consent.granted[who] = ALL
    read = Tables._read
    kept = frozenset({category}) if category is not Category.READINESS else frozenset(Category)
    monkeypatch.setattr(Tables, "_read", lambda self, a, c, unworn: read(self, a, c - kept, unworn))
    if category is Category.READINESS:
        monkeypatch.setattr(Tables, "_read", lambda self, a, c, unworn: read(self, a, c, unworn))
        monkeypatch.setattr(Tables, "read_for_light", lambda self, a, c: read(self, a, frozenset(), frozenset()))
        monkeypatch.setattr(ClubSite, "tomorrow", lambda *_, **__: None)
    never = [same_for(context, path, {}), row(context.http.get("/board").text, "Ada Lund")]

    assert withdrew == never


def test_the_board_of_one_who_withdrew_is_that_of_one_whose_data_stopped(
    context: Any, consent: Any, clock: Any, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.at -= timedelta(days=1)
    context.sign_in()
    context.http.get("/board")  # both were shown a light the day before
    clock.at += timedelta(days=1)
    context.sign_in()
    context.http.get("/board")  # and this morning, which tells nothing
    consent.granted[ids["well"]] = ()
    withdrew = row(context.http.get("/board").text, "Ada Lund")

    consent.granted[ids["well"]] = ALL
    read, day = Tables.read_for_light, clock().date()
    monkeypatch.setattr(Tables, "read_for_light", lambda self, a, c: read(self, a, c).until(day - timedelta(days=1)))
    stopped = row(context.http.get("/board").text, "Ada Lund")

    assert withdrew == stopped
    assert "last light shown to you: Mon 23 Nov" in stopped


def test_withdrawing_takes_the_light_with_the_next_page_and_leaves_the_row(
    context: Any, consent: Any, ids: Ids
) -> None:
    assert "As usual" in row(context.http.get("/board").text, "Ada Lund")

    del consent.granted[ids["well"]]

    assert "Not enough data" in row(context.http.get("/board").text, "Ada Lund")


def test_the_decision_outranks_the_snapshot(context: Any, consent: Any, ids: Ids) -> None:
    consent.denied.add(ids["well"])

    assert "Not enough data" in row(context.http.get("/board").text, "Ada Lund")


def test_a_stale_snapshot_shows_no_light(context: Any, consent: Any) -> None:
    consent.age = timedelta(minutes=6)

    page = context.http.get("/board").text

    assert "<h1>Five to ask</h1>" in page
    assert "As usual" not in page.replace("As usual, on", "")


def test_sharing_without_readiness_shows_no_light(context: Any, consent: Any, ids: Ids) -> None:
    consent.granted[ids["well"]] = (Category.SLEEP,)

    assert "Not enough data" in row(context.http.get("/board").text, "Ada Lund")


def test_a_declined_stream_reads_like_one_that_was_never_recorded(context: Any, consent: Any, ids: Ids) -> None:
    consent.granted[ids["tired"]] = (Category.READINESS,)

    page = context.http.get("/board").text

    assert "Not enough data" in row(page, "Bea &lt;b&gt;Sand&lt;/b&gt; &amp; Co")
    assert "declin" not in page.lower()
    assert "<h1>One not OK, three to ask</h1>" in page


def test_each_page_is_one_decisions_call_with_person_role_and_purpose(context: Any, consent: Any) -> None:
    consent.asked.clear()

    context.http.get("/board")

    assert len(consent.asked) == 1
    person, role, questions = consent.asked[0]
    assert (person, role) == ("demo-coach", Role.COACH)
    assert {q.category for q in questions if q.category is Category.READINESS}
    assert all(q.granularity.word == ("index" if q.category is Category.READINESS else "daily") for q in questions)


def test_the_board_asks_for_the_readiness_of_every_enrolled_athlete_and_for_nothing_else(
    context: Any, consent: Any
) -> None:
    consent.asked.clear()

    context.http.get("/board")

    asked = [(q.athlete, q.category) for q in consent.asked[0][2]]
    assert asked == [(athlete, Category.READINESS) for athlete in sorted(consent.enrolled)]


@pytest.mark.parametrize("path", ["/board", "/athletes", "/imports", "/athletes/ath-00000000000000aa"])
def test_what_a_page_asks_does_not_depend_on_who_shares_what(context: Any, consent: Any, path: str) -> None:
    """The number of entries that a page leaves in the public log would tell it otherwise."""
    consent.asked.clear()

    context.http.get(path)
    consent.granted.clear()
    context.http.get(path)

    shared, hidden = (questions for _, _, questions in consent.asked)
    assert shared == hidden


def test_another_role_sees_only_what_that_role_was_given(context: Any) -> None:
    context.sign_in("medical")

    page = context.http.get("/board").text

    assert "<h1>Five to ask</h1>" in page
    assert "Not enough data" in row(page, "Ada Lund")


@pytest.mark.parametrize("path", ["/board", "/athletes", "/imports", "/athletes/ath-00000000000000aa"])
def test_without_the_consent_service_everything_is_closed(context: Any, consent: Any, path: str) -> None:
    consent.is_down = True

    answer = context.http.get(path)

    assert answer.status_code == 503
    assert "We cannot show this page right now" in answer.text
    for name in ("Ada", "Bea", "Cleo", "Edda"):
        assert name not in answer.text


@pytest.mark.parametrize(
    ("behind_s", "words"),
    [
        (-0.05, "this node’s clock agrees with the consent service’s to the second; up to 60 s are tolerated."),
        (12, "this node’s clock is 12 s behind the consent service’s; up to 60 s are tolerated."),
        (-59.6, "this node’s clock is 60 s ahead of the consent service’s; up to 60 s are tolerated."),
    ],
)
def test_the_board_tells_whoever_runs_the_node_how_far_its_clock_is_off(
    context: Any, consent: Any, behind_s: float, words: str
) -> None:
    consent.age = timedelta(seconds=-behind_s)

    page = context.http.get("/board")

    assert page.status_code == 200
    assert f"For whoever runs this node: {words}" in page.text
    assert "Ada Lund" in page.text


@pytest.mark.parametrize("path", ["/board", "/athletes", "/athletes/ath-00000000000000aa"])
def test_a_page_that_is_closed_because_of_a_clock_says_by_how_much_and_which(
    context: Any, consent: Any, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = "this node's clock is 75 s behind the consent service's; up to 60 s are tolerated"

    def refused() -> None:
        raise ClockApart(f"the consent service refused the request: {words}")

    monkeypatch.setattr(consent, "snapshot", refused)

    page = context.http.get(path)

    assert page.status_code == 503
    assert words in html.unescape(page.text)
    assert "Ada" not in page.text
    assert [words in str(one.__dict__["detail"]) for one in caplog.records if one.name == "client.app"] == [True]


@pytest.mark.parametrize("path", ["/board", "/athletes", "/imports", "/athletes/ath-00000000000000aa"])
def test_a_club_whose_key_is_not_taken_is_told_so_and_whom_to_ask_and_shown_nothing(
    context: Any, consent: Any, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> None:
        raise NodeKeyNotTaken(401)

    monkeypatch.setattr(consent, "snapshot", refused)

    page = context.http.get(path)

    assert page.status_code == 403
    assert "The athletes’ union does not accept this club’s key" in page.text
    assert "Ask whoever runs this node" in page.text
    assert "Try again" not in page.text  # it would not help
    assert "Ada" not in page.text


@pytest.mark.parametrize("path", ["/board", "/athletes", "/imports", "/athletes/ath-00000000000000aa"])
def test_behind_a_busy_consent_service_a_page_says_when_to_try_again_and_shows_nothing(
    context: Any, consent: Any, path: str
) -> None:
    consent.busy_s = 17

    answer = context.http.get(path)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "17")
    assert "Try again in 17 seconds" in answer.text
    for name in ("Ada", "Bea", "Cleo", "Edda"):
        assert name not in answer.text


def test_a_plan_that_nobody_set_is_the_own_mean_and_says_so(plain: Any, settings: Any, clock: Any) -> None:
    plain.post("/sign-in", data={"code": new_staff_code(settings.directory, clock), "pin": PIN})

    page = plain.get("/board").text

    assert "No plan set; own usual Tuesday, " in page
    assert "Demo" not in page


def test_the_demos_newest_recorded_morning_stands_in_for_today_and_says_so(context: Any, clock: Any) -> None:
    clock.at += timedelta(days=400)
    context.sign_in()

    page = context.http.get("/board").text

    assert "Tuesday 24 November 2026" in page
    assert "Demo: the newest recorded morning stands in for today" in page


def test_outside_the_demo_old_data_is_not_enough_data(plain: Any, settings: Any, clock: Any) -> None:
    clock.at += timedelta(days=40)
    plain.post("/sign-in", data={"code": new_staff_code(settings.directory, clock), "pin": PIN})

    page = plain.get("/board").text

    assert "<h1>Five to ask</h1>" in page
    assert "To decide" not in page


def test_nobody_is_ranked(context: Any) -> None:
    page = context.http.get("/board").text

    assert "alphabetical" in page
    assert "sort" not in page.lower()

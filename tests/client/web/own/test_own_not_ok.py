"""An athlete's own word: who reads how much of it, what it does to the session, when it ends, and who can say it."""

import re
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest

from audit.entries.events import EventKind
from client.coaching.evidence import Flags
from client.statements.records import Statements
from client.statements.standing import readers_of
from client.statements.statement import MOST_NOTE, BadStatement, Statement, StatementKind
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Role
from tests.client.web.own.conftest import Phone
from tests.client.web.staff_on_the_list import PIN, new_staff_code

Ids = dict[str, AthleteId]
HOME = "/me/not-ok"


@pytest.fixture
def phone(context: Any, settings: Any, clock: Any) -> Phone:
    """A phone at the demo's node, beside its coach: one client holds both cookies, which are apart."""
    return Phone(context.http, settings, clock)


def say(phone: Phone, what: str, note: str = "") -> Any:
    return phone.send(phone.page(HOME), f"{HOME}/say", say=what, note=note)


def of_row(board: str, athlete: AthleteId) -> str:
    return next(row for row in re.findall(r'<li id="a-.*?</li>', board, re.S) if f'id="a-{athlete}"' in row)


def group_of(board: str, athlete: AthleteId) -> str:
    before = board[: board.index(f'id="a-{athlete}"')]
    return re.findall(r'<h2 class="group" id="([a-z-]+)"', before)[-1]


def test_before_sending_the_page_names_who_will_read_what(signed_in: Callable[[str], Phone]) -> None:
    page = " ".join(signed_in("well").page(HOME).split())

    assert "<dd> Robin Dale: “not OK today”, never which of the three, and not your note </dd>" in page
    assert "<dd> Mika Stone: what you say, and your note </dd>" in page


def test_readers_are_staff_of_the_athletes_squad_by_role(
    plain: Any, settings: Any, clock: Any, ids: Ids, consent: Any
) -> None:
    for name, role, squad in (
        ("Ann Reed", Role.COACH, "first-team"),
        ("Bo Falk", Role.COACH, "under-19"),
        ("Mira Falk", Role.MEDICAL, "under-19"),
    ):
        new_staff_code(settings.directory, clock, name=name, role=role, squads=[squad])
    phone = Phone(plain, settings, clock)
    phone.sign_in(ids["well"])

    page = phone.page(HOME)

    assert "Ann Reed" in page
    assert "Bo Falk" not in page
    assert "Mira Falk" not in page
    assert page.count("nobody of your squad is on this node’s list") == 1


@pytest.mark.parametrize("what", list(StatementKind))
def test_it_puts_the_athlete_into_the_boards_first_group_and_proposes_rest(
    signed_in: Callable[[str], Phone], context: Any, ids: Ids, what: StatementKind
) -> None:
    before = context.http.get("/board").text
    phone = signed_in("well")
    assert say(phone, what.value).status_code == 303

    board = context.http.get("/board").text

    assert (group_of(before, ids["well"]), group_of(board, ids["well"])) == ("planned", "not-ok")
    assert re.findall(r'<h2 class="group" id="([a-z-]+)"', board)[0] == "not-ok"
    assert re.findall("<h1>(.*?)</h1>", board)[0].startswith("Two not OK")
    row = of_row(board, ids["well"])
    assert "Not OK today" in row
    assert "said by the athlete, 06:28" in row
    assert "<strong>Rest and speak to the medical team</strong>" in row


def test_the_coachs_pages_are_the_same_bytes_for_ill_and_for_in_pain(
    signed_in: Callable[[str], Phone], context: Any, ids: Ids
) -> None:
    phone, pages = signed_in("well"), []
    for what, note in (("ill", "since last night"), ("in_pain", "left calf"), ("not_ok", "")):
        say(phone, what, note)
        paths = ("/board", "/board/table", f"/athletes/{ids['well']}")
        pages.append([context.http.get(path).content for path in paths])
        phone.send(phone.page(HOME), f"{HOME}/take-back")

    assert pages[0] == pages[1] == pages[2]
    assert b"Not OK today" in pages[0][0]
    assert not any(word in page for page in pages[0] for word in (b"calf", b"last night", b"in pain"))


def test_the_medical_team_reads_what_it_is_and_the_note_without_any_grant(
    signed_in: Callable[[str], Phone], context: Any, consent: Any, ids: Ids
) -> None:
    consent.granted.clear()
    phone = signed_in("well")
    say(phone, "in_pain", "left <b>calf</b>")
    context.sign_in("medical")

    row = of_row(context.http.get("/board").text, ids["well"])
    page = context.http.get(f"/athletes/{ids['well']}").text

    assert "said by the athlete, 06:28: in pain, “left &lt;b&gt;calf&lt;/b&gt;”" in row
    assert "<dt>Said</dt><dd>in pain</dd>" in page
    assert "<dt>Note</dt><dd>left &lt;b&gt;calf&lt;/b&gt;</dd>" in page


def test_it_needs_no_grant_for_the_coach_either_and_shows_nothing_else(
    signed_in: Callable[[str], Phone], context: Any, consent: Any, ids: Ids
) -> None:
    consent.granted.clear()
    say(signed_in("well"), "ill")

    board = context.http.get("/board").text

    assert group_of(board, ids["well"]) == "not-ok"
    assert group_of(board, ids["tired"]) == "ask"


def test_the_act_and_each_first_reading_stand_in_the_athletes_part_of_the_log(
    signed_in: Callable[[str], Phone], context: Any, consent: Any, ids: Ids
) -> None:
    phone = signed_in("well")
    consent.events.clear()
    say(phone, "in_pain", "left calf")
    for _ in range(2):
        context.http.get("/board")
        context.http.get(f"/athletes/{ids['well']}")

    assert consent.events == [
        (EventKind.OWN_SITE, {"athlete": ids["well"], "deed": "stated"}),
        (
            EventKind.ATHLETE_ASKED,
            {"athlete": ids["well"], "person": "demo-coach", "role": "coach", "change": "read"},
        ),
    ]
    assert "<li>Robin Dale, 06:28</li>" in phone.page(HOME)


def test_a_reading_that_cannot_be_recorded_shows_nothing(
    signed_in: Callable[[str], Phone], context: Any, consent: Any, ids: Ids
) -> None:
    say(signed_in("well"), "ill")
    consent.events_down = True

    closed = [context.http.get(path) for path in ("/board", "/board/table", f"/athletes/{ids['well']}")]

    assert [one.status_code for one in closed] == [503] * 3
    assert not any("Not OK today" in one.text for one in closed)


def test_what_cannot_be_recorded_is_not_said(signed_in: Callable[[str], Phone], context: Any, consent: Any) -> None:
    phone = signed_in("well")
    consent.events_down = True

    assert say(phone, "ill").status_code == 503
    assert "You said" not in phone.page(HOME)


def test_the_athlete_takes_it_back_and_both_stay(
    signed_in: Callable[[str], Phone], context: Any, ids: Ids, settings: Any, consent: Any
) -> None:
    phone = signed_in("well")
    say(phone, "ill")
    say(phone, "in_pain", "left calf")
    phone.send(phone.page(HOME), f"{HOME}/take-back")

    assert group_of(context.http.get("/board").text, ids["well"]) == "planned"
    assert "You said that you are not OK" not in phone.page(HOME)
    held = context.http.app.state.said.history(ids["well"], since=date(2026, 11, 1))
    assert [(one.one.kind, one.taken_back is not None) for one in held] == [
        (StatementKind.ILL, True),
        (StatementKind.IN_PAIN, True),
    ]


def test_staff_cannot_take_it_back(signed_in: Callable[[str], Phone], context: Any, ids: Ids) -> None:
    say(signed_in("well"), "ill")
    page = context.http.get(f"/athletes/{ids['well']}").text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]

    for path in (f"{HOME}/take-back", f"/athletes/{ids['well']}/undo"):
        context.http.post(path, data={"csrf": csrf, "record": "statement:1"})

    assert group_of(context.http.get("/board").text, ids["well"]) == "not-ok"


def test_it_ends_at_midnight_of_the_clubs_zone(signed_in: Callable[[str], Phone], context: Any, clock: Any) -> None:
    phone = signed_in("well")
    say(phone, "ill")
    clock.at = clock.at.replace(hour=15)
    assert "You said that you are not OK" in phone.page(HOME)
    clock.at = clock.at.replace(hour=22, minute=20)  # still the same day
    context.sign_in()
    phone.sign_in(AthleteId("ath-00000000000000aa"))
    assert "Two not OK" in context.http.get("/board").text
    clock.at += timedelta(hours=1, minutes=41)  # one minute after midnight

    context.sign_in()
    assert not re.findall("Two not OK", context.http.get("/board").text)
    assert "You said that you are not OK" not in phone.page(HOME)


def test_a_coach_may_decide_nothing_but_rest(signed_in: Callable[[str], Phone], context: Any, ids: Ids) -> None:
    home = f"/athletes/{ids['well']}"
    say(signed_in("well"), "not_ok")

    page = context.http.get(home).text

    assert "The athlete reported not OK. That comes before any number." in page
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.S) if f'action="{home}/decide"' in f)
    assert re.findall('name="answer" value="([a-z]+)"', form) == ["accept"]
    forced = context.send(page, f"{home}/decide", answer="reject")
    assert forced.status_code in (200, 422)
    assert group_of(context.http.get("/board").text, ids["well"]) == "not-ok"
    context.send(page, f"{home}/decide", answer="accept")
    assert group_of(context.http.get("/board").text, ids["well"]) == "decided"


def test_one_athlete_cannot_say_it_for_another(
    signed_in: Callable[[str], Phone], context: Any, ids: Ids, consent: Any
) -> None:
    phone = signed_in("well")
    consent.events.clear()
    phone.send(phone.page(HOME), f"{HOME}/say", say="ill", note="", athlete=ids["tired"])

    assert {event["athlete"] for _, event in consent.events} == {ids["well"]}
    assert group_of(context.http.get("/board").text, ids["tired"]) != "not-ok"


def test_a_form_of_one_athlete_is_refused_in_the_session_of_another(
    signed_in: Callable[[str], Phone], phone: Phone, ids: Ids, consent: Any
) -> None:
    page = signed_in("well").page(HOME)
    phone.sign_in(ids["hurt"])
    consent.events.clear()

    assert phone.send(page, f"{HOME}/say", say="ill", note="").status_code == 403
    assert consent.events == []


def test_staff_of_another_squad_see_nothing_of_it(
    plain: Any, settings: Any, clock: Any, ids: Ids, consent: Any
) -> None:
    phone = Phone(plain, settings, clock)
    phone.sign_in(ids["well"])
    say(phone, "in_pain", "left calf")
    code = new_staff_code(settings.directory, clock, name="Bo", role=Role.MEDICAL, squads=["under-19"])
    plain.post("/sign-in", data={"code": code, "pin": PIN})
    consent.events.clear()

    pages = [plain.get(path) for path in ("/board", "/board/table", f"/athletes/{ids['well']}")]

    assert not any("calf" in one.text or "Not OK today" in one.text for one in pages)
    assert EventKind.ATHLETE_ASKED not in {kind for kind, _ in consent.events}


def test_the_same_form_twice_is_one_statement_and_a_long_note_keeps_what_was_typed(
    signed_in: Callable[[str], Phone], consent: Any
) -> None:
    phone = signed_in("well")
    consent.events.clear()
    page = phone.page(HOME)
    for _ in range(2):
        phone.send(page, f"{HOME}/say", say="ill", note="since  last night")
    long = phone.send(page, f"{HOME}/say", say="ill", note="x" * (MOST_NOTE + 1))
    odd = phone.send(page, f"{HOME}/say", say="dead", note="")

    assert len(consent.events) == 1
    assert long.status_code == 422
    assert f"Expected a note of at most {MOST_NOTE} characters, got {MOST_NOTE + 1}. Nothing was sent." in long.text
    assert "x" * (MOST_NOTE + 1) in long.text
    assert odd.status_code == 422


def test_a_statement_is_sealed_and_no_longer_read_after_erasure(vault: Vault, tmp_path: Any, clock: Any) -> None:
    athlete = vault.add_athlete(AthleteId("ath-00000000000000aa"), "Mara", shirt_no=7).athlete
    path = tmp_path / "journal.sqlite3"
    with closing(Statements(path, lambda one: vault.seal_of(one)[2])) as held:
        held.add(Statement(athlete, clock().date(), StatementKind.IN_PAIN, "left calf", clock()))
        assert [one.note for one in held.of(athlete, since=clock().date())] == ["left calf"]
        written = path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()
        vault.erase(athlete)
        with pytest.raises(Exception, match="erased"):
            held.of(athlete, since=clock().date())
    assert not any(word in written for word in (b"calf", b"in_pain", b"said"))


def test_a_note_has_a_bound_and_every_kind_raises_the_same(ids: Ids, clock: Any) -> None:
    with pytest.raises(BadStatement, match="501"):
        Statement(ids["well"], clock().date(), StatementKind.ILL, "x" * 501, clock())
    from client.statements.statement import flags_of

    for kind in StatementKind:
        one = Statement(ids["well"], clock().date(), kind, "", clock())
        assert flags_of([one], today=one.day, now=clock(), zone=clock().tzinfo) == {one.day: Flags(not_ok=True)}
    assert readers_of([], "first-team") == {Role.COACH: [], Role.MEDICAL: []}

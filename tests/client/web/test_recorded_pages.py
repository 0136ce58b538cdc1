"""Every page of the node leaves what it declares: exactly one act, before anything is shown; without it, nothing is."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.entries.event_declarations import NoEntry, RecordedEvent
from audit.entries.events import EventKind
from client.commands.run import add_status
from client.declared_events import ROUTES
from policies.vocabulary import AthleteId, Category
from tests.client.web.health_deeds import HEALTH
from tests.client.web.own.athlete_codes import new_athlete_code
from tests.client.web.own.form_deeds import FORM_DEEDS, TAKEN_ANYWAY
from tests.client.web.own.own_deeds import OWN_DEEDS
from tests.client.web.plan_deeds import PLAN_DEEDS
from tests.client.web.shown_campaigns import linked, shown
from tests.client.web.staff_on_the_list import PIN, new_staff_code
from tests.client.web.upload_deeds import (
    answered,
    answering_of_sessions,
    bringing,
    brought,
    storing_what_is_ready,
    undoing,
)

LOOKS = {EventKind.ACCESS}
Ids = dict[str, AthleteId]


class Node:
    """A signed-in browser, the consent service it reports to, and what that has recorded."""

    def __init__(self, context: Any, consent: Any, settings: Any, ids: Ids) -> None:
        self.context, self.consent, self.settings = context, consent, settings
        self.hurt = f"/athletes/{ids['hurt']}"
        self.brought_for = ids["new"]
        consent.granted[ids["hurt"]] = (Category.READINESS, Category.INJURY)

    def new_acts(self, deed: Callable[[], Any]) -> tuple[list[set[EventKind]], Any]:
        """What one request adds: one request for decisions is one act, and so is one event."""
        asked, told = len(self.consent.asked), len(self.consent.events)
        answer = deed()
        access_requests = [set(LOOKS) for _ in self.consent.asked[asked:]]
        return access_requests + [{kind} for kind, _ in self.consent.events[told:]], answer

    def get(self, path: str) -> Callable[[], Any]:
        return lambda: self.context.http.get(path)

    def post(self, path: str, **fields: str) -> Callable[[], Any]:
        return lambda: self.context.http.post(path, data=fields)

    def form(self, action: str, page: str, **fields: str) -> Callable[[], Any]:
        """The form of a page that was opened before."""
        return lambda: self.context.send(page, action, **fields)

    def page(self, path: str) -> str:
        return str(self.context.http.get(path).text)

    def reasoned(self, **fields: str) -> Callable[[], Any]:
        """The filled page that asks for load and reason."""
        page = str(self.context.send(self.page(self.hurt), f"{self.hurt}/decide", answer="modify").text)
        return self.form(f"{self.hurt}/record", page, **{"load": "200", "reason": "talked"} | fields)

    def accepting(self) -> Callable[[], Any]:
        """One press on the athlete's page."""
        return self.form(f"{self.hurt}/decide", self.page(self.hurt), answer="accept")

    def sign_in_code(self) -> str:
        return new_staff_code(self.settings.directory, self.consent.clock)

    def athlete_code(self) -> str:
        return new_athlete_code(self.settings.directory, self.consent.clock, self.brought_for)

    def own(self) -> "Node":
        """Sign an athlete in beside the coach."""
        assert self.post("/me/sign-in", code=self.athlete_code())().status_code == 303
        return self

    def unlocking(self) -> Callable[[], Any]:
        """Sign in with a PIN and leave the device alone until it locks."""
        self.post("/sign-in", code=self.sign_in_code(), pin=PIN)()
        self.consent.clock.at += timedelta(minutes=20)
        return self.form("/unlock", self.page("/board"), pin=PIN)


@pytest.fixture
def stocked(stocked: Path, tmp_path: Path) -> Path:
    """A vault of its own: what is brought here is stored."""
    return Path(shutil.copy(stocked, tmp_path / "own.sqlite3"))


@pytest.fixture
def settings(settings: Any) -> Any:
    """A node in a league, which may be shown a campaign."""
    return linked(settings)


@pytest.fixture
def node(context: Any, consent: Any, settings: Any, ids: Ids) -> Node:
    return Node(context, consent, settings, ids)


def decided(node: Node) -> Callable[[], Any]:
    node.accepting()()
    return node.get(f"{node.hurt}/decided")


def asking(node: Node, page: str) -> Callable[[], Any]:
    """One press below a page: the athlete of whom too little is known is fine."""
    return node.form(f"{page}/ask", node.page(page), answer="fine")


def taking_back(node: Node, page: str) -> Callable[[], Any]:
    asking(node, page)()
    return node.form(f"{page}/undo", node.page(page))


def campaign_page(node: Node) -> Callable[[], Any]:
    """The page of a campaign that the node was shown."""
    return node.get(f"/campaigns/{shown(node.settings, node.consent.clock()).manifest.sha256}")


DEEDS: dict[str, Callable[[Node], Callable[[], Any]]] = {
    **OWN_DEEDS,
    "POST /sign-in": lambda n: n.post("/sign-in", code=n.sign_in_code(), pin=PIN),
    "POST /demo/sign-in": lambda n: n.post("/demo/sign-in", persona="medical"),
    "GET /board": lambda n: n.get("/board"),
    "GET /board/table": lambda n: n.get("/board/table"),
    "GET /athletes": lambda n: n.get("/athletes"),
    "GET /imports": lambda n: n.get("/imports"),
    "POST /imports/files": bringing,
    "GET /imports/files/{key}": lambda n: n.get(brought(n)),
    "POST /imports/files/{key}/again": lambda n: answered(n, "again"),
    "POST /imports/files/{key}/use": lambda n: answered(n, "use"),
    "POST /imports/files/{key}/undo": undoing,
    "POST /imports/files/{key}/leave-out": lambda n: answered(n, "leave-out"),
    "POST /imports/sessions": answering_of_sessions,
    "POST /imports/store-ready": storing_what_is_ready,
    "GET /athletes/{athlete}": lambda n: n.get(n.hurt),
    "POST /board/ask": lambda n: asking(n, "/board"),
    "POST /board/undo": lambda n: taking_back(n, "/board"),
    "POST /athletes/{athlete}/ask": lambda n: asking(n, n.hurt),
    "POST /athletes/{athlete}/undo": lambda n: taking_back(n, f"/athletes/{n.brought_for}"),
    "POST /athletes/{athlete}/decide": lambda n: n.accepting(),
    "POST /athletes/{athlete}/record": lambda n: n.reasoned(),
    "GET /athletes/{athlete}/decided": decided,
    **HEALTH,
    **PLAN_DEEDS,
    "GET /report": lambda n: n.get("/report"),
    "GET /report.json": lambda n: n.get("/report.json"),
    "GET /report.pdf": lambda n: n.get("/report.pdf"),
    "GET /model": lambda n: n.get("/model"),
    "GET /campaigns/{sha256}": campaign_page,
    **FORM_DEEDS,
    "GET /": lambda n: n.get("/"),
    "GET /sign-in": lambda n: n.get("/sign-in"),
    "POST /unlock": lambda n: n.unlocking(),
    "POST /sign-out": lambda n: n.form("/sign-out", n.page("/board")),
    "GET /health": lambda n: n.get("/health"),
    "GET /status": lambda n: n.get("/status"),
    "MOUNT /static": lambda n: n.get("/static/homefield.css"),
}
RECORDED = {name: act for name, act in ROUTES.items() if isinstance(act, RecordedEvent)}


def test_every_declared_page_is_carried_out_here() -> None:
    assert set(DEEDS) == set(ROUTES)


@pytest.mark.parametrize("route", sorted(RECORDED))
def test_a_recorded_page_leaves_exactly_one_act_of_its_kind(node: Node, route: str) -> None:
    deed = DEEDS[route](node)

    acts, answer = node.new_acts(deed)

    assert answer.status_code in ({403} if route == "POST /me/enter" else {200, 303})
    assert len(acts) == 1
    assert acts[0] <= RECORDED[route].kinds


@pytest.mark.parametrize("route", sorted(name for name, act in ROUTES.items() if isinstance(act, NoEntry)))
def test_an_unrecorded_page_leaves_nothing(node: Node, route: str) -> None:
    if route == "GET /status":
        add_status(node.context.http.app, lambda: {"online": True})
    deed = DEEDS[route](node)

    acts, answer = node.new_acts(deed)

    assert acts == []
    assert answer.status_code < 500


@pytest.mark.parametrize("route", sorted(set(RECORDED) - TAKEN_ANYWAY))
def test_no_record_no_answer(node: Node, route: str) -> None:
    deed = DEEDS[route](node)
    node.consent.is_down = True

    answer = deed()

    assert answer.status_code == 503
    assert "Ada" not in answer.text
    assert "Edda" not in answer.text
    assert "set-cookie" not in answer.headers


def test_a_code_that_opens_nothing_is_nobodys_and_leaves_nothing(node: Node) -> None:
    acts, answer = node.new_acts(node.post("/sign-in", code="aaaa-bbbb-cccc-dddd", pin=PIN))

    assert (acts, answer.status_code) == ([], 422)


@pytest.mark.parametrize("path", ["/board", "/athletes", "/imports"])
def test_a_page_on_which_nobody_shares_leaves_the_act_that_it_always_leaves(node: Node, path: str) -> None:
    node.consent.granted.clear()

    acts, answer = node.new_acts(node.get(path))

    assert (acts, answer.status_code) == ([LOOKS], 200)


@pytest.mark.parametrize("path", ["/board", "/athletes", "/imports"])
def test_a_page_of_a_club_without_athletes_leaves_its_act_as_well(node: Node, path: str) -> None:
    node.consent.enrolled.clear()

    acts, answer = node.new_acts(node.get(path))

    assert (acts, answer.status_code) == ([{EventKind.PAGE_OPENED}], 200)
    _, details = node.consent.events[-1]
    assert (details["person"], details["role"]) == ("demo-coach", "coach")


@pytest.mark.parametrize(("who", "status"), [("private", 200), ("unknown", 404)])
def test_a_refused_look_is_asked_for_and_so_recorded(node: Node, ids: Ids, who: str, status: int) -> None:
    acts, answer = node.new_acts(node.get(f"/athletes/{ids[who]}"))

    assert (acts, answer.status_code) == ([LOOKS], status)
    assert {question.athlete for question in node.consent.asked[-1][2]} == {ids[who]}


def test_an_address_that_names_no_athlete_is_like_any_page_that_does_not_exist(node: Node) -> None:
    acts, answer = node.new_acts(node.get("/athletes/nobody"))

    assert acts == []
    assert answer.status_code == 404
    assert answer.content == node.context.http.get("/nowhere").content


@pytest.mark.parametrize("change", [{"proposal": "f" * 32}, {"answer": "modify", "load": "9000", "reason": "talked"}])
def test_a_decision_that_is_not_taken_is_a_look_and_no_decision(node: Node, change: dict[str, str]) -> None:
    deed = node.reasoned(**change)

    acts, answer = node.new_acts(deed)

    assert acts == [LOOKS]
    assert answer.status_code in (200, 422)


def test_a_decision_after_a_withdrawal_is_a_refused_look(node: Node, ids: Ids) -> None:
    deed = node.reasoned()
    node.consent.granted[ids["hurt"]] = (Category.INJURY,)

    acts, answer = node.new_acts(deed)

    assert (acts, answer.status_code) == ([LOOKS], 200)
    assert "Not enough data" in answer.text


def test_a_decision_is_about_its_athlete_and_names_who_took_it(node: Node, ids: Ids) -> None:
    node.accepting()()

    kind, details = node.consent.events[-1]
    assert kind is EventKind.PROPOSAL_DECIDED
    assert (details["athlete"], details["person"], details["role"], details["answer"]) == (
        ids["hurt"],
        "demo-coach",
        "coach",
        "accept",
    )


def test_a_stale_snapshot_records_no_decision(node: Node) -> None:
    deed = node.reasoned()
    node.consent.age = timedelta(minutes=6)

    acts, answer = node.new_acts(deed)

    assert EventKind.PROPOSAL_DECIDED not in set().union(*acts)
    assert answer.status_code != 303

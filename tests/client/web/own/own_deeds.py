"""How each page of the athlete's own site is carried out once, for the tests that count what it leaves in the log."""

import re
from collections.abc import Callable
from typing import Any

from tests.client.web.own.athlete_codes import own_ticket
from tests.client.web.shown_campaigns import UNION


def waiting(node: Any) -> Callable[[], Any]:
    """The press of an athlete who came with a ticket."""
    deed = node.post("/me/enter", ticket=own_ticket(node.consent.clock, node.brought_for, key=UNION))
    assert deed().status_code == 303
    return node.form("/me/open", node.page("/me/open"))


def answering(node: Any) -> Callable[[], Any]:
    """An athlete's answer to what is proposed to them: rest, once they are ill."""
    node.own().form("/me/not-ok/say", node.page("/me/not-ok"), say="ill")()
    return node.form("/me/answer", node.page("/me"), answer="talk")


def taking_word_back(node: Any) -> Callable[[], Any]:
    """The press by which an athlete takes back that they are ill."""
    node.own().form("/me/not-ok/say", node.page("/me/not-ok"), say="ill")()
    return node.form("/me/not-ok/take-back", node.page("/me/not-ok"))


def own_reading(node: Any) -> str:
    """The address of a reading of the athlete who is signed in."""
    return re.findall(r"/me/data/mood/[0-9a-f]+", node.own().page("/me/data/mood"))[0]


def changing(node: Any) -> Callable[[], Any]:
    """An athlete voids a reading."""
    path = own_reading(node)
    return node.form(f"{path}/change", node.page(path), do="void", reason="other")


def setting(node: Any, what: str, **fields: str) -> Callable[[], Any]:
    """An athlete changes how their light or load is handled."""
    return node.own().form(f"/me/settings/{what}", node.page("/me/settings"), **fields)


OWN_DEEDS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "POST /me/sign-in": lambda n: n.post("/me/sign-in", code=n.athlete_code()),
    "GET /me": lambda n: n.own().get("/me"),
    "POST /me/enter": lambda n: n.post("/me/enter", ticket="no ticket"),
    "GET /me/open": lambda n: n.get("/me/open"),
    "POST /me/open": lambda n: waiting(n),
    "POST /me/answer": lambda n: answering(n),
    "GET /me/decisions": lambda n: n.own().get("/me/decisions"),
    "GET /me/looked": lambda n: n.own().get("/me/looked"),
    "GET /me/data": lambda n: n.own().get("/me/data"),
    "GET /me/data/{stream}": lambda n: n.own().get("/me/data/mood"),
    "GET /me/data/{stream}/{reading}": lambda n: n.own().get(own_reading(n)),
    "POST /me/data/{stream}/{reading}/change": lambda n: changing(n),
    "POST /me/data/export": lambda n: n.own().form("/me/data/export", n.page("/me/data"), kind="csv"),
    "GET /me/not-ok": lambda n: n.own().get("/me/not-ok"),
    "POST /me/not-ok/say": lambda n: n.own().form("/me/not-ok/say", n.page("/me/not-ok"), say="ill"),
    "POST /me/not-ok/take-back": lambda n: taking_word_back(n),
    "GET /me/settings": lambda n: n.own().get("/me/settings"),
    "POST /me/settings/light": lambda n: setting(n, "light", do="leave_out", without="sleep"),
    "POST /me/settings/load": lambda n: setting(n, "load", apply="on"),
    "GET /me/sign-in": lambda n: n.get("/me/sign-in"),
    "POST /me/sign-out": lambda n: n.own().form("/me/sign-out", n.page("/me")),
}
"""By route; each takes the node of `test_recorded_pages`."""

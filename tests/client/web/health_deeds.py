"""The medical team's pages and forms, as `test_recorded_pages` carries them out."""

import re
from collections.abc import Callable
from typing import Any

from policies.vocabulary import Granularity, Purpose, Role

ENTRY = {"what": "MATCH-NO_CONTACT", "place": "thigh, right", "type": "muscle", "began": "2026-11-03"}
LIMIT = {"availability": "reduced", "limits": "no_sprinting", "until": "2026-12-04"}


def as_medical(node: Any) -> str:
    """Let the medical team sign in, to whom all is shared; returns the address of an athlete's health record."""
    node.post("/demo/sign-in", persona="medical")()
    node.consent.role, node.consent.purpose, node.consent.finest = Role.MEDICAL, Purpose.CARE, Granularity.RAW
    return f"{node.hurt}/health"


def listing(node: Any) -> Callable[[], Any]:
    """The medical team's page of the morning."""
    as_medical(node)
    return node.get("/medical")  # type: ignore[no-any-return]  # a node of the test that calls it


def entering(node: Any) -> Callable[[], Any]:
    """An injury on the medical team's page."""
    as_medical(node)
    fields = {"athlete": node.hurt.removeprefix("/athletes/"), **ENTRY}
    return node.form("/medical/enter", node.page("/medical"), **fields)  # type: ignore[no-any-return]  # as above


def in_record(node: Any, verb: str, **fields: str) -> Callable[[], Any]:
    """One of the forms of an athlete's health record, where an injury was entered and a limit was told."""
    entering(node)()
    record = f"{node.hurt}/health"
    token = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', node.page(record))[0]}
    node.post(f"{record}/state", **token, **LIMIT)()
    return node.form(f"{record}/{verb}", node.page(record), **fields)  # type: ignore[no-any-return]  # as above


def telling(node: Any) -> Callable[[], Any]:
    """What coaches are told, from the page that shows the words."""
    page = str(in_record(node, "say", **LIMIT | {"cap": "200"})().text)
    return node.form(f"{node.hurt}/health/state", page)  # type: ignore[no-any-return]  # as above


def own_telling(node: Any) -> Callable[[], Any]:
    """An athlete's own word to coaches, from the page that shows the words."""
    shown = node.own().form("/me/limit/say", node.page("/me/limit"), **LIMIT)()
    return node.form("/me/limit/state", str(shown.text))  # type: ignore[no-any-return]  # as above


HEALTH: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "GET /medical": listing,
    "POST /medical/enter": entering,
    "GET /athletes/{athlete}/health": lambda n: n.get(as_medical(n)),
    "POST /athletes/{athlete}/health/change": lambda n: in_record(n, "change", **ENTRY | {"ended": "2026-11-20"}),
    "POST /athletes/{athlete}/health/sign": lambda n: in_record(n, "sign", stage="0"),
    "POST /athletes/{athlete}/health/say": lambda n: in_record(n, "say", **LIMIT),
    "POST /athletes/{athlete}/health/state": telling,
    "POST /athletes/{athlete}/health/take-back": lambda n: in_record(n, "take-back"),
    "GET /me/limit": lambda n: n.own().get("/me/limit"),
    "POST /me/limit/say": lambda n: n.own().form("/me/limit/say", n.page("/me/limit"), **LIMIT),
    "POST /me/limit/state": lambda n: own_telling(n),
    "POST /me/limit/take-back": lambda n: own_telling(n)() and n.form("/me/limit/take-back", n.page("/me/limit")),
    "GET /availability": lambda n: n.get("/availability"),
    "GET /availability/table": lambda n: n.get("/availability/table"),
}

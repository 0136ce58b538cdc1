"""How each page and form of questionnaires is carried out, for the test of what pages leave in the log."""

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

TODAY = "2026-11-24"
Deed = Callable[[], Any]
TAKEN_ANYWAY = {"POST /me/forms/{form}", "POST /me/answers", "POST /me/forms/take-back"}
"""An athlete's own answer shows nobody anything: it is taken without the log, which is told later."""


def filling_in(node: Any) -> Deed:
    filled: Deed = node.form("/me/forms/morning", node.own().page("/me/forms/morning"), **{"item-mood": "4"}, day=TODAY)
    return filled


def sending(node: Any) -> Deed:
    """What the script of a page sends."""
    csrf = re.findall(r'data-csrf="([^"]+)"', node.own().page("/me/forms"))[0]
    made = {"id": str(uuid.uuid4()), "form": "morning", "version": 1, "day": TODAY, "answers": {"mood": 4}}
    body = json.dumps({**made, "answered_at": f"{TODAY}T06:00:00Z"})
    sent: Deed = node.post("/me/answers", csrf=csrf, athlete=node.brought_for, sending=body)
    return sent


def taking_back(node: Any) -> Deed:
    filling_in(node)()
    taken: Deed = node.form("/me/forms/take-back", node.page("/me/forms/morning/sent"))
    return taken


def joining(node: Any) -> Deed:
    joined: Deed = node.post("/me/tablet/join", code=node.athlete_code(), pin="385172")
    return joined


def entering(node: Any) -> Deed:
    joining(node)()
    entered: Deed = node.post("/me/tablet/open", athlete=node.brought_for, pin="385172")
    return entered


def leaving(node: Any) -> Deed:
    joining(node)()
    gone: Deed = node.form("/me/tablet/leave", node.page("/me/tablet/forms"))
    return gone


FORM_DEEDS: dict[str, Callable[[Any], Deed]] = {
    "POST /me/forms/{form}": filling_in,
    "POST /me/answers": sending,
    "POST /me/forms/take-back": taking_back,
    "GET /me/forms": lambda n: n.own().get("/me/forms"),
    "GET /me/forms/{form}": lambda n: n.own().get("/me/forms/morning"),
    "GET /me/forms/{form}/of/{ago}/{part}": lambda n: n.own().get("/me/forms/morning/of/1/1"),
    "GET /me/forms/{form}/sent": lambda n: n.own().get("/me/forms/morning/sent"),
    "GET /me/offline": lambda n: n.own().get("/me/offline"),
    "GET /me/offline/{form}": lambda n: n.own().get("/me/offline/morning"),
    "GET /me/scripts/{name}": lambda n: n.get("/me/scripts/queue.js"),
    "POST /me/tablet/join": joining,
    "POST /me/tablet/open": entering,
    "POST /me/tablet/leave": leaving,
    "GET /me/tablet": lambda n: n.get("/me/tablet"),
    "GET /me/tablet/forms": lambda n: n.own().get("/me/tablet/forms"),
    "GET /me/tablet/thanks": lambda n: n.get("/me/tablet/thanks"),
    "GET /me/worker.js": lambda n: n.get("/me/worker.js"),
}

"""What leaves an entry on the pages of the week plan."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

WEEK: Final = {
    **dict.fromkeys(("title", "rpe", "minutes", "starts", "drills"), ""),
    "who": "squad:first-team",
    "do": "save",
    "day": "2026-11-25",
    "slot": "1",
    "load": "300",
}


def planning(node: Any, form: str, **fields: str) -> Callable[[], Any]:
    """A form of the page, filled."""
    csrf = re.findall(r'name="csrf" value="([^"]+)"', node.page("/plan"))[0]
    return node.post(f"/plan/{form}", csrf=csrf, week="2026-11-24", **fields)  # type: ignore[no-any-return]


def unplanning(node: Any) -> Callable[[], Any]:
    """Take back what was saved a moment before."""
    planning(node, "week", save="5" * 32, **WEEK)()
    return planning(node, "undo", save="5" * 32)


PLAN_DEEDS: Final[Mapping[str, Callable[[Any], Callable[[], Any]]]] = {
    "GET /plan": lambda n: n.get("/plan"),
    "GET /plan/table": lambda n: n.get("/plan/table"),
    "POST /plan/week": lambda n: planning(n, "week", **WEEK),
    "POST /plan/groups": lambda n: planning(n, "groups", group="Wings", member=n.brought_for),
    "POST /plan/undo": unplanning,
}

"""Bringing files, as `test_recorded_pages` carries it out. A node is that test's browser, signed in."""

import re
from collections.abc import Callable
from typing import Any


def brought(node: Any) -> str:
    """The address of a file that the coach has brought."""
    bringing(node)()
    node.context.http.app.state.uploads.finish()
    return re.findall(r"/imports/files/[0-9a-f]+", node.page("/imports"))[0]


def bringing(node: Any) -> Callable[[], Any]:
    csrf = re.findall(r'name="csrf" value="([^"]+)"', node.page("/imports"))[0]
    table = f"date,player,mood\n2026-11-20,{node.brought_for},3\n"
    fields, files = {"csrf": csrf}, {"files": ("table.csv", table)}
    return lambda: node.context.http.post("/imports/files", data=fields, files=files)


def answered(node: Any, verb: str) -> Callable[[], Any]:
    path = brought(node)
    shown = node.page(path)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    fields = {"csrf": hidden["csrf"], "version": hidden["version"]}
    columns = {"read_as": ["day", "athlete", "mood"], "written": ["", "", ""]}
    return lambda: node.context.http.post(f"{path}/{verb}", data=fields | columns)


def undoing(node: Any) -> Callable[[], Any]:
    answer = answered(node, "use")
    path = str(answer().request.url.path).removesuffix("/use")
    node.context.http.app.state.uploads.finish()
    return node.form(f"{path}/undo", node.page(path))


def answering_of_sessions(node: Any) -> Callable[[], Any]:
    csrf = re.findall(r'name="csrf" value="([^"]+)"', node.page("/imports"))[0]
    for rating in (6, 8):
        table = f"date,player,rpe,minutes\n2026-11-15,{node.brought_for},{rating},{10 * rating}\n"
        node.context.http.post("/imports/files", data={"csrf": csrf}, files={"files": ("t.csv", table)})
        node.context.http.app.state.uploads.finish()
        path = re.findall(r"/imports/files/[0-9a-f]+", node.page("/imports"))[0]
        columns = {"read_as": ["day", "athlete", "session_rpe", "session_duration_min"], "written": [""] * 4}
        node.context.http.post(f"{path}/use", data={"csrf": csrf, "version": "1"} | columns)
        node.context.http.app.state.uploads.finish()
    return node.form("/imports/sessions", node.page("/imports"), answer="same")


def storing_what_is_ready(node: Any) -> Callable[[], Any]:
    csrf = re.findall(r'name="csrf" value="([^"]+)"', node.page("/imports"))[0]
    files = {"files": ("p.csv", f"player,date,readiness,observed\n{node.brought_for},2026-11-20,7,True\n")}
    node.context.http.post("/imports/files", data={"csrf": csrf}, files=files)
    node.context.http.app.state.uploads.finish()
    return node.form("/imports/store-ready", node.page("/imports"))

"""The commands that open a report or an index, or list own answers, as `tests.privacy.programs` carries them out."""

from collections.abc import Callable
from typing import Any

import client.cli


def with_due_report(p: Any) -> None:
    p.done(client.cli.app, "staff", "add", p.node, "--name", "Kim", "--role", "coach")
    p.done(client.cli.app, "report-settings", p.node, "--ready", "00:00")
    before = p.folder / "prepared-before"
    before.mkdir()
    p.done(client.cli.app, "report", p.node, "--for", "Kim", "--out", before)  # preparing it asks for the snapshot


OPENED: dict[str, tuple[Callable[[Any], Any], Callable[[Any], tuple[object, ...]]]] = {
    "report": (with_due_report, lambda p: ("report", p.node, "--for", "Kim", "--out", p.folder)),
    "durability backtest": (lambda _: None, lambda p: ("durability", "backtest", p.node)),
    "form answers": (lambda _: None, lambda p: ("form", "answers", p.node, p.one)),
}

"""Command lines about reports, for `every_answer`."""

from collections.abc import Callable

import client.cli
from tests.architecture.answer_world import Everything, Words


def _opened(every: Everything, fresh: str) -> Words:
    """A person of the staff, a report that is due at any hour, and a folder for its file."""
    node, out = every.programs.node, every.folder / f"{fresh}-out"
    every.programs.done(client.cli.app, "staff", "add", node, "--name", fresh, "--role", "coach")
    every.programs.done(client.cli.app, "report-settings", node, "--ready", "00:00")
    out.mkdir()
    return [node, "--for", fresh, "--out", out]


REPORTS: dict[tuple[str, ...], list[Callable[[Everything, str], Words]]] = {
    ("homefield-node", "report"): [_opened],
    ("homefield-node", "durability", "backtest"): [lambda e, _: [e.programs.node, "--simulated", 30]],
    ("homefield-node", "report-settings"): [lambda e, _: [e.programs.node, "--ready", "00:00"]],
}

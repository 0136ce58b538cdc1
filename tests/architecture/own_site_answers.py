"""Command lines of `homefield-node athlete code` and `athlete export`, which are about an athlete's own site."""

from collections.abc import Callable

from tests.architecture.answer_world import Everything, Words

OWN_SITE: dict[tuple[str, ...], list[Callable[[Everything, str], Words]]] = {
    ("homefield-node", "athlete", "export"): [
        lambda e, fresh: [e.programs.node, e.programs.one, e.folder / f"{fresh}.zip"]
    ],
    ("homefield-node", "athlete", "auto-apply"): [lambda e, _: [e.programs.node, e.programs.one, "--on"]],
    ("homefield-node", "athlete", "code"): [lambda e, _: [e.programs.node, e.programs.one]],
}
"""Each command with what follows it."""

"""The commands about health, each with what it needs, as `tests.privacy.programs` carries them out."""

from collections.abc import Callable
from typing import Any

import client.cli

ENTRY = ("--place", "thigh, right", "--type", "muscle", "--onset", "2026-11-03", "--by", "Mika")


def with_medic(p: Any) -> None:
    p.done(client.cli.app, "staff", "add", p.node, "--name", "Mika", "--role", "medical")


def with_episode(p: Any) -> None:
    with_medic(p)
    p.done(client.cli.app, "health", "add", p.node, p.one, *ENTRY)


HEALTH: dict[str, tuple[Callable[[Any], Any], Callable[[Any], tuple[object, ...]]]] = {
    "health list": (with_episode, lambda p: ("health", "list", p.node, p.one)),
    "health add": (with_medic, lambda p: ("health", "add", p.node, p.one, *ENTRY)),
    "health stage": (with_episode, lambda p: ("health", "stage", p.node, p.one, "1", "--by", "Mika")),
    "health state": (with_medic, lambda p: ("health", "state", p.node, p.one, "full", "--by", "Mika")),
}

"""The consent service at work, killed so many times, alone or with a witness and a monitor of its log."""

import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.killed.consent_checks import problems_of
from tests.killed.consent_load import ConsentLoad, KilledUnion, Told
from tests.killed.killed_program import KilledProgram, free_port
from tests.killed.watchers import Watchers
from tests.waiting import wait_until

MOST_BETWEEN = 40
"""Up to so many acts are acknowledged before a kill; which act is under way then, nobody chooses."""


@dataclass
class Survived:
    """What came of it. kills: by program."""

    told: Told = field(default_factory=Told)
    kills: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


def kill_the_service(folder: Path, *, kills: int, athletes: int, seed: int, is_watched: bool) -> Survived:
    """Set a service up, work at it while it is killed, and compare what it has with what it acknowledged."""
    union, draw, port = (
        KilledUnion.make(folder / "union", sharing=athletes, learning=3),
        random.Random(seed),
        free_port(),
    )
    consent = KilledProgram(folder, "consent", "consent", ("serve", union.folder, "--port", port))
    watchers = Watchers.of(union, folder) if is_watched else None
    beside = [watchers.witness, watchers.monitor] if watchers else []
    came = Survived()
    with contextlib.ExitStack() as running:
        for program in (*beside, consent):
            running.enter_context(program.going())
        load = ConsentLoad(union, f"http://127.0.0.1:{port}")
        with load.going() as came.told:
            for _ in range(kills):
                done = came.told.count + draw.randint(1, MOST_BETWEEN)
                wait_until(lambda done=done: came.told.count >= done or bool(load.faults))
                if watchers:
                    watchers.note_sizes()
                victim = draw.choice([consent, consent, *beside])
                victim.kill()
                victim.begin()
        if watchers:
            came.problems += watchers.end()
        came.kills.update({program.name: program.kills for program in (*beside, consent)})
        consent.kill()
        came.problems += problems_of(union, came.told)
    return came

"""Three witnesses, each run by another organisation: they cosign the log, and two of them must have.

The union's log publishes nothing that fewer have cosigned, and the auditor believes nothing else: both read the
same trust policy, which the union writes once the witnesses have told it their keys.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.demo.errors import StepFailed
from deploy.demo.plan import WITNESSES, DemoPlan
from deploy.demo.processes import League, Starting, program, run_program
from deploy.demo.side_by_side import side_by_side
from deploy.demo.tick import Tick

NEEDED = 2
NO_QUORUM = "quorum none\n"


@dataclass(frozen=True, slots=True)
class WitnessState:
    """What one witness says of the log: the size that it cosigned last, and evidence against the log."""

    run_by: str
    name: str
    size: int
    evidence: int


def audit(*arguments: str) -> str:
    """Run `homefield-audit` and return what it printed."""
    return run_program([program("homefield-audit"), *arguments], env={})


def set_up(plan: DemoPlan, *, log_vkeys: Sequence[str], policy: Path) -> None:
    """Found the witnesses, tell them the log's keys, and write theirs into the log's trust policy."""
    known = [word for vkey in log_vkeys for word in ("--vkey", vkey)]

    def found(who: str) -> str:
        folder = str(plan.witness_folder(who))
        made = json.loads(audit("witness", "init", folder, "--name", f"{who}.example/witness", "--json"))
        audit("witness", "add-log", folder, *known)
        return f"witness {who} {made['vkeys'][0]} http://127.0.0.1:{plan.witness_ports[who]}\n"

    lines = side_by_side(found, WITNESSES)
    lines += [f"group two-of-three {NEEDED} {' '.join(WITNESSES)}\n", "quorum two-of-three\n"]
    text = policy.read_text(encoding="utf-8")
    if NO_QUORUM not in text:
        raise StepFailed("expected a trust policy that asks for no witness yet")
    policy.write_text(text.replace(NO_QUORUM, "".join(lines)), encoding="utf-8")


def start(plan: DemoPlan, league: League, tick: Tick) -> None:
    """Start every witness as a program of its own."""
    serve = (program("homefield-audit"), "witness", "serve")
    starting = (
        Starting(
            f"witness-{who}",
            f"http://127.0.0.1:{port}",
            (*serve, str(plan.witness_folder(who)), "--port", str(port)),
        )
        for who, port in plan.witness_ports.items()
    )
    league.start(*starting, tick=tick)


def states(plan: DemoPlan, log_origin: str) -> tuple[WitnessState, ...]:
    """Ask each witness's own folder what it has cosigned."""
    found = []
    for who, run_by in WITNESSES.items():
        told: dict[str, Any] = json.loads(audit("witness", "status", str(plan.witness_folder(who)), "--json"))
        log = next(one for one in told["logs"] if one["origin"] == log_origin)
        found.append(WitnessState(run_by, told["name"], log["size"] or 0, len(log["evidence"])))
    return tuple(found)

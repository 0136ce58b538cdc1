"""A hundred audits of the installed privacy path without an alarm, and every planted fault flagged or caught.

python -m tests.drills.audit_privacy [AUDITS [RUNS]]. Noise cannot be seeded, so no audit repeats another. The chance of
a false alarm does not depend on the number of runs, so most audits are short; the lower bound is that of whole ones.
"""

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest
from typer.testing import CliRunner

import client.cli
from models.privacy.empirical_audit import audit
from models.training.initial_weights import initial_weights
from models.training.recipes import exchange_recipe
from models.training.simulation import simulated_manifest
from tests.drills.drill import ROOT, Drill
from tests.models.privacy.planted_faults import CAUGHT_ELSEWHERE, FAULTS

AUDITS, SHORT_RUNS = 100, 2_000
WHOLE = 5  # audits as the command does them where it is not told otherwise
LEAST_SHARE, MOST_PROCESSOR_S = 0.5, 10.0  # of the claim that the lower bound reaches, and what an audit may take
FAULT_RUNS = 2_000
MODEL = "recovery-linear-1"


@dataclass(frozen=True, slots=True)
class AuditRun:
    """One audit by the command. share: of the claimed epsilon that the attack proves."""

    alarms: tuple[str, ...]
    share: float
    processor_s: float


def audited(*words: str) -> AuditRun:
    """Run `homefield-node audit-privacy --json` with these words in this process."""
    began = time.process_time()
    told = CliRunner().invoke(client.cli.app, ["audit-privacy", "--json", *words])
    found = json.loads(told.stdout)
    bound = float("inf") if found["epsilon_lower"] is None else found["epsilon_lower"]
    return AuditRun(tuple(found["alarms"]), bound / found["epsilon_claimed"], time.process_time() - began)


def missed_faults() -> list[str]:
    """The planted faults that an audit does not give its alarm for, and the tests elsewhere that fail."""
    manifest, start = simulated_manifest(exchange_recipe(MODEL, athletes=40, clubs=1), 1), initial_weights(MODEL)
    missed = []
    for name, fault in FAULTS.items():
        with pytest.MonkeyPatch.context() as patch:
            fault.plant(patch)
            if fault.alarm not in audit(manifest, start, runs=FAULT_RUNS).alarms:
                missed.append(name)
    tests = [test for tests in CAUGHT_ELSEWHERE.values() for test in tests]
    run = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *tests]
    if subprocess.run(run, cwd=ROOT, check=False).returncode:
        missed.append("one of " + ", ".join(CAUGHT_ELSEWHERE))
    return missed


def main(audits: int, runs: int) -> str:
    """Audit so often, break the path, and return one line; raises AssertionError where either went wrong."""
    short = [audited("--runs", str(runs)) for _ in range(audits)]
    whole = [audited() for _ in range(WHOLE)]
    missed = missed_faults()
    alarms = [one.alarms for one in (*short, *whole) if one.alarms]
    share, took = (
        statistics.median(values) for values in zip(*((one.share, one.processor_s) for one in whole), strict=True)
    )
    faults = len(FAULTS) + len(CAUGHT_ELSEWHERE)
    line = (
        f"no alarm in {audits + WHOLE - len(alarms)} of {audits + WHOLE} audits; lower bound {share:.2f} of the claim "
        f"in {took:.1f} CPU-seconds (median of {WHOLE}); {faults - len(missed)} of {faults} planted faults found"
    )
    assert (alarms, missed) == ([], []), f"{line}; alarms: {alarms}; missed: {missed}"
    assert share >= LEAST_SHARE, line
    assert took <= MOST_PROCESSOR_S, line
    return line


DRILL = Drill(
    "audit_privacy",
    "a hundred audits of the privacy path without an alarm, and every planted fault flagged or caught",
    ("tests/models/privacy/test_empirical_audit.py",),
    3_600.0,
    lambda seed: [sys.executable, "-m", "tests.drills.audit_privacy"],
)


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    print(main(*asked, *(AUDITS, SHORT_RUNS)[len(asked) :]))

"""What a drill is: a command that takes long, a bound on it, and the small test of the same kind in the gate."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.scale import COUNTS_VARIABLE, FACTOR_VARIABLE, RUNS_VARIABLE, SEED_VARIABLE

ROOT = Path(__file__).parents[2]

Command = Callable[[int], Sequence[str]]
"""The command line for a seed. Its last line of output is its summary, its exit code 0 means that it went well."""


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill.

    what: one line that says what is tried. siblings: the tests of the same kind in the gate, as pytest names them.
    within_s: after so long it is ended and has failed.
    """

    name: str
    what: str
    siblings: tuple[str, ...]
    within_s: float
    command: Command
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DrillResult:
    """How a drill ended: its summary, and where everything that it printed stands."""

    drill: Drill
    seed: int
    is_passed: bool
    summary: str
    took_s: float
    log: Path

    @property
    def line(self) -> str:
        """The one line that stands for the drill."""
        said = f"{self.drill.name:<14} {'passed' if self.is_passed else 'FAILED'}  seed {self.seed}  {self.summary}"
        return said if self.is_passed else f"{said} (see {self.log})"


def enlarged(
    name: str,
    what: str,
    tests: Sequence[str],
    *,
    within_s: float,
    factor: int = 1,
    runs: int = 1,
    marked: str = "",
    processes: int = 2,
) -> Drill:
    """A drill that runs tests of the gate `factor` times as large, or `runs` times over, with another seed.

    marked: of these tests only those that bear this mark. processes: 0 for none beside pytest's own.
    """

    def command(seed: int) -> list[str]:
        how = ["-q", "-p", "no:cacheprovider", "-n", str(processes), "--dist", "loadgroup", "--maxfail", "1"]
        seeds = [f"--hypothesis-seed={seed}", f"--randomly-seed={seed}", "-o", f"timeout={within_s:.0f}"]
        chosen = [*tests, "-m", marked] if marked else tests
        return [sys.executable, "-m", "pytest", *how, *seeds, *chosen]

    sizes = {FACTOR_VARIABLE: str(factor), RUNS_VARIABLE: str(runs)}
    return Drill(name, what, tuple(tests), within_s, command, sizes)


def conduct(drill: Drill, seed: int, folder: Path) -> DrillResult:
    """Run one drill to its end or its bound; nothing that it started is left behind."""
    log, counted = folder / f"{drill.name}.log", folder / f"{drill.name}.counts"
    told = {SEED_VARIABLE: str(seed), COUNTS_VARIABLE: str(counted), "PYTHONPATH": str(ROOT)}
    began = time.monotonic()
    with log.open("wb") as sink:
        process = subprocess.Popen(
            list(drill.command(seed)),
            cwd=ROOT,
            stdout=sink,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=os.environ | dict(drill.environment) | told,
            start_new_session=True,
        )
        try:
            code: int | None = process.wait(drill.within_s)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    took = time.monotonic() - began
    said = f"not done within {drill.within_s:.0f} s" if code is None else _last_line(log)
    return DrillResult(drill, seed, code == 0, _counted(counted) + said, took, log)


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:200] if lines else "it printed nothing"


def _counted(path: Path) -> str:
    """What the tests say they tried, all processes together."""
    if not path.exists():
        return ""
    total: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        total.update(json.loads(line))
    return "".join(f"{count:,} {name}; " for name, count in sorted(total.items()))

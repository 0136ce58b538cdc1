"""Runs what takes too long for the gate, one line for each drill: `make drill`, or

python -m tests.drills.run [--only NAME ...] [--seed NUMBER] [--list]

Every other file of this folder that defines DRILL is one drill. The exit code is 1 if any of them failed.
"""

import argparse
import secrets
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tests.drills.drill import Drill, conduct

LARGEST_SEED = 1 << 31


def all_drills() -> dict[str, Drill]:
    """Every drill of this folder by its name, in alphabetical order."""
    modules = [f"tests.drills.{path.stem}" for path in sorted(Path(__file__).parent.glob("*.py"))]
    found = [getattr(import_module(name), "DRILL", None) for name in modules if not name.endswith(".run")]
    return {drill.name: drill for drill in found if drill is not None}


def run_all(drills: Sequence[Drill], *, seed: int, folder: Path) -> bool:
    """Conduct drills one after the other and print a line for each; return whether all went well."""
    passed = []
    for drill in drills:
        result = conduct(drill, seed, folder)
        print(f"{result.line}  {result.took_s:.0f} s", flush=True)
        passed.append(result.is_passed)
    return all(passed)


def main(arguments: Sequence[str]) -> int:
    """Run the command line; return its exit code."""
    known = all_drills()
    parser = argparse.ArgumentParser(prog="python -m tests.drills.run", description="Run what takes long.")
    parser.add_argument("--only", action="append", choices=sorted(known), help="Run this drill alone; repeatable.")
    parser.add_argument("--seed", type=int, help="Repeat a run; a fresh seed is drawn and shown otherwise.")
    parser.add_argument("--list", action="store_true", help="List the drills and end.")
    asked = parser.parse_args(arguments)
    if asked.list:
        for drill in known.values():
            print(f"{drill.name:<14} at most {drill.within_s / 60:.0f} min  {drill.what}")
        return 0
    seed = secrets.randbelow(LARGEST_SEED) if asked.seed is None else asked.seed
    folder = Path(tempfile.mkdtemp(prefix="homefield-drills-"))
    return 0 if run_all([known[name] for name in asked.only or known], seed=seed, folder=folder) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Measures private learning beside pfl 0.6 on identical work: clipped gradients of many athletes, and their sum.

python -m tests.bench.bench_pfl [--repeats N]. pfl asks for another dp-accounting than the tests do, so it is installed
from the package registry into an environment in a temporary folder; where it cannot be, the command says why and ends
with code 1. It prints tab-separated lines: athlete-rounds for each second of processor time, the median of the repeats,
the slowest and the fastest, and how many times as fast packed series are. Both sums must agree, or it ends.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.privacy.packed_series import PackedSeries
from models.privacy.per_athlete_gradients import HUBER_DELTA, GradientKind, athlete_gradients, clip_rows
from tests.bench.bench_learning import ATHLETES, COLUMNS, REPEATS, SHOWN, TOLERANCE, invented_athletes, processor_s

WANTED = "pfl==0.6.0"
CLIP = 0.1
LEAST_TIMES = 50.0
KINDS: tuple[GradientKind, ...] = ("huber", "logistic")
HEADER = ("work", "method", "median", "slowest", "fastest", "packed is times", "aim", "is met")
ROUNDS = Path(__file__).with_name("pfl_rounds.py")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class CannotInstall(Exception):
    """The environment could not be made; the message is the last line that pip said."""


def environment_with_pfl(folder: Path) -> Path:
    """Make an environment with pfl in a folder; returns its Python. Raises CannotInstall."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    words = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", WANTED]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise CannotInstall(said[-1] if said else f"pip ended with {done.returncode}")
    return python


def rows_of(kind: GradientKind, python: Path, folder: Path, *, athletes: int, repeats: int) -> list[tuple[str, ...]]:
    """Both methods on one loss, as cells of the table; raises ValueError where their sums differ."""
    series = invented_athletes(athletes, COLUMNS, seed=1)
    weights = 0.1 * np.random.default_rng(2).normal(size=COLUMNS + 1)
    packed = PackedSeries(tuple(series))

    def ours() -> np.ndarray:
        return clip_rows(athlete_gradients(kind, weights, packed), CLIP).sum(axis=0)

    theirs, pfl_s = _by_pfl(
        python,
        folder / f"{kind}.npz",
        repeats,
        X=np.stack([one.X for one in series]),
        y=np.stack([one.y for one in series]),
        weights=weights.astype(np.float32),
        clip=CLIP,
        huber=HUBER_DELTA if kind == "huber" else 0.0,
    )
    apart = np.abs(ours() - theirs).max()
    if apart > TOLERANCE * athletes * CLIP:
        raise ValueError(f"pfl and packed series differ by {apart:.1e}")
    own = [athletes / processor_s(ours) for _ in range(repeats)]
    their = [athletes / one for one in pfl_s]
    times = statistics.median(own) / statistics.median(their)
    aim = (f"{times:.1f}", f">= {LEAST_TIMES:g} times", "met" if times >= LEAST_TIMES else "MISSED")
    return [_row(kind, "packed", own, ("", "", "")), _row(kind, WANTED, their, aim)]


def _row(kind: GradientKind, method: str, rates: Sequence[float], last: tuple[str, ...]) -> tuple[str, ...]:
    return (SHOWN[kind], method, *(f"{one:,.0f}" for one in (statistics.median(rates), min(rates), max(rates))), *last)


def _by_pfl(python: Path, work: Path, repeats: int, **arrays: object) -> tuple[np.ndarray, list[float]]:
    np.savez(work, **arrays)
    words = [python, ROUNDS, work, str(repeats)]
    told = subprocess.run(words, env=os.environ | ONE_THREAD | {"PYTHONPATH": ""}, stdout=subprocess.PIPE, check=True)
    found = json.loads(told.stdout)
    return np.array(found["sum"]), found["seconds"]


def main(repeats: int, athletes: int = ATHLETES) -> int:
    """Print the table; returns the exit code."""
    load = os.getloadavg()
    with tempfile.TemporaryDirectory() as folder:
        try:
            python = environment_with_pfl(Path(folder) / "environment")
        except CannotInstall as error:
            print(f"{WANTED} cannot be installed here: {error}", file=sys.stderr)
            return 1
        print(f"# athlete-rounds a CPU-second, {repeats} repeats; load {load[0]:.1f} on {os.cpu_count()} cores")
        print("\t".join(HEADER))
        for kind in KINDS:
            for row in rows_of(kind, python, Path(folder), athletes=athletes, repeats=repeats):
                print("\t".join(row), flush=True)
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    sys.exit(main(parser.parse_args().repeats))

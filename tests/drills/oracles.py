"""RMSSD and SDNN against neurokit2, which is installed into an empty environment of its own.

One of `make drill`; alone: python tests/drills/oracles.py [SEED]. It installs from the index that pip is configured
for. With --write it stores a few values for the test in the gate.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # so that it runs alone as well

from client.features.hrv import accepted_beats, analyse  # noqa: E402 - after the path is set
from tests.drills.drill import Drill  # noqa: E402

VALUES = ROOT / "tests" / "vectors" / "neurokit2.json"
STEP_WITHIN_S = 1_200.0  # an installation of scipy and matplotlib over a slow line
SERIES, IN_GATE = 300, 6
TOLERANCE = 1e-9
DRILL = Drill(
    "oracles",
    "RMSSD and SDNN of beats of which none is removed equal those of neurokit2, installed for it alone",
    siblings=("tests/client/test_hrv_oracle.py",),
    within_s=3_600,
    command=lambda seed: [sys.executable, "tests/drills/oracles.py", str(seed)],
)


THEIRS = """
import json, sys
import neurokit2, numpy
answer = {"version": neurokit2.__version__}
for name, intervals in json.load(sys.stdin).items():
    peaks = numpy.concatenate([[0], numpy.cumsum(intervals)])
    found = neurokit2.hrv_time(peaks, sampling_rate=1000)
    answer[name] = {"rmssd": float(found["HRV_RMSSD"].iloc[0]), "sdnn": float(found["HRV_SDNN"].iloc[0])}
json.dump(answer, sys.stdout)
"""
"""Runs where their library is and ours is not: whole milliseconds as peaks at 1000 samples a second."""


def series_of(seed: int, count: int) -> dict[str, list[int]]:
    """Invented recordings [ms]: 70 to 400 beats around a slow wave, so steady that no beat is removed."""
    rng = np.random.default_rng(seed)
    found = {}
    for number in range(count):
        beats = int(rng.integers(70, 400))
        wave = 40 * np.sin(np.arange(beats) * rng.uniform(0.1, 0.8))
        rr = np.rint(rng.uniform(900, 1100) + wave + rng.normal(0, rng.uniform(2, 20), beats))
        found[f"seed {seed}, {number}"] = [int(one) for one in rr]
    return found


def differences(series: dict[str, list[int]], theirs: dict[str, dict[str, float]]) -> list[str]:
    """Name the recordings of which ours differs, or of which a beat was removed, so that nothing is compared."""
    wrong = []
    for name, intervals in series.items():
        beats = np.array(intervals, dtype=np.float64)
        ours = analyse(beats)
        pairs = ((ours.rmssd_ms, theirs[name]["rmssd"]), (ours.sdnn_ms, theirs[name]["sdnn"]))
        is_same = all(one is not None and abs(one - other) <= TOLERANCE for one, other in pairs)
        wrong += [] if is_same and accepted_beats(beats).all() else [name]
    return wrong


def ask_neurokit2(series: dict[str, list[int]], folder: Path) -> dict[str, object]:
    """Install the library into an empty environment and return what it says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    python = folder / "bin" / "python"
    venv.create(folder, with_pip=True)
    install = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    wanted = project["optional-dependencies"]["oracles"]
    subprocess.run([*map(str, install), *wanted], check=True, timeout=STEP_WITHIN_S)
    told = subprocess.run(
        [str(python), "-c", THEIRS],
        input=json.dumps(series),
        capture_output=True,
        text=True,
        check=True,
        timeout=STEP_WITHIN_S,
    )
    answer: dict[str, object] = json.loads(told.stdout)
    return answer


def main() -> int:
    """Compare, print one line, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--write", action="store_true", help="Store the first few values for the gate.")
    asked = parser.parse_args()
    series = series_of(asked.seed, SERIES)
    with tempfile.TemporaryDirectory(prefix="homefield-oracles-") as folder:
        theirs = ask_neurokit2(series, Path(folder))
    version = theirs.pop("version")
    wrong = differences(series, theirs)  # type: ignore[arg-type]  # the version is taken out
    if asked.write:
        few = list(series)[:IN_GATE]
        stored = {"version": version, "values": {name: theirs[name] for name in few}}
        VALUES.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    agree = len(series) - len(wrong)
    print(f"{agree} of {len(series)} recordings agree with neurokit2 {version} within {TOLERANCE:g} ms")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

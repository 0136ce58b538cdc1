"""The whole suite, three times in a row, while both cores are kept busy by something else: no wait follows the clock.

python -m tests.drills.busy SEED
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.drills.drill import Drill

ROUNDS = 3
BURNING = "while True: pass"
DRILL = Drill(
    "busy",
    f"the whole suite passes {ROUNDS} times in a row while every core is kept busy by something else",
    siblings=("tests/demo/test_patience.py::test_what_moves_is_waited_for_however_slowly",),
    within_s=4 * 3_600,
    command=lambda seed: [sys.executable, "-m", "tests.drills.busy", str(seed)],
)


@contextmanager
def every_core_busy() -> Iterator[None]:
    """Keep each core busy until the block ends."""
    burners = [subprocess.Popen([sys.executable, "-c", BURNING]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def main(seed: int) -> int:
    """Run the suite; return the exit code of the first round that failed, or 0."""
    for number in range(ROUNDS):
        command = ["-q", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadgroup", f"--randomly-seed={seed + number}"]
        with every_core_busy():
            code = subprocess.run([sys.executable, "-m", "pytest", *command], check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))

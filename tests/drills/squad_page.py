"""10,000 squad pages of a squad that was never asked, 10,000 of one that has withdrawn: their time tells nothing.

python -m tests.drills.squad_page [SEED]
"""

import sys

from tests.bench.bench_squad_page import MOST_AUC, MOST_DIFFERENCE_MS, measure
from tests.drills.drill import Drill

PAGES = 10_000


def main(seed: int) -> str:
    """Measure, and return one line; raises AssertionError where the time tells something."""
    found = measure(PAGES, seed=seed)
    assert found.difference_ms < MOST_DIFFERENCE_MS, found.line
    assert found.auc <= MOST_AUC, found.line
    return found.line


DRILL = Drill(
    "squad_page",
    "the CPU time of 10,000 squad pages, all never asked against all withdrawn",
    ("tests/consent/releases/test_squad_lines.py::test_in_every_hidden_state_a_look_does_the_same_work",),
    3_600.0,
    lambda seed: [sys.executable, "-m", "tests.drills.squad_page", str(seed)],
)


if __name__ == "__main__":
    print(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))

"""20,000 guesses from opened entries in each of three worlds, and 10,000 openings without a trace of an athlete.

python -m tests.drills.openings [SEED]
"""

import sys
import tempfile
from pathlib import Path

from tests.privacy.opened_log import SharingWorld, ask, best_auc, opened, play
from tests.privacy.test_opened_entries import canaries_in, canary_league
from tests.privacy.traffic import League

GUESSES, MOST_AUC = 20_000, 0.52
OPENINGS = 10_000


def main(seed: int) -> str:
    """Measure, and return one line; raises AssertionError where something was found."""
    with tempfile.TemporaryDirectory() as folder:
        found = {world: _auc_of(Path(folder) / world.value, world, seed) for world in SharingWorld}
        searched, hits = _canaries(Path(folder) / "canaries")
    said = ", ".join(f"{world.value} {value:.3f}" for world, value in found.items())
    line = f"AUC of {GUESSES:,} guesses: {said}; {hits} canaries in {searched:,} openings"
    assert max(found.values()) <= MOST_AUC, line
    assert (searched, hits) == (OPENINGS, 0), line
    return line


def _auc_of(folder: Path, world: SharingWorld, seed: int) -> float:
    league = League.found(folder, clubs=6, athletes=14, seed=seed)
    play(league, world, publications=10, asks=8)
    log = opened(league)
    league.service.close()
    value, guesses = best_auc(log, seed=seed, most=GUESSES)
    assert guesses == GUESSES, f"expected {GUESSES:,} guesses, got {guesses:,}"
    return value


def _canaries(folder: Path) -> tuple[int, int]:
    league = canary_league(folder, clubs=4, athletes=50)
    for club, squad in league.clubs.items():
        for _ in range(OPENINGS // 200):
            ask(league, club, squad)
    league.publish()
    found = canaries_in(league, OPENINGS)
    league.service.close()
    return found


if __name__ == "__main__":
    print(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))

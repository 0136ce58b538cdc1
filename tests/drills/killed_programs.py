"""Every program killed at seeded moments while it works, two hundred times: nothing told is lost, nothing is twice.

python -m tests.drills.killed_programs SEED [KILLS]
"""

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from server.store import CampaignState
from tests.drills.drill import Drill
from tests.killed.killed_service import kill_the_service
from tests.killed.league_round import ROUNDS, KilledLeague

KILLS = 200
DRILL = Drill(
    "killed_programs",
    "service, witness, monitor, coordinator in a round, node and imports killed 200 times; nothing lost, nothing twice",
    siblings=("tests/killed/test_killed_consent_service.py",),
    within_s=4 * 3_600,
    command=lambda seed: [sys.executable, "-m", "tests.drills.killed_programs", str(seed)],
)


def kill_the_league(folder: Path, *, kills: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Kill coordinator, node and consent service in the middle of campaigns, and node and imports in between."""
    league, draw, done = KilledLeague.make(folder), random.Random(seed), Counter[str]()
    with league.going():
        for number in range(kills):
            if number % 3 == 2:
                name = draw.choice(("ingest", "node"))
                league.ingest_killed(name, draw.uniform(0.0, 4.0))
            else:
                name = draw.choice(("coordinator", "coordinator", "node", "consent"))
                ended = league.killed_in_a_round(name, draw.randrange(ROUNDS))
                done["campaigns done"] += ended.state is CampaignState.DONE
                done["campaigns failed"] += ended.state is CampaignState.FAILED
            done[name] += 1
        problems = [] if league.finishes_a_campaign() else ["a campaign that nobody disturbed failed"]
    problems += league.problems() + league.vault_problems()
    done["rounds paid"] = league.rounds_paid
    return done, problems


def main(seed: int, kills: int = KILLS) -> int:
    """Kill two thirds at the service and its watchers, the rest in a league; print one line, return the exit code."""
    folder, first = Path(tempfile.mkdtemp(prefix="homefield-killed-")), 2 * kills // 3
    for name in ("service", "league"):
        (folder / name).mkdir()
    came = kill_the_service(folder / "service", kills=first, athletes=60, seed=seed, is_watched=True)
    done, problems = kill_the_league(folder / "league", kills=kills - first, seed=seed)
    total = came.kills + done
    for problem in [*came.problems, *problems]:
        print(problem)
    print(f"{kills} kills {dict(total)}; {came.told.count} acts acknowledged; {len(came.problems + problems)} problems")
    return int(bool(came.problems or problems))


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))

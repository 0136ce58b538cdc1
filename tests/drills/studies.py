"""Studies of many leagues and benches of foreign programs, too long for the gate, which has their parts."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "studies",
    "exchange, club heads and new athletes on leagues that nobody tuned on; padding found; stock Flower measured",
    [
        "tests/models/training/test_exchange.py",
        "tests/models/training/test_club_head_leagues.py",
        "tests/models/training/test_networks.py",
        "tests/models/evaluation/test_head_errors.py",
        "tests/bench/test_campaign_bench.py",
        "tests/bench/test_masked_campaign_bench.py",
    ],
    within_s=1_800,
    marked="study",
)

"""A season of three exchanges at ε = 1 on 40 unseen leagues that drift not at all, a little, and far."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "season",
    "three exchanges at ε = 1 inside one cap end as near as one exchange at ε = 2, on 40 leagues at three drifts",
    ["tests/models/training/test_season.py"],
    factor=10,
    within_s=1_800,
)

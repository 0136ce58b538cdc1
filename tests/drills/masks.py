"""Masked sums of every number of clubs from 3 to 100, with a third of them dropping at stages drawn by chance."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "masks",
    "sums of 3 to 100 clubs, every number, a third dropping over all stages: to the bit those of who is left",
    ["tests/models/masks/test_masked_sums.py::test_a_third_may_drop_over_all_stages_together"],
    factor=2,
    within_s=1_800,
)

"""Every property that states no number of its own, on twenty times as many examples as in the gate."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "properties",
    "every property of the suite, on twenty times as many examples as in the gate",
    ["tests"],
    marked="hypothesis",
    factor=20,
    within_s=7_200,
)

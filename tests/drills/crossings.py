"""Every route with every caller and every tenant, where the gate takes a sample."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "crossings",
    "every route of every program by every caller, with things of the own and the other tenant: nobody reads across",
    ["tests/privacy/crossing/test_every_crossing.py"],
    factor=2,
    within_s=1_800,
)

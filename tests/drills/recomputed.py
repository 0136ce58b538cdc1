"""Every figure of every day of everybody in the real files, computed a second time with pandas."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "recomputed",
    "every figure of every day of everybody in the real files agrees with pandas, which reads them by itself",
    ["tests/client/recomputed/test_recomputed_figures.py", "tests/client/recomputed/test_recomputed_readiness.py"],
    factor=2,
    within_s=1_800,
)

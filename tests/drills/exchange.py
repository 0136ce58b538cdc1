"""One exchange of every model on 24 leagues that nobody tuned on, and the audit of its noise on five times the runs."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "exchange",
    "one exchange of each model gains on 24 simulated leagues, and the audit of the privacy path raises no alarm",
    ["tests/models/training/test_exchange.py", "tests/models/privacy/test_empirical_audit.py"],
    factor=10,
    within_s=1_800,
)

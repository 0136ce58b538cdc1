"""One exchange of every model on 24 leagues that nobody tuned on, heads on 12, the audit on five times the runs."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "exchange",
    "one exchange of each model gains on 24 simulated leagues, heads on 12, and the privacy path's audit is quiet",
    [
        "tests/models/training/test_exchange.py",
        "tests/models/evaluation/test_head_errors.py",
        "tests/models/training/test_learned_head_priors.py",
        "tests/models/privacy/test_empirical_audit.py",
    ],
    factor=10,
    within_s=1_800,
)

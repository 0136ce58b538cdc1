"""A thousand connections of strangers that stay silent or half open, and a thousand reads while the disk fails."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "strangers",
    "1,000 half-open connections cost under 50 MB and go; 1,000 protected reads get nothing while the disk fails",
    ["tests/chassis/http/test_slow_strangers.py", "tests/consent/decisions/test_consent_coupling.py"],
    factor=17,
    within_s=1_800,
)

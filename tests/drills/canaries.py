"""A hundred thousand events full of canaries: none is found in anything that is served or stored in the log."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "canaries",
    "100,000 events about invented people, of whom nothing is found in what the log serves and stores",
    ["tests/privacy/test_log_canaries.py"],
    factor=50,
    within_s=1_800,
)

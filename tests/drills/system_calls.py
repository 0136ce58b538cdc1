"""The writer of a log under strace: nearly every system call of a scene fails or kills the process once."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "system_calls",
    "each kind of system call of a writer fails or kills it, at up to 32 places for each fault",
    ["tests/audit/writer/test_log_system_calls.py"],
    factor=8,
    within_s=1_800,
)

"""Ten thousand seeded changes to a published log: verification finds every one."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "tampering",
    "ten thousand changes to a published log, each of which verification finds",
    [
        "tests/audit/verification/test_audit_tampering.py::test_every_seeded_tampering_is_found",
        "tests/audit/monitor/test_monitor_checks.py::test_seeded_tamperings_with_what_is_new_are_all_noticed",
    ],
    factor=10,
    within_s=1_800,
)

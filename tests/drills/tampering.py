"""Ten thousand seeded changes to a published log: verification finds every one."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "tampering",
    "ten thousand changes to a published log, each of which verification finds",
    ["tests/audit/verification/test_audit_tampering.py::test_every_seeded_tampering_is_found"],
    factor=10,
    within_s=1_800,
)

"""Every operation of the log's writer on the disk killed, failed or forgotten, where the gate tries some of them."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "faults",
    "every operation of the log's writer on the disk killed, failed or forgotten, one by one",
    ["tests/audit/writer/test_log_faults.py"],
    factor=2,
    within_s=1_800,
)

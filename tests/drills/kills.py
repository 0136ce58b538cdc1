"""Processes that are killed while they write: a hundred times each, nothing that was acknowledged is lost."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "kills",
    "writers and witnesses are killed with SIGKILL while they write, a hundred times out of a hundred without loss",
    [
        "tests/audit/writer/test_log_recovery.py::test_a_killed_process_leaves_a_log_with_everything_it_acknowledged",
        "tests/audit/witness/test_witness_store.py::test_killed_at_any_moment_the_record_is_never_older_than_what_was_answered",
    ],
    runs=100,
    within_s=3_600,
)

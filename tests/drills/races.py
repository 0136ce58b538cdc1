"""Threads that append, publish, cosign and pause at once: a hundred runs out of a hundred go well."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "races",
    "threads that append, publish and cosign at once: a hundred runs out of a hundred go well",
    [
        "tests/audit/writer/test_audit_log.py::test_threads_append_while_others_publish",
        "tests/audit/writer/test_audit_log.py::test_a_publication_under_way_keeps_no_append_waiting",
        "tests/audit/writer/test_pending_journal.py::test_threads_that_append_at_once_share_one_write",
        "tests/audit/witness/test_witness_store.py::test_two_rival_histories_in_a_race_never_both_get_a_signature",
        "tests/audit/web/test_log_watch.py::test_many_visitors_cause_one_check",
    ],
    runs=100,
    within_s=3_600,
)

"""Fifty older databases and backups put beside newer logs: each is refused or recovered, and nothing ended is back."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "rollback",
    "fifty older databases and fifty older backups beside newer logs, of random leagues",
    [
        "tests/consent/recovery/test_older_database.py"
        "::test_whatever_was_lost_nothing_ended_is_alive_and_nothing_spent_comes_back",
        "tests/consent/backup/test_older_backup.py::test_whatever_backup_is_put_back_nothing_ended_is_alive",
    ],
    factor=10,
    within_s=3_600,
)

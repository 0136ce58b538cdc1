"""Random lives of a log, of the privacy ledger and of grants beside their models, 25 times as many as the gate."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "models",
    "random lives of a log, of the privacy ledger and of grants, each compared with a model at every step",
    [
        "tests/audit/writer/test_log_model.py",
        "tests/consent/ledger/test_consent_ledger_model.py",
        "tests/consent/grants/test_consent_lifecycle.py",
    ],
    factor=25,
    within_s=3_600,
)

"""A stranger's guesses from the served log: 20,000 to a question, on ten days of a league of six clubs."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "unlinkability",
    "20,000 guesses from the served log whether two entries are about one athlete, and with flaws built in",
    ["tests/privacy/test_log_unlinkability.py"],
    factor=2,
    within_s=3_600,
)

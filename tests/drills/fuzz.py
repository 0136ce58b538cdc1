"""More than a hundred thousand inputs to the parsers of the log's formats and of athletes' files: read, or refused."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "fuzz",
    "over 100,000 inputs to the parsers of the log's formats and of athletes' files: read, or refused",
    [
        "tests/audit/test_parser_fuzz.py",
        "tests/audit/monitor/test_monitor_state.py",
        "tests/audit/witness/test_witness_parsers.py",
        "tests/audit/witness/test_witness_requests.py",
        "tests/audit/verification/test_own_entries.py",
        "tests/audit/verification/test_own_entries_file.py",
        "tests/client/test_table_fuzz.py",
        "tests/client/test_reader_fuzz.py",
    ],
    factor=60,
    within_s=5_400,
)

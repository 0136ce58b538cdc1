"""A hundred thousand random interleavings of everything that moves a privacy budget, with a service that dies."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "ledger",
    "100,000 interleavings of reserve, commit, note, refund, withdrawal and crash; no over-spend, no lost spend",
    [
        "tests/consent/ledger/test_interleavings.py::test_no_interleaving_over_spends_loses_spend_or_buys_a_second_answer"
    ],
    factor=5_000,
    within_s=4 * 3_600,
)

"""A hundred thousand random interleavings of everything that moves a privacy budget, with a service that dies.

One takes about 65 ms of processor time, and nearly all of that is the service's own: two free cores do them within the
hour. One athlete is at a second club, with weights that change. The summary counts them, and the payments, answers and
crashes in them, and the rounds that both clubs paid. A seed's plays are numbered from it on, so
that runs whose seeds lie as far apart as each has plays try different ones.
"""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "ledger",
    "100,000 interleavings of reserve, commit, note, refund, withdrawal, weights and crash; no over-spend, none lost",
    [
        "tests/consent/ledger/test_interleavings.py::test_no_interleaving_over_spends_loses_spend_or_buys_a_second_answer"
    ],
    factor=5_000,
    within_s=4 * 3_600,
)

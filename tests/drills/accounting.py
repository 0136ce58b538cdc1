"""The proved epsilon on two hundred random streams against dp-accounting: within a thousandth, and never below."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "accounting",
    "the proved epsilon and the closed form against privacy loss distributions, on 200 and 300 random streams",
    [
        "tests/policies/test_proved_epsilon.py::test_over_random_streams_it_agrees_with_the_oracle_and_is_never_below",
        "tests/policies/test_budget.py::test_the_closed_form_agrees_with_the_oracle_over_random_streams",
    ],
    factor=20,
    within_s=3_600,
)

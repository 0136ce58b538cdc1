"""What takes long to work out a second time: every model's initial weights, and the budget of a hundred campaigns."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "made_again",
    "the initial weights of every model come from their seeds; budgets of 150 random streams agree with the oracle",
    ["tests/models/training/test_recipes.py", "tests/policies/test_budget.py"],
    factor=10,
    within_s=1_800,
)

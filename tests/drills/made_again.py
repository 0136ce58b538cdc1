"""What takes long to work out a second time: a model's initial weights and axes, and the budget of many campaigns."""

from tests.drills.drill import enlarged

DRILL = enlarged(
    "made_again",
    "initial weights and axes come from their seeds again; budgets of 150 random streams agree with the oracle",
    [
        "tests/models/training/test_recipes.py",
        "tests/models/privacy/test_public_axes.py",
        "tests/policies/test_budget.py",
    ],
    factor=10,
    within_s=1_800,
)

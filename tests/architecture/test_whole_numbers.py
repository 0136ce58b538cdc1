"""No float behind `quantise`: what is summed, noised and added up stays in whole numbers, by types and by a rule.

A float there could lose or move an athlete's last digits after the bound on them was checked (docs/privacy.md §1.3).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BEHIND = {
    "models/privacy/discrete_gaussian.py": ("noisy_sum", "to_ring", "from_ring", "add_in_ring"),
    "server/aggregate.py": ("add",),
}
"""Every function that whole numbers of athletes pass through, up to the sum over all clubs."""
WHOLE = {"Integers", "int", "int64", "tuple", "Sequence", "Iterable", "Mapping", "str", "np"}
WHOLE |= {"ContributionSum", "CampaignManifest"}  # whose values and modulus are whole numbers
FLOATS = {
    "float",
    "float16",
    "float32",
    "float64",
    "Floats",
    "mean",
    "average",
    "divide",
    "true_divide",
    "sqrt",
    "math",
}
FLOATS |= {"exp", "log", "std", "var", "linalg", "longdouble"}


def functions(path: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def named(node: ast.AST) -> Iterator[str]:
    """Every name that stands in a piece of source, but for those within texts."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr


def floats_in(function: ast.FunctionDef) -> list[str]:
    """What of a function is, or makes, a float."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    hints = [argument.annotation for argument in arguments] + [function.returns]
    found = ["an argument without a type" for hint in hints if hint is None]
    found += [f"type {name}" for hint in hints if hint is not None for name in named(hint) if name not in WHOLE]
    for node in ast.walk(ast.Module(body=function.body, type_ignores=[])):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            found.append(f"the number {node.value}")
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            found.append("a true division")
    return found + [name for statement in function.body for name in named(statement) if name in FLOATS]


@pytest.mark.parametrize("path", sorted(BEHIND))
def test_everything_behind_quantise_is_whole_numbers(path: str) -> None:
    found = functions(path)

    assert {name: floats_in(found[name]) for name in BEHIND[path]} == {name: [] for name in BEHIND[path]}


def test_what_quantise_gives_goes_into_the_noisy_sum_and_nowhere_else() -> None:
    uses = []
    for package in ("models", "client", "server", "deploy"):
        for file in (ROOT / package).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
            inside = [
                argument
                for call in calls
                if isinstance(call.func, ast.Name) and call.func.id == "noisy_sum"
                for argument in call.args
            ]
            quantised = [node for node in calls if "quantise" in named(node.func)]
            assert all(node in inside for node in quantised), file
            uses += quantised

    assert len(uses) == 1  # the one privacy path


def test_the_whole_number_type_is_one() -> None:
    tree = ast.parse((ROOT / "models/privacy/discrete_gaussian.py").read_text(encoding="utf-8"))
    types = {
        target.id: ast.unparse(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    assert types["Integers"] == "NDArray[np.int64]"


@pytest.mark.parametrize(
    "source",
    [
        "def f(rows: Integers) -> int:\n    return rows.sum() / 2",
        "def f(rows: Integers) -> int:\n    total = rows.sum()\n    total /= 2\n    return total",
        "def f(rows: Integers) -> int:\n    return int(rows.sum() * 0.5)",
        "def f(rows: Integers) -> int:\n    return rows.astype(np.float64).sum()",
        "def f(rows: Integers) -> int:\n    return rows.mean()",
        "def f(rows: Integers) -> int:\n    return int(math.sqrt(rows.sum()))",
        "def f(rows: Integers, scale: float) -> int:\n    return rows.sum()",
        "def f(rows) -> int:\n    return rows.sum()",
        "def f(rows: Floats) -> int:\n    return 1",
    ],
)
def test_the_rule_finds_each_way_to_a_float(source: str) -> None:
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)

    assert floats_in(function)

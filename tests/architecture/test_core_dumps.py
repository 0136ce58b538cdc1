"""Every program that goes on leaves no picture of its memory: keys, decisions and readings stand in it."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _calls(function: ast.AST) -> set[str]:
    found = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {one.id for one in found if isinstance(one, ast.Name)}


def test_whatever_begins_a_log_forbids_core_dumps() -> None:
    begun = {
        f"{path.relative_to(ROOT)}:{function.name}": _calls(function)
        for package in ("audit", "client", "consent", "server")
        for path in (ROOT / package).rglob("commands/**/*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef) and "begin_log" in _calls(function)
    }

    assert len(begun) >= 6, "a node, a league, the consent service, the auditor, a witness, a monitor"
    assert [name for name, calls in begun.items() if "forbid_core_dumps" not in calls] == []

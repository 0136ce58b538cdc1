"""Every log call of the product: a constant message, no argument, and fields of the one closed list."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.operations.log_fields import LOG_FIELDS
from chassis.operations.log_lines import OURS

PACKAGES = ("audit", "chassis", "client", "consent", "deploy", "models", "policies", "server")
METHODS = {"debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log"}
SET_UP = "chassis/operations/"
SILENCED = "policies/engine/casbin_engine.py"  # gives Casbin a logger that nothing reaches
LOGGABLE = {
    "LogUnavailable",
    "QuorumNotMet",
    "LogCorrupt",
    "ClockApart",
    "OutsideItsTime",
    "CampaignFailed",
    "RefusedSum",
    "KeptOut",
}
"""Errors whose sentence may stand in a log: clocks, counts, ids of clubs, names of witnesses, nothing of a person."""


def faults_of(source: str, path: str = "x.py") -> Iterator[str]:
    """Yield what is wrong with a module's log calls."""
    nodes = list(ast.walk(ast.parse(source)))
    for node in nodes:
        if is_use_of_logging(node) and path != SILENCED:
            yield f"{path}:{node.lineno} uses logging otherwise than to get a logger"
        elif isinstance(node, ast.Call) and is_named_logger(node.func):
            if not is_name(node.args[0], "__name__"):
                yield f"{path}:{node.lineno} has a logger of another name than its module"
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and is_named_logger(node.value.func):
            yield from (
                () if is_name(node.targets[0], "logger") else [f"{path}:{node.lineno} names its logger otherwise"]
            )
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_name(node.func.value, "logger"):
            yield from (f"{path}:{node.lineno} {fault}" for fault in faults_of_call(node, node.func.attr))


def faults_of_call(call: ast.Call, method: str) -> Iterator[str]:
    if method not in METHODS:
        yield f"calls logger.{method}"
    if len(call.args) != 1 or not isinstance(call.args[0], ast.Constant) or "%" in str(call.args[0].value):
        yield "expected one constant message and no argument"
    for keyword in call.keywords:
        if keyword.arg == "extra":
            yield from faults_of_fields(keyword.value)
        elif keyword.arg != "exc_info":
            yield f"gives {keyword.arg}"


def faults_of_fields(fields: ast.expr) -> Iterator[str]:
    if not isinstance(fields, ast.Dict):
        yield "expected the fields written out"
        return
    for key in fields.keys:
        if not isinstance(key, ast.Constant) or key.value not in LOG_FIELDS:
            yield f"has a field that is not declared: {ast.unparse(key) if key else '**'}"


def is_use_of_logging(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and is_name(node.value, "logging") and node.attr != "getLogger"


def is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def is_named_logger(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "getLogger" and is_name(function.value, "logging")


@pytest.fixture(scope="module")
def product(repository_files: list[Path], root: Path) -> dict[str, str]:
    inside = [path for path in repository_files if path.suffix == ".py" and path.relative_to(root).parts[0] in PACKAGES]
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in inside}


def test_every_log_call_has_a_constant_message_and_declared_fields(product: dict[str, str]) -> None:
    outside = {path: text for path, text in product.items() if "logg" in text and not path.startswith(SET_UP)}

    assert [fault for path, text in outside.items() for fault in faults_of(text, path)] == []


def test_every_declared_field_is_used(product: dict[str, str]) -> None:
    fields = {
        key.value
        for text in product.values()
        if "extra=" in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.keyword) and node.arg == "extra" and isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if isinstance(key, ast.Constant)
    }

    assert fields == set(LOG_FIELDS)


def test_whose_errors_sentences_may_stand_in_a_log_is_a_closed_list(product: dict[str, str]) -> None:
    found = {
        node.name
        for text in product.values()
        if "is_loggable" in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and "is_loggable" in {name.id for name in assigned(node)}
    }

    assert found == LOGGABLE


def assigned(node: ast.ClassDef) -> list[ast.Name]:
    return [one.target for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]


def test_our_loggers_are_those_of_our_packages() -> None:
    assert set(PACKAGES) == OURS


@pytest.mark.parametrize(
    "line",
    [
        'logger.warning(f"refused {name}")',
        'logger.warning("refused %s", name)',
        'logger.warning("refused " + name)',
        'logger.warning("refused", extra={"person": name})',
        'logger.warning("refused", extra=fields)',
        'logger.warning("refused", extra={**fields})',
        'logger.warning("refused", extra={key: name})',
        "logger.warning(name)",
        'logging.warning("refused")',
        'logging.basicConfig(format="%(message)s")',
        "log = logging.getLogger(__name__)",
        'logger = logging.getLogger("uvicorn")',
        "logger.addHandler(handler)",
    ],
)
def test_a_call_that_could_tell_more_is_found(line: str) -> None:
    assert list(faults_of(line)) != []


def test_a_usual_call_is_none() -> None:
    usual = 'logger = logging.getLogger(__name__)\nlogger.warning("refused", extra={"org": org})\nlogger.exception("x")'

    assert list(faults_of(usual)) == []

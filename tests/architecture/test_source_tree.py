"""Rules of the house that a reader can check by looking: names, lengths, and no paths of one machine."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

PACKAGES = ("audit", "chassis", "client", "consent", "deploy", "models", "policies", "server")
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}
MOST_LINES = 350
MEDIAN_LINES = 110
MOST_MODULES = 15  # at the top of one package folder
MOST_OF_A_FUNCTION, MOST_OF_NINE_IN_TEN = 40, 15  # lines of body, without the docstring
MOST_OF_A_TEMPLATE_LINE = 140
# One step of a schema is one function, read from top to bottom and never changed after its release.
SCHEMA_STEPS = "versions"
# After lines of comment, the text that says what a module is for.
BEGINS_WITH_A_TEXT = re.compile(r'(?:#[^\n]*\n|\s)*r?"""\s*[^\s"]')
# A home or work directory of one computer. Written so that this line does not match itself.
MACHINE_PATH = re.compile(r"(?<![\w./}])/(?:home|Users|root|work)/[A-Za-z0-9_.]+")


@pytest.fixture(scope="module")
def sources(repository_files: list[Path]) -> list[Path]:
    """All Python files."""
    return [path for path in repository_files if path.suffix == ".py"]


def test_there_is_something_to_check(sources: list[Path]) -> None:
    assert len(sources) > 50


def test_every_module_is_named_for_its_idea(repository_files: list[Path], root: Path) -> None:
    nameless = [p for p in repository_files if NAMELESS & {Path(part).stem for part in p.relative_to(root).parts}]

    assert nameless == []


def test_no_source_file_is_longer_than_its_idea(sources: list[Path], root: Path) -> None:
    long = {
        str(path.relative_to(root)): lines
        for path in sources
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }

    assert long == {}


def test_half_of_the_files_are_short(sources: list[Path], root: Path) -> None:
    products = [path for path in sources if _is_product(path, root)]

    assert median(len(path.read_text(encoding="utf-8").splitlines()) for path in products) <= MEDIAN_LINES


def test_no_package_has_more_modules_than_a_reader_takes_in(sources: list[Path], root: Path) -> None:
    modules = Counter(str(path.parent.relative_to(root)) for path in sources if _is_product(path, root))

    assert {folder: count for folder, count in modules.items() if count > MOST_MODULES} == {}


def test_functions_are_short(sources: list[Path], root: Path) -> None:
    lengths = {
        f"{path.relative_to(root)}:{function.lineno} {function.name}": _body_lines(function)
        for path in sources
        if _is_product(path, root) and path.parent.name != SCHEMA_STEPS
        for function in _functions(path)
    }

    assert {name: lines for name, lines in lengths.items() if lines > MOST_OF_A_FUNCTION} == {}
    assert sorted(lengths.values())[len(lengths) * 9 // 10] <= MOST_OF_NINE_IN_TEN


def test_no_line_of_a_template_is_long(repository_files: list[Path], root: Path) -> None:
    templates = [
        path for path in repository_files if path.suffix == ".html" and path.relative_to(root).parts[0] in PACKAGES
    ]
    long = [
        f"{path.relative_to(root)}:{number}"
        for path in templates
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > MOST_OF_A_TEMPLATE_LINE
    ]

    assert len(templates) > 40
    assert long == []


def _is_product(path: Path, root: Path) -> bool:
    return path.relative_to(root).parts[0] in PACKAGES and path.name != "__init__.py"


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_packages_keep_their_init_to_a_docstring(sources: list[Path], root: Path) -> None:
    for path in sources:
        if path.name == "__init__.py" and path.relative_to(root).parts[0] in PACKAGES:
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert len(body) == 1, path
            assert isinstance(body[0], ast.Expr), path


def test_every_module_says_what_it_is_for(sources: list[Path]) -> None:
    silent = [path for path in sources if not BEGINS_WITH_A_TEXT.match(path.read_text(encoding="utf-8"))]

    assert silent == []


def test_no_file_names_a_directory_of_one_machine(repository_files: list[Path], root: Path) -> None:
    found = []
    for path in repository_files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # an image or another binary file
        found += [(str(path.relative_to(root)), match) for match in MACHINE_PATH.findall(text)]

    assert found == []


def test_the_demo_output_and_secrets_are_not_in_the_repository(repository_files: list[Path]) -> None:
    assert [p for p in repository_files if p.suffix in (".key", ".sqlite3", ".pem") or "demo-out" in p.parts] == []


def test_no_test_runs_a_loop_in_its_own_thread(root: Path) -> None:
    """Where a browser test ran before, there is one already, and the test fails for its order alone."""
    call = "asyncio" + ".run("
    found = [path.name for path in (root / "tests").rglob("*.py") if call in path.read_text(encoding="utf-8")]

    assert found == []

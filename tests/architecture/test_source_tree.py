"""Rules of the house that a reader can check by looking: names, lengths, and no paths of one machine."""

import ast
import re
from pathlib import Path

import pytest

PACKAGES = ("audit", "chassis", "client", "consent", "deploy", "models", "policies", "server")
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc"}
MOST_LINES = 400
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


def test_packages_keep_their_init_to_a_docstring(sources: list[Path], root: Path) -> None:
    for path in sources:
        if path.name == "__init__.py" and path.relative_to(root).parts[0] in PACKAGES:
            body = ast.parse(path.read_text(encoding="utf-8")).body
            assert len(body) == 1, path
            assert isinstance(body[0], ast.Expr), path


def test_every_module_says_what_it_is_for(sources: list[Path]) -> None:
    silent = [path for path in sources if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]

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

"""One public name, one meaning: no class and no type alias of the product is defined twice."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGES = ("audit", "chassis", "client", "consent", "deploy", "models", "policies", "server")
TYPE_PARAMETERS = ("TypeVar", "ParamSpec", "TypeVarTuple")


def public_names(source: str) -> Iterator[str]:
    """Yield the public classes and type aliases that a module defines; names of type parameters are its own."""
    for node in ast.parse(source).body:
        match node:
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if not is_type_parameter(value):
                yield from [name] if is_alias_name(name) else []
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield from [name] if is_alias_name(name) else []


def is_alias_name(name: str) -> bool:
    """True for `OrgText`, not for `LIMIT`, `limit` or `_Row`."""
    return name[0].isupper() and not name.isupper()


def is_type_parameter(value: ast.expr) -> bool:
    """True for `TypeVar("T")` and its kin."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in TYPE_PARAMETERS


def defined_twice(sources: dict[str, str]) -> dict[str, list[str]]:
    """Return each name that two modules define, or one defines twice, with the places."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path, source in sources.items():
        for name in public_names(source):
            places[name].append(path)
    return {name: found for name, found in places.items() if len(found) > 1}


@pytest.fixture(scope="module")
def product(repository_files: list[Path], root: Path) -> dict[str, str]:
    """The text of every module of the product."""
    inside = [path for path in repository_files if path.suffix == ".py" and path.relative_to(root).parts[0] in PACKAGES]
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in inside}


def test_no_class_and_no_alias_has_two_definitions(product: dict[str, str]) -> None:
    assert defined_twice(product) == {}


def test_the_product_is_what_is_looked_at(product: dict[str, str]) -> None:
    names = Counter(name for source in product.values() for name in public_names(source))

    assert len(names) > 500
    assert {"Clock", "Floats", "Grant", "ClubId", "OrgText"} & set(names) >= {"Clock", "Floats", "Grant", "OrgText"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("class Entry: ...", "class Entry(Base): ..."),
        ("Numbers = list[int]", "Numbers = list[float]"),
        ("class Numbers: ...", "Numbers = list[int]"),
        ("Numbers: TypeAlias = list[int]", "Numbers = list[int]"),
        ("OrgId = NewType('OrgId', str)", "OrgId = NewType('OrgId', str)"),
    ],
)
def test_a_second_definition_is_found(first: str, second: str) -> None:
    assert list(defined_twice({"a.py": first, "b.py": second}).values()) == [["a.py", "b.py"]]


def test_private_names_constants_and_type_parameters_are_each_modules_own() -> None:
    own = "class _Row: ...\nLIMIT = 3\n_Pair = tuple[int, int]\nKey = TypeVar('Key')\nlimit = 4\nT = TypeVar('T')"

    assert defined_twice({"a.py": own, "b.py": own}) == {}

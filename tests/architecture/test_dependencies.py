"""Each extra of the wheel lists exactly what its program imports, and nothing that no program calls."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.imported_libraries import SourceTree, distribution_of

ROOT = Path(__file__).parents[2]
PACKAGES = ("audit", "chassis", "client", "consent", "deploy", "models", "policies", "server")
BASE = ("audit", "policies")  # and what they reach of chassis; chassis.storage counts where a program reaches it
SHARED = ("audit", "chassis", "models", "policies")
NEEDED_WITHOUT_AN_IMPORT = {
    "python-multipart": "FastAPI reads the fields of a form with it",
    "psycopg": "SQLAlchemy loads it for a database address that begins with postgresql+psycopg",
}
ARRIVING = {
    "movement": "pose estimation from video",
}
"""Extras that no program calls yet, and the piece of work that calls them."""
OF_DATABASES = {"chassis.storage.engine", "chassis.storage.migrate", "chassis.storage.utc_time"}
"""Modules of the chassis that only programs with a relational database import; homefield-audit has none."""
OF_NETWORKS = {"models.networks.convolution", "models.privacy.opacus_gradients", "models.training.network_fit"}
"""Modules that import torch or Opacus; a program imports them inside the function that runs a network, never before."""
NOT_CALLED = {
    "models.evaluation.published_figures",  # figures for model cards; no program fills a card with them yet
    "models.training.network_pretraining",  # makes the public initial weights of networks again, by hand
}
"""Shared modules that no program reaches."""


def declared() -> dict[str, set[str]]:
    """Names of the distributions that pyproject.toml lists, "" being what every program has."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: {canonicalize_name(Requirement(line).name) for line in lines} for extra, lines in lists.items()}


def source(root: Path = ROOT) -> SourceTree:
    return SourceTree(root, PACKAGES)


def imported(tree: SourceTree, start: Iterable[str]) -> set[str]:
    """What the modules of `start` need, beyond what every program has; without `networks` if they are none of it."""
    start = set(start)
    reached = tree.reached(start)
    return tree.libraries(reached if start & OF_NETWORKS else reached - OF_NETWORKS) - imported_by_every_program(tree)


def imported_by_every_program(tree: SourceTree) -> set[str]:
    modules = {module for package in BASE for module in tree.modules(package)} | {"models.wire"}
    modules -= OF_DATABASES
    return tree.libraries(tree.reached(modules))


def needed(root: Path) -> dict[str, set[str]]:
    """What each list must hold, for the source below `root`."""
    tree = source(root)
    programs = {name: imported(tree, tree.modules(name)) for name in ("client", "consent", "server")}
    return {
        "": imported_by_every_program(tree),
        **programs,
        "networks": imported(tree, OF_NETWORKS),
        "movement": set(),
        "demo": imported(tree, tree.modules("deploy")) | {"homefield"},
        "postgres": set(),
    }


@cache
def needed_here() -> Mapping[str, set[str]]:
    """The same for our own source, which no test changes: read once."""
    return needed(ROOT)


def differences(needs: Mapping[str, set[str]], lists: Mapping[str, set[str]]) -> dict[str, tuple[set[str], set[str]]]:
    """For each list that is not exact: what it lacks, and what it lists although nothing needs it."""
    without_import = set(NEEDED_WITHOUT_AN_IMPORT)
    return {
        extra: (needed - lists[extra], lists[extra] - needed - without_import)
        for extra, needed in needs.items()
        if needed - lists[extra] or lists[extra] - needed - without_import
    }


def test_each_list_is_exactly_what_is_imported() -> None:
    assert differences(needed_here(), declared()) == {}


def test_every_extra_but_the_tools_is_compared() -> None:
    assert set(declared()) == {
        *("", "client", "consent", "demo", "dev", "movement", "networks", "oracles", "postgres", "server")
    }


def test_what_is_needed_without_an_import_is_listed_and_never_imported() -> None:
    listed = set().union(*declared().values())

    assert set(NEEDED_WITHOUT_AN_IMPORT) <= listed
    assert not imported_by_every_program(source()) & set(NEEDED_WITHOUT_AN_IMPORT)


def test_every_shared_module_is_reached_by_a_program_but_a_few_with_a_reason() -> None:
    tree = source()
    programs = [module for name in ("client", "consent", "server", "deploy") for module in tree.modules(name)]
    reached = tree.reached([*programs, "audit.cli", "audit.declared_events"])
    shared = {module for package in SHARED for module in tree.modules(package)}
    packages = {module for module in shared if (ROOT / module.replace(".", "/")).is_dir()}

    assert shared - reached - packages == NOT_CALLED


def test_an_extra_that_no_program_calls_says_when_it_arrives() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    for extra, piece in ARRIVING.items():
        before, _, rest = text.partition(f"\n{extra} = [")
        comment = f"{before.splitlines()[-1]} {rest.splitlines()[0]}"
        assert f"arrives with {piece}" in comment, extra


def test_torch_is_imported_by_the_modules_of_networks_alone() -> None:
    tree = source()
    modules = {module for package in PACKAGES for module in tree.modules(package)}

    importing = {
        module for module in modules if {"torch", "opacus"} & {n.partition(".")[0] for n in tree.imports(module)}
    }

    assert importing == OF_NETWORKS


PLANTED = [
    ("consent/planted.py", "def late() -> None:\n    import numpy", "consent", "numpy"),
    ("client/planted.py", "from sqlmodel import select", "client", "sqlmodel"),
    ("server/planted.py", "import opt_einsum.paths", "server", "opt-einsum"),
    ("chassis/text.py", "import anyio", "", "anyio"),
    ("chassis/storage/engine.py", "import sympy", "server", "sympy"),
    ("models/ewma.py", "import scipy", "client", "scipy"),
    ("models/privacy/opacus_gradients.py", "import mpmath", "networks", "mpmath"),
    ("deploy/planted.py", "import networkx", "demo", "networkx"),
]
"""A module, what it imports besides, the extra that does not list it, and the name that is missing there. Each name
is planted once."""


def test_an_import_that_no_list_names_is_found(copied_source: Path) -> None:
    for file, line, _, _ in PLANTED:
        with (copied_source / file).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")

    found = differences(needed(copied_source), declared())

    for file, _, extra, library in PLANTED:
        assert library in found[extra][0], file


@pytest.mark.parametrize("extra", ["", "client", "consent", "server", "networks", "movement", "demo", "postgres"])
def test_a_listed_library_that_nothing_imports_is_found(extra: str) -> None:
    lists = declared()
    lists[extra] = lists[extra] | {"sortedcontainers"}

    assert differences(needed_here(), lists) == {extra: (set(), {"sortedcontainers"})}


def test_a_module_that_nothing_installed_provides_is_no_silent_pass() -> None:
    with pytest.raises(LookupError, match="not_there"):
        distribution_of("not_there")

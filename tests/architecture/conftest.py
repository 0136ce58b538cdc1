"""Where the repository is, what is in it, and how to import our source without the rest of it."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # so that `tests.architecture` and `tests.drills` are found
PACKAGES = ("audit", "chassis", "client", "consent", "deploy", "models", "policies", "server")
OFF = {"FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1", "OMP_NUM_THREADS": "1"}

# Runs without the site module, so that the development install cannot lend it the sources that are absent.
IMPORT_ALL = """
import importlib, json, sys
task = json.loads(sys.argv[1])
sys.path[:0] = [task["source"], *task["libraries"]]
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in task["blocked"]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Blocked())
for name in task["modules"]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture
def copied_source(tmp_path: Path) -> Path:
    """A folder with our packages and pyproject.toml, to plant a violation in."""
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def repository_files() -> list[Path]:
    """Every file that git tracks or would track; skips where this is no git checkout."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout to know which files belong to the repository")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture
def import_alone(tmp_path: Path) -> Callable[..., set[str]]:
    """Import every module of `packages` from a copy that holds nothing else; returns the top-level names loaded.

    `blocked` libraries cannot be found, as in an environment where they were never installed; modules `without` are
    not imported.
    """

    def run(packages: Iterable[str], blocked: Iterable[str] = (), without: Iterable[str] = ()) -> set[str]:
        for package in packages:
            shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
        task = {
            "source": str(tmp_path),
            "libraries": [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")],
            "modules": [name for p in packages for name in modules_of(tmp_path / p) if name not in set(without)],
            "blocked": list(blocked),
        }
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", IMPORT_ALL, json.dumps(task)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, **OFF},
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return set(json.loads(done.stdout.splitlines()[-1]))

    return run


def modules_of(package: Path) -> list[str]:
    """Dotted names of all modules below a package; migration scripts run only inside Alembic and are left out."""
    names = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        if "migrations" not in parts and parts[-1] != "__main__":
            names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names

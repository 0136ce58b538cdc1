"""The wheel as an operator gets it, built from a copy of the source so that the checkout stays as it is."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("audit", "chassis", "client", "consent", "deploy", "models", "policies", "server")
WITHIN_S = 600.0


def build_wheel(into: Path) -> Path:
    """Build the wheel into the folder `into`, with the setuptools that is installed, and return it."""
    copy = into / "source"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--wheel-dir", str(into)]
    words = [*pip, "--no-deps", "--no-build-isolation", "--no-index", str(copy)]
    subprocess.run(words, check=True, timeout=WITHIN_S)
    (wheel,) = into.glob("homefield-*.whl")
    return wheel


def packaged_files() -> dict[str, bytes]:
    """Every file that the wheel must hold, by its path: code, templates, styles, rules, migrations."""
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*"))
    return {
        str(path.relative_to(ROOT)): path.read_bytes()
        for path in found
        if path.is_file() and "__pycache__" not in path.parts
    }


def project() -> dict[str, object]:
    """The `project` table of pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text)["project"])

"""Everything of `models` but the Opacus path works where torch, Opacus and Flower are not installed."""

import subprocess
import sys
from pathlib import Path

import models

BLOCK = """
import importlib, pkgutil, sys
for name in ("torch", "opacus", "flwr"):
    sys.modules[name] = None
import models
for module in pkgutil.iter_modules(models.__path__):
    if module.name != "opacus_gradients":
        importlib.import_module(f"models.{module.name}")
"""


def test_the_science_needs_no_torch() -> None:
    root = Path(models.__file__).parents[1]
    result = subprocess.run([sys.executable, "-W", "error", "-c", BLOCK], cwd=root, capture_output=True, text=True)

    assert result.returncode == 0, result.stderr

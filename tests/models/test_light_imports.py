"""All of `models` but what runs networks works where torch, Opacus and Flower are absent; the linear models train."""

import subprocess
import sys
from pathlib import Path

import pytest

import models

ROOT = Path(models.__file__).parents[1]
BLOCK = """
import importlib, pkgutil, sys
for name in {blocked}:
    sys.modules[name] = None
"""
IMPORT_ALL = """
import models
from tests.architecture.test_dependencies import OF_NETWORKS
found = [one.name for one in pkgutil.walk_packages(models.__path__, "models.") if one.name not in OF_NETWORKS]
for name in found:
    importlib.import_module(name)
assert {"models.registry", "models.privacy.contribution", "models.training.simulation"} <= set(found)
"""
TRAIN_LINEAR = """
import runpy
runpy.run_path("tests/models/linear_campaign.py", run_name="__main__")
"""
ASK_FOR_A_NETWORK = """
import numpy as np
from models import recovery
from models.errors import ModelError
from models.features import NETWORK_SCHEMA, AthleteSeries
from models.networks.installed import check_installed
from models.privacy.network_gradients import network_gradients
from models.training.initial_weights import initial_weights
start = np.array(initial_weights(NETWORK_SCHEMA.model))
one = recovery.design(np.full(40, 5.0), np.arange(40) % 7, schema=NETWORK_SCHEMA)
for ask in (check_installed, lambda: network_gradients(NETWORK_SCHEMA, start, [one])):
    try:
        ask()
    except ModelError as error:
        print(error)
"""
PREDICT = """
import numpy as np
from models import recovery
from models.errors import ModelError
from models.features import NETWORK_SCHEMA
try:
    recovery.predict(np.zeros(348), np.full(40, 5.0), np.arange(40) % 7, schema=NETWORK_SCHEMA)
except ModelError as error:
    print(error)
"""
SENTENCE = (
    "this model is a network and needs the extra “networks”; install torch==2.13.0 and then homefield[networks]\n"
)


def run(script: str, *blocked: str) -> "subprocess.CompletedProcess[str]":
    """Run a script in a Python of its own in which some libraries cannot be imported."""
    text = BLOCK.format(blocked=repr(blocked)) + script
    return subprocess.run([sys.executable, "-W", "error", "-c", text], cwd=ROOT, capture_output=True, text=True)


def test_the_science_needs_no_torch() -> None:
    result = run(IMPORT_ALL, "torch", "opacus", "flwr", "scipy")

    assert result.returncode == 0, result.stderr


def test_the_linear_models_train_without_torch() -> None:
    result = run(TRAIN_LINEAR, "torch", "opacus", "flwr", "scipy")

    assert result.returncode == 0, result.stderr
    assert result.stdout == "2 linear models trained\n"


@pytest.mark.parametrize("absent", ["torch", "opacus"])
def test_a_network_without_its_extra_is_one_sentence_that_names_it(absent: str) -> None:
    result = run(ASK_FOR_A_NETWORK, absent)

    assert result.returncode == 0, result.stderr
    assert result.stdout == 2 * SENTENCE


def test_a_prediction_of_a_network_needs_torch_too() -> None:
    result = run(PREDICT, "torch")

    assert result.returncode == 0, result.stderr
    assert result.stdout == SENTENCE

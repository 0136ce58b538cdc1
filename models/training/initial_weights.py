"""The public weights a campaign begins with, and the hash by which its manifest names them.

They were fitted on the public simulator alone (`pretraining` and `network_pretraining` make them again), so they cost
no privacy, and they are installed with the node: a coordinator that could choose the starting point could aim the first
gradient.
"""

import json
from collections.abc import Sequence
from importlib.resources import files

import numpy as np

from models.errors import BadWeights
from models.features import SCHEMAS
from policies.canonical import canonical_bytes, sha256_hex


def initial_weights(model: str) -> tuple[float, ...]:
    """Return the installed starting point of `model`.

    Raises BadWeights for a model that is not installed, or whose file was made for another feature schema.
    """
    schema = SCHEMAS.get(model)
    if schema is None:
        raise BadWeights(f"expected one of the installed models: {', '.join(sorted(SCHEMAS))}")
    name = "initial_weights.json" if schema.layers is None else "network_weights.json"
    entry = json.loads(files("models.training").joinpath(name).read_text("utf-8"))[model]
    if entry["feature_schema"] != schema.sha256:
        raise BadWeights(f"expected initial weights for the schema of {model}; make them again")
    weights = tuple(float(value) for value in entry["weights"])
    schema.check_weights(np.array(weights))
    return weights


def weights_sha256(weights: Sequence[float]) -> str:
    """Hash of the weights as canonical JSON (RFC 8785): the same numbers give the same hash on every machine."""
    return sha256_hex(canonical_bytes({"weights": [float(weight) for weight in weights]}))

"""What every metric returns: how it was made and how much of it was observed, never a bare number."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from models.arrays import Floats


@dataclass(frozen=True, slots=True)
class MetricRecord:
    """One metric on one day.

    value: None where the method is undefined or too little was observed; quality then says why.
    first, last: the window, both days included. coverage: n_valid / n_expected, 0 to 1.
    inputs_hash: SHA-256 of the method, its version and the exact inputs: equal hashes, equal values.
    """

    name: str
    value: float | None
    unit: str
    first: date
    last: date
    n_valid: int
    n_expected: int
    quality: tuple[str, ...]
    method_id: str
    method_version: int
    inputs_hash: str

    @property
    def coverage(self) -> float:
        """Share of the expected days (or nights, or beats) that were observed."""
        return self.n_valid / self.n_expected if self.n_expected else 0.0

    def as_json(self) -> dict[str, Any]:
        """Every field in plain JSON."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "window": [self.first.isoformat(), self.last.isoformat()],
            "n_valid": self.n_valid,
            "n_expected": self.n_expected,
            "coverage": round(self.coverage, 4),
            "quality": list(self.quality),
            "method_id": self.method_id,
            "method_version": self.method_version,
            "inputs_hash": self.inputs_hash,
        }


def inputs_hash(method_id: str, method_version: int, *inputs: Floats) -> str:
    """Return the hash that stands for a method and its inputs; every NaN counts as the same NaN."""
    digest = hashlib.sha256(f"{method_id}\x1f{method_version}".encode())
    for array in inputs:
        values = np.where(np.isnan(array), np.nan, np.asarray(array, dtype=np.float64) + 0.0)
        digest.update(f"\x1f{values.shape}\x1f".encode() + values.astype("<f8").tobytes())
    return digest.hexdigest()

"""Stores that an earlier release wrote, unpacked; `tests/vectors/stores` holds them with the script that made them."""

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

STORES = Path(__file__).parent / "vectors" / "stores"


def unpacked(name: str, folder: Path) -> Path:
    """Unpack the store `name` of release 0.1 into `folder`; returns the program's folder."""
    with tarfile.open(STORES / f"{name}-0.1.tar.xz") as packed:
        packed.extractall(folder, filter="data")
    return folder / name


def expected_of(name: str) -> dict[str, Any]:
    """What release 0.1 read from that store."""
    expected: dict[str, Any] = json.loads((STORES / "stores-0.1.json").read_text(encoding="utf-8"))[name]
    return expected


def digest(value: object) -> str:
    """SHA-256 of a value's JSON, as the script that made the stores computes it."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()

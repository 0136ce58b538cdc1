"""Writes tlog/*.json: what the formats of the log allow and forbid, from RFC 6962 and the C2SP specifications.

python tests/vectors/make_tlog_vectors.py [folder]

Knows nothing of `audit`, which is tested against these files. Run twice it writes the same bytes: ML-DSA-44
signatures, which differ each time they are made, are kept from the files checked in for as long as they verify.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import tlog_merkle
import tlog_notes
import tlog_policies
import tlog_rules

CHECKED_IN = Path(__file__).with_name("tlog")


def vectors() -> dict[str, Any]:
    """The contents of each file by its name."""
    return {
        "merkle": {
            "roots": tlog_merkle.roots(),
            "inclusion": tlog_merkle.inclusion_cases(),
            "consistency": tlog_merkle.consistency_cases(),
        },
        "tiles": {"paths": tlog_rules.tile_paths(), "sizes": tlog_rules.tiles_of_sizes()},
        "notes": tlog_rules.notes(),
        "checkpoints": tlog_notes.checkpoints(),
        "cosignatures": tlog_notes.cosignatures(_kept()),
        "proofs": tlog_notes.proofs(),
        "policies": tlog_policies.policies(),
    }


def _kept() -> list[bytes]:
    """Key id, time and signature of every good cosignature that is checked in."""
    file = CHECKED_IN / "cosignatures.json"
    cases = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return [
        bytes.fromhex(case["vkey"].split("+")[1] + case["time"]) + base64.b64decode(case["signature"])
        for case in cases
        if "message" in case
    ]


def _text(value: Any) -> str:
    """One case a line, and ASCII only, so that no editor can compose or replace a character."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(case) for case in value) + "\n]"
    return "{\n" + ",\n".join(f'"{name}": {_text(cases)}' for name, cases in value.items()) + "\n}"


def main(folder: Path) -> None:
    """Write the files to a folder."""
    folder.mkdir(exist_ok=True)
    for name, value in vectors().items():
        (folder / f"{name}.json").write_text(_text(value) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CHECKED_IN)

"""Checks a log written by Homefield with the package aics-tlog, and nothing of ours. Needs Python 3.12 or newer.

python interop/aics_verify.py DIR VKEY [OLD_CHECKPOINT...]
"""

import sys
from pathlib import Path

from aics_tlog import (
    FileSystemTileReader,
    audit_tiles,
    consistency_proof_from_tiles,
    inclusion_proof_from_tiles,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    read_entry,
    verify_checkpoint,
    verify_consistency,
    verify_leaf_inclusion,
)

SAMPLED = 97
"""Every so many entries we also ask for an inclusion proof; the audit before has read every one."""


def opened(path: Path, vkey: str) -> tuple[str, int, bytes]:
    """Return origin, size and root of a checkpoint whose signature is good."""
    note = parse_note(path.read_bytes())
    result = verify_checkpoint(note, parse_vkey(vkey))
    if not result.ok:
        sys.exit(f"{path.name}: {result.error}")
    checkpoint = parse_checkpoint(note.text)
    return checkpoint.origin, checkpoint.size, checkpoint.root


def main() -> None:
    """Check everything; exit code 1 at the first thing that is not right."""
    directory, vkey, older = Path(sys.argv[1]), sys.argv[2], [Path(path) for path in sys.argv[3:]]
    origin, size, root = opened(directory / "checkpoint", vkey)
    reader = FileSystemTileReader(directory)
    report = audit_tiles(reader, size, root)
    print(f"checkpoint of {origin}: signature good; {report.tiles} tiles and {report.bundles} bundles lead to its root")
    for index in range(0, size, SAMPLED):
        leaf = read_entry(reader, index, size)
        if not verify_leaf_inclusion(leaf, index, size, inclusion_proof_from_tiles(reader, index, size), root):
            sys.exit(f"entry {index} is not included")
    print(f"inclusion: {len(range(0, size, SAMPLED))} entries proven one by one")
    for path in older:
        _, old_size, old_root = opened(path, vkey)
        proof = consistency_proof_from_tiles(reader, old_size, size)
        if not verify_consistency(old_size, size, old_root, root, proof):
            sys.exit(f"{path.name} is not a prefix")
    print(f"consistency: {len(older)} older checkpoints, each proven to be a prefix")


if __name__ == "__main__":
    main()

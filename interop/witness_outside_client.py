"""Run in the outside witness's own environment: its client and its own tree against a witness of ours.

Arguments: address of the witness, its Ed25519 key as text, the log's origin, and the seed of the log's key in
hexadecimal digits. Prints one JSON object per step. Nothing of ours is imported here.
"""

import json
import sys

from aics_tlog import MerkleTree
from aics_tlog.checkpoint import Checkpoint, sign_checkpoint
from aics_tlog.cosign import verify_cosignature
from aics_tlog.note import parse_note, parse_vkey
from aics_witness.feeder import WitnessClient, WitnessRejected, merge_cosignatures
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIZES = (1, 2, 7, 256, 257, 1_000)


def signed(tree: MerkleTree, size: int, origin: str, key: Ed25519PrivateKey) -> bytes:
    """Return a checkpoint as the outside library writes and signs it."""
    return sign_checkpoint(Checkpoint(origin=origin, size=size, root=tree.root(size)), key, origin).to_bytes()


def main(url: str, vkey: str, origin: str, seed: str) -> None:
    """Grow a log step by step, then try to roll it back and to fork it."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    leaves = [f"entry {number}".encode() for number in range(SIZES[-1])]
    trusted = parse_vkey(vkey)
    tree, fork = MerkleTree(leaves), MerkleTree([b"other", *leaves[1:]])
    with WitnessClient(url, vkey) as client:
        for size in SIZES:
            note = signed(tree, size, origin, key)
            merged = parse_note(merge_cosignatures(note, client.submit(note, tree.consistency_proof)))
            own = [line for line in merged.signatures if (line.name, line.key_id) == (trusted.name, trusted.key_id)]
            is_right = [
                verify_cosignature(line.signature, line.name, trusted.public_key, origin, size, tree.root(size))
                for line in own
            ]
            print(json.dumps({"step": f"size {size}", "ok": is_right == [True]}))
    for step, other, size in (("same size, other root", fork, SIZES[-1]), ("fork", fork, SIZES[-2])):
        with WitnessClient(url, vkey) as client:
            try:
                client.submit(signed(other, size, origin, key), other.consistency_proof)
                refused = "nothing"
            except Exception as error:  # whichever of its refusals it is
                refused = f"{type(error).__name__}: {error}"
        print(json.dumps({"step": step, "ok": refused != "nothing", "said": refused[:160]}))
    with WitnessClient(url, vkey) as client:
        grown = MerkleTree([b"other", *leaves[1:], b"more"])
        try:
            client.submit(signed(grown, len(grown), origin, key), grown.consistency_proof)
            refused = "nothing"
        except WitnessRejected as error:
            refused = str(error)
        print(json.dumps({"step": "changed history", "ok": "422" in refused, "said": refused[:160]}))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The two keys of a log, and of a witness, from one secret of 32 bytes: Ed25519 and, split from it, ML-DSA-44.

Ed25519 is what every reader of public logs knows; ML-DSA-44 also withstands a quantum computer (C2SP tlog-checkpoint).
"""

from audit.errors import MalformedProof
from audit.tlog.note_keys import SEED_SIZE, Algorithm, Signer
from chassis.keys import subkey

_LOG = b"homefield log: ml-dsa-44"
_WITNESS = b"homefield witness: ml-dsa-44"


def log_signers(name: str, seed: bytes) -> tuple[Signer, Signer]:
    """Return a log's two signers, Ed25519 first; raises MalformedProof for a bad name or seed."""
    return Signer(name, seed), Signer(name, _split(seed, _LOG), Algorithm.ML_DSA_44)


def witness_signers(name: str, seed: bytes) -> tuple[Signer, Signer]:
    """Return a witness's two signers, whose signatures state a time, Ed25519 first; raises MalformedProof."""
    first = Signer(name, seed, Algorithm.ED25519_COSIGNATURE)
    return first, Signer(name, _split(seed, _WITNESS), Algorithm.ML_DSA_44)


def _split(seed: bytes, purpose: bytes) -> bytes:
    if len(seed) != SEED_SIZE:
        raise MalformedProof(f"expected a key seed of {SEED_SIZE} bytes")
    return subkey(seed, purpose, size=SEED_SIZE)

"""The line that a manifest names a club's node by: its Fleet key in OpenSSH form, and behind it its key for masks.

The key for masks is X25519 (RFC 7748), follows from the secret half of the Fleet key, and only says who a club is
(docs/privacy.md §1.5): what is sealed and masked in a round is protected by keys that are made for that round. Lines of
before there was one end with the Fleet key, and stay good.
"""

import base64
import re
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_BEFORE = "homefield-masks-"
_LINE = re.compile(rf"(?P<fleet>\S+ \S+) {_BEFORE}(?P<key>[0-9a-f]{{64}})")
_SCALAR_BYTES = 48  # of a secret P-384 key


def key_for_masks(fleet: EllipticCurvePrivateKey) -> X25519PrivateKey:
    """Return the node's key for masks, the same each time, by HKDF from its Fleet key (EC P-384)."""
    secret = fleet.private_numbers().private_value.to_bytes(_SCALAR_BYTES, "big")
    label = b"homefield secagg-1 key of a node"
    return X25519PrivateKey.from_private_bytes(HKDF(SHA256(), 32, None, label).derive(secret))


def node_line(fleet: EllipticCurvePrivateKey) -> str:
    """Return the line of a node with this Fleet key."""
    line = fleet.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    return f"{line} {_BEFORE}{key_for_masks(fleet).public_key().public_bytes_raw().hex()}"


def fleet_part(line: str) -> str:
    """Return a node's line without its key for masks: what it was before there were such keys."""
    found = _LINE.fullmatch(line)
    return line if found is None else found["fleet"]


def is_named(line: str, named: str) -> bool:
    """Whether a manifest that names `named` means this line's node: by all of it, or as before by its Fleet key."""
    return named in (line, fleet_part(line))


def masks_part(line: str) -> X25519PublicKey | None:
    """Return the key for masks that a node's line names; None in a line of before there were any."""
    found = _LINE.fullmatch(line)
    return None if found is None else X25519PublicKey.from_public_bytes(bytes.fromhex(found["key"]))


def with_masks_part_of(fleet_line: str, given: str) -> str:
    """Return a Fleet key's line with the key for masks at the end of `given`, if there is one there."""
    words = given.split()
    line = f"{fleet_line} {words[-1]}" if words else fleet_line
    return line if _LINE.fullmatch(line) else fleet_line


def fingerprints(line: str) -> tuple[tuple[str, str], ...]:
    """Return the fingerprints of a node's keys with their names, as OpenSSH shows them: SHA-256 in base64."""
    parts = [("fleet key", base64.b64decode(line.split()[1]))]
    if (masks := masks_part(line)) is not None:
        parts.append(("masks key", masks.public_bytes_raw()))
    return tuple((name, f"SHA256:{base64.b64encode(sha256(key).digest()).decode().rstrip('=')}") for name, key in parts)

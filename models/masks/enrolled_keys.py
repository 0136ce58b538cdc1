"""Who a club is in a masked round: the node key that the manifest names for it, and two organisations vouch for.

Signatures are ECDSA over P-384 with SHA-384 (FIPS 186-5), since those are the keys that nodes are enrolled with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from models.errors import MasksRefused


class NodeSigner(Protocol):
    """What a club signs its announcements with."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of this club's node over a message."""


class EnrolledKeys(Protocol):
    """What says whose signature it is."""

    def verify(self, club: str, message: bytes, signature: bytes) -> None:
        """Return if the node of `club` signed the message; raises MasksRefused otherwise."""


@dataclass(frozen=True, slots=True)
class FleetSigner:
    """The node key that signs in at the coordinator."""

    key: EllipticCurvePrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Return the signature in DER."""
        return self.key.sign(message, ECDSA(SHA384()))


class FleetKeys:
    """The keys of a manifest's clubs, as lines in OpenSSH form."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = lines
        self._read: dict[str, EllipticCurvePublicKey] = {}

    def verify(self, club: str, message: bytes, signature: bytes) -> None:
        """Return if the node of `club` signed the message; raises MasksRefused otherwise."""
        try:
            self._key(club).verify(signature, message, ECDSA(SHA384()))
        except InvalidSignature as error:
            raise MasksRefused(f"expected a signature by the enrolled key of {club}") from error

    def _key(self, club: str) -> EllipticCurvePublicKey:
        if club not in self._read:
            self._read[club] = _parsed(self._lines.get(club, ""))
        return self._read[club]


def _parsed(line: str) -> EllipticCurvePublicKey:
    try:
        key = load_ssh_public_key(line.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MasksRefused("expected a manifest that names the node key of every club") from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise MasksRefused("expected an EC key as the node key of a club")
    return key

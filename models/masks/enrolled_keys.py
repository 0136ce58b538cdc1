"""Who a club is in a masked round: the node keys that the manifest names for it, and two organisations vouch for.

Signatures are ECDSA over P-384 with SHA-384 (FIPS 186-5), since those are the keys that nodes are enrolled with. Where
the manifest names a key for masks of every club as well, two clubs know each other by the secret of those two keys,
which costs a twentieth of a signature (docs/privacy.md §1.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from models.errors import MasksRefused
from models.masks.node_line import key_for_masks, masks_part


class NodeSigner(Protocol):
    """What a club signs its announcements with."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of this club's node over a message."""

    def shared_with(self, peer: X25519PublicKey) -> bytes:
        """Return the secret that this node and the one with that key for masks share, and nobody else."""


class EnrolledKeys(Protocol):
    """What says whose signature it is."""

    def verify(self, club: str, message: bytes, signature: bytes) -> None:
        """Return if the node of `club` signed the message; raises MasksRefused otherwise."""

    @property
    def for_masks(self) -> Mapping[str, X25519PublicKey] | None:
        """The key for masks of every club; None where one has none, and signatures say who is who."""


@dataclass(frozen=True)
class FleetSigner:
    """The node key that signs in at the coordinator, and the key for masks that follows from it."""

    key: EllipticCurvePrivateKey = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Return the signature in DER."""
        return self.key.sign(message, ECDSA(SHA384()))

    def shared_with(self, peer: X25519PublicKey) -> bytes:
        """Return the secret of both nodes' keys for masks; raises MasksRefused for a key of low order."""
        try:
            return self._for_masks.exchange(peer)
        except ValueError as error:
            raise MasksRefused("expected keys for masks of the curve, got one of low order") from error

    @cached_property
    def _for_masks(self) -> X25519PrivateKey:
        return key_for_masks(self.key)


class FleetKeys:
    """The keys of a manifest's clubs, as lines of their nodes (`models.masks.node_line`)."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = lines
        self._read: dict[str, EllipticCurvePublicKey] = {}

    @cached_property
    def for_masks(self) -> Mapping[str, X25519PublicKey] | None:
        """The key for masks of every club, by club; None where one line or more names none."""
        found = {club: key for club, line in self._lines.items() if (key := masks_part(line)) is not None}
        return found if found.keys() == self._lines.keys() else None

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

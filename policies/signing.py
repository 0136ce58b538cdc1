"""Ed25519 keys and signatures (RFC 8032), with the short key ids that messages carry."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from policies.errors import BadSignature, InvalidInput

Checked = TypeVar("Checked")


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """A public Ed25519 key of 32 bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            raise InvalidInput(f"expected a public key of 32 bytes, got {len(self.raw)}")

    @property
    def key_id(self) -> str:
        """First 16 hexadecimal digits of SHA-256 over the public key."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @property
    def text(self) -> str:
        """The key as standard base64, 44 characters."""
        return base64.b64encode(self.raw).decode()

    @classmethod
    def from_text(cls, text: str) -> "VerifyKey":
        """Parse what `text` gives; raises InvalidInput otherwise."""
        try:
            raw = base64.b64decode(text.encode("ascii"), validate=True)
        except (ValueError, UnicodeEncodeError) as error:
            raise InvalidInput(f"expected a public key of 44 characters (base64), got a text of {len(text)}") from error
        return cls(raw)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Return if `signature` (64 bytes) is over `message`; raises BadSignature otherwise."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature as error:
            raise BadSignature(f"signature does not verify under key {self.key_id}") from error


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private Ed25519 key; its representation never shows the secret."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise InvalidInput(f"expected a key seed of 32 bytes, got {len(self.seed)}")

    @classmethod
    def generate(cls) -> "SigningKey":
        """Return a new key from the system's secure generator."""
        private = Ed25519PrivateKey.generate()
        return cls(private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))

    @property
    def verify_key(self) -> VerifyKey:
        """The public half."""
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        return VerifyKey(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature over `message`."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def verified_by_any(keys: Sequence[VerifyKey], check: Callable[[VerifyKey], Checked]) -> Checked:
    """Return what `check` returns for the first key that it does not refuse; raises the last key's BadSignature."""
    refused = BadSignature("expected a signature of somebody whose key counts")
    for key in keys:
        try:
            return check(key)
        except BadSignature as error:
            refused = error
    raise refused

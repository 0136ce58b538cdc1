"""Keys that sign notes: plain Ed25519, and the two kinds of cosignature (Ed25519 and ML-DSA-44)."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from enum import IntEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from audit.errors import MalformedProof, ProofFailed
from audit.tlog import cosignature
from audit.tlog.canonical_base64 import decode_base64, encode_base64
from audit.tlog.note_text import check_name

SEED_SIZE = 32
KEY_ID_SIZE = 4


class Algorithm(IntEnum):
    """Signature types of C2SP signed-note that this package knows."""

    ED25519 = 0x01
    ED25519_COSIGNATURE = 0x04
    ML_DSA_44 = 0x06

    @property
    def scheme(self) -> str:
        """The signature scheme by its name: a cosignature uses the same one as a plain signature."""
        return "ML-DSA-44" if self is Algorithm.ML_DSA_44 else "Ed25519"


_PUBLIC_SIZE = {Algorithm.ED25519: 32, Algorithm.ED25519_COSIGNATURE: 32, Algorithm.ML_DSA_44: 1312}
_SIGNATURE_SIZE = {Algorithm.ED25519: 64, Algorithm.ED25519_COSIGNATURE: 64, Algorithm.ML_DSA_44: 2420}


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who claims to have signed, with which key id (4 bytes), and the signature (not empty)."""

    name: str
    key_id: bytes
    signature: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.key_id) != KEY_ID_SIZE or not self.signature:
            raise MalformedProof(f"expected a key id of {KEY_ID_SIZE} bytes and a signature")

    @property
    def line(self) -> str:
        """The line as it stands in a note, without its newline."""
        return f"\u2014 {self.name} {encode_base64(self.key_id + self.signature)}"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A trusted public key with its name and signature type."""

    name: str
    public: bytes
    algorithm: Algorithm = Algorithm.ED25519

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public) != _PUBLIC_SIZE[self.algorithm]:
            raise MalformedProof(f"expected a public key of {_PUBLIC_SIZE[self.algorithm]} bytes")

    @property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name ‖ newline ‖ type ‖ public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed_key).digest()[:KEY_ID_SIZE]

    @property
    def vkey(self) -> str:
        """The key as text: name+id+key."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(self._typed_key)}"

    @property
    def is_timestamped(self) -> bool:
        """True for cosignatures, whose signature carries the time it was made at."""
        return self.algorithm is not Algorithm.ED25519

    @property
    def _typed_key(self) -> bytes:
        return bytes([self.algorithm]) + self.public

    @classmethod
    def from_vkey(cls, vkey: str) -> "Verifier":
        """Parse `name+id+key`; raises MalformedProof for anything else, also for kinds of key not known here."""
        parts = vkey.split("+", 2) if isinstance(vkey, str) else []
        if len(parts) != 3 or not re.fullmatch("[0-9a-f]{8}", parts[1]):
            raise MalformedProof("expected a verification key as name+8 hexadecimal digits+base64")
        typed_key = decode_base64(parts[2])
        try:
            algorithm = Algorithm(typed_key[0])
        except (IndexError, ValueError) as error:
            raise MalformedProof("expected a verification key of type 1, 4 (Ed25519) or 6 (ML-DSA-44)") from error
        verifier = cls(parts[0], typed_key[1:], algorithm)
        if verifier.key_id.hex() != parts[1]:
            raise MalformedProof("the verification key does not match its own key id")
        return verifier

    def verify(self, text: str, signature: bytes) -> None:
        """Return if `signature` is by this key over the note text; raises MalformedProof or ProofFailed otherwise."""
        size = _SIGNATURE_SIZE[self.algorithm]
        timestamp_s, plain = cosignature.split_timestamp(signature, size) if self.is_timestamped else (0, signature)
        message = _message(self.name, self.algorithm, timestamp_s, text)
        try:
            if self.algorithm is Algorithm.ML_DSA_44:
                MLDSA44PublicKey.from_public_bytes(self.public).verify(plain, message)
            else:
                Ed25519PublicKey.from_public_bytes(self.public).verify(plain, message)
        except (InvalidSignature, ValueError) as error:
            raise ProofFailed("a signature by a known key does not verify") from error

    def time_of(self, signature: bytes) -> int:
        """Return the POSIX time in a cosignature; 0 where this kind of key states none. Raises MalformedProof."""
        if not self.is_timestamped:
            return 0
        return cosignature.split_timestamp(signature, _SIGNATURE_SIZE[self.algorithm])[0]


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key (seed of 32 bytes) with its name; its representation never shows the secret."""

    name: str
    seed: bytes = field(repr=False)
    algorithm: Algorithm = Algorithm.ED25519

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != SEED_SIZE:
            raise MalformedProof(f"expected a key seed of {SEED_SIZE} bytes")

    @classmethod
    def generate(cls, name: str, algorithm: Algorithm = Algorithm.ED25519) -> "Signer":
        """Return a new key from the system's secure generator."""
        return cls(name, secrets.token_bytes(SEED_SIZE), algorithm)

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        if self.algorithm is Algorithm.ML_DSA_44:
            public = MLDSA44PrivateKey.from_seed_bytes(self.seed).public_key().public_bytes_raw()
        else:
            public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return Verifier(self.name, public, self.algorithm)

    @property
    def vkey(self) -> str:
        """The public half as text: name+id+key."""
        return self.verifier.vkey

    def sign(self, text: str, *, timestamp_s: int = 0) -> NoteSignature:
        """Return this key's signature line over a note text.

        timestamp_s: POSIX time that a cosignature states; plain Ed25519 states none and ignores it.
        Raises MalformedProof if a cosigner is to sign what is not a checkpoint, or at a time that cannot be.
        """
        message = _message(self.name, self.algorithm, timestamp_s, text)
        if self.algorithm is Algorithm.ML_DSA_44:
            signature = MLDSA44PrivateKey.from_seed_bytes(self.seed).sign(message)
        else:
            signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)
        verifier = self.verifier
        blob = cosignature.join_timestamp(timestamp_s, signature) if verifier.is_timestamped else signature
        return NoteSignature(self.name, verifier.key_id, blob)


def _message(name: str, algorithm: Algorithm, timestamp_s: int, text: str) -> bytes:
    if algorithm is Algorithm.ED25519:
        try:
            return text.encode()
        except UnicodeEncodeError as error:
            raise MalformedProof("expected a note text that UTF-8 can hold") from error
    if algorithm is Algorithm.ED25519_COSIGNATURE:
        return cosignature.ed25519_message(timestamp_s, text)
    return cosignature.ml_dsa_message(name, timestamp_s, text)

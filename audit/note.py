"""Signed notes: a text and signature lines below it (C2SP signed-note v1.0.0), here with Ed25519 keys."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from audit.errors import MalformedProof, ProofFailed, UnknownSigner
from policies.errors import BadSignature, InvalidInput
from policies.signing import SigningKey, VerifyKey

ED25519 = 0x01
"""Signature type of plain Ed25519 over the note text."""
MAX_BYTES = 1_000_000
MAX_SIGNATURES = 100
"""Limits we chose; the specification asks for at least 16 signatures, each of up to 5 kB."""

_DASH = "\u2014 "
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# \s is every Unicode space, and U+001C to U+001F, which are control characters and refused anyway.
_BAD_NAME = re.compile(r"[\s+]")


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: who claims to have signed, with which key id (4 bytes), and the signature."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note, without its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text that trusted keys have signed; `unverified` are lines by keys that nobody here knows."""

    text: str
    signatures: tuple[NoteSignature, ...]
    unverified: tuple[NoteSignature, ...] = ()


@dataclass(frozen=True, slots=True)
class Verifier:
    """A trusted public key with its name."""

    name: str
    key: VerifyKey

    def __post_init__(self) -> None:
        _check_name(self.name)

    @property
    def key_id(self) -> bytes:
        """First four bytes of SHA-256(name ‖ newline ‖ type ‖ public key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed_key).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as text: name+id+key."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._typed_key).decode()}"

    @property
    def _typed_key(self) -> bytes:
        return bytes([ED25519]) + self.key.raw

    @classmethod
    def from_vkey(cls, vkey: str) -> "Verifier":
        """Parse `name+id+key`; raises MalformedProof for anything else, also for other kinds of key."""
        parts = vkey.split("+", 2) if isinstance(vkey, str) else []
        if len(parts) != 3 or not re.fullmatch("[0-9a-f]{8}", parts[1]):
            raise MalformedProof("expected a verification key as name+8 hexadecimal digits+base64")
        typed_key = decode_base64(parts[2])
        if typed_key[:1] != bytes([ED25519]):
            raise MalformedProof("expected an Ed25519 verification key (type 0x01)")
        try:
            verifier = cls(parts[0], VerifyKey(typed_key[1:]))
        except InvalidInput as error:
            raise MalformedProof("expected a verification key with 32 bytes of public key") from error
        if verifier.key_id.hex() != parts[1]:
            raise MalformedProof("the verification key does not match its own key id")
        return verifier

    def verify(self, text: str, signature: bytes) -> None:
        """Return if `signature` is by this key over `text`; raises ProofFailed otherwise."""
        try:
            self.key.verify(text.encode(), signature)
        except BadSignature as error:
            raise ProofFailed("a signature by a known key does not verify") from error


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key (seed of 32 bytes) with its name; its representation never shows the secret."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check_name(self.name)
        SigningKey(self.seed)

    @classmethod
    def generate(cls, name: str) -> "Signer":
        """Return a new key from the system's secure generator."""
        return cls(name, SigningKey.generate().seed)

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, SigningKey(self.seed).verify_key)

    @property
    def vkey(self) -> str:
        """The public half as text: name+id+key."""
        return self.verifier.vkey

    def sign(self, text: str) -> NoteSignature:
        """Return this key's signature line over a note text."""
        return NoteSignature(self.name, self.verifier.key_id, SigningKey(self.seed).sign(text.encode()))


def sign_note(text: str, signers: Sequence[Signer]) -> bytes:
    """Return the signed note; raises MalformedProof for a text that no note may carry."""
    _check_characters(text)
    if not text.endswith("\n"):
        raise MalformedProof("expected a note text that ends with a newline")
    return write_note(text, [signer.sign(text) for signer in signers])


def write_note(text: str, signatures: Iterable[NoteSignature]) -> bytes:
    """Return the bytes of a note from its text and signatures."""
    return (text + "\n" + "".join(f"{signature.line}\n" for signature in signatures)).encode()


def open_note(text: bytes, verifiers: Iterable[Verifier]) -> Note:
    """Parse and verify a signed note; raises if no trusted key signed it or one that did does not verify.

    Signatures by other keys are kept as `unverified`; a repeated line of one key counts once.
    Raises MalformedProof, ProofFailed, or UnknownSigner when no line is by a key in `verifiers`.
    """
    known = _by_identity(verifiers)
    body, lines = _split(text)
    trusted: dict[tuple[str, bytes], NoteSignature] = {}
    unknown: dict[NoteSignature, None] = {}
    for signature in [_parse_line(line) for line in lines]:
        identity = (signature.name, signature.key_id)
        if identity not in known:
            unknown[signature] = None
        elif identity not in trusted:
            known[identity].verify(body, signature.signature)
            trusted[identity] = signature
    if not trusted:
        raise UnknownSigner("the note carries no signature by a trusted key")
    return Note(body, tuple(trusted.values()), tuple(unknown))


def decode_base64(text: str) -> bytes:
    """Decode standard base64 (RFC 4648 §4) in its one canonical spelling; raises MalformedProof otherwise."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise MalformedProof("expected standard base64") from error
    # Unused bits must be zero, or a changed byte could go unseen.
    if base64.b64encode(data).decode() != text:
        raise MalformedProof("expected canonical base64")
    return data


def _by_identity(verifiers: Iterable[Verifier]) -> Mapping[tuple[str, bytes], Verifier]:
    known: dict[tuple[str, bytes], Verifier] = {}
    for verifier in verifiers:
        if known.setdefault((verifier.name, verifier.key_id), verifier) != verifier:
            raise MalformedProof("two trusted keys share name and id")
    return known


def _split(note: bytes) -> tuple[str, list[str]]:
    """Return the note text, and its signature lines after the last blank line."""
    if len(note) > MAX_BYTES:
        raise MalformedProof(f"expected a note of at most {MAX_BYTES} bytes")
    try:
        text = bytes(note).decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedProof("expected a note in UTF-8") from error
    _check_characters(text)
    body, blank, signatures = text.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise MalformedProof("expected a text, a blank line and signature lines, each ending with a newline")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise MalformedProof(f"expected at most {MAX_SIGNATURES} signatures")
    return body + "\n", lines


def _parse_line(line: str) -> NoteSignature:
    if not line.startswith(_DASH):
        raise MalformedProof("expected a signature line that starts with an em dash and a space")
    name, _, encoded = line[len(_DASH) :].partition(" ")
    _check_name(name)
    blob = decode_base64(encoded)
    if len(blob) < 5:
        raise MalformedProof("expected a key id of four bytes and a signature")
    return NoteSignature(name, blob[:4], blob[4:])


def _check_characters(text: str) -> None:
    if _CONTROL.search(text) or _SURROGATE.search(text):
        raise MalformedProof("expected a note in UTF-8 without control characters other than newline")


def _check_name(name: str) -> None:
    _check_characters(name)
    if not name or _BAD_NAME.search(name):
        raise MalformedProof("expected a key name without spaces and without +")

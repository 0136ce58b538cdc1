"""Signed notes: a text and signature lines below it (C2SP signed-note v1.0.0)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audit.errors import MalformedProof, UnknownSigner
from audit.tlog.canonical_base64 import decode_base64
from audit.tlog.note_keys import KEY_ID_SIZE, NoteSignature, Signer, Verifier
from audit.tlog.note_text import check_characters, check_text

MAX_BYTES = 1_000_000
MAX_SIGNATURES = 100
"""Limits we chose; the specification asks for at least 16 signatures, each of up to 5 kB."""

_DASH = "\u2014 "


@dataclass(frozen=True, slots=True)
class Note:
    """A text that trusted keys have signed; `unverified` are lines by keys that nobody here knows."""

    text: str
    signatures: tuple[NoteSignature, ...]
    unverified: tuple[NoteSignature, ...] = ()


def sign_note(text: str, signers: Sequence[Signer], *, timestamp_s: int = 0) -> bytes:
    """Return the signed note; raises MalformedProof for a text that no note may carry.

    timestamp_s: POSIX time that cosignatures among the signatures state.
    """
    check_text(text)
    return write_note(text, [signer.sign(text, timestamp_s=timestamp_s) for signer in signers])


def write_note(text: str, signatures: Iterable[NoteSignature]) -> bytes:
    """Return the bytes of a note; raises MalformedProof for a text that no note may carry, or without signatures."""
    check_text(text)
    lines = "".join(f"{signature.line}\n" for signature in signatures)
    if not lines:
        raise MalformedProof("expected at least one signature, got none")
    return f"{text}\n{lines}".encode()


def open_note(text: bytes, verifiers: Iterable[Verifier]) -> Note:
    """Parse and verify a signed note; raises if no trusted key signed it or one that did does not verify.

    Every line by a known key must verify; of several by one key the first is kept, and repeated lines count once.
    Signatures by other keys are kept as `unverified`.
    Raises MalformedProof (also for a line whose key two of the `verifiers` claim to be), ProofFailed, or
    UnknownSigner when no line is by a key in `verifiers`.
    """
    known = _by_identity(verifiers)
    body, signatures = split_note(text)
    trusted: dict[tuple[str, bytes], NoteSignature] = {}
    unknown: list[NoteSignature] = []
    for signature in dict.fromkeys(signatures):
        identity = (signature.name, signature.key_id)
        if identity in known:
            _only(known[identity]).verify(body, signature.signature)
            trusted.setdefault(identity, signature)
        else:
            unknown.append(signature)
    if not trusted:
        raise UnknownSigner("the note carries no signature by a trusted key")
    return Note(body, tuple(trusted.values()), tuple(unknown))


def split_note(note: bytes) -> tuple[str, list[NoteSignature]]:
    """Return text and signatures of a note, none of them verified: nothing here may be relied on.

    The text ends at the last blank line. Raises MalformedProof.
    """
    if not isinstance(note, bytes) or len(note) > MAX_BYTES:
        raise MalformedProof(f"expected a note of at most {MAX_BYTES} bytes")
    try:
        text = note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedProof("expected a note in UTF-8") from error
    check_characters(text)
    body, blank, lines = text.rpartition("\n\n")
    if not blank:
        raise MalformedProof("expected a text, a blank line and signature lines, each ending with a newline")
    return body + "\n", parse_signature_lines(lines)


def parse_signature_lines(lines: str) -> list[NoteSignature]:
    """Parse one or more signature lines, each ending with a newline; raises MalformedProof."""
    if not lines.endswith("\n"):
        raise MalformedProof("expected signature lines, each ending with a newline")
    parts = lines[:-1].split("\n")
    if len(parts) > MAX_SIGNATURES:
        raise MalformedProof(f"expected at most {MAX_SIGNATURES} signatures")
    return [_parse_line(part) for part in parts]


def _parse_line(line: str) -> NoteSignature:
    if not line.startswith(_DASH):
        raise MalformedProof("expected a signature line that starts with an em dash and a space")
    name, _, encoded = line[len(_DASH) :].partition(" ")
    blob = decode_base64(encoded)
    return NoteSignature(name, blob[:KEY_ID_SIZE], blob[KEY_ID_SIZE:])


def _by_identity(verifiers: Iterable[Verifier]) -> Mapping[tuple[str, bytes], list[Verifier]]:
    known: dict[tuple[str, bytes], list[Verifier]] = {}
    for verifier in verifiers:
        known.setdefault((verifier.name, verifier.key_id), []).append(verifier)
    return known


def _only(verifiers: Sequence[Verifier]) -> Verifier:
    if len(verifiers) > 1:
        raise MalformedProof("two trusted keys share name and id")
    return verifiers[0]

"""Checkpoints: what a log commits to at one size, as a signed note (C2SP tlog-checkpoint v1.0.0)."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from audit import merkle
from audit.errors import MalformedProof
from audit.note import Signer, Verifier, decode_base64, open_note, sign_note

MAX_SIZE = (1 << 63) - 1
_SIZE = re.compile("0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Origin (the log's name), number of entries, and the root of their tree."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        """The note text that is signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)

    @property
    def root_text(self) -> str:
        """The root as base64, as in the checkpoint."""
        return base64.b64encode(self.root).decode()

    def signed(self, signers: Sequence[Signer]) -> bytes:
        """Return the checkpoint as a signed note."""
        return sign_note(self.body, signers)


def parse_body(text: str) -> Checkpoint:
    """Parse the note text of a checkpoint; raises MalformedProof."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise MalformedProof("expected a checkpoint of three or more lines, none empty")
    origin, size, root, *extensions = lines
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
        raise MalformedProof("expected a checkpoint size in decimal digits without leading zeroes")
    root_hash = decode_base64(root)
    if len(root_hash) != merkle.HASH_SIZE:
        raise MalformedProof(f"expected a checkpoint root of {merkle.HASH_SIZE} bytes")
    return Checkpoint(origin, int(size), root_hash, tuple(extensions))


def open_checkpoint(data: bytes, verifier: Verifier) -> Checkpoint:
    """Return the checkpoint that this log key signed; raises a child of AuditError otherwise."""
    return parse_body(open_note(data, [verifier]).text)

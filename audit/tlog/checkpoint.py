"""Checkpoints: what a log commits to at one size, as the text of a signed note (C2SP tlog-checkpoint v1.0.0)."""

import re
from dataclasses import dataclass

from audit.errors import MalformedProof
from audit.tlog import merkle
from audit.tlog.canonical_base64 import decode_base64, encode_base64
from audit.tlog.note_text import check_characters

CHECKPOINT = "checkpoint"
"""Where a log's checkpoint stands, below its prefix (C2SP tlog-tiles)."""
MAX_SIZE = (1 << 63) - 1
"""Largest tree we know: the specification names no limit, its implementations count in signed 64 bits."""
MAX_LENGTH = 16_384
"""Longest text of a checkpoint (our choice): without extension lines, which are discouraged, it takes 100 or so."""
_SIZE = re.compile("0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Origin (the log's name), number of entries, and the root of their tree; raises MalformedProof if it cannot be."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if not all(lines) or any("\n" in line for line in lines):
            raise MalformedProof("expected an origin and extensions of one line each, none empty")
        check_characters("".join(lines))
        if not 0 <= self.size <= MAX_SIZE:
            raise MalformedProof("expected a checkpoint size from 0 to 2^63 - 1")
        if len(self.root) != merkle.HASH_SIZE:
            raise MalformedProof(f"expected a checkpoint root of {merkle.HASH_SIZE} bytes, got {len(self.root)}")
        # There is one empty tree: any other root would let a log tell two stories before its first entry.
        if self.size == 0 and self.root != merkle.EMPTY_ROOT:
            raise MalformedProof("expected the root of the empty tree in a checkpoint of size 0")

    @property
    def body(self) -> str:
        """The note text that is signed."""
        return "".join(f"{line}\n" for line in [self.origin, str(self.size), self.root_text, *self.extensions])

    @property
    def root_text(self) -> str:
        """The root as base64, as in the checkpoint."""
        return encode_base64(self.root)


def parse_body(text: str) -> Checkpoint:
    """Parse the note text of a checkpoint; raises MalformedProof."""
    if len(text) > MAX_LENGTH:
        raise MalformedProof(f"expected a checkpoint of at most {MAX_LENGTH} characters")
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop():
        raise MalformedProof("expected a checkpoint of three or more lines, each ending with a newline")
    origin, size, root, *extensions = lines
    return Checkpoint(origin, parse_size(size), decode_base64(root), tuple(extensions))


def parse_size(text: str) -> int:
    """Parse a tree size: decimal digits without leading zeroes, below 2^63; raises MalformedProof."""
    if not _SIZE.fullmatch(text) or int(text) > MAX_SIZE:
        raise MalformedProof("expected a number in decimal digits without leading zeroes, below 2^63")
    return int(text)

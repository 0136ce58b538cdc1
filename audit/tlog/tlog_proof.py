"""Proof files: one entry's inclusion, checkable offline with the log's key alone (C2SP tlog-proof)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from audit.errors import MalformedProof
from audit.tlog import merkle
from audit.tlog.canonical_base64 import decode_base64, encode_base64
from audit.tlog.checkpoint import Checkpoint, parse_body, parse_size
from audit.tlog.note import split_note
from audit.tlog.trust_policy import TrustedCheckpoint, TrustPolicy

HEADER = "c2sp.org/tlog-proof@v1"
MAX_BYTES = 2_000_000
"""Longest proof file we read (our choice): a note of the greatest length, and as much again for the extra data."""
MAX_HASHES = 63
"""Height of the largest tree there can be."""
_INDEX = re.compile("index (.*)")
_EXTRA = re.compile("extra (.+)")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An entry's index, the hashes from its sibling up, and the signed checkpoint they lead to."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    @property
    def text(self) -> str:
        """The proof file."""
        lines = [HEADER]
        if self.extra:
            lines.append(f"extra {encode_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += map(encode_base64, self.hashes)
        return "".join(f"{line}\n" for line in lines) + "\n" + self.checkpoint.decode()


def parse_proof(data: bytes | str) -> TlogProof:
    """Parse a proof file, as read from a file or as text; raises MalformedProof.

    Nothing in it is verified, and its extra data never is: nobody signs that.
    """
    head, blank, checkpoint = _encoded(data).partition(b"\n\n")
    if not blank or not head.isascii():
        raise MalformedProof("expected a proof file: lines in ASCII, a blank line, and a checkpoint")
    header, *lines = head.decode("ascii").split("\n")
    if header != HEADER:
        raise MalformedProof(f"expected a proof file that starts with {HEADER}")
    extra = _take(_EXTRA, lines)
    index = _take(_INDEX, lines)
    if index is None:
        raise MalformedProof("expected a proof file with a line: index and a number")
    proof = TlogProof(parse_size(index), _hashes(lines), checkpoint, decode_base64(extra) if extra else b"")
    if proof.index >= parse_body(split_note(checkpoint)[0]).size:
        raise MalformedProof("expected an index below the size of the checkpoint")
    return proof


def verify_proof(data: bytes | str, *, leaf: bytes, policy: TrustPolicy) -> TrustedCheckpoint:
    """Return the trusted checkpoint that the proof leads to from `leaf`; raises a child of AuditError otherwise."""
    proof = parse_proof(data)
    trusted = policy.open(proof.checkpoint)
    verify(proof.hashes, leaf=leaf, index=proof.index, checkpoint=trusted.checkpoint)
    return trusted


def verify(hashes: Sequence[bytes], *, leaf: bytes, index: int, checkpoint: Checkpoint) -> None:
    """Return if the entry `leaf` stands at `index` under this checkpoint; raises MalformedProof or ProofFailed."""
    merkle.verify_inclusion(
        leaf_hash=merkle.leaf_hash(leaf), index=index, size=checkpoint.size, proof=hashes, root=checkpoint.root
    )


def _encoded(data: bytes | str) -> bytes:
    try:
        encoded = data.encode() if isinstance(data, str) else data
    except UnicodeEncodeError as error:
        raise MalformedProof("expected a proof file in UTF-8") from error
    if len(encoded) > MAX_BYTES:
        raise MalformedProof(f"expected a proof file of at most {MAX_BYTES} bytes")
    return encoded


def _take(pattern: re.Pattern[str], lines: list[str]) -> str | None:
    """Return what follows the keyword on the first line and remove that line; None if it has another keyword."""
    found = pattern.fullmatch(lines[0]) if lines else None
    if found is None:
        return None
    del lines[0]
    return found[1]


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MAX_HASHES:
        raise MalformedProof(f"expected at most {MAX_HASHES} hashes, got {len(lines)}")
    hashes = tuple(map(decode_base64, lines))
    if any(len(value) != merkle.HASH_SIZE for value in hashes):
        raise MalformedProof(f"expected hashes of {merkle.HASH_SIZE} bytes")
    return hashes

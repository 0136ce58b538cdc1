"""Proof files: one entry's inclusion, checkable offline with the log's key alone (C2SP tlog-proof)."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from audit import merkle
from audit.checkpoint import Checkpoint, open_checkpoint
from audit.errors import MalformedProof
from audit.note import Verifier, decode_base64

HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile("index (0|[1-9][0-9]{0,18})", re.ASCII)


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
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(value).decode() for value in self.hashes]
        return "".join(f"{line}\n" for line in lines) + "\n" + self.checkpoint.decode()


def parse_proof(text: str) -> TlogProof:
    """Parse a proof file; raises MalformedProof."""
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != HEADER:
        raise MalformedProof(f"expected a proof file that starts with {HEADER}")
    extra = decode_base64(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else b""
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if index is None:
        raise MalformedProof("expected a proof file with a line: index and a number")
    return TlogProof(int(index[1]), tuple(decode_base64(line) for line in lines), checkpoint.encode(), extra)


def verify_proof(text: str, *, leaf: bytes, verifier: Verifier) -> Checkpoint:
    """Return the checkpoint that the proof file leads to from `leaf`; raises a child of AuditError otherwise."""
    proof = parse_proof(text)
    checkpoint = open_checkpoint(proof.checkpoint, verifier)
    verify(proof.hashes, leaf=leaf, index=proof.index, checkpoint=checkpoint)
    return checkpoint


def verify(hashes: Sequence[bytes], *, leaf: bytes, index: int, checkpoint: Checkpoint) -> None:
    """Return if the entry `leaf` stands at `index` under this checkpoint; raises MalformedProof or ProofFailed."""
    merkle.verify_inclusion(
        leaf_hash=merkle.leaf_hash(leaf), index=index, size=checkpoint.size, proof=hashes, root=checkpoint.root
    )

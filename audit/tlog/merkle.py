"""The Merkle tree of the log: hashes, roots, inclusion and consistency proofs (RFC 6962 §2.1, RFC 9162 §2.1)."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from audit.errors import MalformedProof, ProofFailed

HASH_SIZE = 32
MAX_NUMBER = (1 << 64) - 1
"""Largest index or size: both are 64-bit numbers in RFC 9162."""
EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree without leaves."""

NodeLookup = Callable[[int, int], bytes]
"""Hash of the complete subtree at (level, index): the leaves [index << level, (index + 1) << level)."""
SubtreeLookup = Callable[[int, int], bytes]
"""Hash of the subtree over the leaves [start, end), complete or not: what `subtree_hash` returns."""


def leaf_hash(entry: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class ProofStep:
    """One step of an inclusion proof: the sibling's hash, whether it stands left, and the hash of both."""

    sibling: bytes
    is_left: bool
    result: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """The complete subtrees along the right edge of a tree, largest first: all that appending needs to know."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """Return the frontier with one more leaf hash."""
        hashes, node, size = list(self.hashes), leaf, self.size
        while size & 1:
            node = node_hash(hashes.pop(), node)
            size >>= 1
        return Frontier(self.size + 1, (*hashes, node))

    def root(self) -> bytes:
        """Return the root of the whole tree."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over these leaf hashes."""
    frontier = Frontier()
    for leaf in leaf_hashes:
        frontier = frontier.append(leaf)
    return frontier.root()


def frontier(size: int, node: NodeLookup) -> Frontier:
    """Return the frontier of the tree of `size` leaves from its complete subtrees."""
    hashes, start = [], 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            hashes.append(node(level, start >> level))
            start += 1 << level
    return Frontier(size, tuple(hashes))


def subtree_hash(start: int, end: int, node: NodeLookup) -> bytes:
    """Return the RFC 6962 hash of the leaves [start, end); start is a multiple of the power of two that covers them."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, start >> level)
    split = start + (1 << ((count - 1).bit_length() - 1))
    return node_hash(subtree_hash(start, split, node), subtree_hash(split, end, node))


def inclusion_proof(
    index: int, size: int, node: NodeLookup, *, remembered: SubtreeLookup | None = None
) -> tuple[bytes, ...]:
    """Return the path of leaf `index` in the tree of `size` leaves, from its sibling up (RFC 6962 §2.1.1).

    remembered: `subtree_hash` over the same nodes, for whoever makes many proofs and keeps what they have in common.
    """
    subtree = remembered or partial(subtree_hash, node=node)
    _check_numbers(index, size)
    if index >= size:
        raise MalformedProof(f"expected an index below {size}, got {index}")
    start, end, path = 0, size, []
    while end - start > 1:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < split:
            path.append(subtree(split, end))
            end = split
        else:
            path.append(subtree(start, split))
            start = split
    return tuple(reversed(path))


def consistency_proof(size1: int, size2: int, node: NodeLookup) -> tuple[bytes, ...]:
    """Return the proof that the tree of `size1` leaves is a prefix of that of `size2` (RFC 6962 §2.1.2)."""
    _check_numbers(size1, size2)
    if not 0 < size1 <= size2:
        raise MalformedProof(f"expected sizes 0 < size1 <= size2, got {size1} and {size2}")
    start, end, path = 0, size2, []
    while end != size1:
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if size1 <= split:
            path.append(subtree_hash(split, end, node))
            end = split
        else:
            path.append(subtree_hash(start, split, node))
            start = split
    # A whole old tree is known to the verifier already; a part of it is not.
    if start:
        path.append(subtree_hash(start, end, node))
    return tuple(reversed(path))


def verify_inclusion(*, leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Return if `proof` shows the leaf at `index` in the tree of `size` leaves with this root (RFC 9162 §2.1.3.2).

    Raises MalformedProof for input that cannot be a proof and ProofFailed for one that leads elsewhere.
    """
    _check_hashes([root])
    steps = inclusion_steps(leaf_hash=leaf_hash, index=index, size=size, proof=proof)
    if (steps[-1].result if steps else leaf_hash) != root:
        raise ProofFailed("the inclusion proof leads to another root")


def inclusion_steps(*, leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes]) -> list[ProofStep]:
    """Return the hashing that a proof prescribes, from the leaf up; raises as `verify_inclusion` does."""
    _check_numbers(index, size)
    if index >= size:
        raise MalformedProof(f"expected an index below the size {size}, got {index}")
    _check_hashes([leaf_hash, *proof])
    position, last, node, steps = index, size - 1, leaf_hash, []
    for sibling in proof:
        if last == 0:
            raise ProofFailed("the inclusion proof is longer than its tree is high")
        is_left = bool(position & 1) or position == last
        if is_left:
            position, last = _up_past_left_edges(position, last)
        node = node_hash(sibling, node) if is_left else node_hash(node, sibling)
        steps.append(ProofStep(sibling, is_left, node))
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofFailed("the inclusion proof is shorter than its tree is high")
    return steps


def verify_consistency(*, size1: int, root1: bytes, size2: int, root2: bytes, proof: Sequence[bytes]) -> None:
    """Return if `proof` shows that the first tree is a prefix of the second (RFC 9162 §2.1.4.2).

    Equal sizes need equal roots and an empty proof. An empty old tree proves nothing and is an error, also beside an
    empty new one, as in the vectors of transparency-dev/merkle; whoever accepts an empty old tree does so before
    calling. Raises MalformedProof or ProofFailed.
    """
    _check_numbers(size1, size2)
    if not 0 < size1 <= size2:
        raise MalformedProof(f"expected sizes 0 < size1 <= size2, got {size1} and {size2}")
    if size1 == size2:
        _check_same_tree(root1, root2, proof)
        return
    _check_hashes([root1, root2, *proof])
    if not proof:
        raise MalformedProof("expected a proof between trees of different sizes, got none")
    # An old tree that is one complete subtree starts the path itself.
    first, *rest = proof if size1 & (size1 - 1) else (root1, *proof)
    old = new = first
    position, last = size1 - 1, size2 - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    for step in rest:
        if last == 0:
            raise ProofFailed("the consistency proof is longer than its tree is high")
        if position & 1 or position == last:
            old, new = node_hash(step, old), node_hash(step, new)
            position, last = _up_past_left_edges(position, last)
        else:
            new = node_hash(new, step)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofFailed("the consistency proof is shorter than its tree is high")
    if old != root1 or new != root2:
        raise ProofFailed("the consistency proof leads to other roots")


def _up_past_left_edges(position: int, last: int) -> tuple[int, int]:
    """Climb while this node has no sibling of its own level; stops where the next shift leaves a right child."""
    while position and not position & 1:
        position, last = position >> 1, last >> 1
    return position, last


def _check_same_tree(root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    if proof:
        raise MalformedProof("expected no proof between trees of the same size")
    if root1 != root2:
        raise ProofFailed("two different roots for the same size")


def _check_numbers(*numbers: int) -> None:
    for number in numbers:
        if type(number) is not int or not 0 <= number <= MAX_NUMBER:
            raise MalformedProof("expected whole numbers from 0 to 2^64 - 1")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    for value in hashes:
        if not isinstance(value, bytes) or len(value) != HASH_SIZE:
            raise MalformedProof(f"expected hashes of {HASH_SIZE} bytes")

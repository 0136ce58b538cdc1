"""Merkle roots and proofs against a naive reading of RFC 6962, and forged proofs."""

import functools
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import AuditError, MalformedProof, ProofFailed
from audit.tlog import merkle

LEAVES = [merkle.leaf_hash(bytes([at])) for at in range(130)]


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_subproof(size1: int, leaves: list[bytes], *, is_whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2."""
    if size1 == len(leaves):
        return [] if is_whole else [naive_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if size1 <= split:
        return [*naive_subproof(size1, leaves[:split], is_whole=is_whole), naive_root(leaves[split:])]
    return [*naive_subproof(size1 - split, leaves[split:], is_whole=False), naive_root(leaves[:split])]


def node(level: int, index: int) -> bytes:
    return naive_root(LEAVES[index << level : (index + 1) << level])


def test_hashes_are_those_of_rfc_6962() -> None:
    assert merkle.leaf_hash(b"") == hashlib.sha256(b"\x00").digest()
    assert merkle.node_hash(b"a", b"b") == hashlib.sha256(b"\x01ab").digest()
    assert merkle.root([]) == hashlib.sha256(b"").digest()


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_root_agrees_with_the_recursive_definition(entries: list[bytes]) -> None:
    leaves = [merkle.leaf_hash(entry) for entry in entries]

    assert merkle.root(leaves) == naive_root(leaves)


@given(st.integers(1, 130))
def test_frontier_from_subtrees_is_the_one_built_leaf_by_leaf(size: int) -> None:
    built = merkle.Frontier()
    for leaf in LEAVES[:size]:
        built = built.append(leaf)

    assert merkle.frontier(size, node) == built


@settings(deadline=None)
@given(st.integers(1, 130).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_inclusion_proofs_are_those_of_the_definition_and_verify(case: tuple[int, int]) -> None:
    size, index = case
    proof = merkle.inclusion_proof(index, size, node)

    assert list(proof) == naive_path(index, LEAVES[:size])
    merkle.verify_inclusion(
        leaf_hash=LEAVES[index], index=index, size=size, proof=proof, root=naive_root(LEAVES[:size])
    )


@settings(deadline=None)
@given(st.integers(1, 130).flatmap(lambda size: st.tuples(st.integers(1, size), st.just(size))))
def test_consistency_proofs_are_those_of_the_definition_and_verify(case: tuple[int, int]) -> None:
    size1, size2 = case
    proof = merkle.consistency_proof(size1, size2, node)

    assert list(proof) == naive_subproof(size1, LEAVES[:size2])
    merkle.verify_consistency(
        size1=size1, root1=naive_root(LEAVES[:size1]), size2=size2, root2=naive_root(LEAVES[:size2]), proof=proof
    )


@settings(deadline=None)
@given(st.data())
def test_no_changed_inclusion_proof_verifies(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 130))
    index = data.draw(st.integers(0, size - 1))
    good = {
        "leaf_hash": LEAVES[index],
        "index": index,
        "size": size,
        "proof": list(merkle.inclusion_proof(index, size, node)),
        "root": naive_root(LEAVES[:size]),
    }
    other = data.draw(st.binary(min_size=32, max_size=32))
    at = data.draw(st.integers(0, len(good["proof"]) - 1))
    proof = list(good["proof"])
    changed = data.draw(
        st.sampled_from(
            [
                {"leaf_hash": other},
                {"root": other},
                {"index": size},
                {"index": -1},
                {"proof": proof[:-1]},
                {"proof": [*proof, other]},
                {"proof": [*proof[:at], other, *proof[at + 1 :]]},
                {"proof": [*proof[:at], proof[at][:31], *proof[at + 1 :]]},
                {"leaf_hash": b""},
                {"root": b""},
            ]
        )
    )

    with pytest.raises(AuditError):
        merkle.verify_inclusion(**{**good, **changed})


@settings(deadline=None)
@given(st.data())
def test_no_changed_consistency_proof_verifies(data: st.DataObject) -> None:
    size2 = data.draw(st.integers(2, 130))
    size1 = data.draw(st.integers(1, size2 - 1))
    proof = list(merkle.consistency_proof(size1, size2, node))
    good = {
        "size1": size1,
        "root1": naive_root(LEAVES[:size1]),
        "size2": size2,
        "root2": naive_root(LEAVES[:size2]),
        "proof": proof,
    }
    other = data.draw(st.binary(min_size=32, max_size=32))
    at = data.draw(st.integers(0, len(proof) - 1))
    changed = data.draw(
        st.sampled_from(
            [
                {"root1": other},
                {"root2": other},
                {"root1": good["root2"], "root2": good["root1"]},
                {"size1": 0},
                {"size1": size2 + 1},
                {"size1": size2},
                {"proof": proof[:-1]},
                {"proof": [*proof, other]},
                {"proof": [*proof[:at], other, *proof[at + 1 :]]},
                {"proof": []},
            ]
        )
    )

    with pytest.raises(AuditError):
        merkle.verify_consistency(**{**good, **changed})


def test_growth_from_an_empty_tree_is_an_error_even_with_an_empty_proof() -> None:
    with pytest.raises(MalformedProof):
        merkle.verify_consistency(size1=0, root1=merkle.EMPTY_ROOT, size2=1, root2=LEAVES[0], proof=[])


@pytest.mark.parametrize(
    ("root1", "root2", "proof"),
    [
        (merkle.EMPTY_ROOT, merkle.EMPTY_ROOT, []),
        (merkle.EMPTY_ROOT, LEAVES[0], []),
        (LEAVES[0], LEAVES[0], LEAVES[:1]),
    ],
    ids=["the same", "another root", "a proof"],
)
def test_two_empty_trees_prove_nothing_whatever_their_roots(root1: bytes, root2: bytes, proof: list[bytes]) -> None:
    with pytest.raises(MalformedProof, match="0 < size1"):
        merkle.verify_consistency(size1=0, root1=root1, size2=0, root2=root2, proof=proof)


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    merkle.verify_consistency(size1=7, root1=b"short root", size2=7, root2=b"short root", proof=[])

    with pytest.raises(ProofFailed):
        merkle.verify_consistency(size1=7, root1=LEAVES[0], size2=7, root2=LEAVES[1], proof=[])
    with pytest.raises(MalformedProof):
        merkle.verify_consistency(size1=7, root1=LEAVES[0], size2=7, root2=LEAVES[0], proof=[LEAVES[1]])


def test_a_shrinking_log_is_an_error() -> None:
    with pytest.raises(MalformedProof):
        merkle.verify_consistency(size1=2, root1=LEAVES[0], size2=1, root2=LEAVES[1], proof=[])


def test_a_leaf_hash_is_not_accepted_as_an_inner_node() -> None:
    """Second preimage: the hashes of two leaves, taken as one entry, must not have the leaf hash of their parent."""
    parent = merkle.node_hash(LEAVES[0], LEAVES[1])

    assert merkle.leaf_hash(LEAVES[0] + LEAVES[1]) != parent


def is_subtree(start: int, end: int) -> bool:
    """Whether [start, end) begins at a multiple of the smallest power of two that covers it."""
    return start % (1 << (end - start - 1).bit_length()) == 0


SUBTREES = [(start, end) for end in range(1, 131) for start in range(end) if is_subtree(start, end)]


def test_hashes_of_all_subtrees_are_those_published() -> None:
    """Appendix "Subtree Test Vectors" of draft-ietf-plants-merkle-tree-certs: one digest over all up to size 130."""
    lines = [f"[{start}, {end}) {merkle.subtree_hash(start, end, node).hex()}\n" for start, end in SUBTREES]

    published = "94a95384a8c69acea9b50d035a58285b3a777cb7a724005faa5e1f1e1190007f"
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == published


def test_inclusion_proofs_of_all_subtrees_are_those_published() -> None:
    """The same appendix: PATH(index - start, D[start:end]) for every leaf of every subtree up to size 130."""
    cached = functools.cache(node)
    digest = hashlib.sha256()
    for start, end in SUBTREES:
        for index in range(start, end):
            proof = merkle.inclusion_proof(index - start, end - start, _inside(start, cached))
            digest.update(" ".join([f"{index} [{start}, {end})", *(value.hex() for value in proof)]).encode() + b"\n")

    assert digest.hexdigest() == "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f"


def _inside(start: int, node: merkle.NodeLookup) -> merkle.NodeLookup:
    return lambda level, index: node(level, index + (start >> level))


def test_the_example_of_the_merkle_tree_specification() -> None:
    """The tree of seven entries in C2SP merkle-tree and RFC 6962 §2.1.3, by the letters used there."""
    a, b, c, d, e, f, g = LEAVES[:7]
    h, i, j = merkle.node_hash(a, b), merkle.node_hash(c, d), merkle.node_hash(e, f)
    k, m = merkle.node_hash(h, i), merkle.node_hash(j, g)

    assert merkle.root(LEAVES[:7]) == merkle.node_hash(k, m)
    assert merkle.inclusion_proof(0, 7, node) == (b, i, m)
    assert merkle.inclusion_proof(3, 7, node) == (c, h, m)
    assert merkle.inclusion_proof(4, 7, node) == (f, g, k)
    assert merkle.inclusion_proof(6, 7, node) == (j, k)
    assert merkle.consistency_proof(3, 7, node) == (c, d, h, m)
    assert merkle.consistency_proof(4, 7, node) == (m,)
    assert merkle.consistency_proof(6, 7, node) == (j, g, k)


@pytest.mark.parametrize(
    "number", [-1, 1 << 64, 1 << 100_000, True, 1.0], ids=["negative", "65 bits", "long", "truth", "float"]
)
def test_sizes_beyond_64_bits_and_other_things_are_errors(number: object) -> None:
    for attempt in (
        lambda: merkle.verify_inclusion(leaf_hash=LEAVES[0], index=0, size=number, proof=[], root=LEAVES[0]),
        lambda: merkle.verify_inclusion(leaf_hash=LEAVES[0], index=number, size=9, proof=[], root=LEAVES[0]),
        lambda: merkle.verify_consistency(size1=1, root1=LEAVES[0], size2=number, root2=LEAVES[0], proof=[LEAVES[1]]),
        lambda: merkle.verify_consistency(size1=number, root1=LEAVES[0], size2=3, root2=LEAVES[0], proof=[LEAVES[1]]),
        lambda: merkle.inclusion_proof(number, number, node),
        lambda: merkle.consistency_proof(number, number, node),
    ):
        with pytest.raises(MalformedProof):
            attempt()


@pytest.mark.parametrize("index", [True, 1.0, "1", None])
def test_an_index_that_is_no_whole_number_is_an_error(index: object) -> None:
    with pytest.raises(MalformedProof):
        merkle.verify_inclusion(
            leaf_hash=LEAVES[1],
            index=index,
            size=2,
            proof=[LEAVES[0]],
            root=node(1, 0),  # type: ignore[arg-type]
        )

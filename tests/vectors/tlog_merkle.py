"""Merkle trees as RFC 6962 §2.1 defines them, word for word, and cases made with them. Nothing here is from `audit`.

Whether a changed proof still holds is decided by walking the recursive definition backwards, not by the loop of
RFC 9162 that verifiers run: a proof with another size may hold, as only the checkpoint binds size to root.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

OTHER = hashlib.sha256(b"another hash").digest()
LEAVES = [hashlib.sha256(b"\x00" + bytes([at])).digest() for at in range(130)]
EMPTY = hashlib.sha256(b"").digest()

Case = dict[str, Any]


def node(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(count: int) -> int:
    """k: the largest power of two smaller than n."""
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def mth(leaves: list[bytes]) -> bytes:
    """MTH(D[n]) over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    k = split(len(leaves))
    return node(mth(leaves[:k]), mth(leaves[k:]))


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), mth(leaves[k:])]
    return [*path(index - k, leaves[k:]), mth(leaves[:k])]


def subproof(size1: int, leaves: list[bytes], is_whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b); with b true it is PROOF(m, D[n])."""
    if size1 == len(leaves):
        return [] if is_whole else [mth(leaves)]
    k = split(len(leaves))
    if size1 <= k:
        return [*subproof(size1, leaves[:k], is_whole), mth(leaves[k:])]
    return [*subproof(size1 - k, leaves[k:], False), mth(leaves[:k])]


def root_of_path(index: int, size: int, leaf: bytes, proof: list[bytes]) -> bytes | None:
    """The root that PATH read backwards gives; None for a path of another length."""
    if size == 1 or not proof:
        return leaf if size == 1 and not proof else None
    k = split(size)
    is_left = index < k
    below = root_of_path(index if is_left else index - k, k if is_left else size - k, leaf, proof[:-1])
    if below is None:
        return None
    return node(below, proof[-1]) if is_left else node(proof[-1], below)


def roots_of_proof(size1: int, size2: int, root1: bytes, proof: list[bytes], is_whole: bool = True) -> Any:
    """Both roots that SUBPROOF read backwards gives; None for a proof of another length."""
    if size1 == size2:
        known = [root1] if is_whole else proof
        return (known[0], known[0]) if len(proof) + is_whole == 1 else None
    if not proof:
        return None
    k = split(size2)
    is_left = size1 <= k
    below = roots_of_proof(
        size1 if is_left else size1 - k, k if is_left else size2 - k, root1, proof[:-1], is_whole and is_left
    )
    if below is None:
        return None
    old, new = below
    return (old, node(new, proof[-1])) if is_left else (node(proof[-1], old), node(proof[-1], new))


def is_included(case: Case) -> bool:
    """Whether an inclusion case holds."""
    if not 0 <= case["index"] < case["size"] or not _are_hashes(case["leaf"], case["root"], *case["proof"]):
        return False
    return root_of_path(case["index"], case["size"], case["leaf"], case["proof"]) == case["root"]


def is_consistent(case: Case) -> bool:
    """Whether a consistency case holds; from an empty old tree nothing follows, not even another."""
    size1, size2, root1, root2, proof = (case[name] for name in ("size1", "size2", "root1", "root2", "proof"))
    if not 0 < size1 <= size2:
        return False
    if size1 == size2:
        return root1 == root2 and not proof
    return _are_hashes(root1, root2, *proof) and roots_of_proof(size1, size2, root1, proof) == (root1, root2)


def inclusion_cases() -> list[Case]:
    """Every leaf of small trees, some of larger ones, and changes to some of them."""
    places = [(index, size) for size in range(1, 9) for index in range(size)]
    places += [(0, 13), (7, 13), (12, 13), (31, 33), (32, 33), (64, 65), (77, 100), (127, 128), (128, 129), (129, 130)]
    proved = [_inclusion(index, size) for index, size in places]
    changed = [0, 2, 5, 20, 27, 35, 37, 40, 42]
    return _with_changes(proved, changed, _inclusion_changes, is_included)


def consistency_cases() -> list[Case]:
    """Every pair of small trees, some larger ones, and changes to some of them."""
    sizes = [(size1, size2) for size2 in range(1, 9) for size1 in range(1, size2 + 1)]
    sizes += [(6, 13), (8, 13), (12, 13), (16, 33), (32, 33), (64, 65), (65, 100), (99, 100), (127, 130), (128, 130)]
    proved = [_consistency(size1, size2) for size1, size2 in sizes]
    changed = [0, 1, 4, 17, 29, 34, 36, 39, 42, 44]
    cases = _with_changes(proved, changed, _consistency_changes, is_consistent)
    short = {"size1": 7, "size2": 7, "root1": b"twelve bytes", "root2": b"twelve bytes", "proof": []}
    for why, change in (
        ("equal sizes, equal roots of twelve bytes, no proof", {}),
        ("equal sizes, other roots", {"root2": b"other bytes!"}),
        ("both trees empty", {"size1": 0, "size2": 0, "root1": EMPTY, "root2": EMPTY}),
        ("an empty old tree", {"size1": 0, "size2": 1, "root1": EMPTY, "root2": LEAVES[0]}),
    ):
        case = {**short, **change}
        cases.append({"why": why, "valid": is_consistent(case), **_plain(case)})
    return cases


def roots() -> list[Case]:
    """Roots of the trees over the leaves 0x00, 0x01 and so on."""
    return [{"size": size, "root": _text(mth(LEAVES[:size]))} for size in [*range(18), 31, 32, 33, 64, 100, 129, 130]]


def _inclusion(index: int, size: int) -> Case:
    leaves = LEAVES[:size]
    return {"index": index, "size": size, "leaf": leaves[index], "root": mth(leaves), "proof": path(index, leaves)}


def _consistency(size1: int, size2: int) -> Case:
    old, new = LEAVES[:size1], LEAVES[:size2]
    return {"size1": size1, "size2": size2, "root1": mth(old), "root2": mth(new), "proof": subproof(size1, new)}


def _inclusion_changes(case: Case) -> Iterator[tuple[str, Case]]:
    index, size = case["index"], case["size"]
    yield "next index", {"index": index + 1}
    yield "index before", {"index": index - 1}
    yield "index with another bit", {"index": index ^ 2}
    yield "index at the size", {"index": size}
    yield "index of 64 bits", {"index": (1 << 64) - 1}
    yield "twice the size", {"size": size * 2}
    yield "half the size", {"size": size // 2}
    yield "one entry more", {"size": size + 1}
    yield "no entries", {"size": 0}
    yield "another leaf", {"leaf": OTHER}
    yield "the root as the leaf", {"leaf": case["root"]}
    yield "a short leaf hash", {"leaf": case["leaf"][:31]}
    yield "another root", {"root": OTHER}
    yield "no root", {"root": b""}
    yield (
        "a level too many, and the root it leads to",
        {
            "proof": [*case["proof"], OTHER],
            "root": node(OTHER, case["root"]),
        },
    )
    if size > 1:
        k = split(size)
        at, below = (index, k) if index < k else (index - k, size - k)
        root = root_of_path(at, below, case["leaf"], case["proof"][:-1])
        yield "a level too few, and the root it leads to", {"proof": case["proof"][:-1], "root": root}
    yield from _proof_changes(case["proof"], [case["root"], case["leaf"]])


def _consistency_changes(case: Case) -> Iterator[tuple[str, Case]]:
    size1, size2 = case["size1"], case["size2"]
    yield "old size zero", {"size1": 0}
    yield "next old size", {"size1": size1 + 1}
    yield "old size before", {"size1": size1 - 1}
    yield "old size with another bit", {"size1": size1 ^ 2}
    yield "old size above the new", {"size1": size2 + 1}
    yield "sizes changed round", {"size1": size2, "size2": size1}
    yield "twice the new size", {"size2": size2 * 2}
    yield "half the new size", {"size2": size2 // 2}
    yield "one entry more", {"size2": size2 + 1}
    yield "another old root", {"root1": OTHER}
    yield "another new root", {"root2": OTHER}
    yield "roots changed round", {"root1": case["root2"], "root2": case["root1"]}
    yield "a short old root", {"root1": case["root1"][:31]}
    yield (
        "a level too many, and the roots it leads to",
        {
            "proof": [*case["proof"], OTHER],
            "root1": node(OTHER, case["root1"]),
            "root2": node(OTHER, case["root2"]),
        },
    )
    if size1 <= split(size2) < size2:
        root = mth(LEAVES[: split(size2)])
        yield "a level too few, and the root it leads to", {"proof": case["proof"][:-1], "root2": root}
    yield from _proof_changes(case["proof"], [case["root1"], case["root2"]])


def _proof_changes(proof: list[bytes], roots: list[bytes]) -> Iterator[tuple[str, Case]]:
    yield "no proof", {"proof": []}
    yield "last hash missing", {"proof": proof[:-1]}
    yield "first hash missing", {"proof": proof[1:]}
    yield "proof upside down", {"proof": proof[::-1]}
    yield "a short hash", {"proof": [*proof[:-1], b"\x00" * 31]}
    for name, extra in (("a hash", OTHER), ("one root", roots[0]), ("the other root", roots[1]), ("nothing", b"")):
        yield f"{name} before the proof", {"proof": [extra, *proof]}
        yield f"{name} behind the proof", {"proof": [*proof, extra]}
    for at, value in enumerate(proof[:3]):
        flipped = value[:4] + bytes([value[4] ^ 16]) + value[5:]
        yield f"one bit of hash {at}", {"proof": [*proof[:at], flipped, *proof[at + 1 :]]}


def _with_changes(
    proved: list[Case],
    changed: list[int],
    changes: Callable[[Case], Iterator[tuple[str, Case]]],
    holds: Callable[[Case], bool],
) -> list[Case]:
    """Write each case once, and each change as what it replaces in the case `of` that number."""
    cases = [{"why": "as defined", "valid": holds(case), **_plain(case)} for case in proved]
    for number in changed:
        for why, change in changes(proved[number]):
            result = {**proved[number], **change}
            if result != proved[number]:
                cases.append({"why": why, "valid": holds(result), "of": number, **_plain(change)})
    return cases


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == 32 for value in values)


def _plain(case: Case) -> Case:
    return {name: _jsonable(value) for name, value in case.items()}


def _jsonable(value: Any) -> Any:
    if isinstance(value, bytes):
        return _text(value)
    return [_text(item) for item in value] if isinstance(value, list) else value


def _text(value: bytes) -> str:
    return b64encode(value).decode()

"""Bulk hashing agrees with the definition, for every size and every way to cut the entries."""

import random

from hypothesis import given
from hypothesis import strategies as st

from audit.tlog import merkle, tiles
from audit.verification.tile_hasher import TileHasher, hash_leaves, subtree_root


@given(st.integers(0, 1_100), st.integers(0, 1_100))
def test_a_hasher_that_goes_on_has_the_root_of_the_whole_tree(first: int, second: int) -> None:
    leaves = [index.to_bytes(4, "big") for index in range(first + second)]
    one = TileHasher()
    one.add_leaves(leaves[:first])

    other = TileHasher(one.size, one.levels)
    other.add_leaves(leaves[first:])

    assert (one.size, other.size) == (first, first + second)
    assert one.root() == merkle.root([merkle.leaf_hash(leaf) for leaf in leaves[:first]])
    assert other.root() == merkle.root([merkle.leaf_hash(leaf) for leaf in leaves])


def test_full_and_partial_tiles_are_those_of_the_log() -> None:
    size = 70_000
    rng = random.Random(3)
    leaves = [rng.randbytes(4) for _ in range(size)]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
    hasher, found = TileHasher(), {}
    for start in range(0, size, tiles.WIDTH):
        found.update(hasher.add(hash_leaves(leaves[start : start + tiles.WIDTH])))
    found.update(hasher.partial_tiles())

    assert found.keys() == {tile for tile in tiles.tiles_of(size) if not tile.is_bundle}
    for tile, data in found.items():
        assert len(data) == tile.width * merkle.HASH_SIZE
        place = rng.randrange(tile.width)
        span = tiles.WIDTH**tile.level
        start = (tile.index * tiles.WIDTH + place) * span
        assert data[place * 32 : place * 32 + 32] == merkle.root(hashes[start : start + span])


@given(st.integers(0, 8))
def test_the_root_of_a_complete_subtree(height: int) -> None:
    hashes = [merkle.leaf_hash(bytes([index])) for index in range(1 << height)]

    assert subtree_root(b"".join(hashes)) == merkle.root(hashes)

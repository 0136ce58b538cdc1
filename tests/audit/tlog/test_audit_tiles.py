"""Tile coordinates, paths and bundles as C2SP tlog-tiles states them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import MalformedProof
from audit.tlog import tiles
from audit.tlog.tiles import Tile


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(63, 999), "tile/63/999"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(2, 0, 1), "tile/2/000.p/1"),
        (tiles.bundle(1234067), "tile/entries/x001/x234/067"),
        (tiles.bundle(273, 112), "tile/entries/273.p/112"),
    ],
)
def test_paths_are_spelled_as_in_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert tiles.parse_path(path) == tile


def test_a_log_of_70000_entries_has_the_tiles_of_the_specification() -> None:
    found = list(tiles.tiles_of(70_000))

    assert [tile for tile in found if tile.level == 0] == [*(Tile(0, at) for at in range(273)), Tile(0, 273, 112)]
    assert [tile for tile in found if tile.level == 1] == [Tile(1, 0), Tile(1, 1, 17)]
    assert [tile for tile in found if tile.level == 2] == [Tile(2, 0, 1)]
    assert len([tile for tile in found if tile.is_bundle]) == 274


def test_a_log_of_256_entries_has_a_full_tile_and_one_hash_above_it() -> None:
    assert list(tiles.tiles_of(256)) == [tiles.bundle(0), Tile(0, 0), Tile(1, 0, 1)]


def test_an_empty_log_has_no_tile() -> None:
    assert list(tiles.tiles_of(0)) == []


@given(st.integers(-1, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_every_tile_has_one_path_and_comes_back_from_it(level: int, index: int, width: int) -> None:
    tile = Tile(level, index, width)

    assert tiles.parse_path(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/x1/001",
        "tile/0/../../etc",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/Entries/000",
        "checkpoint",
        "",
        "tile/0/" + "x001/" * 2_000 + "000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ],
)
def test_any_other_spelling_is_refused(path: str) -> None:
    with pytest.raises(MalformedProof):
        tiles.parse_path(path)


@given(st.integers(0, (1 << 63) - 1))
def test_an_index_is_written_in_groups_of_three_digits(index: int) -> None:
    *outer, last = Tile(0, index).path.removeprefix("tile/0/").split("/")

    assert all(len(group) == 4 and group[0] == "x" for group in outer)
    assert len(last) == 3
    assert int("".join(group.removeprefix("x") for group in outer) + last) == index
    assert not outer or outer[0] != "x000"


@given(st.integers(0, 1 << 40), st.integers(0, 4))
def test_a_log_has_the_tiles_of_the_formula(size: int, level: int) -> None:
    """Partial width floor(s / 256^l) mod 256, and never an empty tile."""
    full, partial = divmod(size // 256**level, 256)

    assert tiles.stored_tile(Tile(level, full), size) == (Tile(level, full, partial) if partial else None)
    assert tiles.stored_tile(Tile(level, full + 1), size) is None
    if full:
        assert tiles.stored_tile(Tile(level, full - 1, 1), size) == Tile(level, full - 1)


@pytest.mark.parametrize("coordinates", [(-2, 0, 1), (64, 0, 1), (0, -1, 1), (0, 1 << 63, 1), (0, 0, 0), (0, 0, 257)])
def test_tiles_that_cannot_be_are_refused(coordinates: tuple[int, int, int]) -> None:
    with pytest.raises(MalformedProof):
        Tile(*coordinates)


@given(st.text(max_size=30))
def test_no_text_crashes_the_path_parser(text: str) -> None:
    with contextlib.suppress(MalformedProof):
        assert tiles.parse_path(text).path == text


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_bundles_come_back_as_they_went_in(entries: list[bytes]) -> None:
    assert tiles.decode_bundle(tiles.encode_bundle(entries), len(entries)) == tuple(entries)


@given(st.binary(max_size=100), st.integers(1, 256))
def test_no_bytes_crash_the_bundle_parser(data: bytes, width: int) -> None:
    with contextlib.suppress(MalformedProof):
        assert tiles.encode_bundle(tiles.decode_bundle(data, width)) == data


@pytest.mark.parametrize("data", [b"\0", b"\0\1", b"\0\2a", b"\0\0\0", b"\0\1a\0", b"\xff\xff" + bytes(65_534)])
def test_a_bundle_that_ends_inside_an_entry_is_refused(data: bytes) -> None:
    for width in (1, 2):
        with pytest.raises(MalformedProof):
            tiles.decode_bundle(data, width)


@pytest.mark.parametrize("width", [0, 1, 3, 256])
def test_a_bundle_of_another_width_is_refused(width: int) -> None:
    with pytest.raises(MalformedProof):
        tiles.decode_bundle(tiles.encode_bundle([b"a", b""]), width)


def test_entries_longer_than_16_bits_say_are_refused() -> None:
    assert tiles.decode_bundle(tiles.encode_bundle([b"x" * 65_535]), 1) == (b"x" * 65_535,)

    with pytest.raises(MalformedProof):
        tiles.encode_bundle([b"x" * 65_536])


def test_a_tile_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(MalformedProof):
        tiles.split_hashes(bytes(31), 1)
    with pytest.raises(MalformedProof):
        tiles.split_hashes(bytes(64), 1)

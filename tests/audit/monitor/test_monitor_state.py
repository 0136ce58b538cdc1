"""The monitor's state file: written whole, read strictly, and never a crash whatever stands in it."""

import base64
import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit.errors import BrokenState
from audit.monitor.state import MonitorState, encode_state, parse_state, read_state, write_state
from audit.tlog.merkle import EMPTY_ROOT
from audit.tlog.note_keys import Verifier
from audit.verification.tile_hasher import TileHasher, hash_leaves
from tests.audit.grown_log import GrownLog
from tests.scale import fuzzed

LOG = GrownLog.of(600)
KEYS = [Verifier.from_vkey(vkey) for vkey in LOG.vkeys]


def state_of(size: int, **changes: Any) -> MonitorState:
    hasher = TileHasher()
    for at in range(0, size, 256):
        list(hasher.add(hash_leaves(LOG.leaves[at : min(at + 256, size)])))
    values = {"is_foreign": True, "has_heartbeats": False, "alive_at_s": 5, **changes}
    return MonitorState(LOG.note(size), LOG.checkpoint(size), tuple(hasher.levels), **values)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 512, 600])
def test_what_is_written_is_read_again(tmp_path: Path, size: int) -> None:
    state = state_of(size, awaited=((LOG.checkpoint(600), LOG.note(600)),) if size < 600 else ())

    write_state(tmp_path / "state.json", state)

    assert read_state(tmp_path / "state.json", KEYS) == state
    assert (tmp_path / "state.json").stat().st_mode & 0o077 == 0


def test_no_file_is_no_state(tmp_path: Path) -> None:
    assert read_state(tmp_path / "state.json", KEYS) is None


def test_what_cannot_be_read_is_not_taken_for_no_state(tmp_path: Path) -> None:
    with pytest.raises(BrokenState, match="is a directory"):
        read_state(tmp_path, KEYS)
    (tmp_path / "state.json").write_bytes(b"")
    with pytest.raises(BrokenState):
        read_state(tmp_path / "state.json", KEYS)


def test_a_state_under_other_keys_is_refused() -> None:
    stranger = [Verifier.from_vkey(vkey) for vkey in GrownLog(seed=bytes(32)).vkeys]
    with pytest.raises(BrokenState):
        parse_state(encode_state(state_of(5)), stranger)
    assert parse_state(encode_state(state_of(5)), KEYS[:1]).checkpoint == LOG.checkpoint(5)


def changed(**changes: Any) -> bytes:
    return json.dumps({**json.loads(encode_state(state_of(300))), **changes}).encode()


HASHES = base64.b64encode(bytes(44 * 32)).decode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        changed(version=2),
        changed(version=True),
        changed(more=1),
        changed(note=5),
        changed(note=""),
        changed(note="\ud800x"),
        changed(note=LOG.note(299).decode()),
        changed(note=LOG.note(300).decode().replace("\n300\n", "\n301\n")),
        changed(edge=[]),
        changed(edge=[HASHES]),
        changed(edge=["AAAA"] * 64),
        changed(edge=["AAAA"] * 65),
        changed(edge=["not base64", "x"]),
        changed(edge="AAAA"),
        changed(is_foreign="yes"),
        changed(is_foreign=1),
        changed(alive_at_s=-1),
        changed(alive_at_s=1.5),
        changed(alive_at_s=1 << 63),
        changed(alive_at_s=1 << 53),
        changed(alive_at_s="5"),
        changed(awaited=[LOG.note(300).decode()]),
        changed(awaited=[LOG.note(200).decode()]),
        changed(awaited=["x"]),
        changed(awaited=[LOG.note(301).decode()] * 33),
        changed(awaited=[GrownLog.of(301, origin="other.example").note().decode()]),
        encode_state(state_of(300))[:-3],
    ],
    ids=itertools.count(),  # the bytes hold fresh signatures, and two processes must name a test alike
)
def test_what_a_monitor_did_not_write_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenState):
        parse_state(data, KEYS)


def test_an_edge_with_one_changed_bit_is_noticed() -> None:
    seeded, good = random.Random(3), json.loads(encode_state(state_of(600)))
    for _ in range(200):
        edge = [bytearray(base64.b64decode(one)) for one in good["edge"]]
        level = seeded.choice([at for at, hashes in enumerate(edge) if hashes])
        edge[level][seeded.randrange(len(edge[level]))] ^= 1 << seeded.randrange(8)
        damaged = {**good, "edge": [base64.b64encode(one).decode() for one in edge]}
        with pytest.raises(BrokenState, match="does not lead"):
            parse_state(json.dumps(damaged).encode(), KEYS)


def test_an_edge_for_no_entries_is_the_empty_tree() -> None:
    assert parse_state(encode_state(state_of(0, is_foreign=None)), KEYS).checkpoint.root == EMPTY_ROOT


STATE = state_of(300)
GOOD = encode_state(STATE)
TIME = GOOD.index(b'"alive_at_s":5') + len('"alive_at_s":')
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from(["version", "note", "edge", "is_foreign", "has_heartbeats", "alive_at_s", "awaited", "x"])


def fits(field: str, value: object) -> bool:
    """Whether the state of 300 entries may hold this value there: its own, any answer, any moment, nothing awaited."""
    is_number = type(value) is int
    return {
        "version": is_number and value == 1,
        "note": value == json.loads(GOOD)["note"],
        "edge": value == json.loads(GOOD)["edge"],
        "is_foreign": value is None or isinstance(value, bool),
        "has_heartbeats": isinstance(value, bool),
        "alive_at_s": is_number and 0 <= value < 1 << 53,  # type: ignore[operator]
        "awaited": value == [],
        "x": False,
    }[field]


@fuzzed(100)
@given(data=st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()))
def test_anything_at_all_is_refused_in_our_own_words(data: bytes) -> None:
    with pytest.raises(BrokenState):
        parse_state(data, KEYS)


@fuzzed(100)
@example(field="is_foreign", value=None)
@example(field="has_heartbeats", value=True)
@example(field="alive_at_s", value=(1 << 53) - 1)
@example(field="awaited", value=[])
@given(field=FIELDS, value=JSON)
def test_any_value_in_any_field_is_parsed_where_it_fits_and_refused_elsewhere(field: str, value: object) -> None:
    data = changed(**{field: value})
    if not fits(field, value):
        with pytest.raises(BrokenState):
            parse_state(data, KEYS)
        return
    state = parse_state(data, KEYS)
    assert json.loads(encode_state(state)) == json.loads(data)
    assert state.checkpoint == STATE.checkpoint


@fuzzed(100)
@example(at=len(GOOD), bit=0, cut=True)
@example(at=TIME, bit=0, cut=False)
@given(at=st.integers(0, len(GOOD) - 1), bit=st.integers(0, 7), cut=st.booleans())
def test_any_changed_byte_is_parsed_or_refused(at: int, bit: int, cut: bool) -> None:
    data = GOOD[:at] if cut else GOOD[:at] + bytes([GOOD[at] ^ 1 << bit]) + GOOD[at + 1 :]
    must_be_read = data == GOOD or (at == TIME and bit < 3 and not cut)  # 5 becomes 4, 7 or 1
    try:
        state = parse_state(data, KEYS)
    except BrokenState:
        assert not must_be_read
        return
    assert state.checkpoint == LOG.checkpoint(300)  # what was changed was not what is believed
    assert parse_state(encode_state(state), KEYS) == state


@fuzzed(100)
@given(
    size=st.integers(0, 599),
    is_foreign=st.none() | st.booleans(),
    has_heartbeats=st.booleans(),
    alive_at_s=st.integers(0, (1 << 53) - 1),
    is_waiting=st.booleans(),
)
def test_every_state_comes_back_as_written(size: int, is_waiting: bool, **values: Any) -> None:
    awaited = ((LOG.checkpoint(600), LOG.note(600)),) if is_waiting else ()
    state = state_of(size, awaited=awaited, **values)

    assert parse_state(encode_state(state), KEYS) == state


def test_a_state_without_a_folder_is_said_before_anything_is_checked(tmp_path: Path) -> None:
    with pytest.raises(BrokenState, match="expected a folder for the monitor's state, found none at"):
        read_state(tmp_path / "none" / "log.json", [])

    assert read_state(tmp_path / "log.json", []) is None

"""The file of an athlete's own entries as a stranger might write it: refused in its own words, or read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entries.opening_json import parse_opening
from audit.errors import AuditError, MalformedProof
from audit.tlog.note_keys import Signer
from audit.tlog.trust_policy import TrustPolicy
from audit.verification.athlete_export import parse_export
from audit.verification.check_athlete_export import check_export
from tests.scale import fuzzed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@fuzzed(170)
@given(st.one_of(st.binary(), JSON.map(lambda value: json.dumps(value).encode())))
def test_what_is_no_such_file_is_refused_without_repeating_it(data: bytes) -> None:
    with pytest.raises(MalformedProof) as refused:
        parse_export(data)

    assert "own entries" in str(refused.value)


OPENINGS: dict[int, dict[str, Any]] = {
    1: {"key": "00" * 32, "details": {}},
    2: {"v": 2, "leaf": "00" * 32, "digests": ["00" * 32] * 10, "shown": []},
}


@fuzzed(170)
@given(
    st.sampled_from(["version", "origin", "policy", "tag_key", "total", "checkpoints", "entries", "more", "é\x1b"]),
    JSON,
    st.booleans(),
    st.sampled_from([1, 2]),
)
def test_a_file_with_a_strange_member_is_refused_or_read(
    name: str, value: object, is_entry: bool, version: int
) -> None:
    file: dict[str, Any] = {
        "version": 2,
        "origin": "log.example",
        "policy": "quorum none\n",
        "tag_key": "00" * 32,
        "total": 1,
        "checkpoints": ["x\n0\nAA==\n\n"],
        "entries": [{"number": 0, "leaf": "", "proof": None, "opening": OPENINGS[version]}],
    }
    (file["entries"][0] if is_entry else file)[name] = value
    said = ""
    try:
        own = parse_export(json.dumps(file).encode())
        check_export(own, TrustPolicy.of_keys([Signer("log.example", bytes(32)).vkey]))
    except AuditError as error:
        said = str(error)

    assert "\x1b" not in said


def test_a_file_that_is_too_long_or_too_deep_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = b'{"version": 1, "origin": ' + b"[" * 100_000
    with pytest.raises(MalformedProof):
        parse_export(deep)
    monkeypatch.setattr("audit.verification.athlete_export.MAX_BYTES", 10)
    with pytest.raises(MalformedProof, match="at most 10"):
        parse_export(b"{}" * 10)


@given(st.one_of(st.binary(), JSON.map(lambda value: json.dumps(value).encode())))
def test_what_is_no_opening_is_refused_without_repeating_it(data: bytes) -> None:
    with pytest.raises(MalformedProof, match=r"^expected an opening: JSON with v"):
        parse_opening(data)

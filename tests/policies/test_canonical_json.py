"""Canonical JSON: one byte form for one value, whatever order it was written in."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from policies.canonical import canonical_bytes, sha256_hex
from policies.errors import InvalidInput
from tests.scale import fuzzed

SAFE = 2**53 - 1
NUMBERS = st.integers(-SAFE, SAFE) | st.floats(-SAFE, SAFE)  # beyond, a whole float reads back as an unsafe integer
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(), PLAIN, max_size=5)


@given(OBJECTS)
def test_the_bytes_read_back_as_the_same_value(value: dict[str, object]) -> None:
    assert json.loads(canonical_bytes(value)) == value


USUAL = st.recursive(
    st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.text(st.characters(codec="utf-8", max_codepoint=0x2FFF)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
    max_leaves=12,
)


@fuzzed(200)
@given(st.dictionaries(st.text(), PLAIN, max_size=5) | st.dictionaries(st.text(), USUAL, max_size=5))
def test_the_bytes_are_those_of_another_implementation(value: dict[str, object]) -> None:
    """What holds texts and whole numbers alone is written without that implementation."""
    assert canonical_bytes(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("text", [*map(chr, range(0x80)), "\u2028", "\u00e9", "\U0001f3c3", '"\\/'])
def test_every_character_is_escaped_as_the_standard_says(text: str) -> None:
    assert canonical_bytes({text: [text]}) == rfc8785.dumps({text: [text]})


@given(OBJECTS, st.randoms())
def test_the_order_of_writing_does_not_matter(value: dict[str, object], chance: object) -> None:
    keys = list(value)
    chance.shuffle(keys)

    assert canonical_bytes({key: value[key] for key in keys}) == canonical_bytes(value)


@given(OBJECTS)
def test_reading_and_writing_again_changes_nothing(value: dict[str, object]) -> None:
    once = canonical_bytes(value)

    assert canonical_bytes(json.loads(once)) == once


@given(OBJECTS, OBJECTS)
def test_different_values_have_different_bytes(one: dict[str, object], other: dict[str, object]) -> None:
    assert (canonical_bytes(one) == canonical_bytes(other)) is (
        json.dumps(json.loads(canonical_bytes(one)), sort_keys=True)
        == json.dumps(json.loads(canonical_bytes(other)), sort_keys=True)
    )


def test_an_example_of_the_standard() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }

    # RFC 8785, section 3.2.2 and the result in 3.2.4
    assert canonical_bytes(value) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 2**53, object(), b"bytes", "\ud800", {1: "a"}])
def test_what_json_cannot_hold_is_refused(bad: object) -> None:
    with pytest.raises(InvalidInput, match="plain JSON"):
        canonical_bytes({"value": bad})


def test_the_hash_is_sha_256() -> None:
    # FIPS 180-4, the message "abc"
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

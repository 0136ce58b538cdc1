"""Fields that open one by one: vectors made without our code, what must be refused, and properties of any values."""

import hashlib
import hmac
import json
import runpy
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.entries import commitments
from audit.entries.commitments import KeyedOpening
from audit.entries.disclosure import (
    FIELDS,
    ORG_FIELDS,
    OWN_FIELDS,
    Opening,
    SecretFields,
    ShownField,
    commit,
    open_fields,
    verify_opening,
)
from audit.entries.events import Entry, EventKind, parse_leaf
from audit.entries.opening_json import opening_json, parse_opening
from audit.errors import AuditError, MalformedProof, ProofFailed
from tests.scale import scaled

SCRIPT = Path(__file__).parents[2] / "vectors" / "make_opening_vectors.py"
VECTORS = json.loads((SCRIPT.with_name("openings.json")).read_text())
TEXT = st.text(st.characters(exclude_categories=("Cs",)))
VALUES = st.fixed_dictionaries({name: st.none() | TEXT for name in FIELDS})
EXAMPLE = VECTORS["entries"]["an access"]


def fields_of(values: dict[str, str | None]) -> tuple[SecretFields, SecretFields]:
    org = SecretFields.of_org({name: values[name] for name in ORG_FIELDS})
    return org, SecretFields.of_subject(subject=values["subject"], rest=values["rest"])


def leaf_of(commitment: bytes, **changes: Any) -> bytes:
    day = changes.pop("day", date(2026, 11, 29))
    return Entry(EventKind.ACCESS, "Quiet heron", day, "7f3a", commitment, bytes(16), **changes).leaf()


def made(values: dict[str, str | None]) -> tuple[tuple[SecretFields, SecretFields], bytes, tuple[bytes, ...]]:
    """The fields of a fresh entry, its leaf, its digests."""
    fields = fields_of(values)
    commitment, digests = commit(*fields)
    return fields, leaf_of(commitment), digests


def read(opening: object) -> Opening:
    """An opening as it comes back from a file."""
    parsed = parse_opening(json.dumps(opening).encode())
    assert isinstance(parsed, Opening)
    return parsed


def test_the_vectors_are_those_of_the_script() -> None:
    assert runpy.run_path(str(SCRIPT))["vectors"]() == VECTORS


@pytest.mark.parametrize("entry", VECTORS["entries"].values(), ids=VECTORS["entries"].keys())
def test_commitment_digests_and_salts_are_those_of_the_vectors(entry: dict[str, Any]) -> None:
    values, leaf = entry["values"], entry["leaf"].encode()
    org = SecretFields({n: values[n] for n in ORG_FIELDS}, bytes.fromhex(entry["organisation_secret"]))
    own = SecretFields({n: values[n] for n in OWN_FIELDS}, bytes.fromhex(entry["athlete_secret"]))

    commitment, digests = commit(org, own)

    assert commitment.hex() == entry["commitment"]
    assert parse_leaf(leaf).commitment == commitment
    assert opening_json(open_fields(FIELDS, [org, own], digests=digests, leaf=leaf)) == entry["opening"]
    assert verify_opening(read(entry["opening"]), leaf) == values


@pytest.mark.parametrize("case", VECTORS["refused"].values(), ids=VECTORS["refused"].keys())
def test_openings_that_must_be_refused_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises((MalformedProof, ProofFailed)):
        verify_opening(read(case["opening"]), case["leaf"].encode())


@pytest.mark.parametrize("names", [(), ("role",), ("rest", "organisation"), ORG_FIELDS, OWN_FIELDS, FIELDS])
def test_what_is_shown_verifies_and_nothing_else_is_shown(names: tuple[str, ...]) -> None:
    fields, leaf, digests = made(EXAMPLE["values"])

    opening = opening_json(open_fields(names, fields, digests=digests, leaf=leaf))

    assert verify_opening(read(opening), leaf) == {name: EXAMPLE["values"][name] for name in names}
    hidden = [EXAMPLE["values"][name] for name in FIELDS if name not in names]
    assert not any(value in json.dumps(opening) for value in hidden)


@settings(max_examples=scaled(60))
@given(VALUES, st.sets(st.sampled_from(FIELDS)))
def test_any_values_come_back_and_their_digests_are_over_canonical_json(
    values: dict[str, str | None], names: set[str]
) -> None:
    """RFC 8785 is spelt out by a library here; the product writes the same bytes in a faster way."""
    fields, leaf, digests = made(values)

    opening = open_fields(names, fields, digests=digests, leaf=leaf)

    assert verify_opening(read(opening_json(opening)), leaf) == {name: values[name] for name in names}
    for one in opening.shown:
        text = rfc8785.dumps({"name": one.name, "salt": one.salt.hex(), "value": one.value})
        assert one.digest == hashlib.sha256(b"homefield-field-v2\n" + text).digest()


@settings(max_examples=scaled(60))
@given(VALUES, st.sampled_from(FIELDS), st.none() | TEXT)
def test_no_other_value_verifies(values: dict[str, str | None], name: str, other: str | None) -> None:
    fields, leaf, digests = made(values)
    opening = opening_json(open_fields([name], fields, digests=digests, leaf=leaf))
    opening["shown"][0]["value"] = other  # type: ignore[index]  # a list of one field

    if other == values[name]:
        assert verify_opening(read(opening), leaf) == {name: other}
    else:
        with pytest.raises(ProofFailed, match=f"^{name} is not"):
            verify_opening(read(opening), leaf)


def test_equal_entries_share_no_digest_and_no_salt() -> None:
    one, other = made(EXAMPLE["values"]), made(EXAMPLE["values"])

    shown = [open_fields(FIELDS, fields, digests=digests, leaf=leaf).shown for fields, leaf, digests in (one, other)]

    assert not set(one[2]) & set(other[2])
    assert len({field.salt for fields in shown for field in fields}) == 20


def test_the_two_secrets_open_their_own_fields_only() -> None:
    (org, own), leaf, digests = made(EXAMPLE["values"])

    for known, names in ((org, ORG_FIELDS), (own, OWN_FIELDS)):
        assert len(open_fields(names, [known], digests=digests, leaf=leaf).shown) == len(names)
        for name in set(FIELDS) - set(names):
            with pytest.raises(MalformedProof, match="fields that are known"):
                open_fields([name], [known], digests=digests, leaf=leaf)


BAD: dict[str, Callable[[], object]] = {
    "a number": lambda: ShownField("role", bytes(16), 1),  # type: ignore[arg-type]
    "true": lambda: ShownField("role", bytes(16), True),  # type: ignore[arg-type]
    "a short salt": lambda: ShownField("role", bytes(15), None),
    "an unknown name": lambda: ShownField("athlete", bytes(16), None),
    "a lone surrogate": lambda: ShownField("role", bytes(16), "\ud800").digest,
    "a short secret": lambda: SecretFields(dict.fromkeys(ORG_FIELDS), bytes(31)),
    "a field too few": lambda: SecretFields(dict.fromkeys(ORG_FIELDS[1:]), bytes(32)),
    "another order": lambda: SecretFields(dict.fromkeys(reversed(ORG_FIELDS)), bytes(32)),
    "fields of both groups": lambda: SecretFields(dict.fromkeys(FIELDS), bytes(32)),
    "an unknown field": lambda: SecretFields.of_org({"subject": "ath-1"}),
    "groups in the wrong places": lambda: commit(*reversed(fields_of(dict.fromkeys(FIELDS)))),
    "one group twice": lambda: commit(SecretFields.of_org({}), SecretFields.of_org({})),
    "a short digest": lambda: Opening(bytes(32), (bytes(31), *[bytes(32)] * 9), ()),
    "nine digests": lambda: Opening(bytes(32), (bytes(32),) * 9, ()),
    "a short hash": lambda: Opening(bytes(31), (bytes(32),) * 10, ()),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_what_cannot_be_is_not_made(make: Callable[[], object]) -> None:
    with pytest.raises(MalformedProof):
        make()


def test_an_entry_of_version_1_opens_to_no_field() -> None:
    fields, _, digests = made(EXAMPLE["values"])
    old = leaf_of(commit(*fields)[0], version=1)

    with pytest.raises(ProofFailed, match="version 1"):
        verify_opening(open_fields(FIELDS, fields, digests=digests, leaf=old), old)


def test_no_key_of_version_1_makes_a_preimage_of_version_2() -> None:
    """The key of a keyed commitment is the committer's choice, so its outer block can begin with our domain."""
    domain = b"homefield-entry-v2\n"
    key = bytes(a ^ 0x5C for a in domain.ljust(32, b"x"))
    outer = bytes(a ^ 0x5C for a in key.ljust(64, b"\0"))
    inner = hashlib.sha256(bytes(a ^ 0x36 for a in key.ljust(64, b"\0")) + b"homefield-entry-v1\n{}").digest()

    assert hashlib.sha256(outer + inner).digest() == commitments.commit(key, {})
    assert hmac.digest(key, b"homefield-entry-v1\n{}", "sha256") == commitments.commit(key, {})
    assert outer.startswith(domain)
    assert len(outer + inner) == 96 != len(domain) + 10 * 32 == 339


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=scaled(80))
@given(st.sampled_from(["v", "leaf", "digests", "shown", "more"]), JSON)
def test_an_opening_with_a_strange_member_is_refused(name: str, value: object) -> None:
    if (name, value) in (("shown", []), ("v", 2)) and type(value) is not float:
        return
    with pytest.raises(MalformedProof, match=r"^expected an opening: JSON with v"):
        parse_opening(json.dumps({**EXAMPLE["opening"], name: value}).encode())


@settings(max_examples=scaled(80))
@given(st.sampled_from(["name", "salt", "value", "more"]), JSON)
def test_a_field_with_a_strange_member_is_refused_or_fails(name: str, value: object) -> None:
    opening = {**EXAMPLE["opening"], "shown": [{**EXAMPLE["opening"]["shown"][0], name: value}]}

    with pytest.raises(AuditError):
        verify_opening(read(opening), EXAMPLE["leaf"].encode())


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(EXAMPLE["opening"]).replace('"v": 2', '"v": 1, "v": 2'),
        json.dumps(EXAMPLE["opening"]).replace('"value": "coach"', '"value": "captain", "value": "coach"'),
        json.dumps(EXAMPLE["opening"]).replace('"coach"', '"coa\\ud800ch"'),
        json.dumps(EXAMPLE["opening"]).replace('"coach"', "NaN"),
        json.dumps(EXAMPLE["opening"]).replace(EXAMPLE["opening"]["leaf"], EXAMPLE["opening"]["leaf"].upper()),
        "[" * 100_000,
        "\ufeff{}",
    ],
    ids=["v twice", "a value twice", "a lone surrogate", "NaN", "upper case", "deep", "byte order mark"],
)
def test_what_one_reader_may_read_otherwise_than_another_is_refused(data: str) -> None:
    with pytest.raises(AuditError):
        verify_opening(parse_opening(data.encode()), EXAMPLE["leaf"].encode())  # type: ignore[arg-type]  # one of version 2 or none


def test_both_versions_of_an_opening_come_back_from_their_files() -> None:
    keyed = KeyedOpening(secrets.token_bytes(32), {"kind": "look_refused", "n": 1, "deep": [None, True]})

    assert parse_opening(json.dumps(opening_json(keyed)).encode()) == keyed
    assert opening_json(read(EXAMPLE["opening"])) == EXAMPLE["opening"]

"""Receipts: TS 27560 fields, valid JSON-LD terms, a signature that shows tampering, and a proof from the log."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.tlog import merkle
from audit.tlog.tlog_proof import parse_proof, verify_proof
from audit.tlog.trust_policy import TrustPolicy
from consent.errors import NotFound
from consent.grants import receipts
from consent.grants.values import ConsentMethod
from policies.errors import BadSignature
from policies.signing import SigningKey
from policies.vocabulary import Category, Role
from tests.consent.league import World
from tests.scale import scaled

MANDATORY = (
    "dct:conformsTo",
    "dpv:hasIdentifier",
    "dct:created",
    "dct:language",
    "dct:publisher",
    "dpv:hasRecordOfActivity",
)
RECORD = (
    "dct:identifier",
    "dct:conformsTo",
    "dpv:hasDataSubject",
    "dpv:hasDataController",
    "dpv:hasJurisdiction",
    "dpv:hasApplicableLaw",
    "dpv:hasLegalBasis",
    "dpv:hasNotice",
    "dpv:hasProcess",
    "dpv:hasConsentControl",
    "dpv:hasRight",
    "dpv:hasConsentStatus",
)
PROCESS = ("dpv:hasPurpose", "dpv:hasPersonalData", "dpv:hasRecipient", "dpv:hasStorageCondition", "dpv:hasProcessing")


def a_receipt(world: World) -> dict[str, Any]:
    athlete = world.athletes["club-a"][0]
    world.give(athlete, Category.SLEEP, Role.COACH)
    world.publish()
    return world.store.receipt(athlete, world.store.receipts(athlete)[0].receipt_id)


def terms(value: Any) -> set[str]:
    """Every JSON-LD term used anywhere."""
    if isinstance(value, dict):
        return {key for key in value if not key.startswith("@")} | {t for v in value.values() for t in terms(v)}
    return {t for v in value for t in terms(v)} if isinstance(value, list) else set()


def test_a_receipt_has_every_mandatory_field_and_only_known_terms(world: World) -> None:
    receipt = a_receipt(world)
    record = receipt["dpv:hasRecordOfActivity"]

    assert set(MANDATORY) <= set(receipt)
    assert set(RECORD) <= set(record)
    assert all(set(PROCESS) <= set(process) for process in record["dpv:hasProcess"])
    prefixes = {term.split(":")[0] for term in terms({k: v for k, v in receipt.items() if k != "@context"})}
    assert prefixes <= set(receipt["@context"])
    assert record["dpv:hasConsentStatus"][0]["@type"] == "dpv:ConsentGiven"
    assert json.loads(json.dumps(receipt)) == receipt


def test_it_verifies_offline_against_service_key_and_log(world: World) -> None:
    receipt = a_receipt(world)

    receipts.verify(receipt, world.service.keys.service.verify_key)
    log, leaf_hash = world.service.log, bytes.fromhex(receipt["x:log"]["x:leafHash"])
    leaf = log.leaf(parse_proof(receipt["x:tlogProof"]).index)
    assert merkle.leaf_hash(leaf) == leaf_hash
    trusted = verify_proof(receipt["x:tlogProof"], leaf=leaf, policy=TrustPolicy.of_keys(log.vkeys))
    assert (trusted.checkpoint.origin, trusted.checkpoint.size) == (receipt["x:log"]["x:origin"], log.size)


def test_before_the_publication_it_says_when_its_proof_is_due(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    lite.give(athlete, Category.SLEEP, Role.COACH)
    record = lite.store.receipts(athlete)[0]

    waiting = lite.store.receipt(athlete, record.receipt_id)
    lite.publish()
    published = lite.store.receipt(athlete, record.receipt_id)

    assert record.log_index is None
    assert waiting["x:tlogProofDue"]["x:at"] == "2026-11-23T10:00:00+00:00"  # the next full hour
    assert "x:tlogProof" not in waiting
    assert "x:tlogProofDue" not in published
    for receipt in (waiting, published):
        receipts.verify(receipt, lite.service.keys.service.verify_key)
    outside = receipts.OUTSIDE_SIGNATURE
    assert {k: v for k, v in waiting.items() if k not in outside} == {
        k: v for k, v in published.items() if k not in outside
    }
    assert lite.store.receipts(athlete)[0].log_index == parse_proof(published["x:tlogProof"]).index


def test_neither_athlete_id_nor_name_stands_in_a_receipt_and_recipients_see_other_subjects(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    subjects = set()
    for role in (Role.COACH, Role.NATIONAL_TEAM):
        lite.give(athlete, Category.SLEEP, role)
        receipt = lite.store.receipt(athlete, lite.store.receipts(athlete)[0].receipt_id)
        text = json.dumps(receipt)
        assert athlete not in text
        assert "Canary" not in text
        subjects.add(receipt["dpv:hasRecordOfActivity"]["dpv:hasDataSubject"])

    assert len(subjects) == 2


def test_a_later_receipt_names_the_one_it_replaces(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    cell = lite.give(athlete)
    first = lite.store.receipts(athlete)[0]

    second = lite.store.withdraw(athlete, cell, method=ConsentMethod.PORTAL)

    whole = lite.store.receipt(athlete, second.receipt_id)
    assert whole["dct:replaces"] == f"urn:homefield:receipt:{first.receipt_id}"
    assert whole["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"][0]["@type"] == "dpv:ConsentWithdrawn"


def test_receipts_of_others_are_not_found(lite: World) -> None:
    one, two, _ = lite.athletes["club-a"]
    lite.give(one)

    with pytest.raises(NotFound):
        lite.store.receipt(two, lite.store.receipts(one)[0].receipt_id)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=scaled(25))
@given(st.dictionaries(st.text(min_size=1, max_size=10), JSON_VALUES, max_size=5), st.text(min_size=1), JSON_VALUES)
def test_any_change_breaks_the_signature(body: dict[str, Any], name: str, value: Any) -> None:
    key = SigningKey(b"\x01" * 32)
    body = {k: v for k, v in body.items() if k not in receipts.OUTSIDE_SIGNATURE}
    whole = receipts.finished(body, signature=receipts.sign(body, key).hex(), key=key.verify_key, proof="")
    receipts.verify(whole, key.verify_key)

    if name not in receipts.OUTSIDE_SIGNATURE and whole.get(name, whole) != value:
        with pytest.raises(BadSignature):
            receipts.verify(whole | {name: value}, key.verify_key)


def test_something_else_is_no_receipt() -> None:
    with pytest.raises(BadSignature):
        receipts.verify({"x:signature": {}}, SigningKey(b"\x01" * 32).verify_key)

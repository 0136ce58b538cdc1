"""Signed requests: every part is covered, time is short, and nothing malformed gets through."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.http.request_signature import (
    AUDIENCE_HEADER,
    KEY_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    VERSION_HEADER,
    read_headers,
    sign_request,
    verify_request,
)
from policies.errors import BadSignature, OutsideItsTime
from policies.signing import SigningKey
from policies.snapshot import CLOCK_TOLERANCE

KEY = SigningKey(bytes(range(32)))
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SERVICE = "0123456789abcdef"
PARTS = {"audience": SERVICE, "method": "POST", "target": "/v1/decisions?x=1", "body": b'{"a":1}'}


def signed(**changes: object) -> dict[str, str]:
    """Headers of one signed request."""
    return sign_request(KEY, **{**PARTS, "now": NOW, **changes})


def test_a_signed_request_verifies() -> None:
    parsed = verify_request(KEY.verify_key, signed(), **PARTS, now=NOW)

    assert parsed.key_id == KEY.verify_key.key_id
    assert parsed.at == NOW


@given(st.binary(max_size=300), st.text(st.characters(codec="ascii"), max_size=60))
def test_any_body_and_target_verify_as_signed(body: bytes, target: str) -> None:
    headers = signed(body=body, target=target)

    verify_request(KEY.verify_key, headers, audience=SERVICE, method="post", target=target, body=body, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"audience": "fedcba9876543210"},
        {"method": "GET"},
        {"method": "PUT"},
        {"target": "/v1/decisions?x=2"},
        {"target": "/v1/decisions"},
        {"target": "/v1/members?x=1"},
        {"target": "/v1/decisions?x=1 "},
        {"body": b""},
        {"body": b'{"a":2}'},
        {"body": b'{"a":1} '},
    ],
)
def test_no_part_of_the_request_can_be_changed(change: dict[str, object]) -> None:
    with pytest.raises(BadSignature):
        verify_request(KEY.verify_key, signed(), **{**PARTS, **change}, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {TIME_HEADER: (NOW + timedelta(seconds=1)).isoformat(timespec="milliseconds")},
        {TIME_HEADER: NOW.isoformat()},  # the same moment in another spelling
        {TIME_HEADER: NOW.astimezone(timezone(timedelta(hours=1))).isoformat(timespec="milliseconds")},
        {NONCE_HEADER: "0" * 32},
        {AUDIENCE_HEADER: "fedcba9876543210"},
        {VERSION_HEADER: "1"},
        {VERSION_HEADER: "3"},
        {KEY_HEADER: "0" * 16},
        {KEY_HEADER: ""},
        {SIGNATURE_HEADER: signed(body=b"other")[SIGNATURE_HEADER]},
    ],
)
def test_no_header_can_be_changed(change: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verify_request(KEY.verify_key, {**signed(), **change}, **PARTS, now=NOW)


@pytest.mark.parametrize(
    "name", [VERSION_HEADER, AUDIENCE_HEADER, KEY_HEADER, TIME_HEADER, NONCE_HEADER, SIGNATURE_HEADER]
)
@pytest.mark.parametrize("value", [None, "", "!", "é", "0" * 31, "2026-11-24T09:30:00"])
def test_missing_or_malformed_headers_are_a_bad_signature(name: str, value: str | None) -> None:
    headers = signed()
    del headers[name]
    if value is not None:
        headers[name] = value

    with pytest.raises(BadSignature):
        verify_request(KEY.verify_key, headers, **PARTS, now=NOW)


@pytest.mark.parametrize("seconds", [-61, 61, -3600, 86_400])
def test_a_request_outside_its_minute_is_refused(seconds: int) -> None:
    far = "ahead of" if seconds < 0 else "behind"
    amount = {61: "61 s", 3600: "3600 s", 86_400: "24 h"}[abs(seconds)]

    with pytest.raises(OutsideItsTime, match=f"the caller's clock is {amount} {far} this service's; up to 60 s"):
        verify_request(KEY.verify_key, signed(), **PARTS, now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-60, 0, 60])
def test_clocks_may_differ_by_a_minute(seconds: int) -> None:
    verify_request(KEY.verify_key, signed(), **PARTS, now=NOW + timedelta(seconds=seconds))


def test_another_key_is_refused_even_under_the_right_key_id() -> None:
    stranger = SigningKey.generate()
    headers = {**sign_request(stranger, **PARTS, now=NOW), KEY_HEADER: KEY.verify_key.key_id}

    with pytest.raises(BadSignature):
        verify_request(KEY.verify_key, headers, **PARTS, now=NOW)


def test_every_request_has_a_nonce_of_its_own() -> None:
    """A replay carries the same nonce; whoever verifies remembers nonces for twice the clock skew."""
    nonces = {read_headers(signed()).nonce for _ in range(50)}

    assert len(nonces) == 50
    assert timedelta(seconds=60) == CLOCK_TOLERANCE

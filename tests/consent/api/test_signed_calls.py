"""Who signs a request to the consent service, for whom, and when: every other signature gets one refusal."""

import base64
import json
from datetime import datetime, timedelta

import pytest

from chassis.http.request_signature import (
    AUDIENCE_HEADER,
    KEY_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIME_HEADER,
    VERSION_HEADER,
    sign_request,
)
from policies.canonical import canonical_bytes, sha256_hex
from policies.signing import SigningKey
from tests.consent.api.test_consent_api import REFUSED, enrol_body
from tests.consent.league import Caller


def test_unsigned_is_refused_alike_wherever_and_whatever(caller: Caller) -> None:
    answers = [
        caller.http.get("/v1/snapshot"),
        caller.http.post("/v1/members", content=b"{not json"),
        caller.http.post("/v1/members", json=enrol_body()),
        caller.http.get("/v1/office/club-a?person=T&role=front_office"),
        caller.http.post(f"/v1/campaigns/{'0' * 64}/tokens", json={"athletes": []}),
    ]

    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    assert answers[0].json() == REFUSED


def test_a_replayed_nonce_is_refused_as_long_as_the_request_is_fresh(caller: Caller) -> None:
    headers = caller.world.headers("club-a", "GET", "/v1/snapshot")

    first = caller.http.get("/v1/snapshot", headers=headers)
    second = caller.http.get("/v1/snapshot", headers=headers)
    caller.world.clock.forward(seconds=30)
    third = caller.http.get("/v1/snapshot", headers=headers)

    assert [first.status_code, second.status_code, third.status_code] == [200, 401, 401]
    assert second.json() == REFUSED


@pytest.mark.parametrize("name", ["name", "athlete"])
def test_a_signed_body_that_names_a_member_twice_is_refused(caller: Caller, name: str) -> None:
    whole = json.dumps(enrol_body())
    twice = whole.replace("{", f'{{"{name}": "x", ', 1)
    within = whole.replace("{", '{"more": {"a": 1, "a": 2}, ', 1)

    for body in (twice.encode(), within.encode()):
        headers = caller.world.headers("club-a", "POST", "/v1/members", body)
        answer = caller.http.post("/v1/members", content=body, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["error"] == "expected every name of an object once, and one stands there twice"


def test_tampering_and_swapping_are_refused(caller: Caller) -> None:
    world = caller.world
    body = json.dumps(enrol_body()).encode()
    headers = world.headers("club-a", "POST", "/v1/members", body)
    audience = world.service.keys.service.verify_key.key_id
    parts = {"audience": audience, "method": "POST", "target": "/v1/members", "body": body}
    stranger = sign_request(SigningKey.generate(), **parts, now=world.clock.now)
    old = sign_request(world.keys["club-a"], **parts, now=world.clock.now - timedelta(seconds=61))
    other_key = headers | {"X-Homefield-Key": world.keys["club-b"].verify_key.key_id}

    attempts = [
        caller.http.post("/v1/members", content=body.replace(b"23", b"99"), headers=headers),
        caller.http.post("/v1/releases", content=body, headers=headers),
        caller.http.post("/v1/members?x=1", content=body, headers=headers),
        caller.http.put("/v1/members", content=body, headers=headers),
        caller.http.post("/v1/members", content=body, headers=headers | {NONCE_HEADER: "0" * 32}),
        caller.http.post("/v1/members", content=body, headers=stranger),
        caller.http.post("/v1/members", content=body, headers=old),
        caller.http.post("/v1/members", content=body, headers=other_key),
    ]

    assert [answer.status_code for answer in attempts] == [401, 401, 401, 404, 401, 401, 401, 401]
    assert caller.http.post("/v1/members", content=body, headers=headers).status_code == 201


def test_a_request_for_another_service_of_the_first_version_or_for_nobody_is_refused_like_a_wrong_signature(
    caller: Caller,
) -> None:
    """The attacks: what a club sent elsewhere is passed on to us, and what programs of before would have sent."""
    world, body = caller.world, json.dumps(enrol_body()).encode()
    parts = {"method": "POST", "target": "/v1/members", "body": body, "now": world.clock.now}
    key, elsewhere = world.keys["club-a"], SigningKey.generate().verify_key.key_id
    own = world.headers("club-a", "POST", "/v1/members", body)
    passed_on = sign_request(key, audience=elsewhere, **parts)
    size = world.log_size

    attempts = {
        "passed on": passed_on,
        "passed on, and relabelled": passed_on | {AUDIENCE_HEADER: own[AUDIENCE_HEADER]},
        "version 1": signed_as_version_1(key, **parts),
        "version 1, and labelled": signed_as_version_1(key, **parts)
        | {VERSION_HEADER: "2", AUDIENCE_HEADER: own[AUDIENCE_HEADER]},
        "without audience": {name: value for name, value in own.items() if name != AUDIENCE_HEADER},
        "without version": {name: value for name, value in own.items() if name != VERSION_HEADER},
        "for nobody": sign_request(key, audience="", **parts),
        "for the caller itself": sign_request(key, audience=key.verify_key.key_id, **parts),
    }
    answers = {
        name: caller.http.post("/v1/members", content=body, headers=headers) for name, headers in attempts.items()
    }

    assert {name: (got.status_code, got.json()) for name, got in answers.items()} == dict.fromkeys(
        attempts, (401, REFUSED)
    )
    assert world.log_size == size
    assert caller.http.post("/v1/members", content=body, headers=own).status_code == 201


def signed_as_version_1(key: SigningKey, *, method: str, target: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a request as programs signed it before it named its audience."""
    at, nonce = now.isoformat(timespec="milliseconds"), "0123456789abcdef" * 2
    message = canonical_bytes(
        {"method": method, "target": target, "time": at, "nonce": nonce, "body": sha256_hex(body)}
    )
    signature = base64.b64encode(key.sign(message)).decode()
    return {KEY_HEADER: key.verify_key.key_id, TIME_HEADER: at, NONCE_HEADER: nonce, SIGNATURE_HEADER: signature}


def test_every_answer_tells_the_services_time_whatever_its_status(caller: Caller) -> None:
    now = caller.world.clock.now.isoformat(timespec="milliseconds")

    for answer in (
        caller.http.get("/v1/keys"),
        caller.http.get("/v1/snapshot"),
        caller.http.get("/v1/nothing"),
        caller.send("club-a", "GET", "/v1/snapshot"),
        caller.send("club-a", "POST", "/v1/decisions", {}),
    ):
        assert answer.headers[TIME_HEADER] == now


def test_a_clock_that_is_off_is_one_line_of_the_log_until_it_is_right_again(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    world, path = caller.world, "/v1/snapshot"
    audience = world.service.keys.service.verify_key.key_id

    def ask(behind_s: int) -> int:
        at = world.clock.now - timedelta(seconds=behind_s)
        parts = {"audience": audience, "method": "GET", "target": path, "body": b"", "now": at}
        return int(caller.http.get(path, headers=sign_request(world.keys["club-a"], **parts)).status_code)

    with caplog.at_level("INFO", logger="consent.identity.signed_requests"):
        statuses = [ask(behind_s) for behind_s in (90, 91, 92, 0, 90)]

    assert statuses == [401, 401, 401, 200, 401]
    said = [record.message for record in caplog.records if record.name == "consent.identity.signed_requests"]
    refused, right = "a signed request was refused", "the clock of an organisation is right again"
    assert said == [refused, right, refused]

"""Texts that callers send: names and all others get one answer, whatever database lies behind."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.errors import BadName
from chassis.names import read_name
from consent.app import app_of
from tests.consent.conftest import Postgresql
from tests.consent.league import Caller, FakeClock, Template
from tests.scale import scaled

ATHLETE = "ath-00000000000000ee"
SOME_TEXT = st.text(st.characters(exclude_categories=()), max_size=90) | st.sampled_from(
    ["", " ", "\x00", "Ada\x00", "\ud800", "\u202eAda", "\u200b", "\u2800", "x" * 80, "x" * 81, "Ada\n"]
)


@pytest.fixture(scope="module")
def both(
    template: Template, postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Caller]]:
    """The same league on SQLite and on PostgreSQL."""
    folder, clock = tmp_path_factory.mktemp("both"), FakeClock()
    worlds = {
        "sqlite": template.open_copy(folder / "lite", clock),
        "postgresql": postgresql.template.open_copy(folder / "pg", clock, database=postgresql.copy()),
    }
    callers = {}
    with (
        TestClient(app_of(worlds["sqlite"].service, clock=clock), raise_server_exceptions=False) as lite,
        TestClient(app_of(worlds["postgresql"].service, clock=clock), raise_server_exceptions=False) as postgres,
    ):
        callers = {"sqlite": Caller(worlds["sqlite"], lite), "postgresql": Caller(worlds["postgresql"], postgres)}
        yield callers


def answers(both: dict[str, Caller], method: str, target: str, body: Any = None) -> tuple[int, Any]:
    """Status and error of both, which must be the same."""
    found = [caller.send("club-a", method, target, body) for caller in both.values()]
    told = [(answer.status_code, answer.json().get("error")) for answer in found]
    assert told[0] == told[1]
    return told[0]


def is_name(text: str) -> bool:
    try:
        return bool(read_name(text))
    except BadName:
        return False


@settings(max_examples=scaled(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=SOME_TEXT)
def test_a_name_gets_the_same_answer_on_both_databases(both: dict[str, Caller], text: str) -> None:
    body = {"athlete": ATHLETE, "name": text, "shirt_no": 3, "is_minor": False}

    status, error = answers(both, "POST", "/v1/members", body)

    assert status == (201 if is_name(text) else 422)
    assert error is None or error.startswith("name")


@settings(max_examples=scaled(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(athlete=SOME_TEXT, person=SOME_TEXT)
def test_any_text_of_a_question_gets_the_same_answer_on_both_databases(
    both: dict[str, Caller], athlete: str, person: str
) -> None:
    item = {"athlete": athlete, "category": "sleep", "granularity": "daily"}
    body = {"actor": {"person": person, "role": "coach"}, "action": "read", "purpose": "training", "items": [item]}

    status, _ = answers(both, "POST", "/v1/decisions", body)

    assert status in (200, 422)
    assert status == 422 or is_name(person)


TEXTS = {
    "/v1/releases": {"release_id": "rel\x00"},
    "/v1/events": {"kind": "ingest", "details": {"files": 1, "reader\x00": "x"}},
    f"/v1/campaigns/{'0' * 64}/tokens": {"athletes": ["ath\x00"]},
    f"/v1/campaigns/{'0' * 64}/rounds/1/commit": {"tokens": ["\ud800"]},
    "/v1/campaigns": {"manifest": {"model": "\u202e"}},
}


@pytest.mark.parametrize("target", TEXTS)
def test_every_body_is_refused_for_a_hidden_character_and_names_the_field(both: dict[str, Caller], target: str) -> None:
    status, error = answers(both, "POST", target, TEXTS[target])

    assert status == 422
    assert "holds a control, formatting or invisible character" in error
    assert "\x00" not in error


@pytest.mark.parametrize(
    "target", ["/v1/office/club-a?person=T%00&role=front_office", "/v1/office/club%00?person=T&role=front_office"]
)
def test_an_address_with_a_hidden_character_is_refused(both: dict[str, Caller], target: str) -> None:
    statuses = {name: caller.send("club-a", "GET", target).status_code for name, caller in both.items()}

    assert statuses == {"sqlite": 422, "postgresql": 422}


@pytest.mark.parametrize("path", ["/receipts/%00", "/asked/rel%00", "/change/%E2%80%AE", "/looked?from=%00", "/%7F"])
def test_the_portal_has_no_such_address_on_either_database(both: dict[str, Caller], path: str) -> None:
    assert {caller.http.get(path, follow_redirects=False).status_code for caller in both.values()} == {422}


@pytest.mark.parametrize(
    "body", [b'{"athlete": "\xff"}', b"[" * 100_000, b'{"name": "\\ud800"}', b'"', b'{"name": "\x01"}'], ids=len
)
def test_what_is_no_text_at_all_is_refused_and_said(both: dict[str, Caller], body: bytes) -> None:
    found = []
    for caller in both.values():
        headers = caller.world.headers("club-a", "POST", "/v1/members", body)
        answer = caller.http.post("/v1/members", content=body, headers=headers)
        found.append((answer.status_code, json.loads(answer.content)["error"]))

    assert found[0] == found[1]
    assert found[0][0] == 422

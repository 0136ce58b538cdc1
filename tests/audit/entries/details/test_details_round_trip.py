"""Every form of details: written into the eight and `rest`, and read back into the very same model."""

import json
from collections import Counter
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from audit.entries.details.access import Access, RouteRefused
from audit.entries.details.base import Details, Eight
from audit.entries.details.clubs import FilesIngested, PlanSet
from audit.entries.details.codes import AccessBasis, AccessOutcome, DecisionReason
from audit.entries.details.forms import FORMS, parse_details, read_details
from audit.entries.events import EventKind
from audit.errors import MalformedProof
from policies import enforcer
from policies.canonical import canonical_bytes
from policies.vocabulary import Action, Category, Granularity, Purpose, Role
from tests.audit.entries.details.made_details import details_of
from tests.audit.entries.details.samples import SAMPLES

CONSTANT_KINDS = {
    EventKind.CONSENT_DECISION,
    EventKind.RELEASE_PROPOSED,
    EventKind.BUDGET_RESERVED,
    EventKind.BUDGET_REFUNDED,
    EventKind.ROUND_COMMITTED,
    EventKind.MEMBER_ENROLLED,
    EventKind.SIGNED_IN,
    EventKind.CODE_ISSUED,
    EventKind.ERASED,
}
"""Kinds of which an opened entry says the same, whoever it is about and whoever asked."""
ADDED_BY_THE_JOURNAL = {"event", "kind", "org", "at", "number", "form", "subject", "organisation", "part_of_day"}
NO_LONGER_WRITTEN = {EventKind.RELEASE_ANSWERED}
ACCESS: dict[str, Any] = {
    "person": "R. D.",
    "role": Role.COACH,
    "action": Action.READ,
    "purpose": Purpose.TRAINING,
    "category": Category.SLEEP,
    "granularity": Granularity.DAILY,
    "outcome": AccessOutcome.GRANTED,
    "rule": "C02",
    "reason": DecisionReason.ALLOWED,
    "basis": AccessBasis.GRANT,
    "grant": "grt-0123456789abcdef",
    "since": date(2026, 8, 3),
}
every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())


@every_form
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_details_are_read_back_as_they_were_written(form: type[Details], data: st.DataObject) -> None:
    details = data.draw(details_of(form))

    eight, rest = details.eight(), json.loads(canonical_bytes(details.rest()))

    assert parse_details(form.kind, form.form, eight, rest) == details
    assert read_details(form.kind, json.loads(json.dumps({**details.model_dump(mode="json"), "form": form.form}))) == (
        details
    )
    assert all(value is None or type(value) is str for value in asdict(eight).values())


@every_form
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_field_that_the_form_does_not_have_is_refused(form: type[Details], data: st.DataObject) -> None:
    details = data.draw(details_of(form))

    with pytest.raises(MalformedProof):
        parse_details(form.kind, form.form, details.eight(), {**details.rest(), "note": "as agreed"})
    for name in sorted(set(asdict(details.eight())) - form.opened):
        with pytest.raises(MalformedProof):
            parse_details(form.kind, form.form, replace(details.eight(), **{name: "coach"}), details.rest())


def test_the_samples_of_the_other_tests_are_of_every_form() -> None:
    assert SAMPLES.keys() == FORMS.keys()
    assert {form: type(one) for form, one in SAMPLES.items()} == dict(FORMS)


def test_every_kind_that_is_written_has_a_form_of_its_own() -> None:
    assert {form.kind for form in FORMS.values()} == set(EventKind) - NO_LONGER_WRITTEN
    assert [name for name, count in Counter(form.__name__ for form in FORMS.values()).items() if count > 1] == []


@every_form
def test_no_field_has_the_name_of_one_that_the_journal_adds(form: type[Details]) -> None:
    assert not set(form.model_fields) & ADDED_BY_THE_JOURNAL
    assert form.opened <= set(form.model_fields) & set(Eight.__dataclass_fields__)


@pytest.mark.parametrize("kind", sorted(CONSTANT_KINDS))
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_what_opens_of_these_kinds_is_the_same_for_everyone(kind: EventKind, data: st.DataObject) -> None:
    forms = [form for form in FORMS.values() if form.kind is kind]
    details = data.draw(st.one_of(*(details_of(form) for form in forms)))

    assert details.eight() == Eight()


def test_only_an_access_opens_more_than_the_role_that_asked() -> None:
    assert {form.form: form.opened for form in FORMS.values() if form.opened - {"role"}} == {
        "access": {"role", "purpose", "category", "granularity", "rule", "outcome"}
    }


@pytest.mark.parametrize(
    ("kind", "form"), [("access", "route_refused"), ("access", "no_such_form"), ("ingest", "access"), ("erased", "")]
)
def test_a_form_of_another_kind_is_refused(kind: str, form: str) -> None:
    with pytest.raises(MalformedProof):
        parse_details(EventKind(kind), form, Eight(), {"form": form})


@pytest.mark.parametrize(
    ("rest", "eight"),
    [
        ({"form": "files_ingested", "files": True, "athlete": None}, Eight()),
        ({"form": "files_ingested", "files": 1.5, "athlete": None}, Eight()),
        ({"form": "files_ingested", "files": -1, "athlete": None}, Eight()),
        ({"form": "files_ingested", "files": 2**53, "athlete": None}, Eight()),
        ({"form": "files_ingested", "files": "2", "athlete": None}, Eight()),
        ({"form": "files_ingested", "files": 2, "athlete": "a" * 65}, Eight()),
        ({"form": "files_ingested", "files": 2, "athlete": "two\nlines"}, Eight()),
        ({"form": "files_ingested", "files": 2, "athlete": 7}, Eight()),
        ({"form": "files_ingested", "files": 2}, Eight()),
        ({"form": "access", "files": 2, "athlete": None}, Eight()),
        ({"files": 2, "athlete": None}, Eight()),
    ],
)
def test_values_of_another_type_or_size_are_refused(rest: dict[str, Any], eight: Eight) -> None:
    whole = {"form": "files_ingested", "files": 2, "athlete": None}
    assert parse_details(EventKind.INGEST, "files_ingested", Eight(), whole) == FilesIngested(files=2)  # type: ignore[arg-type]

    with pytest.raises(MalformedProof):
        parse_details(EventKind.INGEST, "files_ingested", eight, rest)


def test_an_access_says_since_when_exactly_where_there_was_a_yes() -> None:
    assert Access(**ACCESS).is_granted

    for wrong in ({"since": None}, {"basis": AccessBasis.NOT_SHARED}, {"rule": "no rule"}, {"granularity": 4.0}):
        with pytest.raises(ValidationError):
            Access(**ACCESS | wrong)


def test_details_never_change_once_they_are_made() -> None:
    plan = PlanSet(day=date(2026, 11, 24))

    with pytest.raises(ValidationError):
        plan.day = date(2026, 11, 25)  # type: ignore[misc]


@pytest.mark.parametrize("route", ["GET /v1/snapshot", "POST /v1/campaigns/{sha256}/rounds/{round_no}/commit"])
def test_a_refusal_names_a_route_and_nothing_else(route: str) -> None:
    assert RouteRefused(route=route).rest() == {"form": "route_refused", "route": route}

    for wrong in ("", "GET", f"{route} and more", f"{route}\n", route.lower(), f"GET /{'a' * 200}"):
        with pytest.raises(ValidationError):
            RouteRefused(route=wrong)


def test_the_decision_point_has_no_other_reasons() -> None:
    names = ("ALLOWED", "DENIED_BY_RULE", "NO_RULE", "BAD_REQUEST", "ENGINE_DISAGREE", "ENGINE_ERROR")

    assert {getattr(enforcer, name) for name in names} == set(DecisionReason)

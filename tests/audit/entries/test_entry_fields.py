"""The ten fields of every form: made, read back, told in words; the eight are constants but for an access."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from audit.entries.detail_labels import detail_lines
from audit.entries.details.base import Details
from audit.entries.disclosure import FIELDS, ORG_FIELDS, SecretFields
from audit.entries.entry_fields import EntryContext, PartOfDay, fields_of, read_fields
from audit.entries.events import EventKind
from audit.errors import MalformedProof
from audit.verification.verified_details import details_of
from tests.audit.entries.details.samples import DENIED, GRANTED, SAMPLES

AT = datetime(2026, 11, 29, 8, 15, tzinfo=UTC)
CONTEXT = EntryContext("club-7", "ath-0000000000000031", "00ff", 4, AT)
CONSTANT = {
    EventKind.CONSENT_DECISION,
    EventKind.RELEASE_PROPOSED,
    EventKind.BUDGET_RESERVED,
    EventKind.BUDGET_REFUNDED,
    EventKind.ROUND_COMMITTED,
    EventKind.SIGNED_IN,
    EventKind.MEMBER_ENROLLED,
    EventKind.ERASED,
}


@pytest.mark.parametrize("details", SAMPLES.values(), ids=SAMPLES.keys())
def test_every_form_comes_back_from_its_fields(details: Details) -> None:
    org, own = fields_of(details, CONTEXT)

    read = read_fields(org, own)

    assert read.details == details
    assert (read.org, read.at, read.event, read.number) == ("club-7", AT, "00ff", 4)
    assert read.kind is details.kind
    assert own.values["subject"] == CONTEXT.subject
    assert org.secret != own.secret


@pytest.mark.parametrize("details", SAMPLES.values(), ids=SAMPLES.keys())
def test_every_form_is_told_in_the_same_words_as_before(details: Details) -> None:
    org, own = fields_of(details, CONTEXT)
    common = {"event": "00ff", "kind": details.kind.value, "org": "club-7", "at": AT.isoformat(), "number": 4}
    whole = detail_lines({**details.fields(), **common})

    lines = detail_lines(details_of({**org.values, **own.values}))

    assert lines[: len(whole)] == whole
    assert "About athlete: ath-0000000000000031" in lines[len(whole) :]


@pytest.mark.parametrize("details", SAMPLES.values(), ids=SAMPLES.keys())
def test_the_eight_name_nobody_and_are_constants_for_decisions_releases_ledger_and_sign_ins(details: Details) -> None:
    org, _ = fields_of(details, CONTEXT)
    other, _ = fields_of(details, replace(CONTEXT, subject=None, event="ffff", number=None))

    assert org.values == other.values
    if details.kind in CONSTANT:
        assert {name: value for name, value in org.values.items() if value is not None} == {"organisation": "club-7"}
    assert "person" not in json.dumps(dict(org.values))


def test_of_an_access_only_rule_and_outcome_depend_on_the_athlete() -> None:
    granted, denied = (fields_of(details, CONTEXT)[0].values for details in (GRANTED, DENIED))
    request = {name for name in ORG_FIELDS if name not in ("rule", "outcome")}

    assert {granted[name] is not None for name in request} == {True}
    assert {granted["outcome"], denied["outcome"]} == {"granted", "denied"}
    assert granted["part_of_day"] == "morning"


@pytest.mark.parametrize(
    ("hour", "part"), [(0, "night"), (5, "night"), (6, "morning"), (12, "afternoon"), (23, "evening")]
)
def test_a_day_has_four_parts(hour: int, part: str) -> None:
    assert PartOfDay.of(AT.replace(hour=hour, minute=59)).value == part
    assert PartOfDay.of(AT.replace(hour=hour) + timedelta(days=40)).value == part


@pytest.mark.parametrize(
    "rest",
    [None, "", "[]", "{}", '{"form":"access"}', '{"at":"2026-11-29","event":"","form":"x","kind":"access","number":1}'],
)
def test_what_no_journal_wrote_is_not_read(rest: str | None) -> None:
    org, _ = fields_of(GRANTED, CONTEXT)

    with pytest.raises(MalformedProof):
        read_fields(org, SecretFields({"subject": None, "rest": rest}, bytes(32)))


def test_no_field_of_a_form_hides_a_field_of_the_entry() -> None:
    """Members of `rest` stand beside the shown fields where an opening is read; none may be named as one of those."""
    for details in SAMPLES.values():
        org, own = fields_of(details, CONTEXT)
        shown = {name for name, value in {**org.values, **own.values}.items() if value is not None}
        assert not shown & set(json.loads(own.values["rest"] or "{}"))
        assert details_of({name: {**org.values, **own.values}[name] for name in FIELDS})

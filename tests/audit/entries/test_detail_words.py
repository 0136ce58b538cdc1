"""The auditor's words: complete over kinds, forms, fields and codes, and harmless whatever was sealed."""

import inspect
import runpy
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from audit.entries.detail_labels import detail_lines
from audit.entries.detail_words import CODES, FIELDS
from audit.entries.details import codes
from audit.entries.details.base import Details
from audit.entries.details.clubs import FilesIngested
from audit.entries.details.forms import FORMS
from audit.entries.details_v1 import DetailsV1
from audit.entries.events import EventKind, sentence_of
from audit.entries.filtering import GROUPS
from audit.entries.kind_labels import KINDS
from audit.entries.opened_details import COMMON, read_opened
from audit.errors import MalformedProof
from policies.vocabulary import Granularity, Role
from tests.audit.entries.details.samples import GRANTED, SAMPLES

COMMON_VALUES = {"event": "ef" * 16, "org": "club-a", "at": "2026-11-24T08:00:00+00:00", "number": 6}
V1 = {
    **COMMON_VALUES,
    "kind": "look_allowed",
    "person": "R. D.",
    "role": "front_office",
    "action": "read",
    "purpose": "squad_planning",
    "category": "durability",
    "granularity": "band",
    "allowed": True,
    "because": "because of your yes of 3 August 2026",
    "rule_id": "F01",
}


def stored(details: Details, **changes: Any) -> dict[str, Any]:
    """Details as a service stores them."""
    return {**details.fields(), **COMMON_VALUES, "kind": details.kind.value, **changes}


def test_every_kind_has_its_sentence_its_meaning_and_a_group() -> None:
    assert set(KINDS) == set(EventKind)
    assert all(sentence_of(kind) for kind in EventKind)
    assert len({sentence_of(kind) for kind in EventKind}) == len(EventKind)
    assert set().union(*(kinds for _, kinds in GROUPS.values())) == set(EventKind)


def test_no_table_of_words_says_something_twice() -> None:
    """A member that stands twice in a literal overwrites the first one without a word."""
    for module, start in ((KINDS_FILE, "    K."), (EVENTS_FILE, "    EventKind.")):
        members = [line.split(":")[0] for line in module.read_text().splitlines() if line.startswith(start)]
        assert len(members) == len(set(members)) >= len(EventKind)


def test_every_field_of_every_form_has_a_label() -> None:
    fields = {name for form in FORMS.values() for name in form.model_fields}

    assert set(FIELDS) == fields | COMMON - {"kind"}
    assert len(set(FIELDS.values())) == len(FIELDS)


def test_every_code_has_words() -> None:
    enumerations = {
        one for _, one in inspect.getmembers(codes, inspect.isclass) if issubclass(one, StrEnum) and one is not StrEnum
    }

    assert set(CODES) == enumerations
    for one, words in CODES.items():
        assert set(words) == set(one)
        assert len(set(words.values())) == len(words)


@pytest.mark.parametrize("form", SAMPLES)
def test_every_form_is_shown_by_the_labels_of_all_that_it_says(form: str) -> None:
    details = SAMPLES[form]

    lines = detail_lines(stored(details))

    said = {name for name in type(details).model_fields if getattr(details, name) is not None} | COMMON - {"kind"}
    assert [line.split(": ")[0] for line in lines] == [label for name, label in FIELDS.items() if name in said]


def test_an_access_reads_as_an_auditor_asks() -> None:
    lines = detail_lines(stored(GRANTED))

    assert lines[:12] == [
        "When: 2026-11-24T08:00:00+00:00",
        "Organisation: club-a",
        "Who: R. D.",
        "As: coach",
        "To: read",
        "For: training",
        "What: sleep",
        "How fine: daily",
        "Outcome: granted",
        "Rule: C02",
        "Decision point: a rule allows it",
        "Because: a grant of the athlete covers it",
    ]
    assert "Your entry no.: 7" in lines


def test_changed_cells_are_told_one_by_one() -> None:
    assert "Changes: sleep for coach of club-a: daily until 2027-06-30" in detail_lines(
        stored(SAMPLES["cells_changed"])
    )


def test_details_from_before_they_were_typed_keep_their_words() -> None:
    lines = detail_lines(V1)

    assert "As: front office" in lines
    assert "Because: because of your yes of 3 August 2026" in lines
    assert lines[-1] == "rule_id: F01"
    opened = read_opened(V1).details
    assert isinstance(opened, DetailsV1)
    assert (opened.role, opened.granularity, opened.allowed) == (Role.FRONT_OFFICE, Granularity.BAND, True)


def test_typed_details_are_read_with_what_the_journal_added() -> None:
    opened = read_opened(stored(SAMPLES["files_ingested"]))

    assert opened.details == FilesIngested(files=2, athlete="ath-0000000100000001")
    assert (opened.kind, opened.org, opened.number, opened.event) == (EventKind.INGEST, "club-a", 6, "ef" * 16)


@pytest.mark.parametrize(
    "changes",
    [
        {"files": "\x1b[2Jmany"},
        {"form": "access"},
        {"form": 7},
        {"extra": "\x1b[1m"},
        {"kind": "access"},
        {"at": "now"},
    ],
    ids=str,
)
def test_details_that_are_not_of_the_form_they_claim_are_shown_raw_and_harmless(changes: dict[str, Any]) -> None:
    fields = stored(SAMPLES["files_ingested"], **changes)

    with pytest.raises(MalformedProof):
        read_opened(fields)
    assert len(detail_lines(fields)) == len(fields) - 1
    assert "\x1b" not in "".join(detail_lines(fields))


@pytest.mark.parametrize("changes", [{"role": "spy"}, {"granularity": "BAND"}, {"person": 7}, {"number": "6"}], ids=str)
def test_words_that_no_version_wrote_are_refused(changes: dict[str, Any]) -> None:
    assert read_opened(V1).details

    with pytest.raises(MalformedProof):
        read_opened(V1 | changes)


VECTORS = Path(__file__).parents[2] / "vectors"
KINDS_FILE = Path(inspect.getfile(type(KINDS[EventKind.ACCESS])))
EVENTS_FILE = Path(inspect.getfile(EventKind))


def test_every_field_of_every_form_is_in_the_golden_file() -> None:
    """A new field in an entry is a reviewed decision; so is what of it opens for an auditor."""
    script = runpy.run_path(str(VECTORS / "make_event_details.py"))

    assert script["text"]() == (VECTORS / "event_details.json").read_text(encoding="utf-8")


def test_a_new_field_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    class FilesIngested(Details):
        """One with a field more."""

        kind = EventKind.INGEST
        form = "files_ingested"
        note: str

    script = runpy.run_path(str(VECTORS / "make_event_details.py"))
    before = script["describe"]()
    after = script["describe"]([*FORMS.values(), FilesIngested])

    assert {form for form in after if after[form] != before[form]} == {"files_ingested"}
    assert after["files_ingested"]["rest"] == {"note": "str"}

"""Why an entry was written, in the athlete's words: complete over kinds and codes, and chosen when it is shown."""

from datetime import date
from pathlib import Path

import pytest

import policies
from audit.entries.details.access import Access
from audit.entries.details.athletes import RoundCommitted
from audit.entries.details.codes import AccessBasis, DecisionReason, FreezeCause, RoundPayment
from audit.entries.details_v1 import read_v1
from audit.entries.events import EventKind
from consent.athlete.reason_words import BASES, FREEZES, FROZEN_RULE, KINDS, PAYMENTS, UNDER_18, UNFREEZES, because
from policies.vocabulary import OrgId
from tests.audit.entries.details.samples import DENIED, GRANTED, SAMPLES

POLICY = Path(policies.__file__).parent / "policy.csv"
NAMES = {OrgId("league"): "Coast League"}
BY_RULE = {"basis": AccessBasis.NOT_SHARED, "reason": DecisionReason.DENIED_BY_RULE}
APPROVED = {"basis": AccessBasis.APPROVED_RELEASE, "since": date(2026, 11, 23)}


def test_every_kind_and_every_code_has_words() -> None:
    assert set(KINDS) == set(EventKind)
    assert set(BASES) == set(AccessBasis)
    assert set(PAYMENTS) == set(RoundPayment)
    assert set(FREEZES) == set(UNFREEZES) == set(FreezeCause)
    assert all([*KINDS.values(), *BASES.values(), *PAYMENTS.values(), *FREEZES.values(), *UNFREEZES.values()])


@pytest.mark.parametrize("form", SAMPLES)
def test_every_form_says_why(form: str) -> None:
    words = because(SAMPLES[form].kind, SAMPLES[form], NAMES)

    assert words
    assert "{" not in words


@pytest.mark.parametrize(
    ("access", "words"),
    [
        (GRANTED, "because of your yes of 3 August 2026"),
        (GRANTED.model_copy(update=APPROVED), "because of the band that you approved on 23 November 2026"),
        (DENIED, "you did not share this with them then"),
        (DENIED.model_copy(update=BY_RULE | {"rule": "D08"}), "you were under 18, and rule D08 forbade it"),
        (DENIED.model_copy(update=BY_RULE | {"rule": "D12"}), "rule D12 forbade it"),
        (DENIED.model_copy(update=BY_RULE | {"rule": "D02"}), "your data was frozen then"),
        (DENIED.model_copy(update={"basis": AccessBasis.OTHER_CLUB}), "they were not your club"),
        (
            DENIED.model_copy(update={"basis": AccessBasis.BEYOND_GRANT, "rule": "D04"}),
            "your yes did not go that far then, or rule D04 forbade it",
        ),
        (DENIED.model_copy(update={"basis": AccessBasis.FROZEN}), "your data was frozen then"),
        (
            DENIED.model_copy(update={"basis": AccessBasis.NOT_AVAILABLE}),
            "beside your name their page said “not available”, as it does for every other reason",
        ),
    ],
)
def test_an_access_says_on_what_it_was_granted_or_denied(access: Access, words: str) -> None:
    assert because(EventKind.ACCESS, access, NAMES) == words


@pytest.mark.parametrize("form", ["league_joined", "league_left"])
def test_a_clubs_joining_and_leaving_name_the_league_as_people_say_it(form: str) -> None:
    assert "Coast League" in because(SAMPLES[form].kind, SAMPLES[form], NAMES)
    assert "league" in because(SAMPLES[form].kind, SAMPLES[form], {})


@pytest.mark.parametrize("payment", RoundPayment)
def test_a_round_says_whether_the_yes_counted(payment: RoundPayment) -> None:
    details = RoundCommitted(campaign="ab" * 32, round=1, payment=payment)

    counted = "because of your yes to league learning"
    assert (because(EventKind.ROUND_COMMITTED, details, NAMES) == counted) is details.is_counted


def test_entries_of_the_first_version_keep_the_sentence_that_was_written_unless_it_speaks_of_now() -> None:
    said, other = (
        read_v1({"kind": "look_refused", "because": words})
        for words in ("you do not share this with them", "no approved band")
    )

    assert because(EventKind.LOOK_REFUSED, said, NAMES) == "you did not share this with them then"
    assert because(EventKind.LOOK_REFUSED, other, NAMES) == "no approved band"
    assert because(EventKind.LOOK_REFUSED, read_v1({"round": 2}), NAMES) == "your yes did not count for it any more"
    assert because(EventKind.LOOK_ALLOWED, read_v1({"outcome": "unknown"}), NAMES) == (
        "the service stopped before this could take effect"
    )


def test_the_rules_that_the_words_name_are_those_of_the_policy() -> None:
    rows = [[field.strip() for field in line.split(",")] for line in POLICY.read_text("utf-8").splitlines()]
    condition = {row[1]: row[7] for row in rows if len(row) > 8 and row[0] == "p" and row[8] == "deny"}

    assert {rule for rule, when in condition.items() if when.startswith("minor")} == UNDER_18
    assert {rule for rule, when in condition.items() if when == "frozen"} == {FROZEN_RULE}

"""An athlete's own word of what is possible: looked at with its readers, sent, read by coaches, and taken back."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.entries.events import EventKind
from client.health.statements import AvailabilityStatements
from client.settings import NodeSettings
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId, Role
from tests.client.availability.records import records_of, stated

LIMIT = {"availability": "reduced", "limits": "no_sprinting", "cap": "200", "until": "2026-12-04"}
WORDS = "odified: no sprinting, at most 200 AU a day until 4 December 2026"
Ids = dict[str, AthleteId]


@pytest.fixture
def stocked(stocked: Path, tmp_path: Path) -> Path:
    """A vault of this test alone: what is told is stored."""
    return Path(shutil.copy(stocked, tmp_path / "own.sqlite3"))


def tell(phone: Any, **changes: str) -> Any:
    shown = phone.send(phone.page("/me/limit"), "/me/limit/say", **{n: v for n, v in (LIMIT | changes).items() if v})
    assert shown.status_code == 200
    return phone.send(shown.text, "/me/limit/state")


def deeds(consent: Any) -> list[str]:
    return [details["deed"] for kind, details in consent.events if kind is EventKind.OWN_SITE][1:]  # signing in


def test_the_words_and_their_readers_come_first_and_nothing_is_sent_by_looking(
    signed_in: Callable[[str], Any], consent: Any
) -> None:
    phone = signed_in("well")

    shown = phone.send(phone.page("/me/limit"), "/me/limit/say", **LIMIT)

    assert f"M{WORDS}." in shown.text
    assert "Who will read it" in shown.text
    assert deeds(consent) == []
    assert "no limit" in phone.page("/me/limit")


def test_it_is_logged_once_lowers_the_own_plan_and_is_taken_back(
    signed_in: Callable[[str], Any], consent: Any, stocked: Path, ids: Ids
) -> None:
    phone = signed_in("well")

    for _ in range(2):
        assert tell(phone).headers["location"] == "/me/limit"

    assert deeds(consent) == ["limit_stated"]
    assert f"M{WORDS}." in phone.page("/me")
    taken = phone.send(phone.page("/me/limit"), "/me/limit/take-back")
    assert taken.status_code == 303
    assert deeds(consent) == ["limit_stated", "limit_taken_back"]
    assert WORDS not in phone.page("/me")
    assert "(taken back on 24 November 2026)" in phone.page("/me/limit")


def test_the_medical_teams_word_is_shown_and_not_the_athletes_to_lift(
    signed_in: Callable[[str], Any], stocked: Path, settings: NodeSettings, ids: Ids
) -> None:
    with Vault.open(stocked, UnlockKey(b"k" * 32)) as vault:
        statements = AvailabilityStatements(records_of(vault, settings.directory))
        statements.add(stated(ids["well"]))
        phone = signed_in("well")

        page = phone.page("/me/limit")
        tell(phone, availability="full", limits="", cap="", until="")

        assert "at most 300 AU a day" in page
        assert "Take your newest word back" not in page
        standing = statements.standing(ids["well"], stated(ids["well"]).day)
        assert standing is not None
        assert standing.cap_au == 300.0
        assert {one.role for one in standing.statements} == {Role.MEDICAL, Role.ATHLETE}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"availability": ""}, "Choose what is possible."),
        ({"until": ""}, "A limit needs its last day"),
        ({"cap": "much"}, "Expected a whole number from 0 to 9,000 AU, got “much”."),
    ],
)
def test_what_cannot_be_told_is_said_and_kept(
    signed_in: Callable[[str], Any], consent: Any, changes: dict[str, str], sentence: str
) -> None:
    phone = signed_in("well")

    for deed in ("say", "state"):
        csrf = phone.page("/me/limit").partition('name="csrf" value="')[2].partition('"')[0]
        answer = phone.http.post(f"/me/limit/{deed}", data={"csrf": csrf} | LIMIT | changes)

        assert answer.status_code == 422
        assert sentence in answer.text
        assert f'value="{(LIMIT | changes)["cap"]}"' in answer.text
    assert deeds(consent) == []

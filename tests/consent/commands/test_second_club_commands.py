"""`homefield-consent athlete second-club`, as an operator uses it, and what the athlete reads of it."""

import json
from pathlib import Path

import pytest

from consent.registry.values import SecondClub
from consent.service import open_service
from consent.web.budget.page import two_clubs_note
from policies.vocabulary import AthleteId, OrgId
from tests.consent.commands.test_consent_cli import run
from tests.consent.league import FakeClock, Template, World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return Template.make(tmp_path / "filled").open_copy(tmp_path / "union", FakeClock())


def test_an_operator_notes_changes_lists_and_ends_a_second_club(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, athlete = str(world.service.settings.directory), world.athletes["club-a"][0]
    world.service.close()
    words = ("athlete", "second-club", "set", home, athlete, "club-b")

    first = run(capsys, monkeypatch, *words, "--json")
    changed = run(capsys, monkeypatch, *words, "--sixteenths", "5", "--until", "2126-06-30")
    rows = json.loads(run(capsys, monkeypatch, "athlete", "list", home, "--json")[1])["athletes"]
    shown = run(capsys, monkeypatch, "athlete", "list", home)[1]
    ended = json.loads(run(capsys, monkeypatch, "athlete", "second-club", "end", home, athlete, "--json")[1])

    half = {"athlete": athlete, "club": "club-b", "sixteenths": 8, "own_sixteenths": 8, "until": ""}
    assert json.loads(first[1]) == {"schema": "homefield-athlete-second-club-set-1", **half}
    assert "weight 5/16 there, 11/16 at their own club" in changed[1]
    weights = {"sixteenths": 5, "own_sixteenths": 11, "until": "2126-06-30T23:59:59+00:00"}
    listed = {one["athlete"]: one["second_club"] for one in rows}
    assert {"athlete": athlete, **listed.pop(athlete)} == half | weights
    assert {one["club"] for one in listed.values()} == {""}
    assert "club-a and club-b (5/16)" in shown
    assert (ended["club"], ended["sixteenths"], ended["own_sixteenths"]) == ("", 0, 16)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("club-a",), "another club than the athlete's own"),
        (("league",), "not for organisations of your kind"),
        (("club-z",), "got club-z"),
        (("club-b", "--until", "2020-01-01"), "an end that is still to come"),
        (("club-b", "--until", "next week"), "expected a day such as 2027-06-30"),
    ],
)
def test_what_is_no_second_club_is_refused_in_one_sentence(
    world: World,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    said: str,
) -> None:
    home, athlete = str(world.service.settings.directory), world.athletes["club-a"][0]
    world.service.close()

    code, _, told = run(capsys, monkeypatch, "athlete", "second-club", "set", home, athlete, *words)

    assert code == 1
    assert said in told
    assert len(told.splitlines()) == 1
    service = open_service(world.service.settings, clock=world.clock)
    assert service.store.member(athlete).second is None
    service.close()


def test_the_portal_says_how_an_athlete_of_two_clubs_is_counted(world: World) -> None:
    athlete, names = AthleteId(world.athletes["club-a"][0]), {org.org_id: org.name for org in world.store.orgs()}
    assert two_clubs_note(world.store.member(athlete), names) == ""

    said = two_clubs_note(world.store.set_second_club(athlete, SecondClub(OrgId("club-b"), 4, None)), names)

    assert f"12 of 16 at {names[OrgId('club-a')]}" in said
    assert f"4 of 16 at {names[OrgId('club-b')]}" in said
    world.service.close()

"""A club's public squad list: one line a player, whoever has an account, and no line tells who has one."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from audit.entries.events import EventKind
from consent.cli import app
from consent.commands import orgs, players
from consent.commands.players import read_list
from consent.commands.service_folder import beside
from consent.decisions.values import Actor
from consent.errors import InvalidChange, NotAllowed
from consent.registry.players import lines_of
from consent.registry.values import MOST_PLAYERS, ListChange, ListedPlayer
from consent.storage.rows import MemberRow
from policies.vocabulary import AthleteId, OrgId, Role
from tests.consent.league import Template, World

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
SAM = AthleteId("ath-00000000000000aa")
OFFICE = Actor("T. W.", Role.FRONT_OFFICE)
LIST = [ListedPlayer(97, "Invented Keeper"), ListedPlayer(98, "Sam Kay")]


def page(world: World) -> list[tuple[int, str]]:
    return [(row.no, row.name) for row in world.store.office_view(LEAGUE, CLUB, OFFICE).rows]


def kinds_since(world: World, size: int) -> Counter[EventKind]:
    return Counter(entry.kind for entry in world.published_since(size))


def test_who_enrols_changes_no_line_of_the_page(lite: World) -> None:
    lite.store.list_players(CLUB, LIST)
    before = page(lite)

    lite.store.enrol(CLUB, SAM, name="Samantha K.", shirt_no=98, is_minor=False)

    assert page(lite) == before
    assert (98, "Sam Kay") in before
    assert len(before) == len(lite.athletes[CLUB]) + 2


def test_who_enrolled_before_the_list_came_is_on_it_once(lite: World) -> None:
    lite.store.enrol(CLUB, SAM, name="Sam Kay", shirt_no=98, is_minor=False)

    change = lite.store.list_players(CLUB, LIST)

    assert change == ListChange(added=2, removed=0)
    assert [line for line in page(lite) if line[0] > 90] == [(97, "Invented Keeper"), (98, "Sam Kay")]


def test_a_player_who_comes_leaves_the_entry_of_an_enrolment_and_one_with_an_account_leaves_none(lite: World) -> None:
    lite.store.enrol(CLUB, SAM, name="Sam Kay", shirt_no=98, is_minor=False)
    lite.service.publish()
    size = lite.log_size

    lite.store.list_players(CLUB, LIST)
    lite.service.publish()

    assert kinds_since(lite, size)[EventKind.MEMBER_ENROLLED] == 1
    lite.verify()


def test_the_same_list_again_changes_nothing_and_another_takes_its_place(lite: World) -> None:
    lite.store.list_players(CLUB, LIST)
    size = lite.log_size

    assert lite.store.list_players(CLUB, LIST[::-1]) == ListChange(0, 0)
    assert lite.log_size == size
    assert lite.store.list_players(CLUB, LIST[:1]) == ListChange(0, 1)
    assert lite.store.players(CLUB) == LIST[:1]
    assert lite.store.players(OrgId("club-b")) == []


def test_what_no_list_is(lite: World) -> None:
    with pytest.raises(InvalidChange, match="number 97 stands twice"):
        lite.store.list_players(CLUB, [LIST[0], LIST[0]])
    with pytest.raises(InvalidChange, match=f"at most {MOST_PLAYERS} players, got"):
        lite.store.list_players(CLUB, [ListedPlayer(1, f"Invented {number}") for number in range(MOST_PLAYERS + 1)])
    with pytest.raises(NotAllowed):
        lite.store.list_players(LEAGUE, LIST)
    assert lite.store.players(CLUB) == []


PEOPLE = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["Ada", "Bo", "Cy"])), max_size=6)


@given(listed=PEOPLE.map(lambda found: list(dict.fromkeys(found))), enrolled=PEOPLE)
def test_every_listed_player_and_every_athlete_has_one_line(
    listed: list[tuple[int, str]], enrolled: list[tuple[int, str]]
) -> None:
    members = [
        MemberRow(athlete=f"ath-{at:016x}", club=CLUB, name=name, shirt_no=no, is_minor=False, epoch=1)
        for at, (no, name) in enumerate(enrolled)
    ]
    lines = lines_of([ListedPlayer(*one) for one in listed], members)

    assert Counter(athlete for _, athlete in lines if athlete) == Counter(row.athlete for row in members)
    names = Counter((line.shirt_no, line.name) for line, _ in lines)
    assert all(names[one] >= 1 for one in listed)
    by_number = Counter(no for no, _ in listed)
    wanted = Counter(no for no, _ in enrolled)
    assert Counter(line.shirt_no for line, _ in lines) == by_number | wanted  # the larger of the two, at each number
    shown_of = {athlete: line for line, athlete in lines}
    firsts = {(row.shirt_no, row.name): row.athlete for row in reversed(members)}
    assert all(shown_of[AthleteId(firsts[one])] == ListedPlayer(*one) for one in listed if one in firsts)


@pytest.mark.parametrize(
    "text",
    [
        "shirt_no,name\n9,Ada\n",
        "\ufeffName;Shirt No\nAda;9\n\n",
        "name\tshirt_no\nAda\t 9\n",
        "sep=;\nname;shirt_no\nAda;9\n",
    ],
)
def test_lists_as_spreadsheets_write_them(tmp_path: Path, text: str) -> None:
    (tmp_path / "squad.csv").write_text(text, encoding="utf-8")

    assert read_list(tmp_path / "squad.csv") == [{"shirt_no": 9, "name": "Ada"}]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "expected the columns shirt_no and name"),
        (b"name,number\nAda,9\n", "expected the columns shirt_no and name"),
        (b"name,name,shirt_no\nAda,Ada,9\n", "each once"),
        (b"shirt_no,name\n\n", "expected at least one player"),
        (b"shirt_no,name\nnine,Ada\n", "line 2: expected a shirt number up to 999 and a name"),
        (b"shirt_no,name\n9\n", "line 2: expected a shirt number up to 999 and a name"),
        (b"sep=;\nshirt_no;name\n1000;Ada\n", "line 3: expected a shirt number up to 999"),
        (b"shirt_no,name\n9, \n", "line 2: expected a name"),
        (b"shirt_no,name\n9,J\xfcrgen\n", "UTF-8"),
        (b"x" * 300_000, "at most 256 KiB"),
    ],
)
def test_what_cannot_be_read_as_a_list(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "squad.csv").write_bytes(raw)

    with pytest.raises(InvalidChange, match=said):
        read_list(tmp_path / "squad.csv")


def test_a_list_is_put_in_place_with_one_look_at_the_store(
    template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, squad, looks = tmp_path / "union", tmp_path / "squad.csv", list[Path]()
    shutil.copytree(template.directory, folder)
    monkeypatch.setattr(players, "beside", lambda directory: looks.append(directory) or beside(directory))
    monkeypatch.setattr(orgs, "beside", lambda directory: looks.append(directory) or beside(directory))

    for name in ("Invented Keeper", "Another"):  # the second list asks, as the first player goes
        squad.write_text(f"shirt_no,name\n97,{name}\n", encoding="utf-8")
        done = CliRunner().invoke(app, ["org", "set-players", str(folder), CLUB, str(squad)], input="y\n")
        assert done.exit_code == 0, done.output
        assert " (club-a): 1 new" in done.stdout

    assert looks == [folder] * 2


def test_the_commands_say_what_changed(template: Template, tmp_path: Path) -> None:
    folder, squad = tmp_path / "union", tmp_path / "squad.csv"
    shutil.copytree(template.directory, folder)
    squad.write_text("shirt_no,name\n97,Invented Keeper\n", encoding="utf-8")
    run = CliRunner().invoke

    first = run(app, ["org", "set-players", str(folder), CLUB, str(squad)])
    again = json.loads(run(app, ["org", "set-players", str(folder), CLUB, str(squad), "--json"]).stdout)
    read = json.loads(run(app, ["org", "players", str(folder), CLUB, "--json"]).stdout)
    squad.write_text("shirt_no,name\n7,Another\n7,A Third\n", encoding="utf-8")
    asked = run(app, ["org", "set-players", str(folder), CLUB, str(squad)], input="n\n")
    kept = json.loads(run(app, ["org", "players", str(folder), CLUB, "--json"]).stdout)
    put = run(app, ["org", "set-players", str(folder), CLUB, str(squad), "--yes"])

    assert first.exit_code == 0, first.exception
    assert " (club-a): 1 new, 0 no longer on it." in first.stdout
    assert (again["schema"], again["added"], again["removed"]) == ("homefield-org-set-players-1", 0, 0)
    assert read["players"] == [{"shirt_no": 97, "name": "Invented Keeper"}]
    assert asked.exit_code == 1
    assert "1 player is not in it and goes" in asked.output
    assert kept == read
    assert put.exit_code == 0
    assert "several players have number 7" in put.output

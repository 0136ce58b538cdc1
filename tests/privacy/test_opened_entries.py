"""Opened entries say what an organisation did and to nobody in particular: no opening leads to an athlete."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from audit.entries.opening_json import opening_json
from policies.vocabulary import AthleteId, OrgId
from tests.privacy.canaries import Search, needles_of
from tests.privacy.opened_log import OpenedLog, SharingWorld, ask, best_auc, opened, play
from tests.privacy.traffic import League

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("unlinkability")]

SEED = 20261129
GUESSES = 2_000  # the standard error of an AUC at chance is then 0.013
MOST_AUC = 0.565  # five of them away; the drill makes 20,000 guesses and asserts 0.52
LEAST_AUC_WITH_A_FLAW = 0.6
MARKS = ("Quokka", "canary.staff", "ath-c0ffee")

Play = Callable[[SharingWorld], OpenedLog]


@pytest.fixture
def played(tmp_path: Path) -> Play:
    """Return a function that plays one world in a league of three clubs and opens its log."""

    def run(world: SharingWorld) -> OpenedLog:
        league = League.found(tmp_path / world.value, clubs=3, athletes=8, seed=SEED)
        play(league, world, publications=4, asks=9)
        found = opened(league)
        league.service.close()
        return found

    return run


@pytest.mark.parametrize("world", SharingWorld)
def test_openings_do_not_tell_whether_two_entries_are_about_one_athlete(
    played: Play, world: SharingWorld, record_property: Callable[[str, object], None]
) -> None:
    log = played(world)

    found, count = best_auc(log, seed=SEED, most=GUESSES)

    record_property("auc", {world.value: found})
    assert count == GUESSES
    assert found <= MOST_AUC
    outcomes = {entry.values[6] for entry in log.entries} - {None}
    assert outcomes == ({"granted"} if world is SharingWorld.ALL_SHARE else {"granted", "denied"})


def test_a_salt_that_repeats_a_bit_per_athlete_is_found(played: Play) -> None:
    log = played(SharingWorld.ALL_SHARE)
    for place, entry in enumerate(log.entries):
        first, *others = entry.opening.shown
        bit = hashlib.sha256(entry.owner.encode()).digest()[0] & 1
        salted = replace(first, salt=bytes([first.salt[0] & 0xFE | bit]) + first.salt[1:])
        log.entries[place] = replace(entry, opening=replace(entry.opening, shown=(salted, *others)))

    assert best_auc(log, seed=SEED, most=GUESSES)[0] >= LEAST_AUC_WITH_A_FLAW


def canary_league(folder: Path, *, clubs: int, athletes: int) -> League:
    """A league whose every athlete and member of staff is a canary."""
    league = League.found(folder, clubs=clubs, athletes=0, seed=SEED)
    for number, club in enumerate(league.clubs):
        league.clubs[club] = [AthleteId(f"ath-c0ffee{number:02x}{n:08x}") for n in range(athletes)]
        for n, athlete in enumerate(league.clubs[club]):
            league.service.store.enrol(club, athlete, name=f"Quokka Player {n}", shirt_no=n, is_minor=False)
    return league


def canaries_in(league: League, count: int) -> tuple[int, int]:
    """Search `count` openings for every athlete in every disguise; return how many were searched and how many hit."""
    found = [json.dumps(opening_json(entry.opening)).encode() for entry in opened(league).entries][:count]
    athletes = [athlete for squad in league.clubs.values() for athlete in squad]
    search = Search(needles_of([*MARKS, *athletes]))
    return len(found), sum(bool(search.find(data)) for data in found)


def test_no_athlete_stands_in_five_hundred_openings(tmp_path: Path) -> None:
    league = canary_league(tmp_path / "union", clubs=2, athletes=10)
    for club, squad in league.clubs.items():
        for _ in range(26):
            ask(league, club, squad)
    league.publish()

    searched, hits = canaries_in(league, 500)
    own = league.service.store.athlete_export(league.clubs[OrgId("club-0")][0])
    league.service.close()

    assert (searched, hits) == (500, 0)
    assert Search(needles_of(MARKS)).find(own)  # all ten fields of the athlete's own entries do name them


def test_an_erasure_does_not_show_in_openings(tmp_path: Path) -> None:
    league = canary_league(tmp_path / "union", clubs=1, athletes=4)
    (club, squad), *_ = league.clubs.items()
    ask(league, club, squad)
    league.publish()
    before = [entry.values for entry in opened(league).entries]

    league.service.store.erase(squad[0])
    ask(league, club, squad)
    league.publish()
    searched, hits = canaries_in(league, 1_000)
    league.service.close()

    assert len(before) == 8
    assert (searched > 8, hits) == (True, 0)

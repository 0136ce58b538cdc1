"""Refusal invisibility: to the front office eight hidden states are one and the same bytes, headers included."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from consent.app import app_of
from consent.decisions.values import Actor
from consent.grants.values import ConsentAnswer, ConsentMethod
from consent.registry.values import ListedPlayer
from policies.vocabulary import AthleteId, OrgId, Role
from tests.consent.league import Caller, FakeClock, World, make_service
from tests.consent.league import fill as fill_league
from tests.consent.portal_choices import portal

CLUB = OrgId("club-a")
TARGET = "/v1/office/club-a?person=T.+W.&role=front_office"
PLAYER, NUMBER = "Sam K.", 10
SAM = AthleteId("ath-00000000000000aa")


def enrol(world: World) -> None:
    world.store.enrol(CLUB, SAM, name=PLAYER, shirt_no=NUMBER, is_minor=False)


def answered(world: World, answer: ConsentAnswer) -> None:
    enrol(world)
    view = world.store.propose_release(CLUB, world.proposal(SAM))
    portal(world.store).answer_release(SAM, view.release_id, answer, sha256=view.sha256, method=ConsentMethod.PORTAL)


def never_asked(world: World) -> None:
    enrol(world)


def refused(world: World) -> None:
    answered(world, ConsentAnswer.NO)


def deferred(world: World) -> None:
    answered(world, ConsentAnswer.LATER)


def withdrawn(world: World) -> None:
    enrol(world)
    world.store.withdraw_release(SAM, world.approved(SAM), method=ConsentMethod.PORTAL)


def expired(world: World) -> None:
    enrol(world)
    until = world.clock.now + timedelta(days=2)
    view = world.store.propose_release(CLUB, world.proposal(SAM, until=until))
    portal(world.store).answer_release(
        SAM, view.release_id, ConsentAnswer.YES, sha256=view.sha256, method=ConsentMethod.PORTAL
    )


def not_computed(world: World) -> None:
    """The node had nothing to propose, or proposed and the athlete has not answered."""
    enrol(world)
    world.store.propose_release(CLUB, world.proposal(SAM))


def below_minimum(world: World) -> None:
    """Under 18: nothing about them ever goes out."""
    world.store.enrol(CLUB, SAM, name=PLAYER, shirt_no=NUMBER, is_minor=True)


def no_such_athlete(world: World) -> None:
    world.store.list_players(CLUB, [ListedPlayer(NUMBER, PLAYER)])


STATES = (never_asked, refused, deferred, withdrawn, expired, not_computed, below_minimum, no_such_athlete)


def office_bytes(folder: Path, state: Callable[[World], None]) -> tuple[bytes, int]:
    """One league where one player is in `state`; returns the whole response as bytes, and how the log grew."""
    clock = FakeClock()
    world = fill_league(make_service(folder, clock), clock)
    state(world)
    clock.forward(seconds=(FakeClock().now + timedelta(days=5) - clock.now).total_seconds())
    with TestClient(app_of(world.service, clock=clock)) as http:
        size = world.log_size
        response = http.get(TARGET, headers=world.headers("league", "GET", TARGET))
        grown = world.log_size - size
    head = b"".join(name + b": " + value + b"\r\n" for name, value in response.headers.raw)
    return str(response.status_code).encode() + b"\r\n" + head + b"\r\n" + response.content, grown


def test_the_eight_hidden_states_are_the_same_bytes(tmp_path: Path) -> None:
    seen = {state.__name__: office_bytes(tmp_path / state.__name__, state) for state in STATES}

    assert len(seen) == 8
    assert len({response for response, _ in seen.values()}) == 1
    assert len({grown for _, grown in seen.values()}) == 1
    response, grown = seen["refused"]
    assert response.startswith(b"200\r\n")
    assert b'{"no":10,"name":"Sam K.","band":null,"range":null}' in response
    assert grown == 1 + 4 + 1  # one for the page, one for each line of the squad list, and the outcome


def test_only_an_approved_published_unexpired_release_shows_its_band(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    view = world.store.propose_release(CLUB, world.proposal(athlete))
    portal(world.store).answer_release(
        athlete, view.release_id, ConsentAnswer.YES, sha256=view.sha256, method=ConsentMethod.PORTAL
    )

    def bands() -> list[str | None]:
        page = world.store.office_view(OrgId("league"), CLUB, Actor("T. W.", Role.FRONT_OFFICE))
        return [row.band for row in page.rows]

    before = bands()
    world.clock.forward(days=1)
    published = bands()
    world.store.withdraw_release(athlete, view.release_id, method=ConsentMethod.PORTAL)

    assert before == [None, None, None]
    assert published == ["80-85", None, None]
    assert bands() == [None, None, None]


def test_an_approved_release_ends_by_itself(lite: World) -> None:
    lite.approved(lite.athletes["club-a"][0])
    lite.clock.forward(days=80)

    page = lite.store.office_view(OrgId("league"), CLUB, Actor("T. W.", Role.FRONT_OFFICE))

    assert {row.band for row in page.rows} == {None}


def test_the_athlete_sees_who_opened_the_page_and_what_it_said(world: World) -> None:
    one, two, _ = world.athletes["club-a"]
    world.approved(one)

    world.store.office_view(OrgId("league"), CLUB, Actor("T. W.", Role.FRONT_OFFICE))

    shown, hidden = world.store.looks(one, limit=1).entries[0], world.store.looks(two, limit=1).entries[0]
    assert (shown.allowed, shown.person, shown.org) == (True, "T. W.", CLUB)
    assert shown.because == "because of the band that you approved on 23 November 2026"
    assert not hidden.allowed


@pytest.mark.parametrize(
    ("org", "target", "status"),
    [
        ("club-a", TARGET, 403),
        ("league", "/v1/office/club-a?person=T&role=coach", 403),
        ("league", "/v1/office/club-x?person=T&role=front_office", 404),
        ("league", "/v1/office/league?person=T&role=front_office", 404),
        ("league", "/v1/office/club-a?person=T", 422),
    ],
)
def test_who_may_not_ask(caller: Caller, org: str, target: str, status: int) -> None:
    assert caller.send(org, "GET", target).status_code == status


def test_the_log_still_verifies_and_its_lines_do_not_tell_dummies_apart(tmp_path: Path) -> None:
    clock = FakeClock()
    world = fill_league(make_service(tmp_path / "union", clock), clock)
    world.store.list_players(CLUB, [ListedPlayer(NUMBER, PLAYER)])
    target_kind = "access"
    with TestClient(app_of(world.service, clock=clock)) as http:
        http.get(TARGET, headers=world.headers("league", "GET", TARGET))
        world.verify()
        shown = world.published_since(0)

    rows = [entry for entry in shown if entry.kind.value == target_kind]
    assert len(rows) == 4
    assert {(len(entry.leaf()), len(entry.tag), entry.org) for entry in rows} == {
        (len(rows[0].leaf()), 16, rows[0].org)
    }

"""Denials are in the log, and a club or front office that reads all of the log learns from it of no refusal."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from audit.entries.events import Entry, EventKind
from consent.app import app_of
from consent.decisions.values import Actor
from consent.grants.values import ConsentAnswer, ConsentMethod
from policies.vocabulary import AthleteId, Category, OrgId, Role
from tests.consent.league import Caller, FakeClock, Template, World
from tests.consent.portal_choices import portal

CLUB, OTHER, LEAGUE = OrgId("club-a"), OrgId("club-b"), OrgId("league")
State = Callable[[World, AthleteId], None]
Public = Counter[tuple[EventKind, str, int, int]]


def never_asked(world: World, athlete: AthleteId) -> None:
    """Nothing happened."""


def not_answered(world: World, athlete: AthleteId) -> None:
    world.store.propose_release(CLUB, world.proposal(athlete))


def answers(answer: ConsentAnswer) -> State:
    def state(world: World, athlete: AthleteId) -> None:
        view = world.store.propose_release(CLUB, world.proposal(athlete))
        portal(world.store).answer_release(
            athlete, view.release_id, answer, sha256=view.sha256, method=ConsentMethod.PORTAL
        )

    return state


def withdrawn(world: World, athlete: AthleteId) -> None:
    world.store.withdraw_release(athlete, world.approved(athlete), method=ConsentMethod.PORTAL)


def expired(world: World, athlete: AthleteId) -> None:
    view = world.store.propose_release(CLUB, world.proposal(athlete, until=world.clock.now + timedelta(days=2)))
    portal(world.store).answer_release(
        athlete, view.release_id, ConsentAnswer.YES, sha256=view.sha256, method=ConsentMethod.PORTAL
    )


HIDDEN: dict[str, State] = {
    "never asked": never_asked,
    "not answered": not_answered,
    "no": answers(ConsentAnswer.NO),
    "later": answers(ConsentAnswer.LATER),
    "withdrawn": withdrawn,
    "expired": expired,
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.make(tmp_path_factory.mktemp("template") / "union")


@pytest.fixture
def opened(template: Template, tmp_path: Path) -> Iterator[Callable[[], World]]:
    """Opens as many copies of one league as a test compares."""
    worlds: list[World] = []

    def another() -> World:
        worlds.append(template.open_copy(tmp_path / f"union-{len(worlds)}", FakeClock()))
        return worlds[-1]

    yield another
    for world in worlds:
        world.service.close()


def public(entries: list[Entry]) -> Public:
    """What a stranger can count: kind, organisation pseudonym, whether there is a tag, and how long an entry is."""
    return Counter((entry.kind, entry.org, len(entry.tag), len(entry.leaf())) for entry in entries)


def squad_page(world: World) -> Public:
    """What one look of the front office, five days later, adds to the public log."""
    world.clock.forward(days=5)
    start = world.publish()
    world.store.office_view(LEAGUE, CLUB, Actor("T. W.", Role.FRONT_OFFICE))
    return public(world.published_since(start))


def test_a_look_leaves_the_same_public_entries_whatever_was_answered(opened: Callable[[], World]) -> None:
    seen = {}
    for name, state in HIDDEN.items():
        world = opened()
        state(world, world.athletes[CLUB][0])
        seen[name] = squad_page(world)

    assert len({frozenset(found.items()) for found in seen.values()}) == 1
    assert sum(seen["no"].values()) == 1 + 3


def test_every_answer_is_one_and_the_same_public_entry(opened: Callable[[], World]) -> None:
    """Yes, no, later, a change in the portal and a lower cap: one decision by the union each, and nothing more."""
    seen = {}
    for answer in ConsentAnswer:
        world = opened()
        athlete = world.athletes[CLUB][0]
        view = world.store.propose_release(CLUB, world.proposal(athlete))
        start = world.publish()
        portal(world.store).answer_release(
            athlete, view.release_id, answer, sha256=view.sha256, method=ConsentMethod.PORTAL
        )
        seen[answer.value] = public(world.published_since(start))
    world = opened()
    start = world.publish()
    world.give(world.athletes[CLUB][0])
    seen["a change in the portal"] = public(world.published_since(start))

    assert len({frozenset(found.items()) for found in seen.values()}) == 1
    ((kind, _, _, _),) = seen["no"]
    assert kind is EventKind.CONSENT_DECISION


def test_a_proposal_in_the_quiet_days_after_a_no_is_answered_and_logged_like_any_other(
    opened: Callable[[], World],
) -> None:
    seen = []
    for state in (not_answered, answers(ConsentAnswer.NO), answers(ConsentAnswer.LATER), withdrawn):
        world = opened()
        athlete = world.athletes[CLUB][0]
        state(world, athlete)
        world.clock.forward(days=30)
        start = world.publish()
        http = TestClient(app_of(world.service, clock=world.clock))
        body = world.proposal(athlete, release_id="rel-again").model_dump(mode="json")
        answer = Caller(world, http).send(CLUB, "POST", "/v1/releases", body)
        seen.append(
            (answer.status_code, sorted(answer.json()), frozenset(public(world.published_since(start)).items()))
        )

    assert len(set(map(repr, seen))) == 1
    assert seen[0][0] == 201


def test_an_athlete_of_another_club_and_nobody_are_refused_in_the_same_words(opened: Callable[[], World]) -> None:
    world = opened()
    caller = Caller(world, TestClient(app_of(world.service, clock=world.clock)))
    seen = []
    for athlete in (world.athletes[OTHER][0], AthleteId("ath-00000000000000ff")):
        for method, target, body in (
            ("POST", "/v1/events", {"kind": "operator_look", "details": {"athlete": athlete, "what": "metrics"}}),
            ("POST", "/v1/releases", world.proposal(athlete).model_dump(mode="json")),
        ):
            start = world.publish()
            answer = caller.send(CLUB, method, target, body)
            added = public(world.published_since(start))
            seen.append((target, answer.status_code, answer.content, frozenset(added.items())))

    assert len(set(seen)) == 2
    assert {status for _, status, _, _ in seen} == {403}


def test_a_coach_does_not_read_in_the_log_whether_an_access_was_granted(opened: Callable[[], World]) -> None:
    """Shared, and not shared for whatever reason (never, no more, ended), are one and the same public entry."""
    seen = {}
    for name in ("never", "withdrawn", "ended", "shared"):
        world = opened()
        athlete = world.athletes[CLUB][0]
        if name != "never":
            cell = world.give(athlete, Category.SLEEP)
        if name == "withdrawn":
            world.store.withdraw(athlete, cell, method=ConsentMethod.PORTAL)
        if name == "ended":
            world.clock.forward(days=201)
        start = world.publish()
        caller = Caller(world, TestClient(app_of(world.service, clock=world.clock)))
        item = {"athlete": athlete, "category": "sleep", "granularity": "daily"}
        actor = {"person": "R. D.", "role": "coach"}
        body = {"actor": actor, "action": "read", "purpose": "training", "items": [item]}
        caller.send(CLUB, "POST", "/v1/decisions", body)
        seen[name] = public(world.published_since(start))

    assert seen["never"] == seen["withdrawn"] == seen["ended"] == seen["shared"]
    assert {kind for kind, *_ in seen["never"]} == {EventKind.ACCESS, EventKind.ANSWER_SENT}

"""One act, one event; and after the intent the outcome: the answer was sent, was not, or nobody knows."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

import consent.decisions.outcomes
from audit.entries.events import EventKind
from audit.errors import LogUnavailable
from consent.api.shared_acts import SharedActs
from consent.app import app_of
from consent.athlete.values import ProofState
from consent.decisions.values import Actor, DecisionCall, DeliveryOutcome
from policies.vocabulary import AthleteId, Category, OrgId, Role
from tests.consent.league import Caller, World, acts, break_log, outcomes

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
OFFICE = "/v1/office/club-a?person=T&role=front_office"


def question(athlete: AthleteId) -> dict[str, Any]:
    """A coach's question for one athlete's sleep."""
    return {
        "actor": {"person": "R. D.", "role": "coach"},
        "action": "read",
        "purpose": "training",
        "items": [{"athlete": athlete, "category": "sleep", "granularity": "daily"}],
    }


def look_of(world: World, athlete: AthleteId) -> DeliveryOutcome | None:
    """What the athlete is told about the newest look."""
    return next(e.outcome for e in world.store.looks(athlete).entries if e.is_access)


def test_an_answer_that_was_sent_is_told_and_is_no_act_of_its_own(caller: Caller) -> None:
    world, athlete = caller.world, caller.world.athletes["club-a"][0]
    world.give(athlete)
    before = acts(world.service)

    answer = caller.send("club-a", "POST", "/v1/decisions", question(athlete))

    (new,) = [act for event, act in acts(world.service).items() if event not in before]
    assert answer.json()["results"][0]["allowed"]
    assert new.kinds == {EventKind.ACCESS}
    assert outcomes(world.service) == {new.event: True}
    assert look_of(world, athlete) is DeliveryOutcome.OPENED


def test_every_protected_answer_has_an_outcome(caller: Caller) -> None:
    world = caller.world
    athlete = world.athletes["club-a"][0]
    world.take_part(athlete)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    tokens = f"/v1/campaigns/{campaign}/tokens"

    answers = [
        caller.send("club-a", "POST", "/v1/decisions", question(athlete)),
        caller.send("club-a", "GET", "/v1/snapshot"),
        caller.send("league", "GET", OFFICE),
        caller.send("club-a", "POST", tokens, {"athletes": [athlete]}),
        caller.send("club-a", "POST", f"/v1/campaigns/{campaign}/rounds/1/commit", {"tokens": ["none"]}),
    ]
    again = caller.send("club-a", "GET", "/v1/snapshot")

    assert {answer.status_code for answer in [*answers, again]} == {200}
    found = outcomes(world.service)
    assert list(found.values()) == [True] * 5  # the same snapshot again discloses nothing and leaves nothing
    assert set(found) <= set(acts(world.service))


def test_all_entries_of_one_act_share_its_event_and_no_other_act_has_it(caller: Caller) -> None:
    world = caller.world
    before = acts(world.service)

    caller.send("league", "GET", OFFICE)
    caller.send("league", "GET", OFFICE)

    new = [act for event, act in acts(world.service).items() if event not in before]
    assert [len(act.entries) for act in new] == [1 + 3, 1 + 3]  # the page, and one for each line of the squad list
    assert all(len(act.event) == 32 for act in new)


def test_an_answer_that_failed_after_the_intent_says_so(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    world, athlete = caller.world, caller.world.athletes["club-a"][0]
    world.give(athlete)
    monkeypatch.setattr(SharedActs, "decide", _decide_and_fail(SharedActs.decide))

    answer = caller.send("club-a", "POST", "/v1/decisions", question(athlete))

    assert answer.status_code == 500
    assert list(outcomes(world.service).values()) == [False]
    assert look_of(world, athlete) is DeliveryOutcome.NOT_OPENED


def _decide_and_fail(decide: Any) -> Any:
    """The decision as it is, with an answer that cannot be put into words."""

    async def decided(self: SharedActs, call: DecisionCall) -> Any:
        return _Broken((await decide(self, call)).event)

    return decided


class _Broken:
    def __init__(self, event: str) -> None:
        self.event = event

    @property
    def results(self) -> list[Any]:
        raise ZeroDivisionError


def test_without_a_record_of_the_outcome_nothing_is_undone(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    world, athlete = caller.world, caller.world.athletes["club-a"][0]
    world.give(athlete)

    def fails(*_: object, **__: object) -> None:
        raise LogUnavailable("no space")

    monkeypatch.setattr(consent.decisions.outcomes, "note_together", fails)

    answer = caller.send("club-a", "POST", "/v1/decisions", question(athlete))

    assert answer.status_code == 200
    assert outcomes(world.service) == {}
    assert look_of(world, athlete) is DeliveryOutcome.NOT_KNOWN


def test_a_caller_who_has_gone_was_not_answered(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    lite.give(athlete)
    app = app_of(lite.service, clock=lite.clock)
    target = b"/v1/snapshot"
    headers = lite.headers("club-a", "GET", target.decode())
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": target.decode(),
        "raw_path": target,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    sent: list[Message] = []
    read = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        return next(read, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        sent.append(message)

    # In a thread of its own: a browser that an earlier test opened keeps an event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(anyio.run, app, scope, receive, send).result()

    assert sent[0]["status"] == 200
    assert list(outcomes(lite.service).values()) == [False]


def test_a_refusal_is_logged_and_promises_no_answer(caller: Caller) -> None:
    world = caller.world
    before = acts(world.service)

    answer = caller.send("club-b", "GET", OFFICE)

    (new,) = [act for event, act in acts(world.service).items() if event not in before]
    assert answer.status_code == 403
    assert new.kinds == {EventKind.LOOK_REFUSED}
    assert outcomes(world.service) == {}


def test_a_refused_look_and_an_own_step_have_no_outcome(caller: Caller) -> None:
    world, athlete = caller.world, caller.world.athletes["club-a"][0]
    world.give(athlete, Category.HEART, Role.COACH)

    caller.send("club-a", "POST", "/v1/decisions", question(athlete))

    entries = world.store.looks(athlete).entries
    assert [entry.kind for entry in entries] == ["access", "consent_decision", "member_enrolled"]
    assert {entry.outcome for entry in entries} == {None}
    assert entries[0].proof is ProofState.WAITING


def test_an_act_that_never_committed_has_no_outcome(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    failing = break_log(lite)
    failing.appends_then_fails = True
    with pytest.raises(LogUnavailable):
        lite.store.office_view(LEAGUE, CLUB, Actor("T. W.", Role.FRONT_OFFICE))
    failing.appends_then_fails = False

    with TestClient(app_of(lite.service, clock=lite.clock)):
        newest = lite.store.looks(athlete).entries[0]
        assert newest.number == 1  # nobody has written since, so nobody has looked for it
        lite.publish()
        newest = lite.store.looks(athlete).entries[0]

    assert newest.because == "the service stopped before this could take effect"
    assert newest.outcome is None

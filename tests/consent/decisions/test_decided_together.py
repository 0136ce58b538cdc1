"""Decisions and outcomes that wait at one moment share a transaction, and each is answered as it would be alone."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import consent.api.shared_acts
from audit.errors import LogUnavailable
from consent.api.shared_acts import SharedActs
from consent.athlete.values import AccessHistory
from consent.decisions.together import Asked
from consent.decisions.values import Actor, DecisionAnswer, DecisionCall, DecisionItem, OutcomeReport
from consent.errors import InvalidChange, NotAllowed, NotFound
from consent.grants.values import ConsentMethod
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.league import World, acts, break_log, outcomes
from tests.consent.noted_statements import noted_statements
from tests.waiting import HANG_S, wait_until

CLUB, OTHER, LEAGUE = OrgId("club-a"), OrgId("club-b"), OrgId("league")


def call(*athletes: AthleteId, club: OrgId = CLUB, role: Role = Role.COACH, purpose: str = "training") -> DecisionCall:
    """One person's question for the sleep of these athletes."""
    items = tuple(DecisionItem(athlete, Category.SLEEP, Granularity.DAILY) for athlete in athletes)
    return DecisionCall(club, Actor("R. D.", role), Action.READ, Purpose(purpose), items)


def allowed(answer: Any) -> list[bool]:
    """Which items of an answer are allowed."""
    assert isinstance(answer, DecisionAnswer), answer
    return [result.allowed for result in answer.results]


def whole(history: AccessHistory) -> bool:
    """Whether every entry of an athlete is proven or waits, numbered without a gap."""
    return history.is_whole and [entry.number for entry in history.entries] == list(range(history.total, 0, -1))


def test_each_gets_its_own_answer_and_event_in_one_act(world: World) -> None:
    (mine, other), theirs = world.athletes["club-a"][:2], world.athletes["club-b"][0]
    world.give(mine)
    world.give(mine, Category.SLEEP, Role.MEDICAL)
    world.give(theirs)
    first = decided(world.store, CLUB, Actor("R. D.", Role.COACH), **_words(call(mine)))
    before, act = acts(world.service), world.service.log.act
    requests: list[Asked] = [
        call(mine, other),
        OutcomeReport(CLUB, first.event, sent=True),
        call(mine, role=Role.MEDICAL, purpose="care"),
        call(theirs, mine, AthleteId("ath-nobody"), club=OTHER),
        call(mine, purpose="care"),
    ]

    answers = world.store.together(requests)

    assert answers[1] is None
    found = [answer for answer in answers if isinstance(answer, DecisionAnswer)]
    assert [allowed(answer) for answer in found] == [[True, False], [True], [True, False, False], [False]]
    new = {event: one for event, one in acts(world.service).items() if event not in before}
    assert [len(new[answer.event].entries) for answer in found] == [2, 1, 3, 1]
    assert len(new) == len(found)
    assert outcomes(world.service) == {first.event: True}
    assert world.service.log.act == act + 1
    assert all(whole(world.store.looks(athlete)) for athlete in (mine, other, theirs))


def _words(asked: DecisionCall) -> dict[str, Any]:
    return {"action": asked.action, "purpose": asked.purpose, "items": asked.items}


def test_together_and_alone_come_to_the_same(world: World) -> None:
    athletes = [*world.athletes["club-a"], *world.athletes["club-b"], AthleteId("ath-nobody")]
    for athlete in athletes[:-1:2]:
        world.give(athlete)
    calls = [
        call(*athletes, club=club, role=role, purpose=purpose)
        for club in (CLUB, OTHER)
        for role, purpose in ((Role.COACH, "training"), (Role.MEDICAL, "care"), (Role.COACH, "contract"))
    ]

    together, alone = world.store.together(calls), [world.store.together([one])[0] for one in calls]

    def results(answers: Sequence[Any]) -> list[Any]:
        return [answer.results for answer in answers]

    assert results(together) == results(alone)
    assert any(True in allowed(answer) for answer in alone)
    assert any(False in allowed(answer) for answer in alone)


def test_a_refusal_takes_nothing_from_the_others(world: World) -> None:
    mine = world.athletes["club-a"][0]
    world.give(mine)
    before = acts(world.service)
    requests = [
        call(mine, club=LEAGUE),
        call(mine),
        call(mine, club=OrgId("nobody")),
        call(mine, role=Role.FRONT_OFFICE),
        call(),
    ]

    refused, answer, unknown, wrong_role, empty = world.store.together(requests)

    assert allowed(answer) == [True]
    assert [type(one) for one in (refused, unknown, wrong_role, empty)] == [
        NotAllowed,
        NotFound,
        NotAllowed,
        InvalidChange,
    ]
    assert len(acts(world.service)) == len(before) + 1


def test_only_refusals_leave_nothing(world: World) -> None:
    size, act = world.log_size, world.service.log.act

    answers = world.store.together([call(club=LEAGUE), call()])

    assert [type(answer) for answer in answers] == [NotAllowed, InvalidChange]
    assert (world.log_size, world.service.log.act) == (size, act)


def test_one_that_fails_otherwise_is_left_alone_with_it(world: World) -> None:
    mine = world.athletes["club-a"][0]
    world.give(mine)
    before = acts(world.service)

    first, failed, last = world.store.together([call(mine), OutcomeReport(CLUB, "no event", sent=True), call(mine)])

    assert allowed(first) == allowed(last) == [True]
    assert isinstance(failed, Exception)
    assert len(acts(world.service)) == len(before) + 2
    assert outcomes(world.service) == {}
    assert whole(world.store.looks(mine))


def test_a_group_asks_the_database_no_more_than_one_call_does(lite: World) -> None:
    athletes = lite.athletes["club-a"]
    for athlete in athletes:
        lite.give(athlete)
    first = decided(lite.store, CLUB, Actor("R. D.", Role.COACH), **_words(call(athletes[0])))
    asked: list[Asked] = [OutcomeReport(CLUB, first.event, sent=True), *(call(one) for one in athletes)]
    statements: list[str] = []

    with noted_statements(lite.service.engine, lambda statement, _rows: statements.append(statement)):
        answers = lite.store.together(asked)

    assert [allowed(answer) for answer in answers[1:]] == [[True]] * 3
    # its outcome, club, athletes, grants with their events, act, pseudonyms and audit keys, keys, numbers, details
    assert len(statements) == 9, statements


def test_where_the_log_fails_nobody_gets_an_answer(world: World) -> None:
    mine = world.athletes["club-a"][0]
    world.give(mine)
    before, failing = acts(world.service), break_log(world)
    failing.is_broken = True

    answers = world.store.together([call(mine), OutcomeReport(CLUB, "0" * 32, sent=True), call(mine)])

    failing.is_broken = False
    assert [type(answer) for answer in answers] == [LogUnavailable] * 3
    assert (acts(world.service), outcomes(world.service)) == (before, {})
    assert allowed(world.store.together([call(mine)])[0]) == [True]


def test_what_waits_for_the_writer_becomes_one_transaction(lite: World) -> None:
    mine = lite.athletes["club-a"][0]
    lite.give(mine)
    act = lite.service.log.act

    answers = _in_a_loop_of_its_own(_while_the_writer_is_busy(lite, [call(mine)] * 9))

    assert [allowed(answer) for answer in answers] == [[True]] * 9
    assert lite.service.log.act == act + 2  # the first is on its way when the others arrive
    assert len({answer.event for answer in answers}) == 9
    assert whole(lite.store.looks(mine))


def test_outcomes_wait_a_moment_for_the_next_decision_and_share_its_transaction(
    lite: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent.api.shared_acts, "OUTCOMES_APART_S", HANG_S)
    mine = lite.athletes["club-a"][0]
    lite.give(mine)
    events = [decided(lite.store, CLUB, Actor("R. D.", Role.COACH), **_words(call(mine))).event for _ in range(3)]
    act = lite.service.log.act

    async def asked() -> list[DecisionAnswer]:
        shared = SharedActs(lite.store)
        await shared.note(OutcomeReport(CLUB, events[0], sent=True))
        noted = [asyncio.create_task(shared.note(OutcomeReport(CLUB, one, sent=True))) for one in events[1:]]
        for _ in range(5):  # so that whoever would write them alone has begun to
            await asyncio.sleep(0)
        answer = await shared.decide(call(mine))
        await asyncio.gather(*noted)
        return [answer]

    (answer,) = _in_a_loop_of_its_own(asked())

    assert allowed(answer) == [True]
    assert outcomes(lite.service) == dict.fromkeys(events, True)
    assert lite.service.log.act == act + 2  # the first at once, the others with the decision
    assert whole(lite.store.looks(mine))


def test_outcomes_are_recorded_though_nobody_asks_again(lite: World) -> None:
    mine = lite.athletes["club-a"][0]
    lite.give(mine)
    events = [decided(lite.store, CLUB, Actor("R. D.", Role.COACH), **_words(call(mine))).event for _ in range(2)]

    async def noted() -> list[DecisionAnswer]:
        shared = SharedActs(lite.store)
        for recorded in events:
            await shared.note(OutcomeReport(CLUB, recorded, sent=True))
        return []

    _in_a_loop_of_its_own(noted())

    assert outcomes(lite.service) == dict.fromkeys(events, True)


def test_a_transaction_is_short_for_whoever_waits_behind_it(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consent.api.shared_acts, "MOST_TOGETHER", 4)
    mine = lite.athletes["club-a"][0]
    act = lite.service.log.act

    answers = _in_a_loop_of_its_own(_while_the_writer_is_busy(lite, [call(mine, mine)] * 6))

    assert [allowed(answer) for answer in answers] == [[False, False]] * 6
    assert lite.service.log.act == act + 4  # one, then two and two, then the last


def test_a_withdrawal_goes_before_everything_that_waits(lite: World) -> None:
    mine = lite.athletes["club-a"][0]
    lite.give(mine)

    async def attack() -> list[DecisionAnswer]:
        withdrawing = asyncio.to_thread(lite.store.withdraw_all, mine, method=ConsentMethod.PORTAL)
        return await _while_the_writer_is_busy(lite, [call(mine)] * 5, withdrawing)

    answers = _in_a_loop_of_its_own(attack())

    assert [allowed(answer) for answer in answers] == [[False]] * 5


async def _while_the_writer_is_busy(
    world: World, calls: list[DecisionCall], last: Coroutine[Any, Any, Any] | None = None
) -> list[DecisionAnswer]:
    """Send all of these calls, and what comes last, before the writer is free; return the answers."""
    queue, shared = world.store.transactions._writers, SharedActs(world.store)
    with queue.turn():
        first = asyncio.create_task(shared.decide(calls[0]))
        await asyncio.to_thread(wait_until, lambda: queue.waiting == 1)
        asked = [first, *(asyncio.create_task(shared.decide(one)) for one in calls[1:])]
        others = [asyncio.create_task(last)] if last is not None else []
        await asyncio.to_thread(wait_until, lambda: queue.waiting == 1 + len(others))
    return (await asyncio.wait_for(asyncio.gather(*asked, *others), HANG_S))[: len(calls)]


def _in_a_loop_of_its_own(work: Coroutine[Any, Any, list[DecisionAnswer]]) -> list[DecisionAnswer]:
    with ThreadPoolExecutor(1) as pool:  # a browser test may have left a loop in this thread
        return pool.submit(asyncio.run, work).result()

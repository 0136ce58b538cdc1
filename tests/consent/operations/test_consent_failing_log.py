"""Invariant 3: if the log cannot record it, there is no answer, nothing is stored, and nothing leaks."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from audit.entries.details.clubs import FilesIngested
from audit.errors import LogCorrupt, LogUnavailable
from consent.decisions.values import Actor, DecisionItem
from consent.errors import StoreUnavailable
from consent.grants.values import ConsentAnswer, ConsentMethod
from consent.identity import codes
from consent.registry.values import OrgKind
from consent.storage.rows import ConsentTable, MemberRow
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.league import Caller, FakeClock, World, break_log, fill, make_service
from tests.consent.portal_choices import portal

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
NEW = AthleteId("ath-00000000000000ee")


def everything(world: World) -> dict[str, Callable[[], Any]]:
    """Everything that changes or discloses something."""
    store, (one, two, three) = world.store, world.athletes["club-a"]
    ends = world.clock.now + timedelta(days=9)
    sleep = world.cell(one)
    item = [DecisionItem(two, Category.SLEEP, Granularity.DAILY)]
    view = store.propose_release(CLUB, world.proposal(two))
    approved = world.approved(three)
    world.give(two)
    world.take_part(two)
    campaign = store.register_campaign(LEAGUE, world.campaign())
    token = store.issue_tokens(CLUB, campaign, [two]).tokens[0].token
    world.take_part(three)
    coach = Actor("R. D.", Role.COACH)
    return {
        "add_org": lambda: store.add_org(OrgId("club-c"), name="C", kind=OrgKind.CLUB, key=None),
        "enrol": lambda: store.enrol(CLUB, NEW, name="New", shirt_no=7, is_minor=False),
        "give": lambda: portal(store).give(
            one, sleep, granularity=Granularity.BAND, ends=ends, method=ConsentMethod.PORTAL
        ),
        "withdraw": lambda: store.withdraw(two, world.cell(two), method=ConsentMethod.PORTAL),
        "withdraw_all": lambda: store.withdraw_all(two, method=ConsentMethod.PORTAL),
        "propose": lambda: store.propose_release(CLUB, world.proposal(one)),
        "answer": lambda: portal(store).answer_release(
            two, view.release_id, ConsentAnswer.YES, sha256=view.sha256, method=ConsentMethod.PORTAL
        ),
        "withdraw_release": lambda: store.withdraw_release(three, approved, method=ConsentMethod.PORTAL),
        "decide": lambda: decided(store, CLUB, coach, action=Action.READ, purpose=Purpose.TRAINING, items=item),
        "snapshot": lambda: store.snapshot(CLUB),
        "office": lambda: store.office_view(LEAGUE, CLUB, Actor("T. W.", Role.FRONT_OFFICE)),
        "event": lambda: store.append_event(CLUB, FilesIngested(files=3)),
        "campaign": lambda: store.register_campaign(LEAGUE, world.campaign(campaign_id="another")),
        "tokens": lambda: store.issue_tokens(CLUB, campaign, [three]),
        "commit": lambda: store.commit_round(CLUB, campaign, 1, [token]),
        "spend": lambda: store.campaign_spend(LEAGUE, campaign),
        "lower_cap": lambda: portal(store).lower_cap(one, 500_000),
        "sign_in": lambda: world.service.sessions.sign_in_with_code("none"),
    }


def dump(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with world.store.transactions.read() as tx:
        return {
            name: sorted((tuple(row) for row in tx.session.execute(table.select())), key=repr)
            for name, table in ConsentTable.metadata.tables.items()
        }


def test_no_record_no_answer_and_nothing_stored(world: World) -> None:
    deeds = everything(world)
    failing = break_log(world)
    del deeds["sign_in"]
    world.publish()
    before, size = dump(world), world.log_size

    for name, deed in deeds.items():
        failing.is_broken = True
        with pytest.raises(LogUnavailable):
            deed()
        failing.is_broken = False
        assert dump(world) == before, name
    assert world.log_size == size


def test_a_code_survives_a_sign_in_that_could_not_be_recorded(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    with Session(lite.service.engine.execution_options(is_writer=True)) as session:
        code, _ = codes.create(session, athlete, key=lite.service.keys.codes, now=lite.clock.now)
        session.commit()
    failing = break_log(lite)

    failing.is_broken = True
    with pytest.raises(LogUnavailable):
        lite.service.sessions.sign_in_with_code(code)
    failing.is_broken = False

    assert lite.service.sessions.read(lite.service.sessions.sign_in_with_code(code)) is not None


@pytest.mark.parametrize(
    ("org", "method", "target", "body"),
    [
        ("club-a", "GET", "/v1/snapshot", None),
        ("league", "GET", "/v1/office/club-a?person=T&role=front_office", None),
        ("club-a", "POST", "/v1/events", {"kind": "ingest", "details": {"files": 1}}),
        ("club-a", "GET", "/v1/office/club-a?person=T&role=front_office", None),  # a refusal needs its record too
    ],
)
def test_over_http_the_answer_is_503_without_data(
    caller: Caller, org: str, method: str, target: str, body: Any
) -> None:
    break_log(caller.world).is_broken = True

    response = caller.send(org, method, target, body)

    assert response.status_code == 503
    assert response.json() == {"error": "no answer without a record of it; try again later"}


def test_an_entry_without_its_commit_is_noticed_and_its_number_never_used_again(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    cell, ends = world.cell(athlete), world.clock.now + timedelta(days=9)
    failing = break_log(world)
    failing.appends_then_fails = True
    with pytest.raises(LogUnavailable):
        portal(world.store).give(athlete, cell, granularity=Granularity.BAND, ends=ends, method=ConsentMethod.PORTAL)
    failing.appends_then_fails = False

    portal(world.store).give(athlete, cell, granularity=Granularity.BAND, ends=ends, method=ConsentMethod.PORTAL)

    looks = world.store.looks(athlete, limit=10)
    assert [look.number for look in looks.entries] == [3, 2, 1]
    assert (looks.total, looks.proven, looks.waiting) == (3, 1, 2)
    world.publish()
    looks = world.store.looks(athlete, limit=10)
    assert looks.total == looks.proven == 3
    assert looks.entries[1].because == "the service stopped before this could take effect"
    assert not looks.entries[1].allowed


def test_a_crash_between_append_and_commit_is_noticed_at_the_next_start(tmp_path: Path, clock: FakeClock) -> None:
    world = fill(make_service(tmp_path / "union", clock), clock)
    athletes = world.athletes["club-a"]
    failing = break_log(world)
    failing.appends_then_fails = True
    with pytest.raises(LogUnavailable):
        world.store.office_view(LEAGUE, CLUB, Actor("T. W.", Role.FRONT_OFFICE))
    world.service.close()

    reopened = make_service(tmp_path / "union", clock)

    reopened.publish()
    for athlete in athletes:
        looks = reopened.store.looks(athlete, limit=10)
        assert looks.total == looks.proven == 2
    assert reopened.store.status().log_waiting == reopened.log.pending == 0
    reopened.close()


def test_a_log_that_lost_entries_stops_the_service(tmp_path: Path, clock: FakeClock) -> None:
    world = fill(make_service(tmp_path / "union", clock), clock)
    world.service.close()
    for name in ("log", "log.state"):
        shutil.rmtree(tmp_path / "union" / name)

    with pytest.raises(LogCorrupt):
        make_service(tmp_path / "union", clock)


def test_a_transaction_that_says_nothing_to_the_log_does_not_commit(lite: World) -> None:
    with pytest.raises(StoreUnavailable), lite.store.transactions.write() as tx:
        tx.session.get_one(MemberRow, lite.athletes["club-a"][0]).epoch = 99

    assert lite.store.member(lite.athletes["club-a"][0]).epoch == 1


def test_the_fake_clock_is_the_only_clock(clock: FakeClock, lite: World) -> None:
    assert lite.store.transactions.context.clock is clock

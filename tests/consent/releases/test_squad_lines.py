"""A look at the squad page does the same work whatever its lines are, also right after one of them has changed."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from audit.entries.details.codes import FreezeCause
from consent.decisions.values import Actor
from consent.errors import StoreUnavailable
from consent.grants import event_chain
from consent.grants.lifecycle import ActorKind
from consent.grants.values import ConsentAnswer, ConsentMethod
from consent.releases.squad_lines import SquadLines
from consent.storage.rows import ReleaseRow
from consent.storage.sealing import OwnerKeys
from policies.enforcer import Enforcer
from policies.vocabulary import ConsentState, OrgId, Role
from tests.consent.league import FakeClock, World, make_service
from tests.consent.league import fill as fill_league
from tests.consent.noted_statements import noted_statements
from tests.consent.portal_choices import portal
from tests.consent.releases.test_consent_office import STATES

CLUB, LEAGUE, OFFICE = OrgId("club-a"), OrgId("league"), Actor("T. W.", Role.FRONT_OFFICE)


@dataclass
class Work:
    """What one look did: its SQL statements, each with how many rows it wrote, and how often it opened or decided."""

    statements: Counter[tuple[str, int]] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)


@contextmanager
def counted(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """Count the work of what is done meanwhile."""
    work, engine = Work(), world.service.engine

    def noting(statement: str, rows: int) -> None:
        work.statements[statement, rows] += 1

    with noted_statements(engine, noting), monkeypatch.context() as patched:
        for owner, name in ((OwnerKeys, "open"), (OwnerKeys, "unwrap"), (Enforcer, "decide")):
            patched.setattr(owner, name, _counting(work, name, getattr(owner, name)))
        yield work


def _counting(work: Work, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    def counting(*given: Any, **named: Any) -> Any:
        work.others[name] += 1
        return method(*given, **named)

    return counting


def look(world: World) -> list[str | None]:
    return [row.band for row in world.store.office_view(LEAGUE, CLUB, OFFICE).rows]


def work_of(world: World, monkeypatch: pytest.MonkeyPatch) -> Work:
    with counted(world, monkeypatch) as work:
        look(world)
    return work


@pytest.fixture
def filled(tmp_path: Path) -> Callable[[str], World]:
    def make(name: str) -> World:
        clock = FakeClock()
        return fill_league(make_service(tmp_path / name, clock), clock)

    return make


def test_in_every_hidden_state_a_look_does_the_same_work(
    filled: Callable[[str], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: dict[str, Work] = {}
    for state in STATES:
        world = filled(state.__name__)
        state(world)
        world.clock.forward(days=3)
        look(world)
        found[state.__name__] = work_of(world, monkeypatch)
        world.service.close()

    accounts = {name: work for name, work in found.items() if name != "no_such_athlete"}
    first = found["never_asked"]
    assert {name for name, work in accounts.items() if work != first} == set()
    # A player without an account has no counter to raise; the entries are as many, and nothing more is opened.
    assert found["no_such_athlete"].others["open"] == first.others["open"]
    assert sum(first.statements.values()) > 5


def test_a_shown_band_costs_a_look_nothing_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    look(world)
    hidden = work_of(world, monkeypatch)
    world.approved(world.athletes["club-a"][0])
    assert look(world) == ["80-85", None, None]

    assert work_of(world, monkeypatch) == hidden


@pytest.mark.parametrize("change", ["withdraw", "freeze", "erase", "propose", "grant"])
def test_the_look_after_a_change_does_the_same_work_as_the_one_before(
    lite: World, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    athlete, other, _ = lite.athletes["club-a"]
    release = lite.approved(athlete)
    look(lite)
    before = work_of(lite, monkeypatch)

    {
        "withdraw": lambda: lite.store.withdraw_release(athlete, release, method=ConsentMethod.PORTAL),
        "freeze": lambda: lite.store.freeze(athlete, FreezeCause.ATHLETE),
        "erase": lambda: lite.store.erase(athlete),
        "propose": lambda: lite.store.propose_release(CLUB, lite.proposal(other)),
        "grant": lambda: lite.give(other),
    }[change]()
    after = work_of(lite, monkeypatch)

    assert after.statements == before.statements
    assert after.others["open"] == before.others["open"] == 0
    assert after.others["decide"] == before.others["decide"] == 0
    assert look(lite) == (["80-85", None, None] if change in ("propose", "grant") else [None, None, None])


def test_the_next_publication_is_built_when_the_log_publishes(lite: World, monkeypatch: pytest.MonkeyPatch) -> None:
    athlete = lite.athletes["club-a"][0]
    look(lite)
    lite.approved(athlete)  # a day passes
    lite.publish()

    assert work_of(lite, monkeypatch).others["open"] == 0
    assert look(lite) == ["80-85", None, None]


def test_a_line_that_nobody_built_anew_is_never_shown(world: World) -> None:
    """The look itself compares: a change that forgets to build its line costs time, and shows nothing."""
    athlete = world.athletes["club-a"][0]
    release = world.approved(athlete)
    assert look(world)[0] == "80-85"
    world.store.transactions.before_commit = lambda tx: None

    world.store.withdraw_release(athlete, release, method=ConsentMethod.PORTAL)

    assert look(world) == [None, None, None]


def test_a_change_that_is_rolled_back_changes_no_line(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    release = lite.approved(athlete)
    look(lite)

    def withdrawn_and_lost() -> None:
        with lite.store.transactions.write() as tx:
            tx.without_entry("a transaction that ends badly")
            row = tx.session.get_one(ReleaseRow, release)
            ended = (ConsentState.WITHDRAWN, athlete, ActorKind.ATHLETE, ConsentMethod.PORTAL)
            event_chain.write(tx, event_chain.Event(athlete, release, row.sha256, *ended), before=ConsentState.GIVEN)
            lite.store.transactions.before_commit(tx)
            raise StoreUnavailable("the database went away")

    with pytest.raises(StoreUnavailable):
        withdrawn_and_lost()

    assert look(lite) == ["80-85", None, None]


def test_a_release_ends_within_a_publication(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    until = (lite.clock.now + timedelta(days=1, hours=2)).replace(microsecond=0)
    view = lite.store.propose_release(CLUB, lite.proposal(athlete, until=until))
    portal(lite.store).answer_release(
        athlete, view.release_id, ConsentAnswer.YES, sha256=view.sha256, method=ConsentMethod.PORTAL
    )
    lite.clock.forward(days=1)
    shown = look(lite)
    lite.clock.forward(hours=3)

    assert (shown, look(lite)) == (["80-85", None, None], [None, None, None])


def test_nothing_is_kept_of_a_club_that_nobody_looked_at() -> None:
    assert SquadLines().waiting(FakeClock().now) == []

"""An older database beside a newer log: refused, and after a recovery nothing that had ended is alive again."""

import contextlib
import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from audit.errors import LogCorrupt, LogUnavailable
from consent.decisions.values import Actor, DecisionItem
from consent.errors import AlreadyAnswered, ConsentError, StoreUnavailable
from consent.grants.active import live_grants
from consent.grants.values import ConsentAnswer, ConsentMethod
from consent.ledger import ledger
from consent.operations.outside_view import OutsideCheck
from consent.service import StartMode, open_service
from consent.storage.rows import BudgetRow, DataKeyRow
from policies.budget import LIFETIME_CAP, campaign_cost
from policies.vocabulary import Action, AthleteId, Category, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.league import FakeClock, World, break_log, fill, make_service
from tests.consent.portal_choices import portal
from tests.scale import scaled

RECOVERS = StartMode(OutsideCheck.REQUIRED, recovers=True)
CLUB = OrgId("club-a")


@pytest.fixture
def played(tmp_path: Path, clock: FakeClock) -> World:
    """A small league on SQLite whose every part lies in one folder."""
    return fill(make_service(tmp_path / "union", clock), clock)


def copy_of(world: World, to: Path) -> Path:
    """Copy the database of a running service, as a backup does."""
    file = world.service.settings.database_file
    assert file is not None
    with sqlite3.connect(file) as source, sqlite3.connect(to) as target:
        source.backup(target)
    return to


def put_back(world: World, copy: Path) -> None:
    """Stop the service and put the older database in place of its own."""
    world.service.close()
    file = world.service.settings.database_file
    assert file is not None
    for name in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        name.unlink(missing_ok=True)
    shutil.copyfile(copy, file)


def start(world: World, mode: StartMode | None = None) -> World:
    """Open the same folder again."""
    service = open_service(world.service.settings, clock=world.clock, mode=mode or StartMode())
    return replace(world, service=service)


def shared(world: World, athlete: AthleteId) -> set[tuple[Category, Role]]:
    """What counts now."""
    with world.store.transactions.read() as tx:
        return {(cell.category, cell.recipient.role) for cell in live_grants(tx, [athlete])}


def budget(world: World, athlete: AthleteId) -> BudgetRow:
    """The stored budget, checked against its chain."""
    with world.store.transactions.read() as tx:
        ledger.verify(tx, athlete)
        return tx.session.get_one(BudgetRow, athlete)


def test_an_older_database_is_refused_by_number(played: World, tmp_path: Path) -> None:
    athlete = played.athletes["club-a"][0]
    played.give(athlete)
    copy = copy_of(played, tmp_path / "copy")
    played.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)
    played.give(played.athletes["club-a"][1])
    put_back(played, copy)

    with pytest.raises(
        StoreUnavailable, match=r"the database is older than its log: .*homefield-consent recover"
    ) as refused:
        start(played)
    known, held = map(int, re.findall(r"(\d+)", str(refused.value)))
    assert held - known == 2


def test_a_database_one_act_behind_revives_no_withdrawal(played: World, tmp_path: Path) -> None:
    """One act can be in flight in a crash, so that such a start is allowed: it takes the act at its worst."""
    one, other = played.athletes["club-a"][:2]
    for athlete in (one, other):
        played.give(athlete)
    copy = copy_of(played, tmp_path / "copy")
    played.store.withdraw_all(one, method=ConsentMethod.PORTAL)
    put_back(played, copy)

    again = start(played)

    assert shared(again, one) == set()
    assert again.store.member(one).frozen
    assert shared(again, other) == {(Category.SLEEP, Role.COACH)}
    assert not again.store.member(other).frozen
    again.verify()
    again.service.close()


def test_a_recovery_ends_what_whoever_decided_since_had_shared(played: World, tmp_path: Path) -> None:
    one, other = played.athletes["club-a"][:2]
    for athlete in (one, other):
        played.give(athlete)
        played.approved(athlete)
    copy = copy_of(played, tmp_path / "copy")
    played.store.withdraw_all(one, method=ConsentMethod.PORTAL)
    played.give(one, Category.WELLNESS)
    played.publish()
    put_back(played, copy)

    again = start(played, RECOVERS)

    assert (again.service.recovered.frozen, again.service.recovered.erased) == (1, 0)
    assert shared(again, one) == set()
    assert not [r for r in again.store.releases(one) if r.state.is_valid_for_processing]
    assert [r for r in again.store.releases(other) if r.state.is_valid_for_processing]
    looks = again.store.looks(one)
    assert [entry.number for entry in looks.entries] == list(range(looks.total, 0, -1))
    again.service.close()
    start(again).service.close()  # and the next start finds nothing more


def test_a_database_that_forgot_a_noted_answer_gives_no_second_one(played: World, tmp_path: Path) -> None:
    """Paid before the copy, answered after it: whoever puts database and node back could answer twice for one price."""
    one = played.athletes["club-a"][0]
    played.take_part(one)
    sha256 = played.store.register_campaign(OrgId("league"), played.campaign())
    token = played.store.issue_tokens(CLUB, sha256, [one]).tokens[0].token
    played.store.commit_round(CLUB, sha256, 1, [token])
    copy = copy_of(played, tmp_path / "copy")
    played.store.note_answer(CLUB, sha256, 1, "a" * 64)
    put_back(played, copy)

    again = start(played, RECOVERS)

    with pytest.raises(AlreadyAnswered):
        again.store.commit_round(CLUB, sha256, 1, [token], again=True)
    assert again.store.commit_round(CLUB, sha256, 2, [token]).accepted == (one,)
    again.service.close()


def test_what_was_spent_since_costs_the_dearest_campaign_of_its_day(played: World, tmp_path: Path) -> None:
    one, other = played.athletes["club-a"][:2]
    played.take_part(one)
    sha256 = played.store.register_campaign(OrgId("league"), played.campaign())
    copy = copy_of(played, tmp_path / "copy")
    issued = played.store.issue_tokens(CLUB, sha256, [one, other])
    played.store.commit_round(CLUB, sha256, 1, [token.token for token in issued.tokens])
    put_back(played, copy)

    again = start(played, RECOVERS)

    assert budget(again, one).spent >= campaign_cost(5.0, 4)
    assert budget(again, one).reserved == 0
    assert budget(again, other).spent == 0
    assert again.store.budget(one).lines[-1].micro_rho == budget(again, one).spent
    again.service.close()


def test_a_campaign_that_nobody_knows_any_more_costs_all_that_is_left(played: World, tmp_path: Path) -> None:
    one = played.athletes["club-a"][0]
    played.take_part(one)
    copy = copy_of(played, tmp_path / "copy")
    sha256 = played.store.register_campaign(OrgId("league"), played.campaign())
    played.store.issue_tokens(CLUB, sha256, [one])
    put_back(played, copy)

    again = start(played, RECOVERS)

    assert budget(again, one).spent == LIFETIME_CAP
    again.service.close()


def test_whoever_was_erased_since_is_erased_again(played: World, tmp_path: Path) -> None:
    one = played.athletes["club-a"][0]
    played.give(one)
    copy = copy_of(played, tmp_path / "copy")
    played.store.erase(one)
    played.give(played.athletes["club-b"][0])
    put_back(played, copy)

    again = start(played, RECOVERS)

    assert again.service.recovered.erased == 1
    with again.store.transactions.read() as tx:
        assert tx.session.get_one(DataKeyRow, one).wrapped is None
    assert shared(again, one) == set()
    again.service.close()


def test_whoever_is_enrolled_again_does_not_start_with_a_fresh_budget(played: World, tmp_path: Path) -> None:
    new = AthleteId("ath-00000000000000ff")
    sha256 = played.store.register_campaign(OrgId("league"), played.campaign())
    copy = copy_of(played, tmp_path / "copy")
    played.store.enrol(CLUB, new, name="Late Canary", shirt_no=40, is_minor=False)
    played.take_part(new)
    played.store.issue_tokens(CLUB, sha256, [new])
    put_back(played, copy)

    again = start(played, RECOVERS)
    again.store.enrol(CLUB, new, name="Late Canary", shirt_no=40, is_minor=False)
    elsewhere = AthleteId("ath-00000000000000fe")
    again.store.enrol(OrgId("club-b"), elsewhere, name="Other", shirt_no=41, is_minor=False)

    assert budget(again, new).spent >= campaign_cost(5.0, 4)
    assert budget(again, elsewhere).spent == 0
    again.service.close()


@pytest.mark.parametrize("lost", ["log.state", "log.state/tree.json"])
def test_a_log_without_its_private_state_is_refused(played: World, lost: str) -> None:
    played.publish()
    played.service.close()
    path = played.service.settings.directory / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    with pytest.raises((StoreUnavailable, LogCorrupt), match="private state is missing"):
        start(played)


@dataclass
class Life:
    """A random life of a league. ended: what had ended before the end of it; spent: the most that was ever spent."""

    world: World
    chance: random.Random
    campaign: str = ""
    ended: dict[AthleteId, set[tuple[Category, Role]]] = field(default_factory=dict)
    erased: set[AthleteId] = field(default_factory=set)

    def step(self) -> None:
        """One random act; what the rules or the state refuse is no act."""
        acts: list[Callable[[AthleteId], Any]] = [self.gives, self.gives, self.withdraws, self.learns, self.looks]
        acts += [self.erases] if self.chance.random() < 0.2 else [self.approves]
        athlete = self.chance.choice(self.world.athletes["club-a"])
        with contextlib.suppress(ConsentError):
            self.chance.choice(acts)(athlete)

    def gives(self, athlete: AthleteId) -> None:
        category = self.chance.choice([Category.SLEEP, Category.WELLNESS])
        role = self.chance.choice([Role.COACH, Role.FL_AGGREGATOR])
        self.world.give(athlete, category, role)

    def withdraws(self, athlete: AthleteId) -> None:
        self.world.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)

    def approves(self, athlete: AthleteId) -> None:
        view = self.world.store.propose_release(CLUB, self.world.proposal(athlete))
        answer = self.chance.choice([ConsentAnswer.YES, ConsentAnswer.NO])
        portal(self.world.store).answer_release(
            athlete, view.release_id, answer, sha256=view.sha256, method=ConsentMethod.PORTAL
        )

    def learns(self, athlete: AthleteId) -> None:
        if not self.campaign:
            self.campaign = self.world.store.register_campaign(OrgId("league"), self.world.campaign())
        issued = self.world.store.issue_tokens(CLUB, self.campaign, self.world.athletes["club-a"])
        number = self.chance.randint(1, 4)
        self.world.store.commit_round(CLUB, self.campaign, number, [token.token for token in issued.tokens])

    def looks(self, athlete: AthleteId) -> None:
        self.world.store.snapshot(CLUB)

    def erases(self, athlete: AthleteId) -> None:
        self.world.store.erase(athlete)
        self.erased.add(athlete)


@pytest.mark.parametrize("seed", range(scaled(5)))
def test_whatever_was_lost_nothing_ended_is_alive_and_nothing_spent_comes_back(
    played: World, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    life = Life(played, chance)
    for _ in range(chance.randint(3, 12)):
        life.step()
    copy = copy_of(played, tmp_path / "copy")
    for _ in range(chance.randint(1, 12)):
        life.step()
        if chance.random() < 0.2:
            played.publish()
    athletes = played.athletes["club-a"]
    alive = {athlete: shared(played, athlete) for athlete in athletes}
    spent = {athlete: budget(played, athlete).spent + budget(played, athlete).reserved for athlete in athletes}
    put_back(played, copy)

    try:
        again = start(played)
    except StoreUnavailable:
        again = start(played, RECOVERS)

    for athlete in athletes:
        assert shared(again, athlete) <= alive[athlete]
        now = budget(again, athlete)
        assert now.spent + now.reserved >= spent[athlete]
        with again.store.transactions.read() as tx:
            assert (tx.session.get_one(DataKeyRow, athlete).wrapped is None) >= (athlete in life.erased)
    tags = [entry.tag for entry in again.published_since(0) if entry.tag]
    assert len(tags) == len(set(tags))
    again.verify()
    again.service.close()


def test_a_crash_between_append_and_commit_of_a_look_freezes_nobody(played: World) -> None:
    athlete = played.athletes["club-a"][0]
    played.give(athlete)
    failing = break_log(played)
    failing.appends_then_fails = True
    items = [DecisionItem(athlete, Category.SLEEP, Granularity.DAILY)]
    with pytest.raises(LogUnavailable):
        decided(
            played.store, CLUB, Actor("R. D.", Role.COACH), action=Action.READ, purpose=Purpose.TRAINING, items=items
        )
    played.service.close()

    again = start(played)

    assert not again.store.member(athlete).frozen
    assert shared(again, athlete) == {(Category.SLEEP, Role.COACH)}
    again.service.close()

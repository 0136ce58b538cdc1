"""Entries and their places: noted after each publication, whatever happened in between, and none lost unnoticed."""

import shutil
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, delete, select

from audit.entries.details.clubs import FilesIngested
from audit.entries.events import EventKind, parse_leaf
from audit.errors import LogCorrupt, LogUnavailable
from audit.tlog import merkle
from consent.athlete.values import ProofState
from consent.decisions.values import Actor
from consent.errors import StoreUnavailable
from consent.registry.values import ListedPlayer
from consent.service import StartMode, open_service
from consent.storage.log_journal import Draft
from consent.storage.rows import DataKeyRow, LogDetailRow, LogProgressRow
from policies.vocabulary import Category, OrgId, Role
from tests.consent.league import FailingLog, FakeClock, World, break_log, fill, make_service

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")


def rows(world: World) -> dict[bytes, int | None]:
    """Every stored entry with its noted place."""
    with world.store.transactions.read() as tx:
        return {row.leaf_hash: row.log_index for row in tx.session.exec(select(LogDetailRow)).all()}


def test_places_are_noted_once_they_are_published_and_are_where_the_log_has_them(world: World) -> None:
    before = rows(world)
    world.give(world.athletes["club-a"][0])
    waiting = {leaf_hash for leaf_hash, place in rows(world).items() if place is None}

    world.publish()

    log, stored = world.service.log, rows(world)
    assert len(waiting) == 1
    assert None not in stored.values()
    assert {merkle.leaf_hash(log.leaf(place or 0)) for place in stored.values()} == set(stored)
    assert {leaf_hash: stored[leaf_hash] for leaf_hash in before} == before
    missing = set(range(log.size)) - set(stored.values())
    assert {parse_leaf(log.leaf(place)).kind for place in missing} == {EventKind.HEARTBEAT}


def test_the_next_writer_notes_what_the_schedule_published_meanwhile(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.give(athlete)

    world.service.log.publish()  # and nobody told the database
    early = world.store.looks(athlete)
    world.give(athlete, Category.HEART, Role.COACH)

    assert early.proven == early.total == 2
    assert [place is None for place in rows(world).values()].count(True) == 1


def test_an_entry_published_between_its_append_and_its_commit_finds_its_place(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    with world.store.transactions.write() as tx:
        tx.append([Draft.about(athlete, CLUB, FilesIngested(files=1))])
        world.service.log.publish()

    world.publish()

    looks = world.store.looks(athlete)
    assert looks.total == looks.proven == 2
    with world.store.transactions.read() as tx:
        assert tx.session.get_one(LogProgressRow, 1).settled == world.service.log.size


def test_published_entries_without_a_transaction_are_told_from_heartbeats(world: World) -> None:
    failing, athlete = break_log(world), world.athletes["club-a"][0]
    failing.appends_then_fails = True
    with pytest.raises(LogUnavailable):
        world.store.office_view(LEAGUE, CLUB, Actor("T. W.", Role.FRONT_OFFICE))
    failing.appends_then_fails = False
    for _ in range(2):
        world.service.log.publish()

    world.publish()

    looks = world.store.looks(athlete)
    assert [entry.number for entry in looks.entries] == [2, 1]
    assert looks.entries[0].because == "the service stopped before this could take effect"
    assert looks.total == looks.proven == 2
    with world.store.transactions.read() as tx:
        nobodys = tx.session.exec(select(LogDetailRow).where(col(LogDetailRow.owner) == "nobody")).all()
    assert len(nobodys) == 1  # the page itself, which is about no athlete; the heartbeats are in no row


def test_a_number_is_used_once_whatever_fails(world: World) -> None:
    failing, athlete = break_log(world), world.athletes["club-a"][0]
    for appends in (True, False, True):
        failing.appends_then_fails, failing.is_broken = appends, not appends
        with pytest.raises(LogUnavailable):
            world.give(athlete)
        failing.appends_then_fails = failing.is_broken = False
    world.give(athlete)

    world.publish()

    looks = world.store.looks(athlete)
    assert [entry.number for entry in looks.entries] == [4, 3, 2, 1]
    assert looks.total == looks.proven == 4
    tags = [entry.tag for entry in world.published_since(0) if entry.tag]
    assert len(tags) == len(set(tags))


class PublishingOnceLooked(FailingLog):
    """A log whose schedule publishes just when somebody has asked for its size."""

    @property
    def size(self) -> int:
        size = self._log.size
        self._log.publish()
        return size


def test_an_entry_without_a_transaction_is_not_missed_while_it_is_published(lite: World) -> None:
    failing, athlete = break_log(lite), lite.athletes["club-a"][0]
    failing.appends_then_fails = True
    with pytest.raises(LogUnavailable):
        lite.give(athlete)
    lite.store.transactions.context.journal.log = PublishingOnceLooked(lite.service.log)

    lite.give(athlete)

    lite.store.transactions.context.journal.log = lite.service.log
    lite.publish()
    looks = lite.store.looks(athlete)
    assert [entry.number for entry in looks.entries] == [3, 2, 1]
    tags = [entry.tag for entry in lite.published_since(0) if entry.tag]
    assert len(tags) == len(set(tags))


def test_two_acts_in_one_transaction_are_refused_and_leave_nothing(world: World) -> None:
    size, athlete = world.log_size, world.athletes["club-a"][0]
    draft = Draft.about(athlete, CLUB, FilesIngested(files=1))

    def twice() -> None:
        with world.store.transactions.write() as tx:
            tx.append([draft])
            tx.append([draft])

    with pytest.raises(StoreUnavailable):
        twice()

    assert world.log_size == size + 1  # appended, never committed, and found by the next writer
    world.publish()
    assert world.store.looks(athlete).total == world.store.looks(athlete).proven == 2


@pytest.mark.parametrize("lost", [("log.state",), ("log", "log.state")])
def test_acknowledged_entries_that_are_gone_stop_the_next_start(
    tmp_path: Path, clock: FakeClock, lost: tuple[str, ...]
) -> None:
    world = fill(make_service(tmp_path / "union", clock), clock)
    world.publish()
    world.give(world.athletes["club-a"][0])
    world.service.close()
    for name in lost:
        shutil.rmtree(tmp_path / "union" / name)

    with pytest.raises(LogCorrupt, match=r"private state is missing|the public log is missing"):
        make_service(tmp_path / "union", clock)


def test_a_log_put_back_from_before_stops_the_next_start(tmp_path: Path, clock: FakeClock) -> None:
    world = fill(make_service(tmp_path / "union", clock), clock)
    world.publish()
    world.service.close()
    for name in ("log", "log.state"):
        shutil.copytree(tmp_path / "union" / name, tmp_path / f"{name}.copy")
    again = make_service(tmp_path / "union", clock)
    again.store.append_event(CLUB, FilesIngested(files=1))
    again.publish()
    again.close()
    for name in ("log", "log.state"):
        shutil.rmtree(tmp_path / "union" / name)
        shutil.copytree(tmp_path / f"{name}.copy", tmp_path / "union" / name)

    with pytest.raises(LogCorrupt, match="the log is older than its database"):
        make_service(tmp_path / "union", clock)


def test_an_old_state_folder_stops_the_next_start_and_publishes_nothing_twice(tmp_path: Path, clock: FakeClock) -> None:
    state = tmp_path / "union" / "log.state"
    world = fill(make_service(tmp_path / "union", clock), clock)
    world.publish()
    world.give(world.athletes["club-a"][0])
    world.service.close()
    shutil.copytree(state, tmp_path / "copy")
    again = make_service(tmp_path / "union", clock)
    again.publish()
    size = again.log.size
    again.close()
    shutil.rmtree(state)
    shutil.copytree(tmp_path / "copy", state)
    clock.now += timedelta(days=2)  # what waits is overdue

    with pytest.raises(LogCorrupt, match="older than the log"):
        make_service(tmp_path / "union", clock)

    shutil.rmtree(state)
    mended = open_service(world.service.settings, clock=clock, mode=StartMode(recovers=True))
    assert (mended.log.size, mended.log.pending) == (size, 0)
    mended.close()


def test_pages_read_while_publications_go_on_never_show_a_gap(lite: World) -> None:
    """An entry is waiting or proven at every moment, also while it goes from one to the other."""
    athlete, seen, stop = lite.athletes["club-a"][0], [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            looks = lite.store.looks(athlete)
            seen.append((looks.is_whole, {entry.proof for entry in looks.entries}))

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(12):
        with lite.store.transactions.write() as tx:
            tx.append([Draft.about(athlete, CLUB, FilesIngested(files=n))])
        lite.service.log.publish()
    stop.set()
    reader.join()

    assert seen
    assert all(whole for whole, _ in seen)
    assert not any(ProofState.NOT_PROVEN in states for _, states in seen)


def test_details_of_one_act_carry_one_event_also_for_dummies(lite: World) -> None:
    lite.store.list_players(CLUB, [ListedPlayer(99, "Nobody")])
    lite.store.office_view(LEAGUE, CLUB, Actor("T. W.", Role.FRONT_OFFICE))

    def events(owner: str) -> set[Any]:
        with lite.store.transactions.read() as tx:
            journal = tx.context.journal
            keys = journal.owner_keys(tx.session, owner)
            found = tx.session.exec(select(LogDetailRow).where(col(LogDetailRow.owner) == owner)).all()
            return {journal.open_entry(tx.session, keys, row).opened.event for row in found}

    shared = events("nobody") & events(f"org:{CLUB}") & events(lite.athletes["club-a"][0])
    assert len(shared) == 1
    with lite.store.transactions.read() as tx:
        assert tx.session.get_one(DataKeyRow, "nobody").counter == 2


def test_a_deleted_entry_is_missed_even_if_the_counter_was_lowered_to_match(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    for category in (Category.SLEEP, Category.WELLNESS, Category.HEART):
        lite.give(athlete, category)
    lite.publish()
    with lite.store.transactions.write() as tx:
        tx.session.exec(delete(LogDetailRow).where(col(LogDetailRow.owner) == athlete, col(LogDetailRow.number) == 1))
        tx.session.get_one(DataKeyRow, athlete).counter -= 1
        tx.without_entry("a test tampers")

    looks = lite.store.looks(athlete)

    assert (looks.total, looks.proven) == (4, 3)
    assert not looks.is_whole


def test_an_entry_put_in_place_of_ones_own_does_not_pass_while_it_waits(lite: World) -> None:
    athlete, other, _ = lite.athletes["club-a"]
    lite.give(athlete)
    lite.give(other)
    with lite.store.transactions.write() as tx:
        waits = select(LogDetailRow).where(col(LogDetailRow.log_index).is_(None))
        own, others = (tx.session.exec(waits.where(col(LogDetailRow.owner) == one)).one() for one in (athlete, other))
        taken = others.leaf_hash
        tx.session.delete(others)
        tx.session.flush()
        own.leaf_hash = taken
        tx.without_entry("a test tampers")

    looks = lite.store.looks(athlete)

    assert looks.entries[0].proof is ProofState.NOT_PROVEN
    assert not looks.is_whole

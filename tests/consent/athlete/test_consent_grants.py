"""Giving and withdrawing on a real store: one live grant per cell, epochs, receipts, and what rules forbid."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from consent.errors import Conflict, InvalidChange, NotAllowed, NotFound, StoreUnavailable
from consent.grants import event_chain
from consent.grants.active import cell_key
from consent.grants.values import Change, ConsentMethod
from consent.storage.rows import ConsentEventRow, GrantRow
from policies.errors import BadSignature
from policies.grant import Cell, Recipient
from policies.vocabulary import AthleteId, Category, ConsentState, Granularity, OrgId, Purpose, Role
from tests.consent.league import World
from tests.consent.portal_choices import portal


def test_everything_starts_off(world: World) -> None:
    cells = world.store.matrix(world.athletes["club-a"][0])

    assert len(cells) == 11 * 5
    assert not any(cell.is_on for cell in cells)


def test_the_matrix_comes_from_the_rules(world: World) -> None:
    cells = {(c.category, c.recipient.role): c for c in world.store.matrix(world.athletes["club-a"][0])}

    assert cells[Category.SLEEP, Role.FRONT_OFFICE].never_rule == "D05"
    assert cells[Category.SLEEP, Role.COACH].ceiling is Granularity.DAILY
    assert cells[Category.CYCLE, Role.COACH].never_rule == "D12"
    assert cells[Category.DURABILITY, Role.FRONT_OFFICE].by_release
    assert [c.recipient.role for c in list(cells.values())[:5]] == [
        Role.MEDICAL,
        Role.COACH,
        Role.FRONT_OFFICE,
        Role.NATIONAL_TEAM,
        Role.FL_AGGREGATOR,
    ]


def test_giving_turns_one_cell_on_and_raises_the_epoch(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    before = world.store.member(athlete).epoch

    world.give(athlete, Category.SLEEP, Role.COACH)

    on = [(c.category, c.recipient.role) for c in world.store.matrix(athlete) if c.is_on]
    assert on == [(Category.SLEEP, Role.COACH)]
    assert world.store.member(athlete).epoch == before + 1


def test_withdrawing_turns_it_off_with_a_receipt(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    cell = world.give(athlete)

    receipt = world.store.withdraw(athlete, cell, method=ConsentMethod.PORTAL)

    state = next(c.state for c in world.store.matrix(athlete) if c.cell == cell)
    assert state is ConsentState.WITHDRAWN
    assert receipt.status is ConsentState.WITHDRAWN
    assert world.store.receipts(athlete)[0].receipt_id == receipt.receipt_id


def test_a_new_yes_replaces_the_old_one(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    cell = world.give(athlete)

    ends = world.clock.now + timedelta(days=10)
    portal(world.store).give(athlete, cell, granularity=Granularity.BAND, ends=ends, method=ConsentMethod.PORTAL)

    live = [c.grant for c in world.store.matrix(athlete) if c.grant]
    assert [(grant.max_granularity, grant.ends) for grant in live] == [(Granularity.BAND, ends)]


def test_a_grant_ends_by_itself_and_can_be_given_again(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    cell = world.give(athlete)

    world.clock.forward(days=201)
    ended = next(c for c in world.store.matrix(athlete) if c.cell == cell)
    world.give(athlete)

    assert ended.state is ConsentState.EXPIRED
    assert ended.grant is None
    assert next(c for c in world.store.matrix(athlete) if c.cell == cell).is_on


def test_withdrawing_an_expired_grant_changes_nothing(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    cell = world.give(athlete)
    world.clock.forward(days=201)

    with pytest.raises(Conflict):
        world.store.withdraw(athlete, cell, method=ConsentMethod.PORTAL)


def test_stop_everything_and_stop_one_recipient(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    coach = world.give(athlete, Category.SLEEP, Role.COACH)
    world.give(athlete, Category.INJURY, Role.MEDICAL)
    world.give(athlete, Category.HEART, Role.COACH)

    one = world.store.withdraw_recipient(athlete, coach.recipient, method=ConsentMethod.PORTAL)
    left = [c.recipient.role for c in world.store.matrix(athlete) if c.is_on]
    world.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)

    assert len(one.changes) == 2
    assert left == [Role.MEDICAL]
    assert not any(c.is_on for c in world.store.matrix(athlete))
    with pytest.raises(Conflict):
        world.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)


def test_a_row_of_changes_is_all_or_nothing(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    good, never = world.cell(athlete), world.cell(athlete, Category.CYCLE, Role.COACH)
    ends = world.clock.now + timedelta(days=10)
    wishes = [Change(good, Granularity.DAILY, ends), Change(never, Granularity.DAILY, ends)]

    with pytest.raises(NotAllowed):
        portal(world.store).change(athlete, wishes, method=ConsentMethod.PORTAL)

    assert not any(c.is_on for c in world.store.matrix(athlete))
    assert world.store.receipts(athlete) == []


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_an_end_must_lie_within_a_year(lite: World, days: int) -> None:
    athlete = lite.athletes["club-a"][0]
    ends = lite.clock.now + timedelta(days=days)

    with pytest.raises(InvalidChange):
        portal(lite.store).give(
            athlete, lite.cell(athlete), granularity=Granularity.DAILY, ends=ends, method=ConsentMethod.PORTAL
        )


def test_nobody_gives_more_than_the_rules_honour(lite: World) -> None:
    athlete, ends = lite.athletes["club-a"][0], lite.clock.now + timedelta(days=1)
    cell = lite.cell(athlete)

    with pytest.raises(InvalidChange, match="daily"):
        portal(lite.store).give(athlete, cell, granularity=Granularity.RAW, ends=ends, method=ConsentMethod.PORTAL)


def test_cells_of_others_and_invented_cells_are_refused(lite: World) -> None:
    athlete, other = lite.athletes["club-a"][0], lite.athletes["club-a"][1]
    ends = lite.clock.now + timedelta(days=1)
    foreign_club = Cell(athlete, Category.SLEEP, Purpose.TRAINING, Recipient(OrgId("club-b"), Role.COACH))
    other_purpose = Cell(athlete, Category.SLEEP, Purpose.CONTRACT, Recipient(OrgId("club-a"), Role.COACH))

    for cell in (lite.cell(other), foreign_club, other_purpose):
        with pytest.raises(InvalidChange):
            portal(lite.store).give(athlete, cell, granularity=Granularity.BAND, ends=ends, method=ConsentMethod.PORTAL)


def test_the_band_for_the_front_office_has_no_standing_yes(lite: World) -> None:
    athlete = lite.athletes["club-a"][0]
    cell, ends = lite.cell(athlete, Category.DURABILITY, Role.FRONT_OFFICE), lite.clock.now + timedelta(days=1)

    with pytest.raises(InvalidChange, match="release"):
        portal(lite.store).give(athlete, cell, granularity=Granularity.BAND, ends=ends, method=ConsentMethod.PORTAL)


def test_a_minor_gives_nothing_without_a_guardian(lite: World) -> None:
    minor = AthleteId("ath-00000000000000ff")
    lite.store.enrol(OrgId("club-a"), minor, name="Young", shirt_no=30, is_minor=True)

    assert {c.ceiling for c in lite.store.matrix(minor)} == {Granularity.NONE}
    assert all(c.never_rule for c in lite.store.matrix(minor))


def test_the_database_itself_holds_one_live_grant_per_cell(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    cell = world.give(athlete)

    def give_twice() -> None:
        with world.store.transactions.write() as tx:
            row = tx.session.exec(select(GrantRow).where(GrantRow.current == cell_key(cell))).one()
            tx.session.add(GrantRow(**(row.model_dump() | {"grant_id": "grt-second"})))
            tx.session.flush()

    with pytest.raises(StoreUnavailable) as caught:
        give_twice()

    assert isinstance(caught.value.__cause__, IntegrityError)


def test_the_chain_of_events_verifies_and_shows_tampering(world: World) -> None:
    athlete, key = world.athletes["club-a"][0], world.service.keys.service.verify_key
    cell = world.give(athlete)
    world.store.withdraw(athlete, cell, method=ConsentMethod.PORTAL)
    with world.store.transactions.read() as tx:
        assert event_chain.verify(tx, athlete, key) == 3

    with world.store.transactions.write() as tx:
        tx.without_entry("an attacker with the database")
        event = tx.session.get(ConsentEventRow, (athlete, 3))
        assert event is not None
        event.status = ConsentState.GIVEN.value

    with world.store.transactions.read() as tx, pytest.raises(BadSignature):
        event_chain.verify(tx, athlete, key)


def test_enrolling_is_idempotent_and_keeps_to_ones_own(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    size = world.log_size

    again = world.store.enrol(OrgId("club-a"), athlete, name="Canary 11", shirt_no=1, is_minor=False)

    assert again.epoch == 1
    assert world.log_size == size
    with pytest.raises(NotAllowed):
        world.store.enrol(OrgId("club-b"), athlete, name="Stolen", shirt_no=9, is_minor=False)
    with pytest.raises(NotFound):
        world.store.member(AthleteId("ath-ffffffffffffffff"))

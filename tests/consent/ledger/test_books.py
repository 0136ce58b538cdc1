"""A squad's budgets are opened together: as many statements for many athletes as for few, and the same figures."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from audit.entries.details.league import CampaignClosed
from consent.errors import NotFound
from consent.ledger import ledger
from consent.ledger.ledger import Account, Books
from policies.budget import campaign_cost, rho_micro_per_round
from policies.vocabulary import AthleteId, OrgId
from tests.consent.league import World

CLUB, LEAGUE = OrgId("club-a"), OrgId("league")
ROUND, WHOLE = rho_micro_per_round(5.0), campaign_cost(5.0, 4)


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """Every statement that the driver runs meanwhile."""
    run: list[str] = []

    def noted(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        run.append(statement)

    engine = world.store.transactions._reader
    event.listen(engine, "before_cursor_execute", noted)
    try:
        yield run
    finally:
        event.remove(engine, "before_cursor_execute", noted)


def squad_of(world: World, size: int) -> list[AthleteId]:
    """The club's athletes, and others enrolled until it has so many; all take part."""
    squad = list(world.athletes[CLUB])
    for number in range(len(squad), size):
        one = AthleteId(f"ath-{number:016d}")
        world.store.enrol(CLUB, one, name=f"Athlete {number}", shirt_no=number + 1, is_minor=False)
        squad.append(one)
    for one in squad[:size]:
        world.take_part(one)
    return squad[:size]


def test_tokens_and_payment_take_as_many_statements_for_a_squad_as_for_one(world: World) -> None:
    squad = squad_of(world, 12)
    counted = {}
    for number, athletes in enumerate((squad[:2], squad[2:])):
        campaign = world.store.register_campaign(LEAGUE, world.campaign(campaign_id=f"campaign-{number}"))
        with statements(world) as run:
            tokens = world.store.issue_tokens(CLUB, campaign, athletes).tokens
            paid = world.store.commit_round(CLUB, campaign, 1, [one.token for one in tokens], again=False)
        assert set(paid.accepted) == set(athletes)
        counted[len(athletes)] = len(run)

    assert counted[10] == counted[2]


def test_what_is_moved_for_many_adds_up_for_each(world: World) -> None:
    squad = squad_of(world, 5)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    tokens = world.store.issue_tokens(CLUB, campaign, squad).tokens
    world.store.commit_round(CLUB, campaign, 1, [one.token for one in tokens[:3]], again=False)

    world.store.append_event(LEAGUE, CampaignClosed(campaign=campaign))

    paid = {one.athlete for one in tokens[:3]}
    with world.store.transactions.write() as tx:
        found = ledger.accounts(tx, squad, campaign)
        assert [ledger.verify(tx, one) for one in squad] == [3 if one in paid else 2 for one in squad]
        tx.without_entry("only read")
    assert found == {
        one: Account(WHOLE, ROUND, WHOLE - ROUND) if one in paid else Account(WHOLE, 0, WHOLE) for one in squad
    }


def test_more_athletes_than_one_statement_takes_are_read_in_parts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    squad = squad_of(world, 5)
    campaign = world.store.register_campaign(LEAGUE, world.campaign())
    world.store.issue_tokens(CLUB, campaign, squad)
    monkeypatch.setattr(ledger, "MOST_ITEMS", 2)

    with world.store.transactions.write() as tx:
        books = Books.open(tx, squad, campaign)
        tx.without_entry("only read")

    assert set(books.budgets) == set(books.ends) == set(squad)
    assert {account.outstanding for account in books.accounts.values()} == {WHOLE}


def test_books_of_somebody_who_is_not_enrolled_are_refused(world: World) -> None:
    with pytest.raises(NotFound), world.store.transactions.write() as tx:
        Books.open(tx, [world.athletes[CLUB][0], AthleteId("ath-9999999999999999")], "0" * 64)

"""The database and the log directory: models and migrations agree, and names, ids and figures stay sealed."""

import logging
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi.testclient import TestClient
from sqlmodel import select

from consent.app import app_of
from consent.decisions.values import Actor, DecisionItem
from consent.errors import InvalidSettings, KeyDestroyed, StoreUnavailable
from consent.grants.values import ConsentAnswer, ConsentMethod
from consent.keys import create_keys, read_keys
from consent.storage.migrations.upgrade import newest, upgrade
from consent.storage.rows import ConsentTable, DataKeyRow, LogDetailRow
from consent.storage.sealing import OwnerKeys
from consent.storage.transaction import make_engine
from policies.vocabulary import Action, Category, Granularity, OrgId, Purpose, Role
from tests.consent.club_calls import decided
from tests.consent.league import FakeClock, World, fill, make_service
from tests.consent.portal_choices import portal


def test_models_and_migrations_agree(world: World) -> None:
    with world.service.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert context.get_current_revision() == newest()
        assert compare_metadata(context, ConsentTable.metadata) == []


def test_migrating_again_changes_nothing(lite: World) -> None:
    upgrade(lite.service.engine)

    assert lite.store.status().athletes == 6


def test_a_database_that_cannot_be_reached_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        upgrade(make_engine(f"sqlite:///{tmp_path / 'missing' / 'x.sqlite3'}"))


def live_through_a_day(world: World) -> None:
    """A bit of everything that could leave a trace."""
    one, two, _ = world.athletes["club-a"]
    world.give(one)
    world.take_part(one)
    campaign = world.store.register_campaign(OrgId("league"), world.campaign())
    token = world.store.issue_tokens(OrgId("club-a"), campaign, [one]).tokens[0].token
    world.store.commit_round(OrgId("club-a"), campaign, 1, [token])
    items = [DecisionItem(one, Category.SLEEP, Granularity.DAILY)]
    coach = Actor("Canary Coach", Role.COACH)
    decided(world.store, OrgId("club-a"), coach, action=Action.READ, purpose=Purpose.TRAINING, items=items)
    view = world.store.propose_release(OrgId("club-a"), world.proposal(two))
    portal(world.store).answer_release(
        two, view.release_id, ConsentAnswer.NO, sha256=view.sha256, method=ConsentMethod.PORTAL
    )
    world.store.office_view(OrgId("league"), OrgId("club-a"), Actor("Canary Planner", Role.FRONT_OFFICE))


def test_no_name_id_organisation_or_figure_stands_in_the_log(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world = fill(make_service(tmp_path / "union", clock), clock)
    live_through_a_day(world)
    with TestClient(app_of(world.service, clock=clock)) as http:
        target = "/v1/office/club-a?person=Canary+Planner&role=front_office"
        http.get(target, headers=world.headers("club-b", "GET", target))
        world.verify()

    public = b"".join(path.read_bytes() for path in (tmp_path / "union" / "log").rglob("*") if path.is_file())

    ours = "\n".join(f"{r.getMessage()} {r.__dict__}" for r in caplog.records if r.name.split(".")[0] in PACKAGES)
    everyone = [athlete for athletes in world.athletes.values() for athlete in athletes]
    for canary in [*everyone, "Canary", "club-a", "club-b", "The club", "80-85", "rel-", "refused by"]:
        assert canary.encode() not in public
        assert canary not in ours


PACKAGES = {"consent", "audit", "policies", "casbin"}


def test_figures_and_details_are_sealed_in_the_database_file(tmp_path: Path, clock: FakeClock) -> None:
    world = fill(make_service(tmp_path / "union", clock), clock)
    live_through_a_day(world)
    world.service.close()

    stored = b"".join(path.read_bytes() for path in (tmp_path / "union").glob("consent.sqlite3*"))

    for sealed in (b"80-85", b"74.9", b"Canary Coach", b"Canary Planner", b"because of your yes"):
        assert sealed not in stored


def test_destroying_the_key_is_erasure_and_the_log_still_verifies(world: World) -> None:
    athlete = world.athletes["club-a"][0]
    world.give(athlete)
    with world.store.transactions.write() as tx:
        tx.without_entry("what a later erasure does")
        tx.session.get_one(DataKeyRow, athlete).wrapped = None

    with pytest.raises(KeyDestroyed):
        world.store.looks(athlete)
    page = world.store.office_view(OrgId("league"), OrgId("club-a"), Actor("T. W.", Role.FRONT_OFFICE))
    assert len(page.rows) == 3
    world.verify()


def test_details_open_only_for_their_owner_and_number(lite: World) -> None:
    one, two, _ = lite.athletes["club-a"]
    with lite.store.transactions.read() as tx:
        journal = tx.context.journal
        detail = tx.session.exec(select(LogDetailRow).where(LogDetailRow.owner == one)).one()
        journal.open_entry(tx.session, journal.owner_keys(tx.session, one), detail)
        with pytest.raises(KeyDestroyed):
            journal.open_entry(tx.session, journal.owner_keys(tx.session, two), detail)
        detail.number = 5
        with pytest.raises(KeyDestroyed):
            journal.open_entry(tx.session, journal.owner_keys(tx.session, one), detail)


def test_wrapped_keys_cannot_change_owners() -> None:
    wrapped = OwnerKeys.generate().wrapped(b"w" * 32, owner="one")

    OwnerKeys.unwrap(wrapped, b"w" * 32, owner="one")
    for wrapping, owner in ((b"w" * 32, "two"), (b"x" * 32, "one")):
        with pytest.raises(KeyDestroyed):
            OwnerKeys.unwrap(wrapped, wrapping, owner=owner)


def test_key_files_are_private_complete_and_never_overwritten(tmp_path: Path) -> None:
    create_keys(tmp_path)
    first = read_keys(tmp_path)
    with pytest.raises(InvalidSettings):
        create_keys(tmp_path)

    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert repr(first).count("b'") == 0
    (tmp_path / "master.key").chmod(0o644)
    with pytest.raises(InvalidSettings, match="0600"):
        read_keys(tmp_path)
    (tmp_path / "log.key").write_text("00")
    with pytest.raises(InvalidSettings):
        read_keys(tmp_path)

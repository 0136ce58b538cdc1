"""From the first schema to this one: a database that knew its entries by their place, on SQLite and PostgreSQL."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, MetaData, text
from sqlmodel import col, select

from consent.athlete.values import ProofState
from consent.errors import InvalidSettings, StoreUnavailable
from consent.grants.notice import NOTICES
from consent.ledger import ledger, unused
from consent.service import open_beside, open_service
from consent.storage.migrations import upgrade as migrations
from consent.storage.migrations.upgrade import newest, upgrade
from consent.storage.rows import TokenRow
from consent.storage.transaction import make_engine
from policies.campaign import SignedManifest
from policies.campaigns.season_line import season_line
from policies.terms.notices import FIRST_NOTICE
from policies.vocabulary import AthleteId
from tests.consent.league import FakeClock, Template, make_service
from tests.old_stores import expected_of, unpacked
from tests.postgres_server import PostgresServer

PLACES = "SELECT log_index, owner, number, sealed FROM log_detail WHERE log_index IS NOT NULL ORDER BY log_index"


def revision(engine: Engine) -> str:
    """The revision that a database is at."""
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())


def migrate(engine: Engine, to: str) -> None:
    """Bring an empty database to an old revision."""
    config = migrations.MIGRATIONS.config()
    with engine.execution_options(is_writer=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def copy_down(new: Engine, old: Engine) -> None:
    """Fill a database of the first schema with what one of the second holds, as the first version stored it."""
    here, there = MetaData(), MetaData()
    here.reflect(new)
    there.reflect(old)
    with new.connect() as source, old.execution_options(is_writer=True).begin() as target:
        place = {bytes(row.leaf_hash): row.log_index for row in source.execute(here.tables["log_detail"].select())}
        for table in there.sorted_tables:
            if table.name != "alembic_version":
                for row in source.execute(here.tables[table.name].select()).mappings():
                    values = {name: value for name, value in row.items() if name in {*table.c.keys(), "leaf_hash"}}
                    if "leaf_hash" in values:
                        values["log_index"] = place[bytes(values.pop("leaf_hash"))]
                    target.execute(table.insert(), values)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """The folder and the database of a service of the first version, with receipts, looks, and one who is erased."""
    folder = unpacked("consent", tmp_path)
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'first.sqlite3'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.new_database()
    engine = make_engine(url)
    migrate(engine, "0001")
    with_entries = make_engine(f"sqlite:///{folder / 'consent.sqlite3'}")
    copy_down(with_entries, engine)
    with_entries.dispose()
    engine.dispose()
    return folder, url


def test_who_works_together_today_has_joined(old: tuple[Path, str], clock: FakeClock) -> None:
    """By an active grant or a registered campaign; a league that got nothing of any club has none."""
    folder, url = old
    engine = make_engine(url)
    rival = {"org_id": "a-rival", "name": "A rival", "kind": "league", "cover": "Plain wren", "snapshot_sha256": ""}
    here = MetaData()
    here.reflect(engine)
    with engine.execution_options(is_writer=True).begin() as connection:
        connection.execute(here.tables["org"].insert(), rival)
    expected = _working_together(engine)
    engine.dispose()

    service = make_service(folder, clock, database=url)

    with service.engine.connect() as connection:
        joined = {tuple(row) for row in connection.execute(text("SELECT club, league FROM league_membership"))}
    service.close()
    assert joined == expected != set()


def _working_together(engine: Engine) -> set[tuple[str, str]]:
    """Pairs of club and league, counted in Python from grants and manifests as they stand."""
    here = MetaData()
    here.reflect(engine)
    tables, now = here.tables, datetime.now(UTC).replace(tzinfo=None)
    with engine.connect() as connection:
        clubs = dict(tuple(row) for row in connection.execute(text("SELECT athlete, club FROM member")))
        leagues = set(connection.execute(text("SELECT org_id FROM org WHERE kind = 'league'")).scalars())
        grants = connection.execute(tables["consent_grant"].select()).mappings().all()
        campaigns = connection.execute(tables["campaign"].select()).mappings().all()
    by_grant = {
        (clubs[grant["athlete"]], grant["recipient_org"])
        for grant in grants
        if grant["current"] and grant["ends"] > now and grant["recipient_org"] in leagues
    }
    named = {
        (club, campaign["league"])
        for campaign in campaigns
        for club in SignedManifest.model_validate_json(campaign["manifest"]).manifest.clubs
    }
    return by_grant | named


def test_a_round_that_was_paid_before_answers_were_noted_gets_no_second_one(
    old: tuple[Path, str], clock: FakeClock
) -> None:
    folder, url = old
    engine = make_engine(url)
    with engine.connect() as connection:
        paid = "SELECT DISTINCT token.campaign, member.club, token_round.round_no FROM token_round, token, member"
        where = "WHERE token.digest = token_round.digest AND member.athlete = token.athlete"
        expected = {tuple(row) for row in connection.execute(text(f"{paid} {where}"))}
    engine.dispose()

    service = make_service(folder, clock, database=url)

    with service.engine.connect() as connection:
        rows = connection.execute(text("SELECT campaign, club, round_no, sha256 FROM round_answer")).all()
    service.close()
    assert {tuple(row)[:3] for row in rows} == expected != set()
    assert {row.sha256 for row in rows} == {None}


def test_every_campaign_of_before_is_in_its_season_line(old: tuple[Path, str], clock: FakeClock) -> None:
    folder, url = old

    service = make_service(folder, clock, database=url)

    with service.engine.connect() as connection:
        rows = connection.execute(text("SELECT line, manifest FROM campaign")).all()
    service.close()
    assert rows
    assert all(row.line == season_line(SignedManifest.model_validate_json(row.manifest).manifest) for row in rows)


def test_a_token_of_before_is_of_its_athletes_only_club_and_a_whole_athlete(
    old: tuple[Path, str], clock: FakeClock
) -> None:
    folder, url = old
    engine = make_engine(url)
    with engine.connect() as connection:
        joined = "FROM token JOIN member ON member.athlete = token.athlete ORDER BY digest"
        clubs = [tuple(row) for row in connection.execute(text(f"SELECT token.digest, member.club {joined}"))]
    engine.dispose()

    service = make_service(folder, clock, database=url)

    with service.store.transactions.read() as tx:
        tokens = tx.session.exec(select(TokenRow).order_by(col(TokenRow.digest))).all()
        assert [(one.digest, one.club) for one in tokens] == clubs != []
        left = unused.of_tokens(tx, tokens)
        for one in tokens:
            account = ledger.accounts(tx, [AthleteId(one.athlete)], one.campaign)[AthleteId(one.athlete)]
            assert (one.sixteenths, one.reserved) == (16, account.reserved)
            assert left[one.digest] == (account.refunded if one.is_closed else account.outstanding)
    service.close()


def test_every_entry_is_found_again_under_its_leaf(old: tuple[Path, str], clock: FakeClock) -> None:
    folder, url = old
    before = make_engine(url)
    with before.connect() as connection:
        stored = connection.execute(text(PLACES)).all()
    before.dispose()

    service = make_service(folder, clock, database=url)

    assert revision(service.engine) == newest()
    with service.engine.connect() as connection:
        assert connection.execute(text(PLACES)).all() == stored
    athletes = [AthleteId(athlete) for athlete in expected_of("consent")["athletes"]]
    for athlete in athletes:
        looks = service.store.looks(athlete)
        assert looks.total == looks.proven > 0
        assert {entry.proof for entry in looks.entries} == {ProofState.PROVEN}
    receipt = service.store.receipts(athletes[0])[0]
    assert service.store.entry_status(athletes[0], receipt.leaf_hash).proof is ProofState.PROVEN
    assert service.store.receipt(athletes[0], receipt.receipt_id)["x:tlogProof"].startswith("c2sp.org/tlog-proof@v1")
    service.publish()
    assert service.store.status().log_waiting == 0
    service.close()


def test_what_was_appended_without_a_commit_is_still_found(old: tuple[Path, str], clock: FakeClock) -> None:
    folder, url = old
    engine = make_engine(url)
    with engine.begin() as connection:  # the newest entry's transaction never happened
        newest_place = connection.execute(text("SELECT max(log_index) FROM log_detail WHERE number > 0")).scalar()
        where = {"place": newest_place}
        owner, number = connection.execute(
            text("SELECT owner, number FROM log_detail WHERE log_index = :place"), where
        ).one()
        connection.execute(text("DELETE FROM receipt WHERE log_index >= :place"), where)
        connection.execute(text("DELETE FROM log_detail WHERE log_index >= :place"), where)
        connection.execute(
            text("UPDATE data_key SET counter = :number WHERE owner = :owner"), {"number": number, "owner": owner}
        )
    engine.dispose()

    service = make_service(folder, clock, database=url)

    service.publish()
    looks = service.store.looks(owner)
    assert looks.total == looks.proven > number  # what a start does about an unknown decision is recorded as well
    unknown = next(entry for entry in looks.entries if entry.number == number + 1)
    assert unknown.because == "the service stopped before this could take effect"
    service.close()


def test_without_its_log_nothing_is_changed(old: tuple[Path, str], clock: FakeClock) -> None:
    folder, url = old
    engine = make_engine(url)

    with pytest.raises(StoreUnavailable, match="nothing was changed"):
        upgrade(engine)
    shutil.rmtree(folder / "log")
    with pytest.raises(Exception, match="checkpoint"):
        make_service(folder, clock, database=url)

    assert revision(engine) == "0001"
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM log_detail")).scalar()
    engine.dispose()


def test_a_service_without_a_trust_policy_says_how_to_get_one(
    template: Template, tmp_path: Path, clock: FakeClock
) -> None:
    world = template.open_copy(tmp_path / "union", clock)
    world.service.close()
    (tmp_path / "union" / "trust.policy").unlink()

    for opens in (open_service, open_beside):
        with pytest.raises(InvalidSettings, match="homefield-consent keys"):
            opens(world.service.settings, clock=clock)


def test_what_was_given_before_stands_under_the_first_notice_and_its_text_can_be_read(
    old: tuple[Path, str], clock: FakeClock
) -> None:
    folder, url = old

    service = make_service(folder, clock, database=url)

    with service.engine.connect() as connection:
        served = {tuple(row) for row in connection.execute(text("SELECT version, sha256 FROM notice"))}
        given = set(connection.execute(text("SELECT notice_version FROM consent_grant")).scalars())
    service.close()
    assert served == {(one.version, one.sha256) for one in NOTICES}
    assert given == {FIRST_NOTICE}

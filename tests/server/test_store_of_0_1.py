"""A coordinator that release 0.1 wrote opens with nothing lost, and its tables then have a revision."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from server.registry_store import RegistryStore
from server.rows import CoordinatorTable
from server.settings import CoordinatorSettings, load_settings
from server.store import MIGRATIONS, CoordinatorStore, open_database
from server.web.sign_in_rows import league_codes
from server.web.staff import LeagueStaff
from tests.old_stores import expected_of, unpacked

EXPECTED = expected_of("coordinator")
NOW = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)


def test_nodes_campaigns_models_and_codes_are_there(tmp_path: Path) -> None:
    settings = load_settings(unpacked("coordinator", tmp_path), environment={})
    engine = open_database(settings)
    store = CoordinatorStore(engine, clock=lambda: NOW)
    registry = RegistryStore(settings.models, key=settings.league_key(), clock=lambda: NOW)

    campaigns = [[c.manifest.campaign_id, c.state.value, c.rounds_done, c.model_id] for c in store.campaigns()]
    nodes = [[node.club, node.fleet_key] for node in store.nodes()]
    code = league_codes(engine, clock=lambda: NOW + timedelta(seconds=1)).find(EXPECTED["code"])
    engine.dispose()

    assert campaigns == EXPECTED["campaigns"]
    assert nodes == EXPECTED["nodes"]
    record = registry.load(EXPECTED["model"]).record
    assert (record.sha256, record.version, record.follows) == (EXPECTED["model"], 1, None)
    assert code is not None
    assert LeagueStaff.of_key(code.person).person == "A. N."


def test_its_tables_are_those_of_the_rows_and_have_a_revision(tmp_path: Path) -> None:
    old = open_database(load_settings(unpacked("coordinator", tmp_path), environment={}))
    new = open_database(CoordinatorSettings(tmp_path / "new", load_settings(tmp_path / "coordinator").league, "L", ""))

    for engine in (old, new):
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert context.get_current_revision() == MIGRATIONS.newest()
            assert compare_metadata(context, CoordinatorTable.metadata) == []
        engine.dispose()

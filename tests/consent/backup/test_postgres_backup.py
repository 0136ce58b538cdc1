"""The same on PostgreSQL, with its own programs."""

from pathlib import Path

import pytest

from chassis.errors import CannotBackUp
from consent.grants.values import ConsentMethod
from tests.consent.backup.stored import SHARED, Backups, shared
from tests.consent.conftest import Postgresql
from tests.consent.league import FakeClock


def test_a_postgresql_database_is_backed_up_and_put_back(
    postgresql: Postgresql, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", postgresql.programs())
    url = postgresql.copy()
    monkeypatch.setenv("HOMEFIELD_CONSENT_DATABASE", url)
    league = Backups.of(postgresql.template.open_copy(tmp_path / "union", clock, database=url), tmp_path)
    one, other = league.athletes[:2]
    league.world.give(one)
    league.world.give(other)
    backup = league.take()
    league.world.store.withdraw_all(one, method=ConsentMethod.PORTAL)
    league.world.service.close()

    done = league.restore(backup, league.union)

    assert done.recovered.frozen == 1
    assert "the database's schema replaced_20261123t" in done.aside
    again = league.started(league.union)
    assert (shared(again, one), shared(again, other)) == (set(), SHARED)
    again.verify()
    again.service.close()


def test_a_missing_pg_dump_is_named(
    postgresql: Postgresql, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    league = Backups.of(postgresql.template.open_copy(tmp_path / "union", clock, database=postgresql.copy()), tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CannotBackUp, match="expected `pg_dump` of PostgreSQL on the PATH, found none"):
        league.take()

    league.world.service.close()

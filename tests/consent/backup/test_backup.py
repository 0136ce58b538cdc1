"""A restore gives back what stood at the moment of the backup, and never what had ended since."""

import json
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from chassis.errors import CannotBackUp
from consent.grants.values import ConsentMethod
from consent.service import open_service
from consent.settings import read_settings
from consent.storage.rows import DataKeyRow
from policies.vocabulary import Category
from tests.consent.backup.stored import NOTHING, SHARED, Backups, shared, tree
from tests.consent.league import FakeClock, Template, World


def test_a_backup_restores_into_an_empty_folder_as_it_was(league: Backups) -> None:
    one, other = league.athletes[:2]
    league.world.give(one)
    league.world.publish()
    league.world.give(other)
    backup = league.take()
    league.world.store.withdraw_all(other, method=ConsentMethod.PORTAL)

    done = league.restore(backup, league.folder / "new")

    assert (done.recovered, done.keeps_log, done.aside) == (NOTHING, False, "")
    with closing(league.started(league.folder / "new").service) as service:
        again = replace(league.world, service=service)
        assert (shared(again, one), shared(again, other)) == (SHARED, SHARED)
        again.verify()
        assert (league.union / "keys" / "master.key").read_bytes() == (
            league.folder / "new" / "keys" / "master.key"
        ).read_bytes()


def test_an_older_backup_beside_a_newer_log_keeps_the_log_and_revives_nothing(league: Backups) -> None:
    one, other = league.athletes[:2]
    league.world.give(one)
    league.world.give(other)
    backup = league.take()
    league.world.store.withdraw_all(one, method=ConsentMethod.PORTAL)
    size = league.world.publish()
    league.world.give(other, Category.WELLNESS)
    league.world.service.close()

    done = league.restore(backup, league.union)

    assert done.keeps_log
    assert (done.recovered.frozen, done.recovered.erased) == (2, 0)
    again = league.started(league.union)
    assert shared(again, one) == shared(again, other) == set()
    assert again.verify().size > size
    assert (Path(done.aside) / "consent.sqlite3").exists()
    again.service.close()


def test_who_was_erased_since_the_backup_is_erased_again(league: Backups) -> None:
    one = league.athletes[0]
    backup = league.take()
    league.world.store.erase(one)
    league.world.service.close()

    done = league.restore(backup, league.union)

    assert done.recovered.erased == 1
    again = league.started(league.union)
    with again.store.transactions.read() as tx:
        assert tx.session.get_one(DataKeyRow, one).wrapped is None
    again.service.close()


def test_a_newer_backup_takes_the_place_of_a_smaller_log(league: Backups, template: Template) -> None:
    older = league.folder / "older"
    shutil.copytree(template.directory, older)
    league.world.give(league.athletes[0])
    size = league.world.publish()
    backup = league.take()

    done = league.restore(backup, older)

    assert (done.keeps_log, done.recovered) == (False, NOTHING)
    again = league.started(older)
    assert shared(again, league.athletes[0]) == SHARED
    assert again.verify().size > size
    assert (Path(done.aside) / "log" / "checkpoint").exists()
    assert (Path(done.aside) / "log.state" / "tree.json").exists()
    again.service.close()


def test_acts_that_wait_count_where_the_trees_are_equal(league: Backups) -> None:
    """Nothing was published since, and still the log's private state knows of a withdrawal."""
    one = league.athletes[0]
    league.world.give(one)
    league.world.publish()
    backup = league.take()
    league.world.store.withdraw_all(one, method=ConsentMethod.PORTAL)
    league.world.service.close()

    assert league.restore(backup, league.union).keeps_log

    again = league.started(league.union)
    assert shared(again, one) == set()
    again.service.close()


def test_the_public_log_alone_is_enough_beside_a_backup(league: Backups) -> None:
    """The disk is lost; what a mirror still has is larger than the backup, and nothing that ended since comes back."""
    one = league.athletes[0]
    league.world.give(one)
    backup = league.take()
    league.world.store.withdraw_all(one, method=ConsentMethod.PORTAL)
    size = league.world.publish()
    league.world.service.close()
    shutil.copytree(league.union / "log", league.folder / "new" / "log")

    done = league.restore(backup, league.folder / "new")

    assert done.keeps_log
    again = league.started(league.folder / "new")
    assert shared(again, one) == set()
    assert again.verify().size > size
    again.service.close()


def test_no_copy_of_the_keys_stays_beside_the_service(league: Backups) -> None:
    before = set(tree(league.union))

    league.take()

    assert set(tree(league.union)) == before


def test_a_backup_needs_a_recovery_key(league: Backups) -> None:
    (league.union / "backup.recipients").unlink()

    with pytest.raises(CannotBackUp, match="backup-key"):
        league.take()


def test_old_backups_go_with_the_next_one(league: Backups) -> None:
    old = league.take()
    league.world.clock.forward(days=36)

    made = league.made()

    assert made.deleted == (old.name,)
    assert [path.name for path in (league.folder / "backups").iterdir()] == [made.path.name]
    assert made.opens_until - made.header.moment == timedelta(days=35)


def test_a_log_in_a_folder_of_its_own_goes_back_there(template: Template, tmp_path: Path, clock: FakeClock) -> None:
    """A web server reads it where it is, on another disk perhaps; a smaller one there is kept beside it."""
    public = tmp_path / "public" / "log"
    shutil.copytree(template.directory, tmp_path / "union")
    for name in ("log", "log.state"):
        shutil.move(tmp_path / "union" / name, public.with_name(name))
    settings = tmp_path / "union" / "settings.json"
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"log_folder": str(public)}))
    opened = open_service(read_settings(tmp_path / "union"), clock=clock)
    league = Backups.of(World(opened, clock, dict(template.keys), dict(template.athletes)), tmp_path)
    older = tmp_path / "older"
    shutil.copytree(public.parent, older)
    league.world.give(league.athletes[0])
    size = league.world.publish()
    backup = league.take()
    opened.close()
    shutil.rmtree(public.parent)
    shutil.copytree(older, public.parent)

    done = league.restore(backup, tmp_path / "union")

    assert (done.keeps_log, done.recovered) == (False, NOTHING)
    assert sorted(path.name.partition(".replaced")[0] for path in public.parent.iterdir()) == [
        *("log", "log", "log.state", "log.state"),
    ]
    assert not (tmp_path / "union" / "log").exists()
    again = league.started(tmp_path / "union")
    assert again.verify().size > size
    again.service.close()

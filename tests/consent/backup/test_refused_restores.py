"""What is refused changes nothing: other keys, other folders, torn backups, a service that runs."""

import shutil

import pytest

from audit.errors import LogUnavailable
from chassis.errors import BadBackup
from tests.consent.backup.stored import Backups, tree
from tests.consent.league import FakeClock, make_service


def test_a_running_service_is_not_replaced(league: Backups) -> None:
    backup, before = league.take(), tree(league.union)

    with pytest.raises(LogUnavailable, match="another program is writing to this log"):
        league.restore(backup, league.union)

    assert tree(league.union) == before


def test_keys_of_another_service_are_refused(league: Backups, clock: FakeClock) -> None:
    backup = league.take()
    make_service(league.folder / "other", clock).close()
    before = tree(league.folder / "other")

    with pytest.raises(BadBackup, match="holds the keys of another service than the backup"):
        league.restore(backup, league.folder / "other")

    assert tree(league.folder / "other") == before


def test_a_folder_of_something_else_is_refused(league: Backups) -> None:
    (league.folder / "photos").mkdir()
    (league.folder / "photos" / "one.jpg").write_bytes(b"x")

    with pytest.raises(BadBackup, match="expected an empty folder or the program's own"):
        league.restore(league.take(), league.folder / "photos")

    assert tree(league.folder / "photos") == {"one.jpg": b"x"}


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 0.9999])
def test_a_torn_backup_changes_nothing(league: Backups, share: float) -> None:
    backup = league.take()
    whole = backup.read_bytes()
    backup.write_bytes(whole[: int(len(whole) * share)])
    league.world.service.close()
    before = tree(league.union)

    for place in (league.union, league.folder / "new"):
        with pytest.raises(BadBackup, match="not whole"):
            league.restore(backup, place)

    assert tree(league.union) == before
    assert not (league.folder / "new").exists()


def test_a_log_that_nobody_can_read_is_not_taken_for_a_smaller_one(league: Backups) -> None:
    backup = league.take()
    league.world.service.close()
    (league.union / "log" / "checkpoint").write_bytes(b"damaged")
    before = tree(league.union)

    with pytest.raises(Exception, match="move it away"):
        league.restore(backup, league.union)

    assert tree(league.union) == before


def test_private_state_without_its_log_is_not_thrown_away(league: Backups) -> None:
    backup = league.take()
    league.world.service.close()
    shutil.rmtree(league.union / "log")

    with pytest.raises(Exception, match="there is no checkpoint"):
        league.restore(backup, league.union)

    assert (league.union / "log.state" / "tree.json").exists()

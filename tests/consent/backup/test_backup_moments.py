"""A backup is of one moment, whatever the running service does meanwhile."""

import random
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from audit.durable.storage import Disk
from consent.grants.values import ConsentMethod
from tests.consent.backup.stored import NOTHING, Backups, known
from tests.consent.league import FakeClock, Template
from tests.waiting import HANG_S


@dataclass
class StoppingDisk(Disk):
    """The real disk, which calls somebody before each of its changes."""

    before: Callable[[], None] = lambda: None

    def create(self, path: Path, data: bytes) -> None:
        self.before()
        super().create(path, data)

    def rename(self, path: Path, to: Path) -> None:
        self.before()
        super().rename(path, to)

    def remove(self, path: Path) -> None:
        self.before()
        super().remove(path)


def test_a_backup_at_any_step_of_a_publication_is_consistent(
    template: Template, tmp_path: Path, clock: FakeClock
) -> None:
    disk = StoppingDisk()
    league = Backups.of(template.open_copy(tmp_path / "union", clock, disk=disk), tmp_path)
    for athlete in league.athletes:
        league.world.give(athlete)
    leaves, taken = known(league.world), list[Path]()
    disk.before = lambda: taken.append(league.take())

    league.world.service.log.publish()

    disk.before = lambda: None
    assert len(taken) > 8
    league.world.service.close()
    for number, backup in enumerate(taken):
        done = league.restore(backup, tmp_path / f"new-{number}")
        assert done.recovered == NOTHING
        again = league.started(tmp_path / f"new-{number}")
        again.verify()
        assert known(again) == leaves
        again.service.close()


def test_a_log_that_changes_while_it_is_copied_is_copied_again(
    league: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    league.world.give(league.athletes[0])
    copy, copied = shutil.copy, list[Path]()

    def publishing(source: Path, to: Path) -> object:
        if len(copied) == 1:  # after the checkpoint, before the tiles that it signs
            league.world.service.log.publish()
        copied.append(Path(source))
        return copy(source, to)

    monkeypatch.setattr("audit.writer.log_copy.shutil.copy", publishing)

    done = league.restore(league.take(), league.folder / "new")

    assert [path.name for path in copied].count("checkpoint") == 2
    assert done.recovered == NOTHING
    league.started(league.folder / "new").service.close()


@pytest.mark.slow
def test_backups_at_random_moments_beside_a_busy_service_are_each_of_one_moment(league: Backups) -> None:
    """Twenty, while one thread appends and another publishes; each is restored and starts without a recovery."""
    stop, failures, chance = threading.Event(), list[BaseException](), random.Random(8)

    def repeat(act: Callable[[], object]) -> None:
        try:
            while not stop.is_set():
                act()
        except BaseException as error:
            failures.append(error)

    def decides() -> None:
        athlete = chance.choice(league.athletes)
        league.world.give(athlete)
        league.world.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)

    threads = [threading.Thread(target=repeat, args=(act,)) for act in (decides, league.world.service.publish)]
    for thread in threads:
        thread.start()
    taken = [league.made() for _ in range(20)]
    stop.set()
    for thread in threads:
        thread.join(HANG_S)

    assert failures == []
    league.world.service.close()
    assert taken[-1].header.act > taken[0].header.act + 20
    for number, made in enumerate(taken):
        done = league.restore(made.path, league.folder / f"new-{number}")
        assert done.recovered == NOTHING
        again = league.started(league.folder / f"new-{number}")
        assert again.verify().size > made.header.tree_size
        again.service.close()

"""A league with a recovery key and backups of it, and what is compared after a restore."""

from dataclasses import dataclass, replace
from pathlib import Path

from sqlmodel import select

from chassis.backup.making import BackupMade
from chassis.backup.recovery_key import new_recovery_key, write_recipients
from consent.backup.put_back import RestoredService, put_back
from consent.backup.take import take
from consent.grants.active import live_grants
from consent.recovery.unknown_acts import Recovered
from consent.service import open_service
from consent.settings import read_settings
from consent.storage.rows import LogDetailRow
from policies.vocabulary import AthleteId, Category, Role
from tests.consent.league import World

NOTHING = Recovered()
SHARED = {(Category.SLEEP, Role.COACH)}


@dataclass
class Backups:
    """A running league, its recovery key, and a folder of its backups."""

    world: World
    folder: Path

    @classmethod
    def of(cls, world: World, folder: Path) -> "Backups":
        key = new_recovery_key()
        (folder / "key.txt").write_text(key.identity + "\n")
        (folder / "backups").mkdir()
        write_recipients(world.service.settings.directory, [key.recipient])
        return cls(world, folder)

    @property
    def union(self) -> Path:
        return self.world.service.settings.directory

    @property
    def athletes(self) -> list[AthleteId]:
        return self.world.athletes["club-a"]

    def take(self) -> Path:
        return self.made().path

    def made(self) -> BackupMade:
        self.world.clock.forward(seconds=1)  # each has a name of its own
        return take(self.world.service.settings, into=self.folder / "backups", clock=self.world.clock)

    def restore(self, backup: Path, to: Path) -> RestoredService:
        return put_back(backup, to, key_file=self.folder / "key.txt", clock=self.world.clock)

    def started(self, directory: Path) -> World:
        """The service of a folder, started as after any stop."""
        service = open_service(read_settings(directory), clock=self.world.clock)
        return replace(self.world, service=service)


def shared(world: World, athlete: AthleteId) -> set[tuple[Category, Role]]:
    with world.store.transactions.read() as tx:
        return {(cell.category, cell.recipient.role) for cell in live_grants(tx, [athlete])}


def known(world: World) -> set[bytes]:
    """The leaves that the database knows of."""
    with world.store.transactions.read() as tx:
        return set(tx.session.exec(select(LogDetailRow.leaf_hash)).all())


def tree(directory: Path) -> dict[str, bytes]:
    """Everything in a folder, with its content."""
    return {p.relative_to(directory).as_posix(): p.read_bytes() for p in directory.rglob("*") if p.is_file()}

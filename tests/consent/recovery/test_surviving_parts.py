"""Whatever parts of a service survived: it starts after `restore` or `recover`, or the command changed nothing."""

import contextlib
import itertools
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from audit.errors import AuditError, LogUnavailable
from chassis.backup.recovery_key import new_recovery_key, write_recipients
from chassis.errors import ChassisError
from consent.backup.put_back import put_back
from consent.backup.take import take
from consent.errors import ConsentError
from consent.grants.values import ConsentMethod
from consent.operations.outside_view import OutsideCheck
from consent.operations.surviving_parts import newest_act
from consent.service import open_service, recover_service
from consent.settings import read_settings
from consent.storage.rows import DataKeyRow
from policies.vocabulary import AthleteId, OrgId
from tests.consent.league import FakeClock, Template, World, break_log
from tests.consent.recovery.test_older_database import CLUB, budget, copy_of, shared
from tests.scale import sampled

REFUSALS = (AuditError, ChassisError, ConsentError)
HELPS = re.compile(
    r"homefield-consent re(store|cover)|put the newest log back|move (it|both folders|this database) away"
)
MADE_ANYWAY = re.compile(r"/(lock|index\.sqlite3.*)$|^(union/)?nonces\.sqlite3|-(wal|shm)$")
DATABASE = "consent.sqlite3"


@dataclass(frozen=True)
class Case:
    """What survived, and what is done with it. is_in_log: all that was acknowledged had been published."""

    command: str
    database: str
    log: str
    state: str
    is_under_way: bool
    is_in_log: bool

    def __str__(self) -> str:
        moment = f"{'under-way' if self.is_under_way else 'still'}-{'published' if self.is_in_log else 'waiting'}"
        return f"{self.command}-database-{self.database}-log-{self.log}-state-{self.state}-{moment}"

    @property
    def tells_all(self) -> bool:
        """Whether what survived and is used knows of everything that was acknowledged."""
        return self.log == "newest" and (self.is_in_log or "newest" in (self.state, self.database))

    @property
    def must_work(self) -> bool:
        """The ways that docs/operate.md promises."""
        if self.log == "newest":
            is_older = self.database == "newest" and self.state == "none"  # the command names recover
            return self.database != "none" if self.command == "recover" else self.command == "fill" or not is_older
        return self.command == "fill" and self.state == "none"


def every_case() -> list[Case]:
    logs, states, both = ("newest", "older", "none"), ("newest", "none"), (False, True)
    rest = list(itertools.product(logs, states, both, both))
    filled = [Case("fill", "none", *one) for one in rest]
    others = itertools.product(("over", "recover"), ("newest", "backup", "none"), rest)
    return filled + [Case(command, database, *one) for command, database, one in others]


@dataclass(frozen=True)
class Lost:
    """A service that is gone, with what may survive of it, and what its athletes were told."""

    world: World
    folder: Path
    spent: int
    act: int

    @property
    def athletes(self) -> list[AthleteId]:
        return self.world.athletes["club-a"]


def lose(template: Template, folder: Path, *, is_under_way: bool, is_in_log: bool) -> Lost:
    """One athlete withdraws after the backup, one learns, one is erased; perhaps another's choice is cut off."""
    key, world = new_recovery_key(), template.open_copy(folder / "union", FakeClock())
    (folder / "key").write_text(key.identity)
    (folder / "backups").mkdir()
    write_recipients(folder / "union", [key.recipient])
    settings, (one, two, three) = world.service.settings, world.athletes["club-a"]
    for athlete in (one, two, three):
        world.take_part(athlete)
    sha256 = world.store.register_campaign(OrgId("league"), world.campaign())
    world.publish()
    world.give(two)  # waits while the backup is made
    take(settings, into=folder / "backups", clock=world.clock)
    copy_of(world, folder / "backup.sqlite3")
    shutil.copytree(settings.log_directory, folder / "older")
    world.publish()
    issued = world.store.issue_tokens(CLUB, sha256, [two])
    world.store.commit_round(CLUB, sha256, 1, [token.token for token in issued.tokens])
    world.store.withdraw_all(one, method=ConsentMethod.PORTAL)
    world.store.erase(three)
    if is_in_log:
        world.publish()
    spent = budget(world, two).spent + budget(world, two).reserved
    if is_under_way:
        break_log(world).appends_then_fails = True
        with pytest.raises(LogUnavailable):
            world.give(world.athletes["club-b"][0])
    act = world.service.log.act
    world.service.close()
    return Lost(world, folder, spent, act)


@pytest.fixture(scope="module")
def lost(template: Template, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[bool, bool], Lost]:
    made = {}
    for is_under_way, is_in_log in itertools.product((False, True), repeat=2):
        folder = tmp_path_factory.mktemp("lost")
        made[is_under_way, is_in_log] = lose(template, folder, is_under_way=is_under_way, is_in_log=is_in_log)
    return made


def arrange(case: Case, gone: Lost, union: Path) -> int:
    """Put what survived into a new folder; returns the newest act that any of it, or the backup, names."""
    union.mkdir()
    if case.command != "fill":
        for name in ("keys", "settings.json", "trust.policy", "backup.recipients"):
            source = gone.folder / "union" / name
            (shutil.copytree if source.is_dir() else shutil.copyfile)(source, union / name)
    databases = {"newest": gone.folder / "union" / DATABASE, "backup": gone.folder / "backup.sqlite3"}
    if case.database in databases:
        shutil.copyfile(databases[case.database], union / DATABASE)
    logs = {"newest": gone.folder / "union" / "log", "older": gone.folder / "older"}
    if case.log in logs:
        shutil.copytree(logs[case.log], union / "log")
    if case.state == "newest":
        shutil.copytree(gone.folder / "union" / "log.state", union / "log.state")
    settings = gone.world.service.settings.model_copy(update={"directory": union})
    known = newest_act(settings) or 0
    return max(known, gone.act if case.state == "newest" else 0)


def carry_out(case: Case, gone: Lost, union: Path) -> None:
    """What the command does."""
    if case.command == "recover":
        recover_service(read_settings(union), clock=gone.world.clock, outside=OutsideCheck.IF_REACHABLE)
        return
    (backup,) = (gone.folder / "backups").iterdir()
    put_back(backup, union, key_file=gone.folder / "key", clock=gone.world.clock)


def refused(case: Case, gone: Lost, union: Path) -> str:
    """Carry it out; returns what a refusal says, "" if it is done."""
    try:
        carry_out(case, gone, union)
    except REFUSALS as error:
        return str(error)
    return ""


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder that means anything."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not MADE_ANYWAY.search(f"/{name}"[1:])}


@contextlib.contextmanager
def started(gone: Lost, union: Path) -> Iterator[World]:
    """The service as `serve` starts it."""
    service = open_service(read_settings(union), clock=gone.world.clock)
    with contextlib.closing(service):
        yield replace(gone.world, service=service)


@pytest.mark.parametrize("case", sampled(every_case(), 40), ids=str)
def test_a_service_starts_from_what_survived_or_the_command_changed_nothing(
    case: Case, lost: dict[tuple[bool, bool], Lost], tmp_path: Path
) -> None:
    gone, union = lost[case.is_under_way, case.is_in_log], tmp_path / "union"
    seen = arrange(case, gone, union)
    before = content(union)

    refusal = refused(case, gone, union)

    if refusal:
        assert not case.must_work, refusal
        assert HELPS.search(refusal), refusal
        assert content(union) == before
        assert refused(case, gone, union) == refusal
        assert content(union) == before
        return
    one, two, three = gone.athletes
    with started(gone, union) as world:
        if case.tells_all:
            assert shared(world, one) == set()
            assert budget(world, two).spent + budget(world, two).reserved >= gone.spent
            with world.store.transactions.read() as tx:
                assert tx.session.get_one(DataKeyRow, three).wrapped is None
        world.give(world.athletes["club-b"][1])
        assert world.service.log.act > seen
        tags = [entry.tag for entry in world.published_since(0) if entry.tag]
        assert len(tags) == len(set(tags))
        world.verify()
    after = content(union)
    if case.command == "recover":
        assert not refused(case, gone, union)
        assert content(union) == after
    with started(gone, union) as world:
        assert world.service.log.pending == 0

"""The newest log is lost while a witness knows how large it was: a mirror brings it back, and nothing else does."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.errors import LogCorrupt
from audit.tlog.checkpoint import CHECKPOINT
from audit.verification.verify import verify_log
from consent.backup.put_back import put_back
from consent.errors import StoreUnavailable
from consent.grants.values import ConsentMethod
from consent.operations.outside_view import OutsideCheck
from consent.service import StartMode, open_service
from consent.settings import read_settings
from consent.trust_file import POLICY_FILE
from tests.consent.backup.stored import Backups, shared, tree
from tests.consent.league import World
from tests.consent.operations.test_consent_trust import NAMES, Ring, reopened

PRIVATE = ("log", "log.state")


@pytest.fixture
def ring(tmp_path: Path, lite: World) -> Iterator[Ring]:
    """Three witnesses that watch the small league's log."""
    made = Ring(tmp_path, lite.service.log.vkeys)
    made.start(*NAMES)
    yield made
    made.stop(*NAMES)


@pytest.fixture
def lost(lite: World, ring: Ring, tmp_path: Path) -> Backups:
    """A stopped league with one backup, after which an athlete withdrew and witnesses cosigned it."""
    reopened(lite, ring.lines)
    lite.give(lite.athletes["club-a"][0])
    lite.publish()
    league = Backups.of(lite, tmp_path)
    league.take()
    lite.store.withdraw_all(lite.athletes["club-a"][0], method=ConsentMethod.PORTAL)
    lite.publish()
    lite.service.close()
    return league


def mirror(log: Path, to: Path) -> None:
    """What docs/operate.md says: the checkpoint is read first and comes into its place last; nothing is deleted."""
    note = (log / CHECKPOINT).read_bytes()
    shutil.copytree(log, to, dirs_exist_ok=True, ignore=shutil.ignore_patterns(CHECKPOINT))
    (to / CHECKPOINT).write_bytes(note)


def backup_of(league: Backups) -> Path:
    (found,) = (league.folder / "backups").iterdir()
    return found


def test_a_backup_of_an_older_log_is_refused_before_anything_is_in_place(lost: Backups) -> None:
    new = lost.folder / "new"

    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"the log is an older one: .* the witness \w+ knows .* mirror"):
            lost.restore(backup_of(lost), new)
        assert not new.exists()

    lost.started(lost.union).service.close()  # the way back is open: nothing was published meanwhile


def test_over_the_stopped_service_the_refusal_leaves_everything_as_it_was(lost: Backups) -> None:
    for name in (*PRIVATE, "consent.sqlite3"):
        path = lost.union / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = tree(lost.union)

    with pytest.raises(StoreUnavailable, match="the log is an older one"):
        lost.restore(backup_of(lost), lost.union)

    assert tree(lost.union) == before


def test_a_mirror_and_a_backup_bring_the_service_back(lost: Backups) -> None:
    new = lost.folder / "new"
    mirror(lost.union / "log", new / "log")

    done = lost.restore(backup_of(lost), new)

    assert done.keeps_log
    again = lost.started(new)
    assert shared(again, lost.athletes[0]) == set()
    again.give(lost.athletes[1])
    again.verify()
    again.service.close()


def test_a_mirror_that_is_never_cleaned_verifies_after_each_publication(lite: World, tmp_path: Path) -> None:
    settings, policy = lite.service.settings, lite.service.trust.policy
    for _ in range(38):
        for athlete in lite.athletes["club-a"]:
            lite.give(athlete)
            lite.store.withdraw_all(athlete, method=ConsentMethod.PORTAL)
        size = lite.publish()
        mirror(settings.log_directory, tmp_path / "mirror")
        assert verify_log(str(tmp_path / "mirror"), policy).size == size
    assert size > 256  # so that partial tiles were outgrown


def test_without_its_witnesses_a_second_history_runs_only_once_they_have_left_the_policy(lost: Backups) -> None:
    """What docs/operate.md says of a log that is lost for good."""
    new, key, world = lost.folder / "new", lost.folder / "key.txt", lost.world
    put_back(backup_of(lost), new, key_file=key, clock=world.clock, outside=OutsideCheck.NONE)
    settings = read_settings(new)

    with pytest.raises(StoreUnavailable, match="the log is an older one"):
        open_service(settings, clock=world.clock)
    unasked = open_service(settings, clock=world.clock, mode=StartMode(OutsideCheck.NONE))
    with pytest.raises(LogCorrupt, match=r"that does not go with the .* entries here"):
        unasked.publish()
    assert (unasked.log.has_problem or "").startswith("the log is stopped")
    unasked.close()
    policy = new / POLICY_FILE
    kept = [line for line in policy.read_text().splitlines() if not line.startswith(("witness", "group", "quorum"))]
    policy.write_text("\n".join([*kept, "quorum none", ""]))
    again = lost.started(new)

    again.give(lost.athletes[1])
    again.verify()
    again.service.close()

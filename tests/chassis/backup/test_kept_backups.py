"""Backups are deleted after 35 days, by their own name and no other; none is made that anybody could open."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.backup.archive import BackupFile
from chassis.backup.kept_backups import BackupSeries, opens_until
from chassis.backup.making import known_recipients, store_backup, workspace
from chassis.backup.manifest import BackupHeader
from chassis.backup.recovery_key import (
    RECIPIENTS_FILE,
    new_recovery_key,
    read_identities,
    read_recipients,
    write_recipients,
)
from chassis.errors import BadBackup, CannotBackUp, LockHeld

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
OWN = BackupSeries("homefield-consent", "0123456789abcdef")


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"x")


def test_only_this_series_older_than_35_days_goes(tmp_path: Path) -> None:
    old = OWN.name(NOW - timedelta(days=35, seconds=1))
    kept = [
        OWN.name(NOW - timedelta(days=35)),
        OWN.name(NOW + timedelta(days=400)),
        BackupSeries("homefield-consent", "fedcba9876543210").name(NOW - timedelta(days=90)),
        BackupSeries("homefield-node", "0123456789abcdef").name(NOW - timedelta(days=90)),
        old.replace(".tar.age", ".tar.age.bak"),
        old.replace("T", "-"),
        "homefield-consent-0123456789abcdef-last year.tar.age",
        "notes.txt",
    ]
    touch(tmp_path, old, *kept)

    assert OWN.delete_old(tmp_path, now=NOW) == (old,)
    assert {path.name for path in tmp_path.iterdir()} == set(kept)


def test_what_was_cut_off_is_deleted_with_the_next_backup(tmp_path: Path) -> None:
    touch(tmp_path, OWN.part_name(NOW), ".other.part")

    OWN.delete_old(tmp_path, now=NOW)

    assert [path.name for path in tmp_path.iterdir()] == [".other.part"]


def header(moment: datetime) -> BackupHeader:
    return BackupHeader(program=OWN.program, service=OWN.service, moment=moment, database="sqlite")


def test_a_backup_deletes_old_ones_only_when_it_is_whole(tmp_path: Path) -> None:
    old = OWN.name(NOW - timedelta(days=40))
    touch(tmp_path, old)
    file, recipients = tmp_path / "file", [new_recovery_key().recipient]
    with pytest.raises(OSError, match="file"):
        store_backup(tmp_path, [BackupFile("file", file)], header(NOW), recipients=recipients)
    assert [path.name for path in tmp_path.iterdir()] == [old]

    file.write_bytes(b"there")
    made = store_backup(tmp_path, [BackupFile("file", file)], header(NOW), recipients=recipients)

    assert made.deleted == (old,)
    assert {path.name for path in tmp_path.iterdir()} == {"file", made.path.name}
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.opens_until == opens_until(NOW) == NOW + timedelta(days=35)


def test_two_backups_of_one_second_do_not_replace_one_another(tmp_path: Path) -> None:
    recipients = [new_recovery_key().recipient]
    store_backup(tmp_path, [], header(NOW), recipients=recipients)

    with pytest.raises(CannotBackUp, match="is there already; wait a second"):
        store_backup(tmp_path, [], header(NOW), recipients=recipients)


def test_a_folder_for_backups_is_not_made_by_itself(tmp_path: Path) -> None:
    """A disk that is not mounted must not fill the one below it."""
    with pytest.raises(CannotBackUp, match="expected a folder for backups"):
        store_backup(tmp_path / "mnt", [], header(NOW), recipients=[new_recovery_key().recipient])


def test_no_backup_is_made_in_the_open() -> None:
    with pytest.raises(CannotBackUp, match="expected a recovery key to encrypt to; run the command `backup-key` first"):
        known_recipients([], [])


def test_what_the_command_line_names_counts_before_the_folder() -> None:
    one, other = new_recovery_key().recipient, new_recovery_key().recipient

    assert known_recipients([one], [other]) == (one,)
    assert known_recipients([], [other]) == (other,)


def test_the_folder_keeps_only_the_public_half(tmp_path: Path) -> None:
    key = new_recovery_key()

    write_recipients(tmp_path, [key.recipient])

    assert read_recipients(tmp_path) == (key.recipient,)
    assert key.identity not in (tmp_path / RECIPIENTS_FILE).read_text()
    assert key.identity not in repr(key)


@pytest.mark.parametrize("text", ["", "age1", "AGE-SECRET-KEY-1QQ", "ssh-ed25519 AAAA"])
def test_what_is_no_public_key_is_never_encrypted_to(tmp_path: Path, text: str) -> None:
    with pytest.raises(CannotBackUp, match='expected the public half of a recovery key, such as "age1'):
        write_recipients(tmp_path, [text])
    assert not (tmp_path / RECIPIENTS_FILE).exists()


def test_a_secret_key_in_place_of_a_public_one_is_not_repeated(tmp_path: Path) -> None:
    identity = new_recovery_key().identity

    with pytest.raises(CannotBackUp) as refused:
        write_recipients(tmp_path, [identity])

    assert identity[:20] not in str(refused.value)


@pytest.mark.parametrize("text", [b"", b"# only a comment\n", b"age1qqq\n", b"\xff\xfe"])
def test_a_file_without_a_recovery_key_is_named(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "key.txt"
    path.write_bytes(text)

    with pytest.raises(BadBackup, match=r"key\.txt: expected a recovery key"):
        read_identities(path)


def test_one_backup_at_a_time_and_nothing_of_a_cut_off_one_stays(tmp_path: Path) -> None:
    with workspace(tmp_path) as work:
        (work / "copy").write_bytes(b"keys of somebody who is erased tomorrow")
        with pytest.raises(LockHeld), workspace(tmp_path):
            pass
        assert (work / "copy").exists()
    assert not work.exists()
    work.mkdir()
    (work / "copy").write_bytes(b"left by a run that was killed")

    with workspace(tmp_path) as again:
        assert list(again.iterdir()) == []

"""An archive opens as it was written or not at all: torn, changed, forged, or with another key."""

import io
import os
import subprocess
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest

from chassis.backup.archive import BackupFile, read_archive, write_archive
from chassis.backup.manifest import MANIFEST, BackupHeader, BackupManifest
from chassis.backup.recovery_key import RecoveryKey, new_recovery_key, parse_recipients, read_identities
from chassis.errors import BadBackup, CannotBackUp

MOMENT = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
HEADER = BackupHeader(program="homefield-test", service="0123456789abcdef", moment=MOMENT, database="sqlite", act=7)
CONTENTS = {
    "database.sqlite3": b"d" * 200_000,
    "empty": b"",
    "keys/one.key": b"secret\n",
    "keys/one.pub": b"public\n",
    "log/tile/0/x001/000.p/5": b"t" * 160,
    "a name with spaces/" + "long" * 40 + "/é.csv": b"text",
}


@pytest.fixture
def key() -> RecoveryKey:
    return new_recovery_key()


@pytest.fixture
def archive(tmp_path: Path, key: RecoveryKey) -> Path:
    """An archive of the files above."""
    for name, data in CONTENTS.items():
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o644 if name.endswith(".pub") else 0o600)
    files = [BackupFile(name, tmp_path / "source" / name, name.startswith("log/")) for name in CONTENTS]
    write_archive(tmp_path / "a.tar.age", files, HEADER, recipients=parse_recipients([key.recipient]))
    return tmp_path / "a.tar.age"


def opened(archive: Path, key: RecoveryKey) -> tuple[BackupManifest, Path]:
    """Open an archive into a new folder beside it; returns the folder as well."""
    file, folder = archive.with_name("key.txt"), archive.with_name(f"opened-{archive.name}")
    file.write_text(f"# created: today\n{key.identity}\n")
    folder.mkdir()
    return read_archive(archive, folder, identities=read_identities(file)), folder


def plain(archive: Path, key: RecoveryKey) -> bytes:
    """What is inside an archive, as any other program of age opens it."""
    return pyrage.decrypt(archive.read_bytes(), [pyrage.x25519.Identity.from_str(key.identity)])


def members(data: bytes) -> list[tuple[tarfile.TarInfo, bytes]]:
    """The members of a tar file."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return [(one, tar.extractfile(one).read()) for one in tar.getmembers()]  # type: ignore[union-attr]  # files


def sealed(archive: Path, key: RecoveryKey, parts: list[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """Another archive for the same key: who knows the public half can write one."""
    inside = io.BytesIO()
    with tarfile.open(fileobj=inside, mode="w") as tar:
        for one, data in parts:
            one.size = len(data)
            tar.addfile(one, io.BytesIO(data))
    forged = archive.with_name("forged.tar.age")
    forged.write_bytes(pyrage.encrypt(inside.getvalue(), [pyrage.x25519.Recipient.from_str(key.recipient)]))
    return forged


def test_what_was_written_comes_back_with_what_it_says_of_itself(archive: Path, key: RecoveryKey) -> None:
    manifest, folder = opened(archive, key)

    assert manifest.header == HEADER
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == set(CONTENTS)
    assert all((folder / name).read_bytes() == data for name, data in CONTENTS.items())


def test_only_the_public_log_and_what_others_could_read_is_readable_by_others(archive: Path, key: RecoveryKey) -> None:
    former = os.umask(0o077)  # as every program of ours runs
    try:
        _, folder = opened(archive, key)
    finally:
        os.umask(former)

    modes = {path.relative_to(folder).as_posix(): path.stat().st_mode & 0o777 for path in folder.rglob("*")}
    assert {name: mode for name, mode in modes.items() if mode & 0o077} == {
        name: 0o644 if name.endswith("/5") else 0o755 for name in modes if name.startswith("log")
    } | {"keys/one.pub": 0o644}
    assert modes["keys"] == 0o700


def test_any_tar_program_reads_what_age_opened(archive: Path, key: RecoveryKey, tmp_path: Path) -> None:
    (tmp_path / "plain.tar").write_bytes(plain(archive, key))

    listed = subprocess.run(["tar", "-tf", tmp_path / "plain.tar"], capture_output=True, check=True)

    assert len(listed.stdout.splitlines()) == len(CONTENTS) + 1


def test_nothing_of_the_contents_can_be_read_in_it(archive: Path) -> None:
    data = archive.read_bytes()

    assert not any(text in data for text in (b"secret", b"dddd", b"keys/one.key", b"homefield"))


def test_another_key_opens_nothing(archive: Path) -> None:
    with pytest.raises(BadBackup, match="this recovery key does not open the backup"):
        opened(archive, new_recovery_key())


@pytest.mark.parametrize("share", [0.0, 0.0003, 0.001, 0.1, 0.34, 0.5, 0.67, 0.9, 0.999, 0.99999])
def test_a_torn_archive_opens_as_nothing(archive: Path, key: RecoveryKey, share: float) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(BadBackup, match="not whole, or it was changed"):
        opened(archive, key)


@pytest.mark.parametrize("place", [5, 150, 300, 70_000, 140_000, -20])
def test_a_changed_byte_is_found_wherever_it_is(archive: Path, key: RecoveryKey, place: int) -> None:
    data = bytearray(archive.read_bytes())
    data[place] ^= 1
    archive.write_bytes(data)

    with pytest.raises(BadBackup):
        opened(archive, key)


@pytest.mark.parametrize("torn", range(len(CONTENTS)))
def test_an_archive_that_was_cut_inside_a_member_before_it_was_sealed_is_refused(
    archive: Path, key: RecoveryKey, torn: int
) -> None:
    parts = members(plain(archive, key))
    one, data = parts[torn]
    parts[torn] = (one, data[:-1] if data else b"more")

    with pytest.raises(BadBackup, match="not whole"):
        opened(sealed(archive, key, parts), key)


Change = Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]


def linked(parts: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    """A member that is a link out of the folder."""
    parts[1][0].type, parts[1][0].linkname = tarfile.SYMTYPE, "/etc/passwd"


def renamed(to: str) -> Change:
    """A member under another name, which the manifest names too."""

    def change(parts: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        one, text = parts[-1]
        parts[-1] = (one, text.replace(b'"keys/one.key"', f'"{to}"'.encode()))
        parts[2][0].name = to

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts.pop(0),
        lambda parts: parts.pop(),
        lambda parts: parts.insert(0, parts.pop(1)),
        lambda parts: parts.insert(0, (tarfile.TarInfo("extra"), b"more")),
        lambda parts: parts.append((tarfile.TarInfo(MANIFEST), parts[-1][1])),
        lambda parts: parts.clear(),
        linked,
        renamed("../keys/one.key"),
        renamed("/tmp/one.key"),
        renamed("keys/../../one.key"),
        renamed(".hidden"),
        renamed("keys/one\\u0007.key"),
    ],
)
def test_a_forged_archive_puts_nothing_outside_its_folder(archive: Path, key: RecoveryKey, change: Change) -> None:
    parts = members(plain(archive, key))
    change(parts)
    forged = sealed(archive, key, parts)
    before = set(archive.parent.rglob("*")) | {archive.with_name("key.txt")}

    with pytest.raises(BadBackup):
        opened(forged, key)

    inside = archive.with_name(f"opened-{forged.name}")
    assert all(path == inside or inside in path.parents for path in set(archive.parent.rglob("*")) - before)


def test_a_file_that_shrinks_while_it_is_copied_makes_no_backup(tmp_path: Path, key: RecoveryKey) -> None:
    file = tmp_path / "large"
    file.write_bytes(b"x" * 3_000_000)

    def cut(done: int, _total: int) -> None:
        if done < 2_000_000:
            with file.open("r+b") as opened:
                opened.truncate(1_500_000)

    with pytest.raises(CannotBackUp, match="became shorter"):
        write_archive(
            tmp_path / "a",
            [BackupFile("large", file)],
            HEADER,
            recipients=parse_recipients([key.recipient]),
            on_bytes=cut,
        )


def test_a_later_format_is_named(archive: Path, key: RecoveryKey) -> None:
    parts = members(plain(archive, key))
    one, text = parts[-1]
    parts[-1] = (one, text.replace(b'"format": 1', b'"format": 2'))

    with pytest.raises(BadBackup, match="expected a backup of format 1; restore it with the version that made it"):
        opened(sealed(archive, key, parts), key)

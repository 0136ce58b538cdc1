"""Secret files: for their owner only from the first moment, on the disk for sure, never overwritten, strictly read."""

import errno
import os
import stat
from pathlib import Path

import pytest

from chassis.errors import AlreadyWritten, BadSecretFile
from chassis.files.create_file import create_durably
from chassis.files.secret_file import create_secret, create_seed, read_secret, read_seed

SEED = bytes(range(32))


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were forced to disk, in order."""
    found: list[str] = []
    fsync = os.fsync

    def recording(handle: int) -> None:
        found.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", recording)
    return found


def test_a_seed_comes_back_and_stands_as_hexadecimal_digits_on_a_line(tmp_path: Path) -> None:
    create_seed(tmp_path / "a.key", SEED)

    assert read_seed(tmp_path / "a.key") == SEED
    assert (tmp_path / "a.key").read_bytes() == SEED.hex().encode() + b"\n"


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n"])
def test_a_seed_of_an_earlier_version_or_of_another_editor_is_read(tmp_path: Path, ending: bytes) -> None:
    create_secret(tmp_path / "a.key", SEED.hex().encode() + ending)

    assert read_seed(tmp_path / "a.key") == SEED


def test_the_file_is_private_whatever_the_umask_is(tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        create_secret(tmp_path / "node" / "keys" / "a.key", b"secret")
    finally:
        os.umask(former)

    node = tmp_path / "node"
    assert stat.S_IMODE((node / "keys" / "a.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((node / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE(node.stat().st_mode) == 0o777  # a public log may lie beside the keys


def test_file_and_folders_are_on_the_disk_when_the_call_returns(tmp_path: Path, synced: list[str]) -> None:
    create_secret(tmp_path / "node" / "keys" / "a.key", b"secret")

    node, keys = tmp_path / "node", tmp_path / "node" / "keys"
    assert synced == [str(path) for path in (tmp_path, node, keys / "a.key", keys)]


@pytest.mark.parametrize("target", ["kept", "nothing"])
def test_nothing_is_overwritten_nor_written_through_a_link(tmp_path: Path, target: str) -> None:
    (tmp_path / "kept").write_bytes(b"kept")
    (tmp_path / "link").symlink_to(tmp_path / target)

    for name in ("kept", "link"):
        with pytest.raises(AlreadyWritten, match=f"expected no {tmp_path / name} yet.*never overwritten"):
            create_secret(tmp_path / name, b"new")

    assert (tmp_path / "kept").read_bytes() == b"kept"
    assert not (tmp_path / "nothing").exists()


def test_a_full_disk_leaves_no_half_key_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            create_durably(tmp_path / "a.key", b"secret")

    assert list(tmp_path.iterdir()) == []
    create_durably(tmp_path / "a.key", b"secret")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601])
def test_a_file_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.key"
    create_seed(path, SEED)
    path.chmod(mode)

    with pytest.raises(BadSecretFile) as refused:
        read_seed(path)

    assert str(refused.value) == (
        f"{path}: expected mode 0600, for its owner only, got {mode:04o}; run: chmod 600 {path}"
    )


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_what_only_the_owner_may_use_is_read(tmp_path: Path, mode: int) -> None:
    create_secret(tmp_path / "a.key", b"secret")
    (tmp_path / "a.key").chmod(mode)

    assert read_secret(tmp_path / "a.key") == b"secret"


def test_a_link_is_as_good_as_the_file_that_it_names(tmp_path: Path) -> None:
    create_secret(tmp_path / "a.key", b"secret")
    (tmp_path / "link").symlink_to("a.key")
    assert read_secret(tmp_path / "link") == b"secret"

    (tmp_path / "a.key").chmod(0o644)
    with pytest.raises(BadSecretFile, match="0644"):
        read_secret(tmp_path / "link")


def test_anything_but_a_regular_file_is_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o700)
    os.mkfifo(tmp_path / "pipe", 0o600)

    for name in ("folder", "pipe"):
        with pytest.raises(BadSecretFile, match="expected a regular file"):
            read_secret(tmp_path / name)


def test_a_file_of_the_wrong_size_is_refused(tmp_path: Path) -> None:
    create_secret(tmp_path / "full", b"12345")
    create_secret(tmp_path / "empty", b"")

    assert read_secret(tmp_path / "full", most_bytes=5) == b"12345"
    with pytest.raises(BadSecretFile, match="expected 1 to 4 bytes, got 5; put it back from a backup"):
        read_secret(tmp_path / "full", most_bytes=4)
    with pytest.raises(BadSecretFile, match="got 0"):
        read_secret(tmp_path / "empty")


def test_a_missing_file_is_one_sentence_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(BadSecretFile, match=f"{tmp_path / 'a.key'}: expected a secret file, got: no such file"):
        read_secret(tmp_path / "a.key")


@pytest.mark.parametrize("content", [b"00", b"zz" * 32, b"0" * 63, b"0" * 66, b"\xff" * 64, b" " * 64])
def test_what_is_no_seed_is_refused_and_never_shown(tmp_path: Path, content: bytes) -> None:
    create_secret(tmp_path / "a.key", content)

    with pytest.raises(BadSecretFile, match="expected a key of 64 hexadecimal digits") as refused:
        read_seed(tmp_path / "a.key")

    assert refused.value.__cause__ is None
    assert content.decode("latin-1") not in str(refused.value).replace("0600", "").replace(str(tmp_path), "")

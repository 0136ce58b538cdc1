"""The service's keys: on the disk before anybody relies on them, and split as they always were."""

import os
from pathlib import Path

import pytest

from consent.keys import ServiceKeys, create_keys, read_keys
from policies.signing import SigningKey


def test_new_keys_are_on_the_disk_when_the_call_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    fsync = os.fsync

    def recording(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink())
        fsync(handle)

    monkeypatch.setattr(os, "fsync", recording)
    folder = tmp_path / "keys"
    create_keys(folder)

    made = [folder / name for name in ("service.key", "log.key", "master.key")]
    assert synced == [tmp_path, *(path for key in made for path in (key, folder))]


def test_the_keys_of_existing_services_are_split_as_ever() -> None:
    # Computed with Python's hmac alone: HMAC-SHA256(master, "homefield consent: " + purpose + 0x01), RFC 5869 §2.3.
    keys = ServiceKeys.from_secrets(service=b"s" * 32, log=b"l" * 32, master=bytes(range(32)))

    assert keys.service.seed == SigningKey(b"s" * 32).seed
    assert keys.log_seed == b"l" * 32
    assert keys.wrapping.hex() == "0c9ac490970f8ef567e965bd98b8d6d8b0c7d0d7ab5d086012c2f1e122b87351"
    assert keys.cover.hex() == "45b985a2edea512904b583b7e6c7ceb64006205c0eaef1ecbfef82f58932dad0"
    assert keys.tokens.hex() == "c73172d3f6eecb10a4e87a7b6c045de91f46e75a1610ed37afcce2edf6ede12b"
    assert keys.codes.hex() == "3b5cbf2703d3d0da4afdd68111b30e6b39bd8aa9de6cf8be4835bdde7fa440db"
    assert keys.subjects.hex() == "9a0b8504ad208cea6fb4a6466f29f7fdbf2bceafc4ac6ad2f1c7f0172dca7629"


def test_keys_written_by_hand_in_the_format_of_earlier_versions_are_read(tmp_path: Path) -> None:
    for name in ("service.key", "log.key", "master.key"):
        (tmp_path / name).write_text(bytes(range(32)).hex() + "\n", encoding="ascii")
        (tmp_path / name).chmod(0o600)

    assert read_keys(tmp_path).log_seed == bytes(range(32))

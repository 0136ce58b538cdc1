"""Importing again, or in another order, changes nothing, whichever reader takes a file and however it is packed."""

import gzip
import random
import zipfile
from pathlib import Path

import pytest

from client.biometrics.observations import Observation
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId
from tests.client.test_reader_fuzz import SEEDS

ATHLETE = AthleteId("ath-00000000000000aa")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """One good file of each kind, of one athlete."""
    folder = tmp_path / "files"
    folder.mkdir()
    for name, data in SEEDS.items():
        (folder / f"{name}.bin").write_bytes(data)
    return sorted(folder.iterdir())


def imported(folder: Path, paths: list[Path], key: UnlockKey, clock: LocalClock) -> tuple[set[Observation], list[int]]:
    with Vault.open(folder / f"{random.random()}.sqlite3", key) as vault:
        vault.add_athlete(ATHLETE, "Mara Lind", shirt_no=7)
        results = [Importer(vault, clock, Attribution(ATHLETE)).take(path) for path in paths]
        assert all(one.status in ("stored", "partial", "skipped") for file in results for one in file), results
        return set(vault.read(ATHLETE)), [sum(one.added for one in file) for file in results]


def test_order_packing_and_repetition_change_nothing(
    tmp_path: Path, files: list[Path], key: UnlockKey, clock: LocalClock
) -> None:
    shuffled = random.Random(1).sample(files, len(files))
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for number, path in enumerate(files):
            archive.writestr(f"deep/{path.name}.gz" if number % 2 else path.name, _packed(path, number))

    first, _ = imported(tmp_path, files, key, clock)
    other, _ = imported(tmp_path, shuffled, key, clock)
    twice, added = imported(tmp_path, [*files, packed], key, clock)

    assert first == other == twice
    assert added[-1] == 0, "the packed files are those that were imported before"


def _packed(path: Path, number: int) -> bytes:
    return gzip.compress(path.read_bytes()) if number % 2 else path.read_bytes()

"""Importing again, or in another order, changes nothing, whichever reader takes a file and however it is packed."""

import gzip
import random
import zipfile
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from client.biometrics.observations import Observation
from client.ingest.clock import LocalClock
from client.ingest.importer import Attribution, Importer
from client.ingest.input_file import load
from client.ingest.rr_text import read_intervals
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


SLEPT = '{"SleepSessionRecord": [{"startTime": "2026-03-01T22:00:00Z", "endTime": "%s", "startZoneOffset": "+01:00"}]}'
DAY = (
    '[{"summaryId": "d", "startTimeInSeconds": 1772406000, "startTimeOffsetInSeconds": 3600, "durationInSeconds": %d,'
    ' "floorsClimbed": 1, "steps": %d}]'
)


@pytest.mark.parametrize(
    ("early", "late", "value"),
    [
        (SLEPT % "2026-03-02T02:40:00Z", SLEPT % "2026-03-02T05:05:00Z", 425.0),
        (DAY % (43_200, 4000), DAY % (86_400, 9000), 9000.0),
    ],
    ids=["a night", "a day"],
)
def test_what_was_not_over_at_an_export_has_the_value_of_the_later_one(
    tmp_path: Path, key: UnlockKey, clock: LocalClock, early: str, late: str, value: float
) -> None:
    for name, text in (("early.json", early), ("late.json", late)):
        (tmp_path / name).write_text(text)

    kept, _ = imported(tmp_path, [tmp_path / name for name in ("early.json", "late.json", "early.json")], key, clock)

    assert [one.value for one in kept] == [value]


def _packed(path: Path, number: int) -> bytes:
    return gzip.compress(path.read_bytes()) if number % 2 else path.read_bytes()


def test_recordings_without_a_time_are_told_apart_by_their_files(
    tmp_path: Path, vault: Vault, athlete: AthleteId, clock: LocalClock
) -> None:
    """Two of one minute are both kept, and one that a version before kept by its minute alone is known again."""
    paths = [tmp_path / f"{name}.txt" for name in ("a", "b", "old")]
    for number, path in enumerate(paths):
        path.write_text("\n".join([str(800 + number), "845", "798"] * 10))
    (old,) = read_intervals(load(paths[2]), LocalClock(UTC, clock.now - timedelta(days=9))).observations
    vault.add(athlete, [replace(old, entry="")])

    for later in (0, 0, 1):
        importer = Importer(vault, LocalClock(UTC, clock.now + timedelta(days=later)), Attribution(athlete))
        assert all(one.status in ("stored", "skipped") for path in paths for one in importer.take(path))

    held = vault.read(athlete)
    assert [one.start for one in held] == [old.start, clock.now, clock.now]
    assert len({one.value for one in held}) == 3

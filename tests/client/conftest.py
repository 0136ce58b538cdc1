"""Fixtures of the node's own tests: a vault in a temporary folder, a fixed clock, and real files where present."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from client import cli
from client.biometrics.observations import Observation, ReadingSource, observe
from client.biometrics.streams import Stream
from client.ingest.clock import LocalClock
from client.ingest.input_file import InputFile
from client.vault.keys import UnlockKey
from client.vault.store import Vault
from policies.vocabulary import AthleteId

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def golden() -> dict[str, Any]:
    """The golden numbers of the science."""
    found: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / "golden.json").read_bytes())
    return found


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files; tests that need it are skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real sports files is not here")
    return folder


@pytest.fixture
def clock() -> LocalClock:
    """Local time is UTC, and now is fixed."""
    return LocalClock(UTC, NOW)


@pytest.fixture
def key() -> UnlockKey:
    """A key that opens the vault of this test."""
    return UnlockKey(bytes(range(32)))


@pytest.fixture
def vault(tmp_path: Path, key: UnlockKey) -> Iterator[Vault]:
    """An open, empty vault."""
    with Vault.open(tmp_path / "vault.sqlite3", key) as opened:
        yield opened


@pytest.fixture
def athlete(vault: Vault) -> AthleteId:
    """An athlete in that vault."""
    return vault.add_athlete(AthleteId("ath-00000000000000aa"), "Mara Lind", shirt_no=7).athlete


@pytest.fixture
def source() -> ReadingSource:
    """Some source."""
    return ReadingSource(device="strap", app="test", file_sha256="ab" * 32)


@pytest.fixture
def day_of(source: ReadingSource) -> Callable[..., Observation]:
    """Make a reading at eight in the morning (UTC) of day `n` after 2026-01-01."""

    def make(stream: Stream, n: int, value: float, hour: int = 8) -> Observation:
        at = datetime(2026, 1, 1, hour, tzinfo=UTC) + timedelta(days=n)
        return observe(stream, at, value, source)

    return make


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the program with arguments and return exit code, standard output and standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["homefield-node", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        found = capsys.readouterr()
        return int(ended.value.code or 0), found.out, found.err

    return call


@pytest.fixture
def node_of_one(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> Path:
    """A node of one athlete, number 7."""
    folder = tmp_path / "node"
    assert run("init", folder, "--club", "club-a", "--name", "Eastmere FC", "--timezone", "Europe/Oslo")[0] == 0
    assert run("athlete", "add", folder, "Mara Lind", "--shirt", "7")[0] == 0
    return folder


@pytest.fixture
def text_file() -> Callable[..., InputFile]:
    """Make an input file from text."""

    def make(text: str, name: str = "file.csv") -> InputFile:
        return InputFile(name, text.encode())

    return make


def day(n: int) -> date:
    """Day `n` after 2026-01-01."""
    return date(2026, 1, 1) + timedelta(days=n)

"""Small logs, keys and entries for the tests of the audit package."""

import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from audit import cli
from audit.entries import commitments
from audit.entries.events import Entry, EventKind
from audit.tlog.note_keys import Algorithm, Signer
from audit.writer.log import Log
from tests.audit.opened_entry import DETAILS, ENTRY_KEY, TAG_KEY

ORIGIN = "log.example/2026"


class MemorySource:
    """A log's files in a dictionary, for thousands of variations without a disk."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def paths(self) -> Iterator[str]:
        yield from sorted(path for path in self.files if path.startswith("tile/"))


@pytest.fixture(scope="session")
def in_memory() -> Callable[[Path], MemorySource]:
    """Return a function that loads a log directory into memory."""

    def load(directory: Path) -> MemorySource:
        found = [path for path in directory.rglob("*") if path.is_file()]
        return MemorySource({path.relative_to(directory).as_posix(): path.read_bytes() for path in found})

    return load


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer(ORIGIN, bytes(range(32)))


@pytest.fixture(scope="session")
def signers(signer: Signer) -> tuple[Signer, Signer]:
    """Both keys of a log as it is run: Ed25519 first, ML-DSA-44 second."""
    return signer, Signer(ORIGIN, bytes(range(32, 64)), Algorithm.ML_DSA_44)


@pytest.fixture(scope="session")
def new_entry() -> Callable[..., Entry]:
    """Return a function that makes an entry with fresh secrets; keyword arguments replace fields."""

    def make(kind: EventKind = EventKind.LOOK_ALLOWED, **changes: object) -> Entry:
        values: dict[str, object] = {
            "org": "Quiet heron",
            "day": date(2026, 11, 24),
            "policy_hash": "7f3a9c" + "0" * 58,
            "commitment": secrets.token_bytes(32),
            "tag": secrets.token_bytes(16),
        }
        return Entry(kind, **{**values, **changes})  # type: ignore[arg-type]

    return make


@pytest.fixture
def open_log(tmp_path: Path, signer: Signer) -> Iterator[Callable[..., Log]]:
    """Return a function that opens the log in this test's folder, signed by `signer` alone unless told otherwise.

    Whatever is left open is closed.
    """
    opened: list[Log] = []

    def open_it(**options: object) -> Log:
        opened.append(Log.open(tmp_path / "log", **{"signers": [signer], **options}))  # type: ignore[arg-type]
        return opened[-1]

    yield open_it
    for log in opened:
        log.close()


@pytest.fixture
def write_log(tmp_path: Path, open_log: Callable[..., Log]) -> Callable[[Sequence[Sequence[Entry]]], Path]:
    """Return a function that publishes batches of entries, one by one, and returns the log's directory."""

    def write(batches: Sequence[Sequence[Entry]]) -> Path:
        with open_log() as log:
            for batch in batches:
                log.append_many([entry.leaf() for entry in batch])
                log.publish()
        return tmp_path / "log"

    return write


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs homefield-audit and returns exit code, output and errors."""

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["homefield-audit", *map(str, words)])
        monkeypatch.setenv("COLUMNS", "300")
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


@pytest.fixture
def log(write_log: Callable[..., Path], new_entry: Callable[..., Entry]) -> Path:
    """Three looks on three days, and on its own a refusal of version 1 to an athlete, which is the last entry."""
    looks = [new_entry(day=date(2026, 11, day)) for day in (1, 2, 3)]
    refused = new_entry(
        EventKind.LOOK_REFUSED,
        org="[red]Slate\u202eotter",
        policy_hash="51d0e2",
        commitment=commitments.commit(ENTRY_KEY, DETAILS),
        tag=commitments.tag(TAG_KEY, 0),
        version=1,
    )
    return write_log([looks[:1], looks[1:2], looks[2:], [refused]])


@pytest.fixture
def leaf(log: Path) -> bytes:
    """The bytes of the last entry."""
    return (log / "tile" / "entries" / "000.p" / "4").read_bytes()[-320:]


@pytest.fixture
def policy(tmp_path: Path, signer: Signer) -> Path:
    """A trust policy file with the log's key and no witness."""
    path = tmp_path / "trust.policy"
    path.write_text(f"log {signer.vkey}\nquorum none\n")
    return path

"""Small logs, keys and entries for the tests of the audit package."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from audit.events import Entry, EventKind
from audit.log import Log
from audit.note import Signer

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
    """Return a function that opens the log in this test's folder; whatever is left open is closed."""
    opened: list[Log] = []

    def open_it(**options: object) -> Log:
        opened.append(Log.open(tmp_path / "log", signer=signer, origin=ORIGIN, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_it
    for log in opened:
        log.close()


@pytest.fixture
def write_log(tmp_path: Path, open_log: Callable[..., Log]) -> Callable[[Sequence[Sequence[Entry]]], Path]:
    """Return a function that appends batches of entries and returns the log's directory."""

    def write(batches: Sequence[Sequence[Entry]]) -> Path:
        with open_log() as log:
            for batch in batches:
                log.append_many([entry.leaf() for entry in batch])
        return tmp_path / "log"

    return write

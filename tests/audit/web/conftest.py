"""Logs of every state for the auditor's pages, written as static files, and the pages over them."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from audit.app import build_app
from audit.entries.events import Entry, EventKind
from audit.tlog import merkle, tiles
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note import sign_note
from audit.tlog.note_keys import Algorithm, Signer
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.verification.sources import DirectorySource, LogSource
from audit.web.verified.watch import LogWatch
from tests.waiting import HANG_S

K = EventKind
ORIGIN = "log.example/2026"
NOW = datetime(2026, 11, 24, 6, 4, tzinfo=UTC)
OLD_RULES, NEW_RULES = "51d0e2" + "0" * 58, "7f3a9c" + "0" * 58
ED25519 = Signer(ORIGIN, bytes(range(32)))
ML_DSA = Signer(ORIGIN, bytes(range(32, 64)), Algorithm.ML_DSA_44)
WITNESSES = tuple(
    Signer(f"{name}.example/witness", hashlib.sha256(name.encode()).digest(), Algorithm.ED25519_COSIGNATURE)
    for name in ("union", "board", "university")
)


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def new_entry(kind: EventKind = K.LOOK_ALLOWED, **changes: object) -> Entry:
    """An entry with fresh secrets; keyword arguments replace fields."""
    values: dict[str, object] = {
        "org": "Quiet heron",
        "day": date(2026, 11, 24),
        "policy_hash": NEW_RULES,
        "commitment": secrets.token_bytes(32),
        "tag": secrets.token_bytes(16),
    }
    return Entry(kind, **{**values, **changes})  # type: ignore[arg-type]


def busy_entries() -> list[Entry]:
    """Looks over three weeks, two versions of the rules, some budget, and a heartbeat a day."""
    first = date(2026, 11, 2)
    entries = [new_entry(K.RULES_LOADED, day=first, org="Log operator", policy_hash=OLD_RULES, tag=b"")]
    for week in range(3):
        day, rules = first + timedelta(weeks=week), OLD_RULES if week < 2 else NEW_RULES
        entries += [new_entry(K.LOOK_ALLOWED, day=day, policy_hash=rules) for _ in range(20 + week)]
        refused = 3 + 9 * week
        entries += [new_entry(K.LOOK_REFUSED, day=day, org="Slate otter", policy_hash=rules) for _ in range(refused)]
    for at in range(20):
        if at not in (7, 8):
            day = first + timedelta(days=at)
            entries.append(new_entry(K.HEARTBEAT, day=day, org="Log operator", policy_hash="", tag=b""))
    entries += [new_entry(K.BUDGET_RESERVED, org="Players’ Union") for _ in range(12)]
    entries += [new_entry(K.ROUND_AGGREGATED, org="Log operator", tag=b"")]
    return entries


@dataclass
class StaticLog:
    """A log as files, put there without the program's own writer: every publication rewrites the whole tree."""

    directory: Path
    leaves: list[bytes] = field(default_factory=list)
    signed_at: datetime = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)

    def publish(self, more: Sequence[Entry | bytes] = (), *, witnesses: Sequence[Signer] = WITNESSES) -> "StaticLog":
        """Add entries and publish the tree, signed by both keys and cosigned by `witnesses` a minute later."""
        self.leaves += [entry.leaf() if isinstance(entry, Entry) else entry for entry in more]
        self.write_files()
        body = Checkpoint(ORIGIN, len(self.leaves), self.root()).body
        at = int(self.signed_at.timestamp())
        note = sign_note(body, [ED25519, ML_DSA], timestamp_s=at)
        lines = [f"{witness.sign(body, timestamp_s=at + 60).line}\n" for witness in witnesses]
        (self.directory / "checkpoint").write_bytes(note + "".join(lines).encode())
        return self

    def root(self) -> bytes:
        return merkle.root([merkle.leaf_hash(leaf) for leaf in self.leaves])

    def write_files(self) -> None:
        hashes = [merkle.leaf_hash(leaf) for leaf in self.leaves]
        self._write(-1, self.leaves)
        for level in range(4):
            self._write(level, hashes)
            full = len(hashes) // tiles.WIDTH
            hashes = [merkle.root(hashes[at * tiles.WIDTH : (at + 1) * tiles.WIDTH]) for at in range(full)]

    def _write(self, level: int, parts: Sequence[bytes]) -> None:
        for at in range(0, len(parts), tiles.WIDTH):
            part = parts[at : at + tiles.WIDTH]
            path = self.directory / tiles.Tile(level, at // tiles.WIDTH, len(part)).path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tiles.encode_bundle(part) if level < 0 else b"".join(part))

    def file_of(self, level: int) -> Path:
        """The first stored file of a level; -1 for entries."""
        folder = self.directory / "tile" / ("entries" if level < 0 else str(level))
        return next(path for path in sorted(folder.rglob("*")) if path.is_file())

    def damage(self, level: int = -1, at: int = 40) -> None:
        """Flip one bit of a stored file."""
        path = self.file_of(level)
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(data)


def policy_text(quorum: str = "quorum") -> str:
    lines = [f"log {ED25519.vkey}", f"log {ML_DSA.vkey}"]
    lines += [f"witness {w.name.split('.')[0]} {w.vkey} https://{w.name}" for w in WITNESSES]
    lines += [f"group quorum 2 {' '.join(w.name.split('.')[0] for w in WITNESSES)}", f"quorum {quorum}"]
    return "".join(f"{line}\n" for line in lines)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def static_log(tmp_path: Path) -> StaticLog:
    directory = tmp_path / "log"
    directory.mkdir()
    return StaticLog(directory)


@pytest.fixture
def entry() -> Callable[..., Entry]:
    """Return a function that makes an entry with fresh secrets."""
    return new_entry


@pytest.fixture(scope="session")
def signers() -> tuple[Signer, Signer]:
    """The log's two keys: Ed25519 and ML-DSA-44."""
    return ED25519, ML_DSA


@pytest.fixture(scope="session")
def witnesses() -> tuple[Signer, ...]:
    return WITNESSES


@pytest.fixture(scope="session")
def both_keys() -> TrustPolicy:
    return TrustPolicy.of_keys([ED25519.vkey, ML_DSA.vkey])


@pytest.fixture(scope="session")
def with_witnesses() -> TrustPolicy:
    """Both keys known, and two of three witnesses needed."""
    return parse_policy(policy_text().encode())


@pytest.fixture
def busy_log(static_log: StaticLog) -> StaticLog:
    return static_log.publish(busy_entries())


@pytest.fixture
def auditor(static_log: StaticLog, with_witnesses: TrustPolicy, clock: Clock) -> Callable[..., TestClient]:
    """Return a function that opens the pages over this test's log."""

    def client(policy: TrustPolicy = with_witnesses) -> TestClient:
        place = str(static_log.directory)
        app = build_app(source=place, policy=policy, run_by="Coast Football Board", clock=clock)
        return TestClient(app)

    return client


@pytest.fixture(autouse=True)
def patient_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages wait for a verification as long as a busy machine needs; tests about the patience choose their own."""
    monkeypatch.setattr("audit.web.verified.watch.PATIENCE_S", HANG_S)


@pytest.fixture
def watched(static_log: StaticLog, with_witnesses: TrustPolicy, clock: Clock) -> Callable[..., LogWatch]:
    """Return a function that opens a watch over this test's log; `source` replaces its files."""

    def watch(source: LogSource | None = None, **options: Any) -> LogWatch:
        opened = source or DirectorySource(static_log.directory)
        return LogWatch(opened, with_witnesses, clock=clock, **options)

    return watch

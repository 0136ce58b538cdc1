"""The whole chain with nothing replaced: writer, two witnesses over HTTP, and a monitor over what is published."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from audit.cosigning.cosigner import Cosigner
from audit.entries.events import Entry, EventKind
from audit.errors import LogCorrupt, LogUnavailable, QuorumNotMet
from audit.monitor.alarms import AlarmKind
from audit.monitor.monitor import Check, Monitor
from audit.monitor.state import MonitorState
from audit.monitor.witness_lookup import WitnessLookup, WitnessStatus
from audit.tlog.signers import log_signers
from audit.tlog.trust_policy import TrustPolicy, parse_policy
from audit.verification.sources import DirectorySource
from audit.witness.app import build_witness_app
from audit.witness.config import WitnessConfig, add_logs, create_witness, watched_log
from audit.witness.store import WitnessStore, begin_record
from audit.witness.witness import Witness
from audit.writer.log import Log
from chassis.web.serving import Listener, listen, serving
from tests.waiting import HANG_S

SIGNERS = log_signers("log.example/2027", bytes(range(32)))
NewEntry = Callable[..., Entry]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class OneWitness:
    """A witness that can be stopped and started again at the same port."""

    folder: Path
    config: WitnessConfig
    port: int = 0
    up: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def start(self) -> None:
        store = self.up.enter_context(WitnessStore.open(self.folder, self.config))
        app = build_witness_app(Witness(self.config, store, clock=now))
        listener: Listener = listen(app, host="127.0.0.1", port=self.port, site=None)
        self.up.enter_context(serving([listener]))
        self.port = listener.port

    def stop(self) -> None:
        self.up.close()


@dataclass
class Scene:
    """A log with its witnesses, and whoever watches it."""

    folder: Path
    witnesses: list[OneWitness]
    policy: TrustPolicy
    new_entry: NewEntry

    @contextlib.contextmanager
    def open_log(self) -> Iterator[Log]:
        def heartbeat(at: datetime) -> bytes:
            return self.new_entry(EventKind.HEARTBEAT, org="Log operator", day=at.date(), tag=b"").leaf()

        cosigner = Cosigner(self.policy, timeout_s=HANG_S)
        with (
            contextlib.closing(cosigner),
            Log.open(self.folder / "log", signers=SIGNERS, cosigner=cosigner, heartbeat=heartbeat) as log,
        ):
            yield log

    def append(self, log: Log, count: int) -> None:
        log.append_many([self.new_entry().leaf() for _ in range(count)])

    def check(self, state: MonitorState | None) -> Check:
        with httpx.Client(trust_env=False, timeout=HANG_S) as client:
            lookup = WitnessLookup(self.policy, client=client)
            source = DirectorySource(self.folder / "log")
            monitor = Monitor(source, self.policy, clock=now, pause=lambda _: None, witnesses=lookup)
            return monitor.check(state)


@pytest.fixture
def scene(tmp_path: Path, new_entry: NewEntry) -> Iterator[Scene]:
    """Two witnesses, both needed, each by its Ed25519 and its ML-DSA-44 key."""
    lines, names, witnesses = [f"log {signer.vkey}" for signer in SIGNERS], [], []
    log = watched_log([signer.vkey for signer in SIGNERS])
    for number in range(2):
        folder = tmp_path / f"w{number}"
        config = add_logs(create_witness(folder, f"w{number}.example"), [log])
        begin_record(folder, log)
        witnesses.append(OneWitness(folder, config))
        witnesses[-1].start()
        for which, vkey in enumerate(config.vkeys):
            names.append(f"w{number}-{which}")
            lines.append(f"witness {names[-1]} {vkey} http://127.0.0.1:{witnesses[-1].port}/")
    text = "\n".join([*lines, f"group both all {' '.join(names)}", "quorum both", ""])
    yield Scene(tmp_path, witnesses, parse_policy(text.encode()), new_entry)
    for one in witnesses:
        one.stop()


def test_a_log_is_published_under_its_quorum_and_followed(scene: Scene) -> None:
    state: MonitorState | None = None
    with scene.open_log() as log:
        for count in (1, 255, 300):
            scene.append(log, count)
            size = log.publish().size
            check = scene.check(state)
            state = check.state
            assert (check.alarms, check.checkpoint and check.checkpoint.size) == ((), size)
            assert [view.status for view in check.witnesses] == [WitnessStatus.AGREES] * 2
            assert len(scene.policy.open(log.checkpoint_text().encode()).cosignatures) == 4
    assert state is not None
    assert state.has_heartbeats
    with scene.open_log() as log:  # after a restart
        scene.append(log, 2)
        log.publish()
    assert scene.check(state).alarms == ()


def test_without_its_quorum_nothing_is_published_and_nothing_is_lost(scene: Scene) -> None:
    with scene.open_log() as log:
        scene.append(log, 3)
        size = log.publish().size
        state = scene.check(None).state
        scene.witnesses[0].stop()
        scene.append(log, 3)
        for _ in range(2):
            with pytest.raises(QuorumNotMet, match="cannot reach the witness"):
                log.publish()
        check = scene.check(state)
        assert (check.alarms, log.size, log.pending) == ((), size, 5)
        assert [view.status for view in check.witnesses] == [WitnessStatus.UNREACHABLE, WitnessStatus.AHEAD]
        scene.witnesses[0].start()
        assert log.publish().size == size + 6
        assert scene.check(check.state).alarms == ()


def test_a_log_put_back_to_an_older_state_is_stopped_and_its_readers_are_warned(scene: Scene, tmp_path: Path) -> None:
    with scene.open_log() as log:
        scene.append(log, 3)
        log.publish()
    for name in ("log", "log.state"):
        shutil.copytree(tmp_path / name, tmp_path / "backup" / name)
    with scene.open_log() as log:
        scene.append(log, 5)
        log.publish()
    state = scene.check(None).state
    for name in ("log", "log.state"):
        shutil.rmtree(tmp_path / name)
        shutil.move(tmp_path / "backup" / name, tmp_path / name)

    with scene.open_log() as log:
        scene.append(log, 1)
        with pytest.raises(LogCorrupt, match="this log was put back, or there are two of it"):
            log.publish()
        with pytest.raises(LogUnavailable):
            scene.append(log, 1)
    assert [alarm.kind for alarm in scene.check(state).alarms] == [AlarmKind.ROLLBACK]
    assert [view.status for view in scene.check(None).witnesses] == [WitnessStatus.AHEAD] * 2

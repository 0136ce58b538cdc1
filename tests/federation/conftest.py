"""Fixtures of the federation tests: a Fleet API over TLS on loopback, node keys, nodes in threads, clubs in memory."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flwr.clientapp import ClientApp

from client.consent_answers import ContributionToken
from client.errors import AnsweredAlready, ConsentUnavailable
from client.federation.approval import Approvals
from client.federation.fleet import FleetLoop
from client.federation.journal import RoundJournal
from client.federation.participation import Participation
from models.features import SCHEMAS, AthleteSeries
from models.training.recipes import manifest_from, rounds_recipe
from policies.campaign import AnswerNote, CampaignManifest, SignedManifest
from policies.campaigns.memberships import WHOLE
from policies.campaigns.signatures import CampaignSigners
from policies.signing import SigningKey
from policies.snapshot import ConsentSnapshot, LiveGrant
from policies.vocabulary import AthleteId, Category, Granularity, OrgId, Purpose, Role
from server.federation.campaigns import CampaignConsent, CampaignWorker
from server.federation.checkpoints import Checkpoints
from server.federation.fleet import Fleet, build_fleet_app
from server.federation.tls import create_tls
from server.registry_store import RegistryStore
from server.settings import CoordinatorSettings
from server.store import CoordinatorStore, open_database
from tests.cosigned_campaigns import cosigned
from tests.waiting import HANG_S, wait_until


def key_line(key: EllipticCurvePrivateKey) -> str:
    """The OpenSSH public key line of a node key."""
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


@dataclass
class Coordinator:
    """A served Fleet API."""

    fleet: Fleet
    port: int
    ca: bytes
    ca_file: Path

    @property
    def address(self) -> str:
        """What a node is told."""
        return f"127.0.0.1:{self.port}"


class ServedFleet:
    """Serves a fleet over TLS in a thread; may be stopped and replaced by another on the same port."""

    def __init__(self, directory: Path) -> None:
        self.tls = create_tls(name="test", hosts=["127.0.0.1"], now=datetime.now(UTC))
        for name, data in (("ca.crt", self.tls.ca), ("s.pem", self.tls.certificate), ("s.key", self.tls.key)):
            (directory / name).write_bytes(data)
        self._directory, self._port = directory, 0
        self._running: list[tuple[uvicorn.Server, threading.Thread, socket.socket]] = []

    def start(self, *, hold_s: float = 0.0) -> Coordinator:
        """Serve a new, empty fleet."""
        fleet = Fleet.open(hold_s=hold_s)
        config = uvicorn.Config(
            build_fleet_app(fleet),
            ssl_keyfile=str(self._directory / "s.key"),
            ssl_certfile=str(self._directory / "s.pem"),
            log_config=None,
            log_level="critical",
            lifespan="off",
            ws="none",
        )
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        self._running.append((running, thread, listener))
        wait_until(lambda: running.started)
        return Coordinator(fleet, self._port, self.tls.ca, self._directory / "ca.crt")

    def stop(self) -> None:
        """Stop serving."""
        for running, thread, listener in self._running:
            running.should_exit = running.force_exit = True
            thread.join(HANG_S)
            listener.close()
        self._running.clear()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedFleet]:
    """A place to serve fleets from, one after the other on the same port."""
    serving = ServedFleet(tmp_path)
    yield serving
    serving.stop()


@pytest.fixture(scope="module")
def coordinator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coordinator]:
    """One Fleet API over TLS, shared by the tests of a module."""
    serving = ServedFleet(tmp_path_factory.mktemp("tls"))
    yield serving.start()
    serving.stop()


@pytest.fixture
def node_key() -> EllipticCurvePrivateKey:
    """A fresh node key."""
    return generate_private_key(SECP384R1())


@pytest.fixture
def start_node() -> Iterator[Callable[..., FleetLoop]]:
    """Starts node loops in threads and stops them after the test."""
    stop, threads = threading.Event(), list[threading.Thread]()

    def start(coordinator: Coordinator, key: EllipticCurvePrivateKey, app: ClientApp) -> FleetLoop:
        loop = FleetLoop(address=coordinator.address, ca=coordinator.ca, key=key, app=app, poll_s=0.01)
        thread = threading.Thread(target=loop.run, args=(stop,), daemon=True)
        thread.start()
        threads.append(thread)
        return loop

    yield start
    stop.set()
    for thread in threads:
        thread.join(HANG_S)


@pytest.fixture(name="wait_until")
def _wait_until() -> Callable[[Callable[[], bool]], None]:
    """The waiting helper, for tests."""
    return wait_until


@pytest.fixture(name="key_line")
def _key_line() -> Callable[[EllipticCurvePrivateKey], str]:
    """The public key line of a node key, for tests."""
    return key_line


NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
UNION_KEY = SigningKey(bytes(range(32)))
ATHLETES = ("ath-0000000000000001", "ath-0000000000000002", "ath-0000000000000003")


class FakeLedger:
    """A consent service in memory: who lets the league learn, tokens, commits, and whether it answers at all."""

    def __init__(self, club: str, athletes: Sequence[str]) -> None:
        self.club, self.live, self.clock = OrgId(club), set(athletes), lambda: NOW
        self.down = False
        self.calls: list[tuple[Any, ...]] = []
        self.committed: dict[tuple[str, int], set[str]] = {}
        self.noted: dict[tuple[str, int], AnswerNote] = {}
        self.withdrawn_at_commit: set[str] = set()
        self.sixteenths: dict[str, int] = {}

    def _answering(self, *call: Any) -> None:
        self.calls.append(call)
        if self.down:
            raise ConsentUnavailable("down")

    def snapshot(self) -> ConsentSnapshot:
        self._answering("snapshot")
        now = self.clock()
        grants = tuple(
            LiveGrant(
                AthleteId(athlete),
                category,
                Purpose.FL_TRAINING,
                OrgId("league"),
                Role.FL_AGGREGATOR,
                Granularity.COHORT,
                now + timedelta(days=30),
            )
            for athlete in sorted(self.live)
            for category in Category
        )
        epochs = {AthleteId(athlete): 1 for athlete in sorted(self.live)}
        return ConsentSnapshot(self.club, now, now + timedelta(minutes=5), epochs, grants)

    def tokens(self, manifest_sha256: str, athletes: Iterable[str]) -> dict[AthleteId, ContributionToken]:
        asked = list(athletes)
        self._answering("tokens", tuple(asked))
        return {
            AthleteId(athlete): ContributionToken(f"token-{athlete}", self.sixteenths.get(athlete, WHOLE))
            for athlete in asked
            if athlete in self.live
        }

    def commit_round(
        self, manifest_sha256: str, number: int, tokens: Iterable[str], *, again: bool
    ) -> frozenset[AthleteId]:
        held = {token.removeprefix("token-") for token in tokens} - self.withdrawn_at_commit
        held -= set() if again else self.committed.get((manifest_sha256, number), set())
        self._answering("commit", number, tuple(sorted(held)))
        if (manifest_sha256, number) in self.noted:
            raise AnsweredAlready(410)
        self.committed.setdefault((manifest_sha256, number), set()).update(held)
        return frozenset(AthleteId(athlete) for athlete in held)

    def note_answer(self, manifest_sha256: str, number: int, note: AnswerNote) -> None:
        self._answering("note", number)
        if self.noted.setdefault((manifest_sha256, number), note) != note:
            raise AnsweredAlready(410)


class FakeDays:
    """Series that are large and all alike, so that a missing athlete or missing noise shows."""

    def __init__(self, athletes: Sequence[str], model: str) -> None:
        self.held, self.read = list(athletes), list[tuple[str, ...]]()
        self.without_days: set[str] = set()
        width = len(SCHEMAS[model].features)
        self._one = AthleteSeries(np.ones((40, width), np.float32), np.ones(40, np.float32), np.ones(40, np.bool_))

    def athletes(self) -> tuple[AthleteId, ...]:
        return tuple(AthleteId(athlete) for athlete in self.held)

    def learnable(self, manifest: CampaignManifest, athletes: Iterable[str]) -> frozenset[AthleteId]:
        return frozenset(AthleteId(athlete) for athlete in athletes) - self.without_days

    def series(self, manifest: CampaignManifest, athletes: Mapping[AthleteId, int]) -> tuple[AthleteSeries, ...]:
        wanted = tuple(sorted(athletes))
        self.read.append(wanted)
        return tuple(replace(self._one, sixteenths=athletes[athlete]) for athlete in wanted)


@dataclass
class Club:
    """One club's node without network: everything that answers a training message."""

    club: str
    key: EllipticCurvePrivateKey
    node_key: SigningKey
    approvals: Approvals
    journal: RoundJournal
    ledger: FakeLedger
    days: FakeDays
    participation: Participation


@pytest.fixture
def league_key() -> SigningKey:
    """The league's key."""
    return SigningKey.generate()


@pytest.fixture
def make_club(tmp_path: Path, league_key: SigningKey) -> Iterator[Callable[..., Club]]:
    """Makes clubs whose athletes all let the league learn."""
    made: list[Club] = []

    def make(club: str = "club-a", model: str = "recovery-linear-1", clock: Any = lambda: NOW) -> Club:
        key, node_key = generate_private_key(SECP384R1()), SigningKey.generate()
        approvals = Approvals(
            tmp_path / club / "approved",
            OrgId(club),
            (node_key.verify_key,),
            CampaignSigners([league_key.verify_key], {"union": [UNION_KEY.verify_key]}),
            key_line(key),
        )
        journal = RoundJournal(tmp_path / club / "journal.sqlite3")
        ledger, days = FakeLedger(club, ATHLETES), FakeDays(ATHLETES, model)
        ledger.clock = clock
        participation = Participation(OrgId(club), approvals, journal, ledger, days, clock)
        made.append(Club(club, key, node_key, approvals, journal, ledger, days, participation))
        return made[-1]

    yield make
    for club in made:
        club.journal.close()


@pytest.fixture
def make_manifest(league_key: SigningKey) -> Callable[..., SignedManifest]:
    """Makes manifests for clubs; keyword arguments replace fields after everything else."""

    def make(members: Sequence[Club], /, *, at: datetime = NOW, **changes: Any) -> Any:
        manifest = manifest_from(
            rounds_recipe("recovery-linear-1", athletes=40),
            campaign_id="recovery-test",
            league="league",
            clubs={club.club: key_line(club.key) for club in members},
            opens=at - timedelta(days=1),
            expires=at + timedelta(days=1),
        )
        body = manifest.model_dump() | changes
        return cosigned(CampaignManifest.model_validate(body), league_key, UNION_KEY)

    return make


def campaign_worker(folder: Path, fleet: Fleet, consent: CampaignConsent, league_key: SigningKey) -> CampaignWorker:
    """A worker of the league on a fleet, with its own database, that waits for nobody longer than it must."""
    settings = CoordinatorSettings(folder, OrgId("league"), "League", "http://127.0.0.1:9")

    def clock() -> datetime:
        return datetime.now(UTC)

    return CampaignWorker(
        store=CoordinatorStore(open_database(settings), clock=clock),
        fleet=fleet,
        consent=consent,
        registry=RegistryStore(folder / "models", key=league_key, clock=clock),
        checkpoints=Checkpoints(folder / "checkpoints"),
        signers=CampaignSigners([league_key.verify_key], {"union": [UNION_KEY.verify_key]}),
        clock=clock,
        wait_s=HANG_S,
        consent_pause_s=0.001,
        retry_pause_s=0.02,
    )

"""The small league that the consent tests play in, and a signed caller against the real application."""

import contextlib
import json
import secrets
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi.testclient import TestClient
from sqlmodel import select

from audit.durable.storage import Disk
from audit.entries.details_v1 import DetailsV1
from audit.entries.disclosure import ORG_FIELDS, open_fields, verify_opening
from audit.entries.events import Entry, EventKind, parse_leaf
from audit.entries.opened_details import OpenedDetails
from audit.errors import LogUnavailable
from audit.tlog import merkle
from audit.verification.verify import VerifiedLog, verify_log
from audit.writer.log import Log
from chassis.http.request_signature import sign_request
from consent.errors import KeyDestroyed
from consent.grants.values import ConsentAnswer, ConsentMethod
from consent.registry.values import OrgKind
from consent.service import Service, found, open_service
from consent.settings import make_settings, write_settings
from consent.storage.rows import LogDetailRow
from consent.storage.sealed_parts import split_digests
from consent.store import ConsentStore
from policies.campaign import CampaignManifest, SignedManifest
from policies.grant import Cell
from policies.release import OfficeIndex, OwnView, ReleaseProposal
from policies.signing import SigningKey
from policies.vocabulary import AthleteId, Category, Lineage, OrgId, Purpose, Role
from tests.consent.portal_choices import portal
from tests.cosigned_campaigns import cosigned

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class FakeClock:
    """A clock that a test moves by hand. publishes: what a day or more does, as the schedule of a service would."""

    def __init__(self) -> None:
        self.now = START
        self.publishes: Callable[[], None] = lambda: None

    def __call__(self) -> datetime:
        """The moment it stands at."""
        return self.now

    def forward(self, **step: float) -> None:
        """Move on; whatever waits in the log is published before a day is over."""
        if timedelta(**step) >= timedelta(days=1):
            self.publishes()
        self.now += timedelta(**step)


@dataclass
class World:
    """One league: a union, a league, a governing body, two clubs with three athletes each."""

    service: Service
    clock: FakeClock
    keys: dict[str, SigningKey] = field(default_factory=dict)
    athletes: dict[str, list[AthleteId]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock.publishes = self.service.publish

    @property
    def store(self) -> ConsentStore:
        """The store under test."""
        return self.service.store

    @property
    def log_size(self) -> int:
        """How many entries the log has acknowledged, published or not."""
        return self.service.log.size + self.service.log.pending

    def publish(self) -> int:
        """Publish everything that waits, note where it stands, and return the size of the log."""
        self.service.publish()
        return self.service.log.size

    def published_since(self, start: int) -> list[Entry]:
        """Publish, and return what anybody can read from entry `start` on; the log's heartbeats left out."""
        entries = [parse_leaf(self.service.log.leaf(index)) for index in range(start, self.publish())]
        return [entry for entry in entries if entry.kind is not EventKind.HEARTBEAT]

    def verify(self) -> VerifiedLog:
        """Publish, and verify the files of the log as a stranger with the service's trust policy would."""
        self.publish()
        return verify_log(str(self.service.settings.log_directory), self.service.trust.policy)

    def cell(self, athlete: AthleteId, category: Category = Category.SLEEP, role: Role = Role.COACH) -> Cell:
        """The cell of one of the five recipients."""
        for cell in self.store.matrix(athlete):
            if cell.category is category and cell.recipient.role is role:
                return cell.cell
        raise AssertionError("no such cell")

    def give(self, athlete: AthleteId, category: Category = Category.SLEEP, role: Role = Role.COACH) -> Cell:
        """Give one cell up to its ceiling until next summer."""
        found = next(c for c in self.store.matrix(athlete) if c.category is category and c.recipient.role is role)
        ends = self.clock.now + timedelta(days=200)
        portal(self.store).give(athlete, found.cell, granularity=found.ceiling, ends=ends, method=ConsentMethod.PORTAL)
        return found.cell

    def campaign(self, **changes: Any) -> SignedManifest:
        """A campaign of the league, signed by it and by the union."""
        return self.signed(manifest(self, **changes))

    def signed(self, made: CampaignManifest, league: str = "league") -> SignedManifest:
        return cosigned(made, self.keys[league], self.service.keys.service)

    def take_part(self, athlete: AthleteId) -> None:
        """Give what the usual campaign needs."""
        for category in (Category.SLEEP, Category.WELLNESS):
            self.give(athlete, category, Role.FL_AGGREGATOR)

    def proposal(self, athlete: AthleteId, club: str = "club-a", **changes: Any) -> ReleaseProposal:
        """A proposal of the club's node."""
        until = changes.pop("until", (self.clock.now + timedelta(days=80)).replace(microsecond=0))
        index = OfficeIndex(
            approval_id=changes.pop("release_id", f"rel-{secrets.token_hex(4)}"),
            expires_at=until.isoformat(),
            index_band_5pt="80-85",
            interval_rounded_outward="70-85",
            limits_text="Describes past availability. Does not predict injury.",
            version="office-1.2",
            weights_hash="c41b7e0a92d5f3186a7b40ce",
            window="2025-11-16/2026-11-15",
        )
        values: dict[str, Any] = {
            "athlete": athlete,
            "recipient_org": club,
            "recipient_role": Role.FRONT_OFFICE,
            "purpose": Purpose.SQUAD_PLANNING,
            "index": index,
            "own_view": OwnView(median=80.5, low=74.9, high=84.2, availability=88.6, history=54.1),
            "lineage": (Lineage.CLUB_RECORD, Lineage.SESSION_RPE),
            "until": until,
        }
        return ReleaseProposal.model_validate(values | changes)

    def approved(self, athlete: AthleteId, club: str = "club-a") -> str:
        """Propose, approve, and let one publication pass; returns the release."""
        view = self.store.propose_release(OrgId(club), self.proposal(athlete, club))
        portal(self.store).answer_release(
            athlete, view.release_id, ConsentAnswer.YES, sha256=view.sha256, method=ConsentMethod.PORTAL
        )
        self.clock.forward(days=1)
        return view.release_id

    def headers(self, org: str, method: str, target: str, body: bytes = b"") -> dict[str, str]:
        """Signed headers of one request by `org`."""
        audience = self.service.keys.service.verify_key.key_id
        return sign_request(
            self.keys[org], audience=audience, method=method, target=target, body=body, now=self.clock.now
        )


def manifest(world: World, **changes: Any) -> CampaignManifest:
    """The usual campaign: four rounds at sigma 5, two categories, both clubs."""
    values: dict[str, Any] = {
        "campaign_id": "recovery-2026",
        "league": "league",
        "model": "recovery-linear-1",
        "feature_schema": "a" * 64,
        "categories": (Category.SLEEP, Category.WELLNESS),
        "clip_norm": 0.2,
        "noise_multiplier": 5.0,
        "rounds": 4,
        "min_honest_clubs": 1,
        "scale_bits": 16,
        "modulus_bits": 48,
        "public_athletes": 60,
        "delta": 1e-6,
        "learning_rate": 1.0,
        "momentum": 0.5,
        "initial_weights": "b" * 64,
        "clubs": {"club-a": "key-a", "club-b": "key-b"},
        "opens": world.clock.now - timedelta(hours=1),
        "expires": world.clock.now + timedelta(days=7),
    }
    return CampaignManifest.model_validate(values | changes)


@dataclass(frozen=True, slots=True)
class Act:
    """One audit event: its event, and the details of each of its entries, in no particular order."""

    event: str
    entries: tuple[dict[str, Any], ...]

    @property
    def kinds(self) -> frozenset[EventKind]:
        """The kinds of its entries."""
        return frozenset(EventKind(details["kind"]) for details in self.entries)


def acts(service: Service) -> dict[str, Act]:
    """Every act by its event, dummies included. Outcomes and the log's own heartbeats are no acts."""
    found: dict[str, list[dict[str, Any]]] = {}
    for details in opened(service):
        if details["kind"] != EventKind.ANSWER_SENT and "event" in details:
            found.setdefault(details["event"], []).append(details)
    return {event: Act(event, tuple(entries)) for event, entries in found.items()}


def outcomes(service: Service) -> dict[str, bool]:
    """What the outcome entries say: by the event that was answered, whether the answer was sent."""
    return {d["answers"]: d["sent"] for d in opened(service) if d["kind"] == EventKind.ANSWER_SENT}


def opened(service: Service) -> list[dict[str, Any]]:
    """The details of every entry that this service can open; the rows of athletes who are erased open to nobody."""
    found: list[dict[str, Any]] = []
    with service.store.transactions.read() as tx:
        journal = tx.context.journal
        for row in tx.session.exec(select(LogDetailRow)).all():
            with contextlib.suppress(KeyDestroyed):
                keys = journal.owner_keys(tx.session, row.owner)
                found.append(flat(journal.open_entry(tx.session, keys, row).opened))
    return found


def flat(entry: OpenedDetails) -> dict[str, Any]:
    """What one opened entry says, in one object."""
    if isinstance(entry.details, DetailsV1):
        return dict(entry.details.fields)
    common = {"kind": entry.kind.value, "org": entry.org, "at": entry.at.isoformat(), "number": entry.number}
    return {**entry.details.fields(), **common, "event": entry.event}


def opened_eights(service: Service) -> dict[bytes, dict[str, str | None]]:
    """What the audit keys open of every entry that this service knows, by its leaf hash, verified against its leaf."""
    log, found = service.log, {}
    waiting = {merkle.leaf_hash(leaf): leaf for leaf in log.pending_leaves()}
    with service.store.transactions.read() as tx:
        for row in tx.session.exec(select(LogDetailRow)).all():
            with contextlib.suppress(KeyDestroyed):
                part = tx.context.journal.open_org_part(tx.session, row)
                index = log.index_of(row.leaf_hash)
                leaf = waiting[row.leaf_hash] if index is None else log.leaf(index)
                opening = open_fields(ORG_FIELDS, [part], digests=split_digests(row.digests or b""), leaf=leaf)
                found[row.leaf_hash] = verify_opening(opening, leaf)
    return found


class FailingLog:
    """The real log, until a test makes its next appends fail."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.is_broken = False
        self.appends_then_fails = False

    def append_many(self, leaves: Sequence[bytes], *, act: int = 0) -> list[bytes]:
        """Fail if told to; "appends then fails" is a program that is killed between the append and its commit."""
        if self.is_broken:
            raise LogUnavailable("the disk is gone")
        hashes = self._log.append_many(leaves, act=act)
        if self.appends_then_fails:
            raise LogUnavailable("the disk went away just afterwards")
        return hashes

    def __getattr__(self, name: str) -> Any:
        """Everything else as the real log."""
        return getattr(self._log, name)


def make_service(directory: Path, clock: FakeClock, *, disk: Disk | None = None, **changes: Any) -> Service:
    """Set up and open one service in `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    settings = make_settings({"directory": directory, "name": "Players’ Union"} | changes)
    if not settings.keys_directory.exists():
        found(settings)
        write_settings(settings)
    return open_service(settings, clock=clock, disk=disk)


def fill(service: Service, clock: FakeClock) -> World:
    """Register the organisations and enrol the athletes."""
    world = World(service, clock)
    for org, kind in (
        ("league", OrgKind.LEAGUE),
        ("gb", OrgKind.GOVERNING_BODY),
        ("club-a", OrgKind.CLUB),
        ("club-b", OrgKind.CLUB),
    ):
        world.keys[org] = SigningKey.generate()
        service.store.add_org(OrgId(org), name=f"The {org}", kind=kind, key=world.keys[org].verify_key)
    for letter, club in enumerate(("club-a", "club-b"), start=1):
        service.store.join_league(OrgId(club), OrgId("league"))  # before anybody could find it in their own entries
        world.athletes[club] = [AthleteId(f"ath-{letter:08x}{n:08x}") for n in range(1, 4)]
        for n, athlete in enumerate(world.athletes[club], start=1):
            service.store.enrol(OrgId(club), athlete, name=f"Canary {letter}{n}", shirt_no=n, is_minor=False)
    return world


@dataclass
class Template:
    """A filled league that has been closed: each test opens its own copy, which is faster than filling anew."""

    directory: Path
    keys: dict[str, SigningKey]
    athletes: dict[str, list[AthleteId]]

    @classmethod
    def make(cls, directory: Path, **changes: Any) -> "Template":
        """Fill one league and close it."""
        clock = FakeClock()
        world = fill(make_service(directory, clock, **changes), clock)
        world.publish()
        world.service.close()
        return cls(directory, world.keys, world.athletes)

    def open_copy(self, directory: Path, clock: FakeClock, **changes: Any) -> World:
        """Copy the folder and open it. changes: as for `make_service`."""
        shutil.copytree(self.directory, directory)
        athletes = {club: list(own) for club, own in self.athletes.items()}
        return World(make_service(directory, clock, **changes), clock, dict(self.keys), athletes)


@dataclass
class Caller:
    """Signed requests against the real application."""

    world: World
    http: TestClient

    def send(self, org: str, method: str, target: str, body: Any = None) -> httpx.Response:
        """Sign and send one request as `org`."""
        data = b"" if body is None else json.dumps(body).encode()
        headers = self.world.headers(org, method, target, data)
        return self.http.request(method, target, content=data, headers=headers)


def break_log(world: World) -> FailingLog:
    """Put a log in place that can be told to fail."""
    failing = FailingLog(world.service.log)
    world.store.transactions.context.journal.log = failing
    return failing

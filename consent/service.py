"""Opens one consent service from its settings: keys, trust policy, database, log, rules, all of it wired together."""

import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx
from sqlalchemy import Engine

from audit.cosigning.cosigner import Cosigner
from audit.durable.storage import Disk
from audit.errors import AuditError, LogUnavailable, QuorumNotMet
from audit.tlog import merkle
from audit.tlog.note_keys import Signer
from audit.tlog.signers import log_signers
from audit.tlog.trust_policy import NONE
from audit.writer.log import Log
from audit.writer.schedule import PublicationSchedule
from chassis.clock import Clock
from chassis.operations.health import ProgramHealth
from consent import trust_file
from consent.errors import ConsentError, InvalidSettings, StoreUnavailable
from consent.identity.nonces import NONCES_FILE, NonceMemory
from consent.identity.sessions import AthleteSessions
from consent.identity.signed_requests import SignedRequests
from consent.keys import ServiceKeys, create_keys, read_keys
from consent.operations.figures import ConsentFigures, service_health
from consent.operations.outside_view import OutsideCheck, OutsideView
from consent.operations.same_moment import refuse_other_moments
from consent.operations.surviving_parts import refuse_missing_parts
from consent.recovery.unknown_acts import Recovered, recover
from consent.release_schedule import Publication, seconds
from consent.settings import ConsentSettings
from consent.storage.heartbeats import Heartbeats
from consent.storage.log_access import AppendingLog, PublishedLog
from consent.storage.log_journal import LogJournal
from consent.storage.migrations.upgrade import upgrade
from consent.storage.transaction import TransactionContext, Transactions, make_engine
from consent.store import ConsentStore
from consent.trust_file import TrustFile
from policies.enforcer import Enforcer
from policies.errors import BrokenRules
from policies.vocabulary import OrgId

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """One open consent service. Close it: the log's writer lock and the database's connections are held until then."""

    settings: ConsentSettings
    keys: ServiceKeys
    trust: TrustFile
    engine: Engine
    cosigner: Cosigner | None
    log: Log
    store: ConsentStore
    sessions: AthleteSessions
    requests: SignedRequests
    recovered: Recovered
    nonces: NonceMemory
    figures: ConsentFigures

    @property
    def health(self) -> ProgramHealth:
        """How the service is asked whether it is ready, and whether its log is late."""
        every_s = self.settings.checkpoint_every_s
        return service_health(self.figures, self.log, self.store.transactions, checkpoint_every_s=every_s)

    def publish(self) -> None:
        """Publish what the log has recorded, now, and note where it stands.

        Raises LogUnavailable, QuorumNotMet or LogCorrupt; what was recorded then waits for the next publication.
        """
        began = time.monotonic()
        try:
            self.log.publish()
        except Exception:
            self.figures.failures.add()
            raise
        self.figures.published(time.monotonic() - began)
        self.store.transactions.reconcile()
        self.store.prepare_squad_pages()
        self.sessions.keep_clocks()
        with self.store.transactions.read() as tx:
            self.figures.count_ledger(tx)
        self.end_old_details()

    def end_old_details(self) -> int:
        """End the sealed details that are older than the settings keep; returns how many entries that were."""
        keep_days, ended = self.settings.keep_details_days, 0
        if keep_days is None:
            return 0
        while now := self.store.end_some_details(keep_days):
            ended += now
        if ended:
            self.store.transactions.drop_former_pages()
            logger.info("details of old entries ended", extra={"entries": ended, "keep_days": keep_days})
        return ended

    @property
    def needs_publication(self) -> bool:
        """Whether the log accepts no entry, and so nothing protected is answered, until a publication succeeds."""
        return self.log.needs_publication

    def call_when_crowded(self, on_high_water_mark: Callable[[], None]) -> None:
        """Have this called when so much waits that a publication is due before its time."""
        self.log.call_when_crowded(on_high_water_mark)

    def schedule(self, clock: Clock) -> PublicationSchedule:
        """Return the thread that publishes at fixed times; the caller starts and stops it."""
        return PublicationSchedule(self, every_s=self.settings.checkpoint_every_s, clock=clock)

    def close(self) -> None:
        """Let go of log, witnesses and database."""
        try:
            self.sessions.keep_clocks()
        except (ConsentError, AuditError) as error:
            logger.warning("the idle clocks of sessions were not kept", extra={"error": type(error).__name__})
        self.nonces.close()
        self.log.close()
        if self.cosigner is not None:
            self.cosigner.close()
        self.engine.dispose()


def found(settings: ConsentSettings) -> None:
    """Give a new service its keys and its trust policy; raises InvalidSettings where either is there already."""
    create_keys(settings.keys_directory)
    trust_file.write_first(settings.directory, log_vkeys(settings, read_keys(settings.keys_directory)))


@dataclass(frozen=True, slots=True)
class StartMode:
    """How a start goes about a database and a log that may not be of one moment.

    outside: whom it asks how large the log was. recovers: it takes an older database and does what follows, and makes
    the log's private state again if that is lost.
    """

    outside: OutsideCheck = OutsideCheck.REQUIRED
    recovers: bool = False


def open_service(
    settings: ConsentSettings,
    *,
    clock: Clock,
    disk: Disk | None = None,
    http: httpx.Client | None = None,
    mode: StartMode = StartMode(),
) -> Service:
    """Open for writing: migrate, take the log's lock, register the union, note the rules in force.

    disk, http: what the log writes with and what it asks witnesses with, where it is not the system's own.
    Refuses a database, a log and a log state that are not of one moment. Raises InvalidSettings, StoreUnavailable,
    LogUnavailable (another process holds the log) or LogCorrupt.
    """
    settings.refuse_unsafe()
    keys, rules = read_keys(settings.keys_directory), _rules(settings)
    trust = trust_file.read(settings.directory, log_vkeys(settings, keys))
    refuse_missing_parts(settings, recovers=mode.recovers)
    engine = make_engine(settings.database_url)
    cosigner = Cosigner(trust.policy, client=http) if trust.asks_witnesses else None
    log: Log | None = None
    nonces: NonceMemory | None = None
    try:
        nonces = NonceMemory(settings.directory / NONCES_FILE)
        upgrade(engine, leaf_hash_of=_published_leaf_hash(settings, trust))
        log = Log.open(
            settings.log_directory,
            signers=_signers(settings, keys),
            disk=disk,
            clock=clock,
            heartbeat=Heartbeats(engine, union=OrgId(settings.union), pseudonym_key=keys.cover, rules=rules),
            cosigner=cosigner,
        )
        is_unasked = mode.outside is OutsideCheck.NONE and trust.asks_witnesses
        transactions = _transactions(settings, keys, trust, rules, engine, log, clock, is_log_unasked=is_unasked)
        store = ConsentStore(transactions)
        outside = OutsideView(trust.policy, settings.published_at, http)
        outside.refuse_a_smaller_log(log.checkpoint, log.sequenced_size, mode.outside)
        recovered = _settled(transactions, log, mode)
        store.begin()
    except BaseException:
        for opened in (log, cosigner, nonces):
            if opened is not None:
                opened.close()
        engine.dispose()
        raise
    sessions, requests = AthleteSessions(transactions, settings), SignedRequests(transactions, nonces)
    figures = ConsentFigures.of(log, cosigner, transactions)
    return Service(settings, keys, trust, engine, cosigner, log, store, sessions, requests, recovered, nonces, figures)


def _settled(transactions: Transactions, log: Log, mode: StartMode) -> Recovered:
    """Refuse what is not of one moment, and take note of what only the log knows."""
    if not mode.recovers:
        refuse_other_moments(transactions, log)
    if log.has_problem is not None:
        # What is lost, or waits a second time, must be noticed while it can be repaired: before a publication.
        transactions.check()
        _publish_overdue(log)
    recovered = recover(transactions, recovers=mode.recovers)
    for one in recovered.cut_off:
        logger.warning("an organisation needs its key anew", extra={"org": one.org_id})
    return recovered


def recover_service(settings: ConsentSettings, *, clock: Clock, outside: OutsideCheck) -> Recovered:
    """Recover a stopped service, and publish what that recorded if anything was; raises as `open_service` does.

    Without witnesses that answer, what was recorded is published once the service runs.
    """
    service = open_service(settings, clock=clock, mode=StartMode(outside, recovers=True))
    with contextlib.closing(service), contextlib.suppress(LogUnavailable, QuorumNotMet):
        if service.log.pending:
            service.publish()
    return service.recovered


def open_beside(settings: ConsentSettings, *, clock: Clock) -> tuple[Engine, ConsentStore]:
    """Open for reading beside a running service: of the log only what is published, and nothing can be appended.

    Raises InvalidSettings, or StoreUnavailable also when there is no database yet: none is made here.
    """
    keys = read_keys(settings.keys_directory)
    trust = trust_file.read(settings.directory, log_vkeys(settings, keys))
    if settings.database_file is not None and not settings.database_file.exists():
        raise StoreUnavailable(f"{settings.database_file} is missing; put it back from a backup")
    engine = make_engine(settings.database_url)
    upgrade(engine, leaf_hash_of=_published_leaf_hash(settings, trust))
    log = _published_log(settings, trust)
    return engine, ConsentStore(_transactions(settings, keys, trust, _rules(settings), engine, log, clock))


def log_vkeys(settings: ConsentSettings, keys: ServiceKeys) -> tuple[str, ...]:
    """The log's public keys as text, Ed25519 first."""
    return tuple(signer.vkey for signer in _signers(settings, keys))


def _signers(settings: ConsentSettings, keys: ServiceKeys) -> tuple[Signer, ...]:
    """The keys that sign the log's checkpoints, under the log's own name."""
    return log_signers(settings.log_origin, keys.log_seed)


def _published_log(settings: ConsentSettings, trust: TrustFile) -> PublishedLog:
    # Our own log is believed under its own keys; witnesses are for those who do not run it.
    return PublishedLog(settings.log_directory, replace(trust.policy, quorum=NONE))


def _published_leaf_hash(settings: ConsentSettings, trust: TrustFile) -> Callable[[int], bytes]:
    log = _published_log(settings, trust)
    return lambda index: merkle.leaf_hash(log.leaf(index))


def _publish_overdue(log: Log) -> None:
    """Publish what waited too long while the service was stopped: the log takes nothing before that."""
    try:
        log.publish()
    except (LogUnavailable, QuorumNotMet) as error:
        logger.warning("what waits in the log could not be published", extra={"error": type(error).__name__})


def _rules(settings: ConsentSettings) -> Enforcer:
    try:
        return Enforcer.load(settings.agreement)
    except BrokenRules as error:
        raise InvalidSettings(f"the rules cannot be used: {error}") from error


def _transactions(
    settings: ConsentSettings,
    keys: ServiceKeys,
    trust: TrustFile,
    rules: Enforcer,
    engine: Engine,
    log: AppendingLog,
    clock: Clock,
    *,
    is_log_unasked: bool = False,
) -> Transactions:
    context = TransactionContext(
        journal=LogJournal(log, wrapping=keys.wrapping, policy_hash=lambda: rules.policy_hash),
        enforcer=rules,
        keys=keys,
        clock=clock,
        publication=Publication(seconds(settings.publish_every_s)),
        union=OrgId(settings.union),
        union_name=settings.name,
        log_origin=settings.log_origin,
        trust=trust,
        checkpoint_every_s=settings.checkpoint_every_s,
        is_log_unasked=is_log_unasked,
    )
    return Transactions(engine, context)
